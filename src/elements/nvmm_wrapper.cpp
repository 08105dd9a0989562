#include "elements/nvmm_wrapper.h"

#include <gst/base/gstbasetransform.h>
#include <gst/video/video.h>

#include <atomic>
#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

#include "elements/transforms.h"
#include "nvds_latency_meta_internal.h"
#include "surface/batch.h"

GST_DEBUG_CATEGORY_STATIC(nvmm_wrapper_debug);
#define GST_CAT_DEFAULT nvmm_wrapper_debug

namespace {

using namespace thalweg;

struct ConverterFree {
  void operator()(GstVideoConverter* converter) const { gst_video_converter_free(converter); }
};

struct WrapperState {
  std::vector<std::string> formats;
  GstVideoInfo in{}, out{};
  std::unique_ptr<GstVideoConverter, ConverterFree> converter;  // null: wrapped as it is
  std::atomic<unsigned> interval{0};
  std::atomic<uint64_t> frames_in{0}, frames_out{0}, dropped{0}, damaged{0};
};

struct ThalwegNvmmWrapper {
  GstBaseTransform parent;
  WrapperState* state;
};
struct ThalwegNvmmWrapperClass {
  GstBaseTransformClass parent_class;
};

GType wrapper_get_type();
G_DEFINE_TYPE(ThalwegNvmmWrapper, wrapper, GST_TYPE_BASE_TRANSFORM)

ThalwegNvmmWrapper* as_wrapper(void* object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, wrapper_get_type(), ThalwegNvmmWrapper);
}

GstStaticPadTemplate sink_template =
    GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));
GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw(memory:NVMM)"));

bool is_rgb(const char* format) {
  return GST_VIDEO_FORMAT_INFO_IS_RGB(
      gst_video_format_get_info(gst_video_format_from_string(format)));
}

GstCaps* transform_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps,
                        GstCaps* filter) {
  GstCaps* result = gst_caps_new_empty();
  // Without a conversion if possible, then with one.
  for (guint i = 0; direction == GST_PAD_SRC && i < gst_caps_get_size(caps); ++i)
    gst_caps_append_structure(result, gst_structure_copy(gst_caps_get_structure(caps, i)));
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    const GstStructure* from = gst_caps_get_structure(caps, i);
    if (direction == GST_PAD_SRC) {
      GstStructure* any = gst_structure_copy(from);
      gst_structure_remove_fields(any, "format", "colorimetry", "chroma-site", nullptr);
      gst_caps_append_structure(result, any);
      continue;
    }
    const char* own = gst_structure_get_string(from, "format");
    for (const std::string& format : as_wrapper(base)->state->formats) {
      GstStructure* one = gst_structure_copy(from);
      gst_structure_set(one, "format", G_TYPE_STRING, format.c_str(), nullptr);
      // Those of YUV mean nothing in RGB, nor the other way round.
      if (own && is_rgb(own) != is_rgb(format.c_str()))
        gst_structure_remove_fields(one, "colorimetry", "chroma-site", nullptr);
      gst_caps_append_structure_full(result, one, gst_caps_features_new(kNvmmFeature, nullptr));
    }
  }
  return filtered_caps(result, filter);
}

/// The picture's own format where that can be, which costs nothing, else the first.
GstCaps* fixate_caps(GstBaseTransform* base, GstPadDirection direction, GstCaps* caps,
                     GstCaps* other) {
  if (direction == GST_PAD_SINK) {
    const char* own = gst_structure_get_string(gst_caps_get_structure(caps, 0), "format");
    for (const char* format : {own, as_wrapper(base)->state->formats[0].c_str()}) {
      GstCaps* wanted =
          gst_caps_new_simple("video/x-raw", "format", G_TYPE_STRING, format, nullptr);
      gst_caps_set_features(wanted, 0, gst_caps_features_new(kNvmmFeature, nullptr));
      GstCaps* best = gst_caps_intersect_full(other, wanted, GST_CAPS_INTERSECT_FIRST);
      gst_caps_unref(wanted);
      if (!gst_caps_is_empty(best)) {
        gst_caps_unref(other);
        return gst_caps_fixate(gst_caps_truncate(best));
      }
      gst_caps_unref(best);
    }
  }
  return gst_caps_fixate(gst_caps_truncate(other));
}

