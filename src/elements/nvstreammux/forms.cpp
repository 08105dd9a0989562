#include "elements/hardware_properties.h"
#include "elements/nvstreammux/mux.h"

namespace thalweg {

namespace {

// ---- of both forms

constexpr SettingProperty kAttachSysTs = {
    .name = "attach-sys-ts",
    .meaning =
        "ntp_timestamp is the system time at which a frame reached the muxer; else the "
        "RTSP sender's time, where configure_source_for_ntp_sync was called",
    .member = &Settings::attach_sys_ts};
constexpr SettingProperty kSyncInputs = {
    .name = "sync-inputs",
    .meaning =
        "Batch only frames of the same time; early ones wait, late ones are dropped and "
        "counted",
    .member = &Settings::sync_inputs};
constexpr SettingProperty kFrameDuration = {
    .name = "frame-duration",
    .meaning =
        "With attach-sys-ts=false, jumps of the RTSP sender's time that are shorter than a "
        "frame are spread over the next ones: duration of a frame in milliseconds; 0: as "
        "timestamps say, -1: jumps are shown",
    .member = &Settings::frame_duration_ms};
constexpr SettingProperty kResetOnEos = {
    .name = "frame-num-reset-on-eos",
    .meaning = "Number a source's frames from 0 again after its end",
    .member = &Settings::reset_on_eos};
constexpr SettingProperty kResetOnStreamReset = {
    .name = "frame-num-reset-on-stream-reset",
    .meaning = "Number a source's frames from 0 again after a stream-reset event",
    .member = &Settings::reset_on_stream_reset};
constexpr SettingProperty kDropPipelineEos = {
    .name = "drop-pipeline-eos",
    .meaning = "Do not end the pipeline when all sources have ended",
    .member = &Settings::drop_pipeline_eos};

// ---- the legacy form

constexpr SettingProperty kLegacySettings[] = {
    {.name = "batch-size",
     .meaning = "Frames in a batch; has to be set",
     .member = &Settings::batch_size,
     .maximum = 1024,
     .of_caps = true},
    {.name = "batched-push-timeout",
     .meaning = "How long to wait after a batch's first frame before it is pushed incomplete, in "
                "microseconds; -1: for ever",
     .member = &Settings::timeout_us,
     .minimum = -1},
    {.name = "width",
     .meaning = "Width of the output frames; has to be set",
     .member = &Settings::width,
     .maximum = G_MAXINT - 8,
     .of_caps = true},
    {.name = "height",
     .meaning = "Height of the output frames; has to be set",
     .member = &Settings::height,
     .maximum = G_MAXINT - 8,
     .of_caps = true},
    {.name = "enable-padding",
     .meaning = "Keep the aspect ratio when scaling, the rest of the frame is black",
     .member = &Settings::padding},
    {.name = "live-source",
     .meaning = "Sources are live: one frame of each in a batch, timestamps are the running time",
     .member = &Settings::live},
    {.name = "num-surfaces-per-frame",
     .meaning = "Surfaces in each input buffer",
     .member = &Settings::surfaces_per_frame,
     .minimum = 1,
     .maximum = 4},
    kAttachSysTs,
    kSyncInputs,
    {.name = "max-latency",
     .meaning = "Extra time that live sources may take, in nanoseconds",
     .member = &Settings::max_latency_ns,
     .type = G_TYPE_UINT},
    kFrameDuration,
    kResetOnEos,
    kResetOnStreamReset,
    kDropPipelineEos,
    {.name = "sort-batch",
     .meaning = "Order the frames of a batch by source",
     .member = &Settings::sort_batch},
    {.name = "align-inputs",
     .meaning = "A batch, and with it batched-push-timeout, begins when every source has a frame",
     .member = &Settings::align_inputs},
    {.name = "align-first-buffer",
     .meaning = "The first batch waits until there are batch-size sources and each has a frame "
                "of the time (ntp_timestamp) from which on all have one; older frames, and frames "
                "of unknown time, are dropped and counted as late",
     .member = &Settings::align_first},
    {.name = "sync-inputs-ntp",
     .meaning = "Batch only frames whose times (ntp_timestamp) are at most so far apart, in "
                "nanoseconds; 0: off. Frames that are ahead wait, those that come after the "
                "batch of their time, or whose time is unknown, are dropped and counted as late",
     .member = &Settings::ntp_tolerance_ns},
    {.name = "failsafe-flush-count",
     .meaning = "With sync-inputs-ntp: in how many batches in a row a source may be left out "
                "because it is ahead, before its waiting frames are dropped and counted as late",
     .member = &Settings::most_left_out},
    {.name = "cache-buffer",
     .meaning = "Repeat the last frame of a source that has none when a batch leaves, until the "
                "source ends; a grey picture stands in where there is none to repeat",
     .member = &Settings::cache},
    {.name = "cache-buffer-timeout",
     .meaning = "With cache-buffer: how long a frame may be repeated, counted from its first "
                "batch, in microseconds; -1: for ever",
     .member = &Settings::cache_timeout_us,
     .minimum = -1},
    {.name = "deferred-scaling",
     .meaning = "Scale a frame when its pixels are first asked for; false: in the muxer",
     .member = &Settings::deferred_scaling},
};

const KeptProperty kLegacyKept[] = {
    kCudaDevice,
    {.name = "buffer-pool-size",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Number of output batches in the pool",
     .minimum = 4,
     .maximum = 1024},
    kOutputMemoryType,
    kScalingHardware,
    {.name = "interpolation-method",
     .type = G_TYPE_ENUM,
     .value = "1",
     .meaning = "Filter for scaling",
     .enum_values = kInterpolations,
     .enum_name = "GstNvInterpolationMethod"},
    {.name = "async-process",
     .type = G_TYPE_BOOLEAN,
     .value = "true",
     .meaning = "Run conversions asynchronously"},
    {.name = "extract-sei-type5-data",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Take frame number and time from SEI",
     .why_no_effect = kNoSei},
    {.name = "extract-sei-sim-time",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Take frame number and simulated time from SEI",
     .why_no_effect = kNoSei},
    {.name = "drop-backward-sei",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Drop frames whose SEI goes back in time",
     .why_no_effect = kNoSei},
};

// ---- the newer form

constexpr SettingProperty kNewerSettings[] = {
    {.name = "batch-size",
     .meaning = "Frames in a batch; has to be set, here or in the configuration file. With "
                "adaptive-batching, the default, the number of sources that are there",
     .member = &Settings::batch_size,
     .maximum = 1024,
     .of_caps = true},
    {.name = "batched-push-timeout",
     .meaning = "How long to wait after a batch's first frame before it is pushed incomplete, in "
                "microseconds; -1: for ever. overall-min-fps of a configuration file counts "
                "instead",
     .member = &Settings::timeout_us,
     .minimum = -1},
    {.name = "num-surfaces-per-frame",
     .meaning = "Surfaces in each input buffer; 0: one",
     .member = &Settings::surfaces_per_frame,
     .maximum = 8},
    {.name = "config-file-path",
     .meaning = "Rules of batching: INI, or YAML where it ends in .yml or .yaml; a new one holds "
                "from the next batch on",
     .member = &Settings::config_file},
    kAttachSysTs,
    {.name = "max-latency",
     .meaning = "Extra time that live sources may take, in nanoseconds",
     .member = &Settings::max_latency_ns},
    kSyncInputs,
    kResetOnEos,
    kResetOnStreamReset,
    kFrameDuration,
    kDropPipelineEos,
};

}  // namespace

const Form kLegacy{.settings = kLegacySettings, .kept = kLegacyKept};
const Form kNewer{.newer = true,
                  .defaults = {.timeout_us = 33000, .surfaces_per_frame = 0},
                  .settings = kNewerSettings};

}  // namespace thalweg
