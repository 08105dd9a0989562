// What thalweg.meta needs beside pyds' own interface: the module pyds._batch_view. thalweg.meta
// checks and converts arguments, with errors that name them; here only what could crash is checked.
#include "gstnvdsmeta.h"
#include "pyds/allocations.h"
#include "pyds/attachments.h"
#include "pyds/bindings.h"
#include "pyds/buffer.h"
#include "pyds/buffer_pixels.h"
#include "pyds/object_rows.h"
#include "pyds/slots.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

template <class T>
using Column = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Texts = nb::typed<nb::list, nb::str>;
template <class T>
using FourAColumn = nb::ndarray<const T, nb::shape<-1, 4>, nb::c_contig, nb::device::cpu>;

void check_size(const char* name, size_t size, size_t rows) {
  if (size == rows) return;
  throw_error(PyExc_ValueError, "%s: expected %zu values, got %zu", name, rows, size);
}

template <class Array>
auto values(const char* name, const Array& array, size_t rows) {
  check_size(name, array.shape(0), rows);
  return array.data();
}

template <class Array>
auto values(const char* name, const std::optional<Array>& array, size_t rows) {
  return array ? values(name, *array, rows) : nullptr;
}

std::vector<std::string> texts(const Site& site, const Texts& list, size_t rows) {
  check_size(site.name, list.size(), rows);
  std::vector<std::string> converted;
  converted.reserve(rows);
  for (const nb::handle item : list) converted.emplace_back(to_text(item, site));
  return converted;
}

size_t write(ObjectRows& rows, const std::optional<Column<uint64_t>>& track_id,
             const std::optional<FourAColumn<double>>& border_color,
             const std::optional<FourAColumn<double>>& background_color,
             const std::optional<Column<uint32_t>>& border_width, const std::optional<Texts>& label,
             const std::optional<Texts>& text) {
  const size_t size = rows.size();
  ObjectRows::Changes changes;
  changes.track_id = values("track_id", track_id, size);
  changes.border_color = values("border_color", border_color, size);
  changes.background_color = values("background_color", background_color, size);
  changes.border_width = values("border_width", border_width, size);
  std::vector<std::string> labels, shown;
  if (label) changes.label = &(labels = texts({"write", "label"}, *label, size));
  if (text) changes.text = &(shown = texts({"write", "text"}, *text, size));
  return rows.write(changes);
}

ObjectRows add_objects(const StructRef<NvDsFrameMeta>& frame, const FourAColumn<float>& xyxy,
                       const Column<int32_t>& class_id, const Column<float>& confidence,
                       const Column<uint64_t>& track_id, const Texts& label, int32_t component_id) {
  const size_t size = xyxy.shape(0);
  ObjectRows::Additions additions;
  additions.xyxy = xyxy.data();
  additions.class_id = values("class_id", class_id, size);
  additions.confidence = values("confidence", confidence, size);
  additions.track_id = values("track_id", track_id, size);
  additions.label = texts({"add", "label"}, label, size);
  additions.component_id = component_id;
  return ObjectRows::add(frame, additions);
}

/// (batch meta, pictures) of a buffer, None for one without a batch meta.
nb::object batch_of_buffer(nb::handle buffer, nb::handle caps) {
  Allocations::instance().collect();
  GstBuffer* from = to_buffer(buffer, {"Batch", "buffer"});
  NvDsBatchMeta* meta = from ? gst_buffer_get_nvds_batch_meta(from) : nullptr;
  if (!meta) return nb::none();
  return nb::make_tuple(wrap(meta), nb::cast(BufferPixels(from, caps)));
}

nb::list frames(const StructRef<NvDsBatchMeta>& batch) {
  std::vector<std::pair<NvDsFrameMeta*, Lifetime>> found;
  {
    const BatchLock lock(batch);
    for (GList* node = batch.unchecked()->frame_meta_list; node; node = node->next) {
      if (!node->data) continue;
      found.emplace_back(static_cast<NvDsFrameMeta*>(node->data), lifetime_of(node->data));
    }
  }
  nb::list wrappers;
  for (const auto& [meta, lifetime] : found) wrappers.append(wrap(meta, lifetime));
  return wrappers;
}

