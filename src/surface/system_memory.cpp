#include "surface/system_memory.h"

#include <mutex>
#include <stdexcept>
#include <string>

#include "surface/batch.h"
#include "surface/text.h"

namespace thalweg {
namespace {

/// Colours as a pointer that is not null.
gpointer packed(Colour colour) {
  return GUINT_TO_POINTER(1 + guint(colour.matrix) * 2 + colour.full_range);
}

Colour unpacked(gpointer packed) {
  const guint number = GPOINTER_TO_UINT(packed) - 1;
  return {Colour::Matrix(number / 2), number % 2 != 0};
}

GQuark colour_quark() {
  static const GQuark quark = g_quark_from_static_string("thalweg-colour");
  return quark;
}

/// Noted in the memory, since only who makes other memory changes colours.
gpointer noted_colour(GstBuffer* buffer) {
  if (gst_buffer_n_memory(buffer) == 0) return nullptr;
  return gst_mini_object_get_qdata(GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer, 0)),
                                   colour_quark());
}

std::string shown(const GstCaps* caps) {
  const std::unique_ptr<char, decltype(&g_free)> string(gst_caps_to_string(caps), g_free);
  return string.get();
}

/// The part of a mapped buffer where a plane lies.
const uint8_t* find(const std::vector<GstMapInfo>& maps, gsize offset, gsize bytes) {
  for (const GstMapInfo& map : maps) {
    if (offset < map.size) return bytes <= map.size - offset ? map.data + offset : nullptr;
    offset -= map.size;
  }
  return nullptr;
}

class MappedPicture : public Picture {
 public:
  MappedPicture(const std::vector<GstMemory*>& memories, const SystemLayout& layout) {
    try {
      map(memories);
      place(layout);
    } catch (...) {
      unmap();
      throw;
    }
  }
  ~MappedPicture() override { unmap(); }

 private:
  void map(const std::vector<GstMemory*>& memories) {
    for (GstMemory* memory : memories) {
      GstMapInfo map;
      if (!gst_memory_map(memory, &map, GST_MAP_READ))
        throw std::runtime_error(
            text("memory of type '%s' cannot be mapped for reading now; put nvvideoconvert before",
                 memory->allocator ? memory->allocator->mem_type : "unknown"));
      gst_memory_ref(memory);
      maps_.push_back(map);
    }
  }

  void unmap() {
    for (GstMapInfo& map : maps_) {
      GstMemory* memory = map.memory;
      gst_memory_unmap(memory, &map);
      gst_memory_unref(memory);
    }
  }

  void place(const SystemLayout& layout) {
    const GstVideoInfo& info = layout.info;
    const FormatLayout& format = supported_layout(GST_VIDEO_INFO_FORMAT(&info));
    pixels_ = {format.format,
               GST_VIDEO_INFO_WIDTH(&info),
               GST_VIDEO_INFO_HEIGHT(&info),
               format.num_planes,
               {},
               layout.colour};
    for (int i = 0; i < format.num_planes; ++i) {
      const auto& shape = format.planes[i];
      const gsize width = gsize(pixels_.width + (1 << shape.x_shift) - 1) >> shape.x_shift;
      const gsize height = gsize(pixels_.height + (1 << shape.y_shift) - 1) >> shape.y_shift;
      const int stride = GST_VIDEO_INFO_PLANE_STRIDE(&info, i);
      const gsize offset = GST_VIDEO_INFO_PLANE_OFFSET(&info, i), row = width * gsize(shape.bytes);
      const uint8_t* data = nullptr;
      if (stride > 0 && gsize(stride) >= row && height > 0)
        data = find(maps_, offset, gsize(stride) * (height - 1) + row);
      if (!data)
        throw std::runtime_error(
            text("plane %d of a picture of %s, %zu x %zu samples from byte %zu with rows of %d "
                 "bytes, does not lie in one memory of a buffer of %zu bytes; are these the "
                 "buffer's caps?",
                 i, format.name, width, height, offset, stride, size()));
      pixels_.planes[i] = {data, stride, int(width), int(height)};
    }
  }

