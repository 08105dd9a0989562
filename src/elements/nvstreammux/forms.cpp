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
    {.name = "align-inputs",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Align the inputs (not in this version)",
     .used = true},
    {.name = "extract-sei-type5-data",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Copy SEI user data to the frame (not in this version)",
     .used = true},
    {.name = "extract-sei-sim-time",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Take simulated time from SEI (not in this version)",
     .used = true},
    {.name = "cache-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Repeat a source's last frame when it has none (not in this version)",
     .used = true},
    {.name = "cache-buffer-timeout",
     .type = G_TYPE_INT,
     .value = "-1",
     .meaning = "How long a frame may be repeated, in us (not in this version)",
     .minimum = -1,
     .used = true},
    {.name = "align-first-buffer",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Align the first frames of all sources (not in this version)",
     .used = true},
    {.name = "sync-inputs-ntp",
     .type = G_TYPE_INT,
     .value = "0",
     .meaning = "Tolerance of synchronising on NTP time, in us (not in this version)",
     .minimum = 0,
     .used = true},
    {.name = "failsafe-flush-count",
     .type = G_TYPE_UINT,
     .value = "4",
     .meaning = "Rounds that a pad may hold frames back while aligning (not in this version)",
     .used = true},
    {.name = "drop-backward-sei",
     .type = G_TYPE_BOOLEAN,
     .value = "false",
     .meaning = "Ignore SEI that goes back in time (not in this version)",
     .used = true},
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