nb::object parent(const StructRef<NvDsFrameMeta>& frame, const StructRef<NvDsObjectMeta>& object) {
  NvDsObjectMeta* found = nullptr;
  Lifetime lifetime;
  {
    const BatchLock lock(frame);
    if (!object.lifetime().over()) found = object.unchecked()->parent;
    if (!g_list_find(frame.unchecked()->obj_meta_list, found)) found = nullptr;
    if (found) lifetime = lifetime_of(found);
  }
  object.check();
  return wrap(found, lifetime);
}

/// (text, class_id, probability, component_id) of every label, copied.
nb::list class_labels(const StructRef<NvDsObjectMeta>& object) {
  struct Label {
    std::string text;
    unsigned class_id;
    float confidence;
    int component_id;
  };
  std::vector<Label> found;
  {
    const BatchLock lock(object);
    for (GList* c = object.unchecked()->classifier_meta_list; c; c = c->next) {
      const auto* classifier = static_cast<NvDsClassifierMeta*>(c->data);
      for (GList* l = classifier ? classifier->label_info_list : nullptr; l; l = l->next) {
        const auto* info = static_cast<NvDsLabelInfo*>(l->data);
        if (!info) continue;
        const char* text = info->pResult_label ? info->pResult_label : info->result_label;
        const size_t most = info->pResult_label ? SIZE_MAX : sizeof info->result_label;
        found.push_back({std::string(text, strnlen(text, most)), info->result_class_id,
                         info->result_prob, classifier->unique_component_id});
      }
    }
  }
  nb::list labels;
  for (const Label& label : found) {
    labels.append(nb::make_tuple(lenient_str(label.text.data(), label.text.size()), label.class_id,
                                 label.confidence, label.component_id));
  }
  return labels;
}

nb::str display_text(const StructRef<NvDsObjectMeta>& object) {
  std::string copy;
  {
    const BatchLock lock(object);
    if (const char* text = object.unchecked()->text_params.display_text) copy = text;
  }
  return lenient_str(copy.data(), copy.size());
}

template <class Meta>
void bind_attachments(nb::module_& module) {
  module.def("attach", &attach<Meta>, nb::arg("meta"), nb::arg("key"), nb::arg("value").none(),
             "Attaches a Python object by a name, in place of what had it before.");
  module.def("attachments", &attachments<Meta>, nb::arg("meta"),
             nb::sig((std::string("def attachments(meta: pyds.") + struct_info<Meta>.name +
                      ") -> dict[str, object]")
                         .c_str()),
             "What is attached, by name: a new dict.");
  module.def("detach", &detach<Meta>, nb::arg("meta"), nb::arg("key"),
             "Takes an attachment away and gives its object. KeyError if there is none.");
}

}  // namespace

