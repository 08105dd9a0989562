#pragma once

#include <gst/gst.h>

#include <atomic>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "elements/kept_properties.h"
#include "elements/nvstreammux/batch_clock.h"
#include "elements/nvstreammux/collector.h"
#include "elements/nvstreammux/mux_config.h"
#include "elements/nvstreammux/sender_clock.h"
#include "elements/nvstreammux/settings.h"

// What the parts of nvstreammux share: nvstreammux.cpp has types and states, forms.cpp
// properties, sink_pads.cpp what comes in, task.cpp what goes out, src_pad.cpp what downstream asks
// for.

GST_DEBUG_CATEGORY_EXTERN(nvstreammux_debug);
#define GST_CAT_DEFAULT nvstreammux_debug

namespace thalweg {

/// What differs between the two elements that are called nvstreammux. In the newer one frames keep
/// their sizes, a configuration file rules, and whether sources are live is asked of them.
struct Form {
  bool newer = false;
  Settings defaults;
  std::span<const SettingProperty> settings;  ///< ids from 1 on
  std::span<const KeptProperty> kept;         ///< ids behind stats, which follows the settings

  guint stats_id() const { return guint(settings.size()) + 1; }
};

extern const Form kLegacy, kNewer;

/// Of one sink pad. All but `input` belongs to the pad's streaming thread.
struct PadState {
  unsigned id = 0;
  Collector::InputPtr input;
  unsigned source_id = 0;  // id, or what upstream says
  GstSegment segment{};
  InputFormat format;
  bool refused = false;  // an error about its caps is posted
  uint64_t taken = 0;    // frames since READY
  bool cut = false;      // the frames that THALWEG_FRAMES allows have come
  bool asked = false;    // whether upstream is live
  bool told_of_no_time = false;
  SenderClock sender_clock;
};

struct MuxState {
  MuxState(GstElement* mux, const Form& form);

  GstElement* const mux;
  const Form& form;
  GstPad* src = nullptr;  // of the element
  Collector collector;
  KeptProperties kept;

  std::mutex mutex;  // for the next block
  Settings settings;
  std::optional<MuxConfig> config;          // of the file, if there is one
  bool adaptive = false;                    // asked for by NVSTREAMMUX_ADAPTIVE_BATCHING
  bool live = false;                        // a source of the newer form is
  GstClockTime upstream_latency = 0;        // of live sources
  std::string format;                       // of the first pad that got caps; empty: none yet
  int source_width = 0, source_height = 0;  // of that pad
  int fps_n = 30, fps_d = 1;                // of that pad
  GstClockTime latency = 0;                 // of the pipeline
  GstClockTime seek_position = 0;           // stream time at which the next segment begins
  bool renegotiate = true;                  // caps have to be sent (again)
  GstFlowReturn flow = GST_FLOW_OK;         // of downstream

  std::atomic<uint64_t> batches{0}, incomplete{0}, inside_ns{0};
  std::atomic<int64_t> first_batch_ns{0}, last_batch_ns{0};
  uint64_t most_frames = 0;  // of each source, 0: any number; constant above READY

  // Of the src task.
  bool begun = false;  // stream-start is sent
  bool need_segment = true;
  bool told_of_no_source = false;
  bool discont = true;
  guint told_batch_size = 0;  // by the last caps
  BatchClock clock;
  std::vector<EventPtr> held;  // events that wait for the caps

  Settings current() {
    std::lock_guard lock(mutex);
    return settings;
  }
  /// Frames that a batch may have, as downstream is told.
  guint batch_size() {
    std::lock_guard lock(mutex);
    return most_in_batch();
  }
  void configure_collector();
  /// What it adds to the latency of live sources. With the mutex locked.
  GstClockTime own_latency() const;
  GstClockTime running_time() const;
  GstStructure* stats();

  // Of the src task.
  void task();

 private:
  // With the mutex locked.
  bool adapts() const;
  guint most_in_batch() const;
  BatchRules rules() const;

  // Of the src task.
  bool begin(bool without_caps = false);
  void tell(std::vector<Collector::Notice>& notices);
  void push_frames(Collector::Round& round);
  void stamp(GstBuffer* batch);
  void stop_for(GstFlowReturn flow);
};

MuxState& state_of(void* mux);
PadState& pad_state(GstPad* pad);

/// GStreamer hands the element to the task's thread and back by locks that ThreadSanitizer does not
/// see; called on both sides, this lets it see the order.
void handed_over();

/// Calls `use` with each sink pad, without a lock held.
template <class Use>
void for_each_sink_pad(GstElement* mux, Use use) {
  gst_element_foreach_sink_pad(
      mux,
      [](GstElement*, GstPad* pad, gpointer data) -> gboolean {
        (*static_cast<Use*>(data))(pad);
        return TRUE;
      },
      &use);
}

/// A new src pad for the muxer.
GstPad* new_src_pad(GstStaticPadTemplate* pad_template);
/// As GstElementClass has them.
GstPad* request_sink_pad(GstElement* mux, GstPadTemplate* pad_template, const gchar* name,
                         const GstCaps* caps);
void release_sink_pad(GstElement* mux, GstPad* pad);

}  // namespace thalweg