gboolean set_caps(GstBaseTransform* base, GstCaps* in_caps, GstCaps* out_caps) {
  WrapperState& state = *as_wrapper(base)->state;
  state.converter.reset();
  // GstVideoInfo does not speak of caps features.
  GstCaps* plain = gst_caps_copy(out_caps);
  gst_caps_set_features(plain, 0, nullptr);
  const bool understood =
      gst_video_info_from_caps(&state.in, in_caps) && gst_video_info_from_caps(&state.out, plain);
  gst_caps_unref(plain);
  if (!understood) {
    GST_ERROR_OBJECT(base, "caps that are no raw video: %" GST_PTR_FORMAT, in_caps);
    return FALSE;
  }
  if (GST_VIDEO_INFO_FORMAT(&state.in) != GST_VIDEO_INFO_FORMAT(&state.out)) {
    GST_INFO_OBJECT(base, "pictures are converted from %s to %s",
                    gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&state.in)),
                    gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&state.out)));
    state.converter.reset(gst_video_converter_new(
        &state.in, &state.out,
        gst_structure_new("options", GST_VIDEO_CONVERTER_OPT_THREADS, G_TYPE_UINT, 1, nullptr)));
  }
  return TRUE;
}

gboolean propose_allocation(GstBaseTransform*, GstQuery*, GstQuery* query) {
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

// The pool of the base class would be of system memory; buffers are made in generate_output.
gboolean decide_allocation(GstBaseTransform*, GstQuery*) { return TRUE; }

/// The picture in the format of the output; a new system-memory buffer.
GstBuffer* converted(WrapperState& state, GstBuffer* buffer) {
  GstBuffer* result = gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&state.out), nullptr);
  GstVideoFrame from, to;
  if (!gst_video_frame_map(&from, &state.in, buffer, GST_MAP_READ)) {
    gst_buffer_unref(result);
    return nullptr;
  }
  gst_video_frame_map(&to, &state.out, result, GST_MAP_WRITE);
  gst_video_converter_frame(state.converter.get(), &from, &to);
  gst_video_frame_unmap(&to);
  gst_video_frame_unmap(&from);
  return result;
}

/// Only timestamps of the source and notes of latency travel on. The rest speaks of memory that is
/// wrapped now, or (SEI, captions) would become frame user metas behind the muxer, which programs
/// do not expect there.
void copy_reference_timestamps(GstBuffer* from, GstBuffer* to, uint64_t number) {
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta_filtered(from, &state,
                                                          GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
    const auto* time = reinterpret_cast<GstReferenceTimestampMeta*>(meta);
    GstCaps* reference = gst_caps_ref(time->reference);
    if (gst_structure_has_field(gst_caps_get_structure(reference, 0), "component_name")) {
      reference = gst_caps_make_writable(reference);
      // Access units come in another order than their pictures, which count.
      gst_caps_set_simple(reference, "out_timestamp", G_TYPE_DOUBLE,
                          nvds_get_current_system_timestamp(), "frame_num", G_TYPE_INT,
                          gint(number), nullptr);
    }
    gst_buffer_add_reference_timestamp_meta(to, reference, time->timestamp, time->duration);
    gst_caps_unref(reference);
  }
}

