#include "pyds/object_rows.h"

#include <algorithm>
#include <cstring>

#include "pyds/slots.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// The columns of a block of rows.
struct Block {
  Block(std::byte* block, size_t rows)
      : xyxy(reinterpret_cast<float*>(block + rows * ObjectRows::kXyxy)),
        track_id(reinterpret_cast<uint64_t*>(block + rows * ObjectRows::kTrackId)),
        class_id(reinterpret_cast<int32_t*>(block + rows * ObjectRows::kClassId)),
        confidence(reinterpret_cast<float*>(block + rows * ObjectRows::kConfidence)),
        frame_index(reinterpret_cast<int32_t*>(block + rows * ObjectRows::kFrameIndex)),
        component_id(reinterpret_cast<int32_t*>(block + rows * ObjectRows::kComponentId)) {}

  float* xyxy;
  uint64_t* track_id;
  int32_t* class_id;
  float* confidence;
  int32_t* frame_index;
  int32_t* component_id;
};

NvOSD_ColorParams color(const double* rgba) { return {rgba[0], rgba[1], rgba[2], rgba[3]}; }

void set_display_text(NvDsObjectMeta* object, const Lifetime& lifetime, std::string_view text) {
  char** field = &object->text_params.display_text;
  free_member(lifetime, reinterpret_cast<void**>(field));
  if (!text.empty()) *field = Allocations::instance().copy_text(text, field, lifetime);
}

unsigned to_offset(float pixels) {
  return pixels > 0 ? static_cast<unsigned>(std::min(pixels, 1e6f)) : 0;
}

/// Drawn as nvinfer has its objects drawn.
void set_up(NvDsObjectMeta* object, const ObjectRows::Additions& given, size_t i, char* font) {
  const float* box = given.xyxy + 4 * i;
  const float left = box[0], top = box[1], width = box[2] - box[0], height = box[3] - box[1];
  object->unique_component_id = given.component_id;
  object->class_id = given.class_id[i];
  object->object_id = given.track_id[i];
  object->confidence = given.confidence[i];
  object->detector_bbox_info.org_bbox_coords = {left, top, width, height};
  copy_chars(object->obj_label, sizeof object->obj_label, given.label[i]);
  auto& rect = object->rect_params;
  rect.left = left, rect.top = top, rect.width = width, rect.height = height;
  rect.border_width = 3;
  rect.border_color = {1, 0, 0, 1};
  auto& text = object->text_params;
  set_display_text(object, lifetime_of(object), given.label[i]);
  text.x_offset = to_offset(left);
  text.y_offset = to_offset(top - 10);
  text.font_params = {font, 11, {1, 1, 1, 1}};
  text.set_bg_clr = 1;
  text.text_bg_clr = {0, 0, 0, 1};
}

int32_t place(const NvDsFrameMeta* frame) {
  const NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  int32_t index = 0;
  for (GList* node = batch ? batch->frame_meta_list : nullptr; node; node = node->next) {
    if (node->data == frame) return index;
    index += node->data != nullptr;
  }
  return -1;
}

/// The library leaves children of a removed object with an address that another object gets.
void take_out(NvDsFrameMeta* frame, NvDsObjectMeta* object) {
  for (GList* node = frame->obj_meta_list; node; node = node->next) {
    auto* other = static_cast<NvDsObjectMeta*>(node->data);
    if (other && other->parent == object) other->parent = nullptr;
  }
  nvds_remove_obj_meta_from_frame(frame, object);
}

}  // namespace

ObjectRows ObjectRows::of_batch(const StructRef<NvDsBatchMeta>& batch) {
  ObjectRows rows(batch);
  Columns columns;
  {
    const BatchLock lock(batch);
    size_t size = 0;
    for (GList* node = batch.unchecked()->frame_meta_list; node; node = node->next) {
      auto* frame = static_cast<NvDsFrameMeta*>(node->data);
      if (!frame) continue;  // a program may write anything into a list
      rows.enter(frame, static_cast<int32_t>(rows.frames_.size()));
      size += frame->num_obj_meta;
    }
    rows.rows_.reserve(size);
    for (uint32_t frame = 0; frame < rows.frames_.size(); ++frame) rows.enter_objects(frame);
    columns = rows.read();
  }
  rows.keep(columns);
  return rows;
}