void bind_batch_view(nb::module_& pyds) {
  nb::module_ module = pyds.def_submodule("_batch_view", "What thalweg.meta is made of.");
  nb::dict columns;
  columns["xyxy"] = ObjectRows::kXyxy;
  columns["track_id"] = ObjectRows::kTrackId;
  columns["class_id"] = ObjectRows::kClassId;
  columns["confidence"] = ObjectRows::kConfidence;
  columns["frame_index"] = ObjectRows::kFrameIndex;
  columns["component_id"] = ObjectRows::kComponentId;
  module.attr("COLUMNS") = columns;

  nb::class_<ObjectRows>(module, "ObjectRows", "The objects of a batch or frame at one moment.")
      .def("__len__", &ObjectRows::size)
      .def_prop_ro("block", &ObjectRows::block, nb::sig("def block(self) -> bytearray"),
                   "The numbers (own memory): in n rows, each column begins at n times its number "
                   "in COLUMNS.")
      .def("labels", &ObjectRows::labels, nb::sig("def labels(self) -> list[str]"),
           "The class names as they were.")
      .def("find", &ObjectRows::find, nb::arg("row"),
           nb::sig("def find(self, row: int) -> "
                   "tuple[pyds.NvDsObjectMeta, pyds.NvDsFrameMeta] | None"),
           "A row's object and its frame (views), None if the object was removed.")
      .def("alive", &ObjectRows::alive, "A byte a row: 1 if its object is still there.")
      .def(
          "select",
          [](const ObjectRows& rows, const Column<int64_t>& places) {
            return rows.select({places.data(), places.size()});
          },
          nb::arg("places").noconvert(), "The rows at these places.")
      .def("write", &write, nb::arg("track_id").none().noconvert(),
           nb::arg("border_color").none().noconvert(),
           nb::arg("background_color").none().noconvert(),
           nb::arg("border_width").none().noconvert(), nb::arg("label").none(),
           nb::arg("text").none(),
           "Sets what is not None in every object that is still there; how many there were.")
      .def("remove", &ObjectRows::remove,
           "Removes every object that is still there; how many there were.");

  constexpr const char* kArray = "numpy.typing.NDArray[numpy.uint8]";
  const auto signature = [&](const char* text) { return std::string(text) + kArray; };
  nb::class_<BufferPixels>(module, "BufferPixels", "The pictures of a buffer, while it lives.")
      .def(nb::init<nb::handle, nb::handle>(), nb::arg("buffer"), nb::arg("caps").none())
      .def("image", &BufferPixels::image, nb::arg("frame"), nb::arg("format"),
           nb::arg("box").none(), nb::arg("asking"),
           nb::sig(signature("def image(self, frame: pyds.NvDsFrameMeta, format: str, "
                             "box: tuple[float, float, float, float] | None, asking: str) -> ")
                       .c_str()),
           "A new array of the frame, or of the part in the box (left, top, width, height).")
      .def("view", &BufferPixels::view, nb::arg("frame"), nb::arg("format"), nb::arg("asking"),
           nb::sig(signature("def view(self, frame: pyds.NvDsFrameMeta, format: str, "
                             "asking: str) -> ")
                       .c_str()),
           "The frame's pixels, read-only.")
      .def("writable_view", &BufferPixels::writable_view, nb::arg("frame"), nb::arg("format"),
           nb::arg("asking"),
           nb::sig((signature("def writable_view(self, frame: pyds.NvDsFrameMeta, format: str, "
                              "asking: str) -> ") +
                    " | None")
                       .c_str()),
           "The frame's pixels, None if they are of another format.")
      .def("write", &BufferPixels::write, nb::arg("frame"), nb::arg("format"),
           nb::arg("image").noconvert(), nb::arg("asking"), "Makes an array the frame's pixels.");

  module.def("batch_of_buffer", &batch_of_buffer, nb::arg("buffer"), nb::arg("caps").none(),
             nb::sig("def batch_of_buffer(buffer: object, caps: object | None) -> "
                     "tuple[pyds.NvDsBatchMeta, BufferPixels] | None"),
             "A buffer's batch (view) and its pictures, None for one without a batch.");
  module.def("objects_of_batch", &ObjectRows::of_batch, nb::arg("batch"), "Every frame's objects.");
  module.def("objects_of_frame", &ObjectRows::of_frame, nb::arg("frame"), "A frame's objects.");
  module.def("add_objects", &add_objects, nb::arg("frame"), nb::arg("xyxy").noconvert(),
             nb::arg("class_id").noconvert(), nb::arg("confidence").noconvert(),
             nb::arg("track_id").noconvert(), nb::arg("label"), nb::arg("component_id"),
             "Makes objects in a frame.");
  module.def("remove_object", &remove_object, nb::arg("frame"), nb::arg("object"),
             "Removes one object.");
  module.def("frames", &frames, nb::arg("batch"),
             nb::sig("def frames(batch: pyds.NvDsBatchMeta) -> list[pyds.NvDsFrameMeta]"),
             "The batch's frames (views).");
  module.def("frame_index", &index_of, nb::arg("frame"),
             "The frame's place in its batch, -1 if that has it no more.");
  module.def("parent", &parent, nb::arg("frame"), nb::arg("object"),
             nb::sig("def parent(frame: pyds.NvDsFrameMeta, object: pyds.NvDsObjectMeta) -> "
                     "pyds.NvDsObjectMeta | None"),
             "The object's parent (view), None if the frame has it no more.");
  module.def("class_labels", &class_labels, nb::arg("object"),
             nb::sig("def class_labels(object: pyds.NvDsObjectMeta) -> "
                     "list[tuple[str, int, float, int]]"),
             "Each classifier's labels: text, class, probability, `unique-id`.");
  module.def("display_text", &display_text, nb::arg("object"),
             "The text that is drawn, empty for none.");
  bind_attachments<NvDsBatchMeta>(module);
  bind_attachments<NvDsFrameMeta>(module);
  bind_attachments<NvDsObjectMeta>(module);

  nb::module_::import_("atexit").attr("register")(nb::cpp_function(&forget_attachments));
}

}  // namespace thalweg::pyds