GstFlowReturn generate_output(GstBaseTransform* base, GstBuffer** result) {
  WrapperState& state = *as_wrapper(base)->state;
  *result = nullptr;
  struct Unref {
    void operator()(GstBuffer* buffer) const { gst_buffer_unref(buffer); }
  };
  const std::unique_ptr<GstBuffer, Unref> in(base->queued_buf);
  base->queued_buf = nullptr;
  if (!in) return GST_FLOW_OK;

  const uint64_t number = state.frames_in++;
  if (GST_BUFFER_FLAG_IS_SET(in.get(), GST_BUFFER_FLAG_CORRUPTED) && state.damaged++ == 0) {
    GstElement* bin = GST_ELEMENT(GST_OBJECT_PARENT(base));
    GST_ELEMENT_WARNING(
        bin, STREAM, DECODE,
        ("%s: the stream is damaged: picture %" G_GUINT64_FORMAT " (at %" GST_TIME_FORMAT
         ") has missing or wrong parts and is passed on as the decoder patched it. Check the "
         "recording or the connection; further damage is only counted, in the property 'stats'.",
         GST_OBJECT_NAME(bin), number, GST_TIME_ARGS(GST_BUFFER_PTS(in.get()))),
        (nullptr));
  }
  const unsigned interval = state.interval;
  if (interval > 1 && number % interval != 0) {
    ++state.dropped;
    return GST_FLOW_OK;
  }

  try {
    std::shared_ptr<const Picture> picture;
    if (state.converter) {
      const std::unique_ptr<GstBuffer, Unref> other(converted(state, in.get()));
      if (!other) throw std::runtime_error("the decoder's picture cannot be mapped for reading");
      picture = Picture::wrap(other.get(), state.out);
    } else {
      picture = Picture::wrap(in.get(), state.in);
    }
    auto batch = std::make_unique<Batch>(1);
    batch->add(std::move(picture));
    GstBuffer* out = gst_buffer_new();
    gst_buffer_append_memory(out, new_nvmm_memory(std::move(batch)));
    gst_buffer_copy_into(out, in.get(),
                         GstBufferCopyFlags(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS), 0,
                         gsize(-1));
    copy_reference_timestamps(in.get(), out, state.frames_out);
    *result = out;
  } catch (const std::exception& error) {
    GST_ELEMENT_ERROR(base, STREAM, DECODE,
                      ("%s cannot pass on a picture: %s.", GST_OBJECT_NAME(GST_OBJECT_PARENT(base)),
                       error.what()),
                      ("picture %" G_GUINT64_FORMAT, number));
    return GST_FLOW_ERROR;
  }
  ++state.frames_out;
  return GST_FLOW_OK;
}

void wrapper_finalize(GObject* object) {
  delete as_wrapper(object)->state;
  G_OBJECT_CLASS(wrapper_parent_class)->finalize(object);
}

void wrapper_class_init(ThalwegNvmmWrapperClass* klass) {
  GST_DEBUG_CATEGORY_INIT(nvmm_wrapper_debug, "thalweg-nvmm", 0, "pictures to memory:NVMM");
  auto* element = GST_ELEMENT_CLASS(klass);
  auto* transform = GST_BASE_TRANSFORM_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = wrapper_finalize;
  gst_element_class_add_static_pad_template(element, &sink_template);
  gst_element_class_add_static_pad_template(element, &src_template);
  gst_element_class_set_static_metadata(element, "NVMM wrapper", "Filter/Video",
                                        "Hands pictures on as memory:NVMM", "Thalweg");
  transform->transform_caps = transform_caps;
  transform->fixate_caps = fixate_caps;
  transform->set_caps = set_caps;
  transform->propose_allocation = propose_allocation;
  transform->decide_allocation = decide_allocation;
  transform->generate_output = generate_output;
}

void wrapper_init(ThalwegNvmmWrapper* self) { self->state = new WrapperState; }

}  // namespace

namespace thalweg {

GstElement* new_nvmm_wrapper(std::vector<std::string> formats) {
  auto* wrapper = GST_ELEMENT(g_object_new(wrapper_get_type(), "name", "nvmm", nullptr));
  as_wrapper(wrapper)->state->formats = std::move(formats);
  return wrapper;
}

void nvmm_wrapper_set_drop_interval(GstElement* wrapper, unsigned interval) {
  as_wrapper(wrapper)->state->interval = interval;
}

WrapperCounts nvmm_wrapper_counts(GstElement* wrapper) {
  const WrapperState& state = *as_wrapper(wrapper)->state;
  return {state.frames_in, state.frames_out, state.dropped, state.damaged};
}

}  // namespace thalweg