ObjectRows ObjectRows::of_frame(const StructRef<NvDsFrameMeta>& frame) {
  ObjectRows rows(frame);
  Columns columns;
  {
    const BatchLock lock(frame);
    rows.enter(frame.unchecked(), place(frame.unchecked()));
    rows.rows_.reserve(frame.unchecked()->num_obj_meta);
    rows.enter_objects(0);
    columns = rows.read();
  }
  rows.keep(columns);
  return rows;
}

ObjectRows ObjectRows::add(const StructRef<NvDsFrameMeta>& frame, const Additions& additions) {
  ObjectRows rows(frame);
  const size_t size = additions.label.size();
  char* font = intern("Serif");
  Columns columns;
  {
    const BatchLock lock(frame);
    NvDsFrameMeta* into = frame.unchecked();
    NvDsBatchMeta* batch = into->base_meta.batch_meta;
    rows.enter(into, place(into));
    while (rows.size() < size) {
      NvDsObjectMeta* object = batch ? nvds_acquire_obj_meta_from_pool(batch) : nullptr;
      if (!object) break;
      set_up(object, additions, rows.size(), font);
      nvds_add_obj_meta_to_frame(into, object, nullptr);
      rows.enter(object, 0);
    }
    if (rows.size() == size) {
      columns = rows.read();
    } else {
      for (const Row& row : rows.rows_) nvds_remove_obj_meta_from_frame(into, row.meta);
    }
  }
  if (rows.size() < size) {
    throw_error(PyExc_MemoryError,
                "the batch gave %zu of %zu objects: no memory, or the frame is in no batch",
                rows.size(), size);
  }
  rows.keep(columns);
  return rows;
}

void ObjectRows::enter(NvDsFrameMeta* frame, int32_t index) {
  frames_.push_back({frame, lifetime_of(frame), index});
}

void ObjectRows::enter_objects(uint32_t frame) {
  for (GList* node = frames_[frame].meta->obj_meta_list; node; node = node->next) {
    if (node->data) enter(static_cast<NvDsObjectMeta*>(node->data), frame);
  }
}

void ObjectRows::enter(NvDsObjectMeta* object, uint32_t frame) {
  // The next lines that read() wants of this object; it comes back when all have been entered.
  __builtin_prefetch(&object->unique_component_id);
  __builtin_prefetch(&object->rect_params);
  __builtin_prefetch(object->obj_label);
  rows_.push_back({object, lifetime_of(object), frame, 0});
}

ObjectRows::Columns ObjectRows::read() {
  auto columns = std::make_unique_for_overwrite<std::byte[]>(rows_.size() * kBytesARow);
  const Block to(columns.get(), rows_.size());
  labels_.reserve(16 * rows_.size());
  for (size_t i = 0; i < rows_.size(); ++i) {
    Row& row = rows_[i];
    const NvDsObjectMeta& object = *row.meta;
    const NvOSD_RectParams& box = object.rect_params;
    float* xyxy = to.xyxy + 4 * i;
    xyxy[0] = box.left;
    xyxy[1] = box.top;
    xyxy[2] = box.left + box.width;
    xyxy[3] = box.top + box.height;
    to.track_id[i] = object.object_id;
    to.class_id[i] = object.class_id;
    to.confidence[i] = object.confidence;
    to.frame_index[i] = frames_[row.frame].index;
    to.component_id[i] = object.unique_component_id;
    labels_.append(object.obj_label, strnlen(object.obj_label, sizeof object.obj_label));
    row.label_end = static_cast<uint32_t>(labels_.size());
  }
  return columns;
}

void ObjectRows::keep(const Columns& columns) {
  block_ = nb::bytearray(reinterpret_cast<const char*>(columns.get()), size() * kBytesARow);
}

const ObjectRows::Row& ObjectRows::row_at(size_t row) const {
  if (row >= size()) throw_error(PyExc_IndexError, "there is no row %zu of %zu", row, size());
  return rows_[row];
}

bool ObjectRows::has_generations(const Row& row) const {
  return row.lifetime.generation_at && frames_[row.frame].lifetime.generation_at;
}

bool ObjectRows::gone(const Row& row) const {
  return row.lifetime.over() || frames_[row.frame].lifetime.over();
}

bool ObjectRows::listed(const Row& row) const {
  if (has_generations(row)) return true;
  const Frame& frame = frames_[row.frame];
  if (owner().unchecked() != frame.meta) {
    const auto* batch = static_cast<NvDsBatchMeta*>(owner().unchecked());
    if (!g_list_find(batch->frame_meta_list, frame.meta)) return false;
  }
  return g_list_find(frame.meta->obj_meta_list, row.meta) != nullptr;
}