  gsize size() const {
    gsize sum = 0;
    for (const GstMapInfo& map : maps_) sum += map.size;
    return sum;
  }

  std::vector<GstMapInfo> maps_;
};

}  // namespace

SystemLayout system_layout_of(GstBuffer* buffer, const GstCaps* caps) {
  SystemLayout layout{};
  GstVideoInfo& info = layout.info;
  const GstVideoMeta* meta = gst_buffer_get_video_meta(buffer);
  if (caps) {
    const bool raw = gst_caps_get_size(caps) == 1 &&
                     gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-raw") &&
                     !gst_caps_features_contains(gst_caps_get_features(caps, 0), kNvmmFeature);
    if (!raw || !gst_video_info_from_caps(&info, caps))
      throw std::runtime_error(
          text("this buffer is in system memory: expected fixed caps of video/x-raw, got '%s'",
               shown(caps).c_str()));
    layout.colour = colour_of(info);
  } else if (!meta) {
    throw std::runtime_error(why_not_batch(buffer) +
                             ", or give the pad, Batch.of(info, pad): its caps tell what lies in "
                             "system memory");
  }
  if (!meta) return layout;
  if (!gst_video_info_set_format(&info, meta->format, meta->width, meta->height))
    throw std::runtime_error(text("the buffer's GstVideoMeta is no picture: %s, %u x %u",
                                  gst_video_format_to_string(meta->format), meta->width,
                                  meta->height));
  for (guint i = 0; i < meta->n_planes; ++i) {
    info.offset[i] = meta->offset[i];
    info.stride[i] = meta->stride[i];
  }
  if (caps) return layout;
  const gpointer noted = noted_colour(buffer);
  layout.colour = noted ? unpacked(noted) : colour_of(info);
  return layout;
}

void describe(GstBuffer* buffer, GstVideoInfo info) {
  if (!gst_buffer_get_video_meta(buffer))
    gst_buffer_add_video_meta_full(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_INFO_FORMAT(&info),
                                   guint(GST_VIDEO_INFO_WIDTH(&info)),
                                   guint(GST_VIDEO_INFO_HEIGHT(&info)),
                                   GST_VIDEO_INFO_N_PLANES(&info), info.offset, info.stride);
  const gpointer colour = packed(colour_of(info));
  if (noted_colour(buffer) != colour)
    gst_mini_object_set_qdata(GST_MINI_OBJECT_CAST(gst_buffer_peek_memory(buffer, 0)),
                              colour_quark(), colour, nullptr);
}

SystemMemory::SystemMemory(GstBuffer* buffer) {
  for (guint i = 0; i < gst_buffer_n_memory(buffer); ++i)
    memories_.push_back(gst_memory_ref(gst_buffer_peek_memory(buffer, i)));
}

SystemMemory::~SystemMemory() {
  for (GstMemory* memory : memories_) gst_memory_unref(memory);
}

std::shared_ptr<const SystemMemory> SystemMemory::of(GstBuffer* buffer) {
  static const GQuark quark = g_quark_from_static_string("thalweg-system-memory");
  static std::mutex mutex;  // two threads may see the buffer for the first time at once
  using Held = std::shared_ptr<const SystemMemory>;
  const Held fresh(new SystemMemory(buffer));
  std::lock_guard lock(mutex);
  auto* object = GST_MINI_OBJECT_CAST(buffer);
  const auto* known = static_cast<Held*>(gst_mini_object_get_qdata(object, quark));
  if (known && (*known)->memories_ == fresh->memories_) return *known;
  gst_mini_object_set_qdata(object, quark, new Held(fresh),
                            [](gpointer held) { delete static_cast<Held*>(held); });
  return fresh;
}

std::shared_ptr<const Picture> SystemMemory::read(const SystemLayout& layout) const {
  return std::make_shared<MappedPicture>(memories_, layout);
}

}  // namespace thalweg
