#include "elements/nvstreammux/output_batch.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>

#include "elements/batch_meta.h"
#include "elements/nvstreammux/placement.h"
#include "gstnvdsmeta.h"
#include "nvds_latency_meta.h"
#include "nvds_latency_meta_internal.h"
#include "surface/batch.h"

namespace thalweg {

size_t bytes_of(const Picture& picture) {
  size_t bytes = 0;
  for (int i = 0; i < picture.pixels().num_planes; ++i)
    bytes += size_t(picture.pixels().planes[i].stride_bytes) * picture.pixels().planes[i].height;
  return bytes;
}

uint64_t sender_time_ns(GstBuffer* buffer) {
  static GstStaticCaps ntp = GST_STATIC_CAPS("timestamp/x-ntp");
  constexpr uint64_t kSecondsFrom1900To1970 = 2208988800;
  GstCaps* caps = gst_static_caps_get(&ntp);
  const auto* time = gst_buffer_get_reference_timestamp_meta(buffer, caps);
  gst_caps_unref(caps);
  constexpr uint64_t kEpoch = kSecondsFrom1900To1970 * GST_SECOND;
  return time && time->timestamp > kEpoch ? time->timestamp - kEpoch : 0;
}

namespace {

/// The input's pixels at the input's size (upstream may itself have deferred scaling).
std::shared_ptr<const Picture> picture_of(Frame& frame) {
  Frame::Source source = frame.source();
  const bool plain = source.picture->pixels().width == frame.width() &&
                     source.picture->pixels().height == frame.height() &&
                     source.placement == Rect{0, 0, frame.width(), frame.height()};
  return plain ? std::move(source.picture) : frame.read_picture();
}

/// Notes when a frame came into its decoder and into the muxer, for nvds_measure_buffer_latency.
void note_latency(const char* mux, GstBuffer* batch, const Collector::Frame& taken,
                  const NvDsFrameMeta& meta) {
  const auto note = [&](std::string name, double in_ms, double out_ms, guint number) {
    const NvDsUserMeta* user = nvds_set_input_system_timestamp(batch, name.data());
    if (!user) return;
    auto* entry = static_cast<NvDsMetaCompLatency*>(user->user_meta_data);
    entry->in_system_timestamp = in_ms;
    entry->out_system_timestamp = out_ms;
    entry->source_id = meta.source_id;
    entry->pad_index = meta.pad_index;
    entry->frame_num = number;
  };
  guint number = guint(meta.frame_num);
  gpointer state = nullptr;
  while (const GstMeta* each = gst_buffer_iterate_meta_filtered(
             taken.frame.buffer.get(), &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE)) {
    const auto* time = reinterpret_cast<const GstReferenceTimestampMeta*>(each);
    const GstStructure* fields = gst_caps_get_structure(time->reference, 0);
    double in_ms = 0, out_ms = 0;
    gint decoded = 0;
    const char* name = gst_structure_get_string(fields, "component_name");
    if (!name ||
        !gst_structure_get(fields, "in_timestamp", G_TYPE_DOUBLE, &in_ms, "out_timestamp",
                           G_TYPE_DOUBLE, &out_ms, "frame_num", G_TYPE_INT, &decoded, nullptr))
      continue;
    number = guint(decoded);
    note(name, in_ms, out_ms, number);
  }
  note(std::string("nvstreammux-") + mux, double(taken.frame.arrival_ns) / 1e6,
       nvds_get_current_system_timestamp(), number);
}

void fill(NvDsFrameMeta* meta, const Collector::Frame& taken, const Frame& frame, unsigned batch_id,
          const Settings& settings) {
  meta->pad_index = taken.id;
  meta->source_id = taken.frame.source_id;
  meta->batch_id = batch_id;
  meta->frame_num = taken.number;
  meta->buf_pts =
      taken.frame.buffer ? GST_BUFFER_PTS(taken.frame.buffer.get()) : GST_CLOCK_TIME_NONE;
  meta->ntp_timestamp = taken.frame.ntp_ns;
  meta->num_surfaces_per_frame = gint(std::max(settings.surfaces_per_frame, 1u));
  meta->source_frame_width = guint(frame.width());
  meta->source_frame_height = guint(frame.height());
  meta->pipeline_width = settings.width ? settings.out_width() : guint(frame.width());
  meta->pipeline_height = settings.width ? settings.out_height() : guint(frame.height());
  meta->bInferDone = FALSE;
}

std::shared_ptr<const Picture> grey_picture(const std::string& format, int width, int height) {
  const FormatLayout* layout = format_layout(gst_video_format_from_string(format.c_str()));
  auto grey = Picture::allocate(layout->format, width, height);
  const Pixels pixels = grey->mutable_pixels();
  for (int i = 0; i < pixels.num_planes; ++i)
    std::memset(pixels.planes[i].data, 128,
                size_t(pixels.planes[i].stride_bytes) * pixels.planes[i].height);
  return grey;
}

}  // namespace

BufferPtr make_batch(const std::vector<Collector::Frame>& frames, const Settings& settings,
                     unsigned batch_size, const std::string& format, const char* name) {
  const int width = int(settings.out_width()), height = int(settings.out_height());
  auto batch = std::make_unique<Batch>(std::max<int>(batch_size, frames.size()));
  BufferPtr out(gst_buffer_new());
  NvDsBatchMeta* batch_meta = add_batch_meta(out.get(), batch->capacity());
  batch_meta->max_frames_in_batch = batch_size;

  std::shared_ptr<const Picture> grey;
  for (const Collector::Frame& one : frames) {
    GstBuffer* buffer = one.frame.buffer.get();
    if (!buffer) {
      if (!grey) grey = grey_picture(format, width, height);
      NvDsFrameMeta* meta = nvds_acquire_frame_meta_from_pool(batch_meta);
      fill(meta, one, batch->add(grey), batch->size() - 1, settings);
      nvds_add_frame_meta_to_batch(batch_meta, meta);
      continue;
    }
    Frame& frame = batch_of(buffer)->frame(0);
    const PictureShape shape{frame.width(), frame.height(), one.frame.format.par_n,
                             one.frame.format.par_d};
    Frame& added = settings.width == 0 ? batch->add(picture_of(frame))
                                       : batch->add(picture_of(frame), width, height,
                                                    place(shape, width, height, settings.padding));
    if (!settings.deferred_scaling) added.read();

    NvDsFrameMeta* meta = nvds_acquire_frame_meta_from_pool(batch_meta);
    if (const NvDsBatchMeta* upstream = gst_buffer_get_nvds_batch_meta(buffer))
      if (upstream->frame_meta_list)
        nvds_copy_frame_meta(static_cast<NvDsFrameMeta*>(upstream->frame_meta_list->data), meta);
    fill(meta, one, frame, batch->size() - 1, settings);
    // A frame user meta that no program asked for breaks some: only for NvDsMetas.
    if (gst_buffer_get_nvds_meta(buffer))
      nvds_copy_gst_meta_to_frame_meta(buffer, batch_meta, meta);
    nvds_add_frame_meta_to_batch(batch_meta, meta);
    if (nvds_enable_latency_measurement && !one.repeated) note_latency(name, out.get(), one, *meta);
  }
  gst_buffer_append_memory(out.get(), new_nvmm_memory(std::move(batch)));
  return out;
}

}  // namespace thalweg