nb::list ObjectRows::labels() const {
  nb::list labels;
  size_t begin = 0;
  for (const Row& row : rows_) {
    labels.append(lenient_str(labels_.data() + begin, row.label_end - begin));
    begin = row.label_end;
  }
  return labels;
}

nb::object ObjectRows::find(size_t row) const {
  const Row& found = row_at(row);
  owner().check();
  if (gone(found)) return nb::none();
  if (!has_generations(found)) {
    const BatchLock lock(owner());
    if (!listed(found)) return nb::none();
  }
  const Frame& in = frames_[found.frame];
  return nb::make_tuple(wrap(found.meta, found.lifetime), wrap(in.meta, in.lifetime));
}

nb::bytearray ObjectRows::alive() const {
  std::string there(size(), 0);
  if (!owner().lifetime().over()) {
    const BatchLock lock(owner());
    for (size_t i = 0; i < size(); ++i) there[i] = !gone(rows_[i]) && listed(rows_[i]);
  }
  return nb::bytearray(there.data(), there.size());
}

ObjectRows ObjectRows::select(std::span<const int64_t> places) const {
  if (PyByteArray_Size(block_.ptr()) != static_cast<Py_ssize_t>(size() * kBytesARow)) {
    throw_error(PyExc_ValueError, "the block of the columns was resized");
  }
  ObjectRows rows(owner());
  rows.frames_ = frames_;
  rows.rows_.reserve(places.size());
  auto columns = std::make_unique_for_overwrite<std::byte[]>(places.size() * kBytesARow);
  const Block to(columns.get(), places.size());
  const Block from(reinterpret_cast<std::byte*>(PyByteArray_AsString(block_.ptr())), size());
  for (size_t i = 0; i < places.size(); ++i) {
    const auto place = static_cast<size_t>(places[i]);
    Row row = row_at(place);
    const size_t label = place > 0 ? rows_[place - 1].label_end : 0;
    rows.labels_.append(labels_, label, row.label_end - label);
    row.label_end = static_cast<uint32_t>(rows.labels_.size());
    rows.rows_.push_back(row);
    std::copy_n(from.xyxy + 4 * place, 4, to.xyxy + 4 * i);
    to.track_id[i] = from.track_id[place];
    to.class_id[i] = from.class_id[place];
    to.confidence[i] = from.confidence[place];
    to.frame_index[i] = from.frame_index[place];
    to.component_id[i] = from.component_id[place];
  }
  rows.keep(columns);
  return rows;
}

size_t ObjectRows::write(const Changes& changes) {
  const BatchLock lock(owner());
  size_t written = 0;
  for (size_t i = 0; i < size(); ++i) {
    const Row& row = rows_[i];
    if (gone(row) || !listed(row)) continue;
    ++written;
    NvDsObjectMeta& object = *row.meta;
    NvOSD_RectParams& rect = object.rect_params;
    if (changes.track_id) object.object_id = changes.track_id[i];
    if (changes.border_color) rect.border_color = color(changes.border_color + 4 * i);
    if (changes.background_color) {
      rect.bg_color = color(changes.background_color + 4 * i);
      rect.has_bg_color = rect.bg_color.alpha > 0;
    }
    if (changes.border_width) rect.border_width = changes.border_width[i];
    if (changes.label) copy_chars(object.obj_label, sizeof object.obj_label, (*changes.label)[i]);
    if (changes.text) set_display_text(&object, row.lifetime, (*changes.text)[i]);
  }
  return written;
}

size_t ObjectRows::remove() {
  const BatchLock lock(owner());
  size_t removed = 0;
  for (const Row& row : rows_) {
    // Looked at anew each time: giving an object back may run a function of the program's.
    if (gone(row) || !listed(row)) continue;
    take_out(frames_[row.frame].meta, row.meta);
    ++removed;
  }
  return removed;
}

int32_t index_of(const StructRef<NvDsFrameMeta>& frame) {
  const BatchLock lock(frame);
  return place(frame.unchecked());
}

void remove_object(const StructRef<NvDsFrameMeta>& frame, const StructRef<NvDsObjectMeta>& object) {
  bool found = false;
  {
    const BatchLock lock(frame);
    found = !object.lifetime().over() &&
            g_list_find(frame.unchecked()->obj_meta_list, object.unchecked());
    if (found) take_out(frame.unchecked(), object.unchecked());
  }
  if (found) return;
  object.check();
  throw_error(PyExc_ReferenceError, "NvDsObjectMeta: it is not in this frame any more");
}

}  // namespace thalweg::pyds
