// nvstreammux with sources and a sink that the test itself plays: every buffer, event and message
// is seen, and nothing depends on time.
#include <gst/gst.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <cstdio>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "../surface/decoded.h"
#include "gst-nvevent.h"
#include "gst-nvmessage.h"
#include "gst-nvquery.h"
#include "gstnvdsmeta.h"
#include "surface/batch.h"
#include "warnings_fail.h"

namespace thalweg {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);

/// What reached the sink, in order: "stream-start caps segment ...".
std::string name_of(GstEvent* event) {
  const char* source = nullptr;
  guint id = 0;
  switch (guint(GST_EVENT_TYPE(event))) {
    case guint(GST_NVEVENT_PAD_ADDED):
      gst_nvevent_parse_pad_added(event, &id);
      source = "pad-added-";
      break;
    case guint(GST_NVEVENT_PAD_DELETED):
      gst_nvevent_parse_pad_deleted(event, &id);
      source = "pad-deleted-";
      break;
    case guint(GST_NVEVENT_STREAM_EOS):
      gst_nvevent_parse_stream_eos(event, &id);
      source = "stream-eos-";
      break;
    case guint(GST_NVEVENT_STREAM_START): {
      char* stream_id = nullptr;
      gst_nvevent_parse_stream_start(event, &id, &stream_id);
      source = "source-start-";
      break;
    }
    case guint(GST_NVEVENT_STREAM_SEGMENT): {
      GstSegment* segment = nullptr;
      gst_nvevent_parse_stream_segment(event, &id, &segment);
      source = "source-segment-";
      break;
    }
    case guint(GST_NVEVENT_UPDATE_CAPS): {
      const GstStructure* fields = gst_event_get_structure(event);
      guint width = 0, height = 0;
      gst_structure_get(fields, "width-val", G_TYPE_UINT, &width, "height-val", G_TYPE_UINT,
                        &height, nullptr);
      return "update-caps-" + std::to_string(width) + "x" + std::to_string(height);
    }
    case guint(GST_NVEVENT_STREAM_RESET):
      gst_nvevent_parse_stream_reset(event, &id);
      source = "stream-reset-";
      break;
    default:
      return GST_EVENT_TYPE_NAME(event);
  }
  return source + std::to_string(id);
}

class Mux : public ::testing::Test {
 protected:
  struct Source {
    GstPad* pad;   // ours
    GstPad* sink;  // the muxer's
  };

  void SetUp() override {
    testing::let_warnings_fail();
    mux_ = make();
    ASSERT_NE(mux_, nullptr) << "GST_PLUGIN_PATH has no nvstreammux";
    gst_object_ref_sink(mux_);
    bus_ = gst_bus_new();
    gst_element_set_bus(mux_, bus_);
    static GstStaticPadTemplate any =
        GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
    sink_ = gst_pad_new_from_static_template(&any, "sink");  // whose caps may change
    gst_pad_set_element_private(sink_, this);
    gst_pad_set_chain_function(sink_, [](GstPad* pad, GstObject*, GstBuffer* buffer) {
      return static_cast<Mux*>(gst_pad_get_element_private(pad))->take(buffer);
    });
    gst_pad_set_event_function(sink_, [](GstPad* pad, GstObject*, GstEvent* event) -> gboolean {
      static_cast<Mux*>(gst_pad_get_element_private(pad))->take(event);
      return TRUE;
    });
    gst_pad_set_active(sink_, TRUE);
    GstPad* src = gst_element_get_static_pad(mux_, "src");
    ASSERT_EQ(gst_pad_link(src, sink_), GST_PAD_LINK_OK);
    gst_object_unref(src);
  }

  virtual GstElement* make() { return gst_element_factory_make("nvstreammux", "m"); }

  void TearDown() override {
    gst_element_set_state(mux_, GST_STATE_NULL);
    gst_pad_set_active(sink_, FALSE);  // its events may hold the muxer
    for (auto& [id, source] : sources_) gst_object_unref(source.pad), gst_object_unref(source.sink);
    {
      std::lock_guard lock(mutex_);
      for (GstBuffer* buffer : buffers_) gst_buffer_unref(buffer);
    }
    gst_element_set_bus(mux_, nullptr);
    gst_object_unref(bus_);
    EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(mux_), 1);
    gst_object_unref(mux_);
    gst_object_unref(sink_);
  }

  void start(unsigned batch_size, unsigned width = 64, unsigned height = 48, int timeout_us = -1) {
    g_object_set(mux_, "batch-size", batch_size, "width", width, "height", height,
                 "batched-push-timeout", timeout_us, nullptr);
    ASSERT_NE(gst_element_set_state(mux_, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  }

  /// Links a source of ours to sink_<id> and lets it announce itself.
  void add_source(unsigned id, const std::string& caps =
                                   "video/x-raw(memory:NVMM), format=I420, "
                                   "width=64, height=48, framerate=10/1") {
    const std::string name = "sink_" + std::to_string(id);
    Source source{gst_pad_new(("src_" + std::to_string(id)).c_str(), GST_PAD_SRC),
                  gst_element_request_pad_simple(mux_, name.c_str())};
    ASSERT_NE(source.sink, nullptr);
    gst_pad_set_element_private(source.pad, this);
    gst_pad_set_query_function(
        source.pad, [](GstPad* pad, GstObject*, GstQuery* query) -> gboolean {
          return static_cast<Mux*>(gst_pad_get_element_private(pad))->answer(query);
        });
    gst_pad_set_active(source.pad, TRUE);
    ASSERT_EQ(gst_pad_link(source.pad, source.sink), GST_PAD_LINK_OK);
    sources_[id] = source;
    announce(id, caps);
  }

  /// As a source would.
  gboolean answer(GstQuery* query) {
    if (GST_QUERY_TYPE(query) == GST_QUERY_URI) {
      gst_query_set_uri(query, "file:///source.mp4");
      return TRUE;
    }
    if (source_id_ && gst_nvquery_is_sourceid(query)) {
      gst_nvquery_sourceid_set(query, *source_id_);
      return TRUE;
    }
    if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY) return FALSE;
    gst_query_set_latency(query, live_, latency_, GST_CLOCK_TIME_NONE);
    return TRUE;
  }

  void announce(unsigned id, const std::string& text) {
    GstPad* pad = sources_.at(id).pad;
    gst_pad_push_event(pad, gst_event_new_stream_start(("camera-" + std::to_string(id)).c_str()));
    GstCaps* caps = gst_caps_from_string(text.c_str());
    gst_pad_push_event(pad, gst_event_new_caps(caps));
    gst_caps_unref(caps);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad, gst_event_new_segment(&segment));
  }

  void remove_source(unsigned id) {
    Source source = sources_.at(id);
    sources_.erase(id);
    gst_pad_unlink(source.pad, source.sink);
    gst_element_release_request_pad(mux_, source.sink);
    gst_object_unref(source.sink);
    gst_pad_set_active(source.pad, FALSE);
    gst_object_unref(source.pad);
  }

  static std::shared_ptr<Picture> picture(int width = 64, int height = 48) {
    auto made = Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, width, height);
    testing::paint(made->mutable_pixels(), 200);
    return made;
  }

  // GStreamer recycles a buffer's memory between threads by means that ThreadSanitizer cannot see.
  __attribute__((no_sanitize("thread"))) static GstBuffer* buffer_of(
      std::shared_ptr<const Picture> picture, GstClockTime pts) {
    auto batch = std::make_unique<Batch>(1);
    batch->add(std::move(picture));
    GstBuffer* buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, new_nvmm_memory(std::move(batch)));
    GST_BUFFER_PTS(buffer) = pts;
    return buffer;
  }

  GstFlowReturn push(unsigned id, GstClockTime pts = 0,
                     std::shared_ptr<const Picture> pixels = picture()) {
    return gst_pad_push(sources_.at(id).pad, buffer_of(std::move(pixels), pts));
  }
  void push_event(unsigned id, GstEvent* event) { gst_pad_push_event(sources_.at(id).pad, event); }

  GstFlowReturn take(GstBuffer* buffer) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return !held_ || closing_; }));
    buffers_.push_back(buffer);
    log_.push_back("buffer");
    changed_.notify_all();
    return flow_;
  }
  void take(GstEvent* event) {
    std::lock_guard lock(mutex_);
    if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
      GstCaps* caps;
      gst_event_parse_caps(event, &caps);
      char* text = gst_caps_to_string(caps);
      caps_ = text;
      g_free(text);
    }
    if (GST_EVENT_TYPE(event) == GST_EVENT_SINK_MESSAGE) {
      GstMessage* message;
      gst_event_parse_sink_message(event, &message);
      guint id = 99;
      EXPECT_TRUE(gst_nvmessage_is_stream_eos(message));
      EXPECT_TRUE(gst_nvmessage_parse_stream_eos(message, &id));
      log_.push_back("message-stream-eos-" + std::to_string(id));
      gst_message_unref(message);
    } else {
      log_.push_back(name_of(event));
    }
    gst_event_unref(event);
    changed_.notify_all();
  }

  /// Waits until `count` buffers have arrived; the last of them.
  GstBuffer* buffer(size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return buffers_.size() >= count; }));
    return buffers_.at(count - 1);
  }
  /// Waits until the sink has seen `name`; all it has seen, joined.
  std::string log_until(const std::string& name, int times = 1) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] {
      return std::count(log_.begin(), log_.end(), name) >= times;
    })) << name;
    std::string all;
    for (const std::string& one : log_) all += (all.empty() ? "" : " ") + one;
    return all;
  }
  void hold(bool held) {
    std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }

  /// Waits for a message; its sentence for the user.
  std::string message(GstMessageType type) {
    GstMessage* message =
        gst_bus_timed_pop_filtered(bus_, std::chrono::nanoseconds(kPatience).count(), type);
    if (!message) return "(no message)";
    GError* error = nullptr;
    if (type == GST_MESSAGE_ERROR)
      gst_message_parse_error(message, &error, nullptr);
    else
      gst_message_parse_warning(message, &error, nullptr);
    std::string text = error->message;
    g_error_free(error);
    gst_message_unref(message);
    return text;
  }

  static NvDsFrameMeta* frame_meta(GstBuffer* buffer, guint index) {
    NvDsBatchMeta* batch = gst_buffer_get_nvds_batch_meta(buffer);
    EXPECT_NE(batch, nullptr);
    return static_cast<NvDsFrameMeta*>(g_list_nth_data(batch->frame_meta_list, index));
  }
  static guint frames_in(GstBuffer* buffer) {
    return gst_buffer_get_nvds_batch_meta(buffer)->num_frames_in_batch;
  }
  guint64 stat(const char* pad, const char* name) {
    GstStructure* stats = nullptr;
    g_object_get(mux_, "stats", &stats, nullptr);
    guint64 value = 0;
    guint small = 0;
    const GstStructure* where = stats;
    if (pad)
      where = static_cast<GstStructure*>(g_value_get_boxed(gst_structure_get_value(stats, pad)));
    if (gst_structure_get_uint(where, name, &small))
      value = small;
    else
      EXPECT_TRUE(gst_structure_get_uint64(where, name, &value)) << name;
    gst_structure_free(stats);
    return value;
  }

  /// Many sources at once, each to its end.
  void check_that_nothing_is_lost() {
    constexpr int kSources = 8, kFrames = 150;
    for (int id = 0; id < kSources; ++id) add_source(id);
    std::vector<std::thread> threads;
    for (int id = 0; id < kSources; ++id)
      threads.emplace_back([&, id] {
        for (int i = 0; i < kFrames; ++i) EXPECT_EQ(push(id, i * GST_MSECOND), GST_FLOW_OK);
        push_event(id, gst_event_new_eos());
      });
    for (std::thread& thread : threads) thread.join();
    log_until("eos");
    std::map<guint, int> next;
    for (GstBuffer* out : buffers_) {
      EXPECT_EQ(frames_in(out), guint(batch_of(out)->size()));
      for (guint i = 0; i < frames_in(out); ++i) {
        const NvDsFrameMeta* meta = frame_meta(out, i);
        EXPECT_EQ(meta->buf_pts, meta->frame_num * GST_MSECOND);
        EXPECT_EQ(meta->frame_num, next[meta->pad_index]++);
      }
    }
    for (int id = 0; id < kSources; ++id) EXPECT_EQ(next[id], kFrames);
  }

  GstElement* mux_ = nullptr;
  GstBus* bus_ = nullptr;
  GstPad* sink_ = nullptr;
  std::map<unsigned, Source> sources_;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<GstBuffer*> buffers_;
  std::vector<std::string> log_;
  std::string caps_;
  GstFlowReturn flow_ = GST_FLOW_OK;
  bool held_ = false, closing_ = false;
  std::atomic<bool> live_ = false;  // the sources
  GstClockTime latency_ = 0;
  std::optional<guint> source_id_;  // what they say it is
};

TEST_F(Mux, FrameMetaSaysWhereTheFrameCameFrom) {
  add_source(3, "video/x-raw(memory:NVMM), format=I420, width=100, height=50, framerate=25/1");
  start(2, 64, 48);
  announce(3, "video/x-raw(memory:NVMM), format=I420, width=100, height=50, framerate=25/1");
  const guint64 before = guint64(g_get_real_time()) * 1000;
  push(3, 7 * GST_SECOND, picture(100, 50));
  push(3, 8 * GST_SECOND, picture(100, 50));
  GstBuffer* out = buffer(1);
  ASSERT_EQ(frames_in(out), 2u);
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(out)->max_frames_in_batch, 2u);
  for (guint i = 0; i < 2; ++i) {
    const NvDsFrameMeta* meta = frame_meta(out, i);
    EXPECT_EQ(meta->pad_index, 3u);
    EXPECT_EQ(meta->source_id, 3u);
    EXPECT_EQ(meta->batch_id, i);
    EXPECT_EQ(meta->frame_num, int(i));
    EXPECT_EQ(meta->buf_pts, (7 + i) * GST_SECOND);
    EXPECT_GE(meta->ntp_timestamp, before);
    EXPECT_LE(meta->ntp_timestamp, guint64(g_get_real_time()) * 1000);
    EXPECT_EQ(meta->source_frame_width, 100u);
    EXPECT_EQ(meta->source_frame_height, 50u);
    EXPECT_EQ(meta->pipeline_width, 64u);
    EXPECT_EQ(meta->pipeline_height, 48u);
    EXPECT_EQ(meta->num_surfaces_per_frame, 1);
    EXPECT_EQ(meta->bInferDone, FALSE);
    EXPECT_EQ(meta->num_obj_meta, 0u);
    EXPECT_EQ(meta->frame_user_meta_list, nullptr);
    EXPECT_EQ(meta->base_meta.batch_meta, gst_buffer_get_nvds_batch_meta(out));
  }
  EXPECT_EQ(GST_BUFFER_PTS(out), 0u);
  EXPECT_EQ(GST_BUFFER_DURATION(out), 40 * GST_MSECOND);
}

TEST_F(Mux, WithoutSystemTimeTheNtpTimeIsUnknown) {
  g_object_set(mux_, "attach-sys-ts", FALSE, nullptr);
  start(1);
  add_source(0);
  push(0);
  EXPECT_EQ(frame_meta(buffer(1), 0)->ntp_timestamp, 0u);
}

TEST_F(Mux, OutputCapsCarryTheBatchAndNothingOfTheSource) {
  start(4, 70, 50);
  add_source(0,
             "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=25/2, "
             "pixel-aspect-ratio=2/1, colorimetry=bt709, interlace-mode=progressive, "
             "chroma-site=mpeg2");
  push_event(0, gst_event_new_eos());
  log_until("eos");
  EXPECT_EQ(caps_,
            "video/x-raw(memory:NVMM), format=(string)I420, width=(int)72, height=(int)52, "
            "framerate=(fraction)25/2, batch-size=(int)4, num-surfaces-per-frame=(int)1, "
            "nvbuf-memory-type=(string)nvbuf-mem-system, gpu-id=(int)0");
  EXPECT_EQ(message(GST_MESSAGE_WARNING), "m: width 70 is rounded up to 72, a multiple of 8.");
  EXPECT_EQ(message(GST_MESSAGE_WARNING), "m: height 50 is rounded up to 52, a multiple of 4.");
}

TEST_F(Mux, EventsComeInOrder) {
  add_source(0);
  start(1);
  announce(0, "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=10/1");
  push(0);
  buffer(1);
  push_event(0, gst_event_new_eos());
  EXPECT_EQ(log_until("eos"),
            "stream-start caps segment pad-added-0 source-start-0 source-segment-0 buffer "
            "message-stream-eos-0 stream-eos-0 eos");
}

TEST_F(Mux, OnlyTheEndOfAllSourcesEndsTheStream) {
  start(2);
  add_source(0);
  add_source(1);
  push(0);
  push_event(0, gst_event_new_eos());
  push(1);
  push(1);
  push(1);
  log_until("stream-eos-0");
  buffer(2);
  EXPECT_EQ(log_until("stream-eos-0").find(" eos"), std::string::npos);
  push_event(1, gst_event_new_eos());
  const std::string all = log_until("eos");
  EXPECT_LT(all.find("message-stream-eos-0"), all.find("message-stream-eos-1"));
  EXPECT_EQ(stat(nullptr, "out"), 4u);
}

TEST_F(Mux, AFlushTakesBackASourcesEndWhenThePipelinesEndIsDropped) {
  g_object_set(mux_, "drop-pipeline-eos", TRUE, nullptr);
  start(1);
  add_source(0);
  push(0);
  push_event(0, gst_event_new_eos());
  log_until("stream-eos-0");
  push_event(0, gst_event_new_flush_start());
  push_event(0, gst_event_new_flush_stop(TRUE));
  announce(0, "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=10/1");
  EXPECT_EQ(push(0), GST_FLOW_OK);
  EXPECT_EQ(frame_meta(buffer(2), 0)->frame_num, 1);
  EXPECT_EQ(log_until("buffer", 2).find(" eos"), std::string::npos);
}

TEST_F(Mux, APictureOfTheOutputsSizeIsReferredToNotCopied) {
  start(1);
  add_source(0);
  auto pixels = picture();
  const uint8_t* data = pixels->pixels().planes[0].data;
  push(0, 0, pixels);
  EXPECT_EQ(batch_of(buffer(1))->frame(0).read().planes[0].data, data);
}

TEST_F(Mux, ScalingIsDeferredAndSourcesMayDifferInSize) {
  start(2, 128, 96);
  add_source(0);
  add_source(1, "video/x-raw(memory:NVMM), format=I420, width=320, height=240, framerate=30/1");
  push(0);
  auto large = picture(320, 240);
  push(1, 0, large);
  Batch* batch = batch_of(buffer(1));
  ASSERT_EQ(batch->size(), 2);
  EXPECT_EQ(batch->frame(1).source().picture, large);
  EXPECT_EQ(batch->frame(1).source().placement, (Rect{0, 0, 128, 96}));
  EXPECT_EQ(batch->frame(1).read().width, 128);
  EXPECT_EQ(batch->frame(1).read().planes[0].data[0], 200);
  EXPECT_EQ(batch->frame(0).read().height, 96);
  EXPECT_EQ(frame_meta(buffers_[0], 1)->source_frame_width, 320u);
}

TEST_F(Mux, PaddingKeepsTheAspectRatioAtEvenCoordinates) {
  g_object_set(mux_, "enable-padding", TRUE, nullptr);
  start(2, 160, 96);
  add_source(0);  // 64x48 -> 128x96 in the middle
  add_source(1,
             "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=10/1, "
             "pixel-aspect-ratio=2/1");  // 128x48 -> 160x60
  push(0);
  push(1);
  Batch* batch = batch_of(buffer(1));
  EXPECT_EQ(batch->frame(0).source().placement, (Rect{16, 0, 128, 96}));
  EXPECT_EQ(batch->frame(1).source().placement, (Rect{0, 18, 160, 60}));
  const ConstPixels pixels = batch->frame(0).read();
  const uint8_t* row = pixels.planes[0].data + 48 * pixels.planes[0].stride_bytes;
  EXPECT_LE(row[8], 16);
  EXPECT_EQ(row[80], 200);
}

TEST_F(Mux, ScalingAtOnceGivesTheSamePixels) {
  const auto pixels_with = [&](gboolean deferred) {
    g_object_set(mux_, "deferred-scaling", deferred, nullptr);
    auto pixels = picture(320, 240);
    for (int i = 0; i < 240; ++i)  // no two rows alike
      pixels->mutable_pixels().planes[0].data[i * pixels->pixels().planes[0].stride_bytes + i] = i;
    push(0, 0, pixels);
    Batch* batch = batch_of(buffer(deferred ? 1 : 2));
    return testing::hash(batch->frame(0).read());
  };
  start(1, 128, 96);
  add_source(0, "video/x-raw(memory:NVMM), format=I420, width=320, height=240, framerate=10/1");
  const uint64_t deferred = pixels_with(TRUE);
  EXPECT_EQ(deferred, pixels_with(FALSE));
}

TEST_F(Mux, AStalledSourceIsNotWaitedForBeyondTheTimeout) {
  start(2, 64, 48, 1000);
  add_source(0);
  add_source(1);
  push(0);
  GstBuffer* out = buffer(1);
  EXPECT_EQ(frames_in(out), 1u);
  EXPECT_EQ(frame_meta(out, 0)->pad_index, 0u);
  EXPECT_EQ(stat(nullptr, "incomplete-batches"), 1u);
}

TEST_F(Mux, AFullQueueHoldsItsSourceBackAndCountsIt) {
  hold(true);
  start(1);
  add_source(0);
  auto pushing = std::async(std::launch::async, [&] {
    for (int i = 0; i < 20; ++i) EXPECT_EQ(push(0, i * GST_MSECOND), GST_FLOW_OK);
  });
  while (stat("sink_0", "in") < 4) std::this_thread::yield();  // one is held by the sink
  EXPECT_EQ(stat("sink_0", "queued"), 3u);
  EXPECT_EQ(stat("sink_0", "queued-bytes"), 3u * (64 * 48 + 2 * 64 * 24));  // rows of 64 bytes
  while (stat("sink_0", "blocked") == 0) std::this_thread::yield();
  EXPECT_EQ(stat("sink_0", "queued"), 3u);
  hold(false);
  pushing.get();
  for (int i = 0; i < 20; ++i) EXPECT_EQ(frame_meta(buffer(i + 1), 0)->buf_pts, i * GST_MSECOND);
}

TEST_F(Mux, TheNewestFramesOfALiveSourceAreKeptAndTheOthersCounted) {
  hold(true);
  live_ = true;
  start(1);
  add_source(0);
  push(0, 0);
  while (stat("sink_0", "queued") > 0) std::this_thread::yield();  // held by the sink
  for (int i = 1; i <= 200; ++i) EXPECT_EQ(push(0, i * GST_MSECOND), GST_FLOW_OK);
  EXPECT_EQ(stat("sink_0", "blocked"), 0u);
  EXPECT_EQ(stat("sink_0", "queued"), 10u);
  EXPECT_EQ(stat("sink_0", "skipped"), 190u);
  EXPECT_EQ(stat(nullptr, "skipped"), 190u);
  hold(false);
  for (int i = 1; i <= 10; ++i) {
    const NvDsFrameMeta* meta = frame_meta(buffer(i + 1), 0);
    EXPECT_EQ(meta->buf_pts, (190 + i) * GST_MSECOND);
    EXPECT_EQ(meta->frame_num, i);
  }
}

TEST_F(Mux, TheEnvironmentCanLetBatchesFollowTheNumberOfSources) {
  g_setenv("NVSTREAMMUX_ADAPTIVE_BATCHING", "yes", TRUE);
  start(8);
  g_unsetenv("NVSTREAMMUX_ADAPTIVE_BATCHING");
  add_source(0);
  add_source(1);
  push(0);
  push(1);
  EXPECT_EQ(frames_in(buffer(1)), 2u);
  push_event(1, gst_event_new_eos());
  push(0);
  EXPECT_EQ(frames_in(buffer(2)), 1u);
}

TEST_F(Mux, StoppingLetsAHeldSourceGo) {
  hold(true);
  start(1);
  add_source(0);
  auto pushing = std::async(std::launch::async, [&] {
    GstFlowReturn flow;
    do flow = push(0);
    while (flow == GST_FLOW_OK);
    return flow;
  });
  while (stat("sink_0", "blocked") == 0) std::this_thread::yield();
  {
    std::lock_guard lock(mutex_);
    closing_ = true;  // as a sink that goes to READY first
    changed_.notify_all();
  }
  gst_element_set_state(mux_, GST_STATE_NULL);
  EXPECT_EQ(pushing.get(), GST_FLOW_FLUSHING);
}

TEST_F(Mux, SourcesComeAndGoWhilePlaying) {
  start(4, 64, 48, 0);
  add_source(0);
  push(0);
  buffer(1);
  add_source(7);
  push(7);
  EXPECT_EQ(frame_meta(buffer(2), 0)->pad_index, 7u);
  push(7);
  remove_source(7);
  log_until("pad-deleted-7");
  add_source(7);
  push(7);
  EXPECT_EQ(frame_meta(buffer(4), 0)->frame_num, 0);
  push(0);
  EXPECT_EQ(frame_meta(buffer(5), 0)->frame_num, 1);
  EXPECT_NE(log_until("pad-added-7", 2).find("pad-deleted-7 pad-added-7"), std::string::npos);
}

TEST_F(Mux, APadNumberInUseIsRefused) {
  add_source(2);
  // GStreamer itself complains loudly about such names; what counts is what the muxer says.
  GstPadTemplate* pads = gst_element_get_pad_template(mux_, "sink_%u");
  const auto request = GST_ELEMENT_GET_CLASS(mux_)->request_new_pad;
  EXPECT_EQ(request(mux_, pads, "sink_2", nullptr), nullptr);
  EXPECT_EQ(request(mux_, pads, "sink_x", nullptr), nullptr);
  EXPECT_EQ(request(mux_, pads, "sink_3x", nullptr), nullptr);
  GstPad* pad = gst_element_request_pad(mux_, pads, nullptr, nullptr);
  EXPECT_STREQ(GST_PAD_NAME(pad), "sink_0");
  gst_element_release_request_pad(mux_, pad);
  gst_object_unref(pad);
}

TEST_F(Mux, AnotherFormatThanTheFirstSourcesIsAnError) {
  start(2);
  add_source(0);
  add_source(1, "video/x-raw(memory:NVMM), format=NV12, width=64, height=48, framerate=10/1");
  EXPECT_EQ(
      message(GST_MESSAGE_ERROR),
      "m:sink_1 expected format I420, which its first source has, but got NV12: all sources of "
      "a muxer need one format. Put 'nvvideoconvert ! video/x-raw(memory:NVMM),format=I420' "
      "before this pad.");
  EXPECT_EQ(push(1), GST_FLOW_FLUSHING);
}

TEST_F(Mux, SystemMemoryIsAnErrorThatNamesTheConverter) {
  start(1);
  add_source(0, "video/x-raw, format=NV12, width=64, height=48, framerate=10/1");
  EXPECT_EQ(message(GST_MESSAGE_ERROR),
            "m:sink_0 expected video/x-raw(memory:NVMM) but got system memory (video/x-raw, format "
            "NV12). Put 'nvvideoconvert ! video/x-raw(memory:NVMM),format=NV12' before it.");
}

TEST_F(Mux, ABufferOfOrdinaryMemoryIsAnError) {
  start(1);
  add_source(0);
  GstBuffer* plain = gst_buffer_new_allocate(nullptr, 64 * 48 * 3 / 2, nullptr);
  EXPECT_EQ(gst_pad_push(sources_.at(0).pad, plain), GST_FLOW_FLUSHING);
  const std::string text = message(GST_MESSAGE_ERROR);
  EXPECT_EQ(text.find("m:sink_0 expected buffers of one frame in memory:NVMM but got: "), 0u)
      << text;
}

TEST_F(Mux, WithoutSizeOrBatchSizeItDoesNotStart) {
  g_object_set(mux_, "batch-size", 1, nullptr);
  EXPECT_EQ(gst_element_set_state(mux_, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ(message(GST_MESSAGE_ERROR),
            "m needs the size of its output: width is 0 and height is 0. Set both, for example "
            "width=1920 height=1080.");
  g_object_set(mux_, "width", 64, "height", 48, "batch-size", 0, nullptr);
  EXPECT_EQ(gst_element_set_state(mux_, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ(message(GST_MESSAGE_ERROR),
            "m needs a batch size: batch-size is 0. Set it to the number of sources, for example "
            "batch-size=1.");
}

TEST_F(Mux, WithoutAnySourceItWarnsOnceAndWaits) {
  start(1);
  EXPECT_EQ(message(GST_MESSAGE_WARNING),
            "m has no source: none of its sink pads is requested. It waits for one.");
  add_source(0);
  push(0);
  buffer(1);
  EXPECT_EQ(gst_bus_pop_filtered(bus_, GST_MESSAGE_WARNING), nullptr);
}

TEST_F(Mux, AnUnlinkedOutputIsOneErrorAndSourcesStopQuietly) {
  GstPad* src = gst_element_get_static_pad(mux_, "src");
  gst_pad_unlink(src, sink_);
  gst_object_unref(src);
  start(1);
  add_source(0);
  while (push(0) == GST_FLOW_OK) continue;
  EXPECT_EQ(message(GST_MESSAGE_ERROR),
            "m has nowhere to send its batches: its pad 'src' or one further down is not linked. "
            "Link it to the next element, for example nvinfer or fakesink.");
  EXPECT_EQ(push(0), GST_FLOW_FLUSHING);
  EXPECT_EQ(gst_bus_pop_filtered(bus_, GST_MESSAGE_ERROR), nullptr);
}

TEST_F(Mux, DownstreamsEndReachesTheSources) {
  flow_ = GST_FLOW_EOS;
  start(1);
  add_source(0);
  GstFlowReturn flow;
  do flow = push(0);
  while (flow == GST_FLOW_OK);
  EXPECT_EQ(flow, GST_FLOW_EOS);
}

TEST_F(Mux, AFlushingSeekFlushesDownstreamOnceAndRestartsTheTime) {
  start(1);
  add_source(0);
  push(0);
  push(0);
  EXPECT_EQ(GST_BUFFER_PTS(buffer(2)), 100 * GST_MSECOND);
  // A source that, as a demuxer does, flushes its pad when it is asked to seek.
  gst_pad_set_event_function(sources_.at(0).pad,
                             [](GstPad* pad, GstObject*, GstEvent* event) -> gboolean {
                               const bool seek = GST_EVENT_TYPE(event) == GST_EVENT_SEEK;
                               if (seek) {
                                 gst_pad_push_event(pad, gst_event_new_flush_start());
                                 gst_pad_push_event(pad, gst_event_new_flush_stop(TRUE));
                               }
                               gst_event_unref(event);
                               return seek;
                             });
  EXPECT_TRUE(gst_pad_push_event(
      sink_, gst_event_new_seek(1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET,
                                5 * GST_SECOND, GST_SEEK_TYPE_NONE, -1)));
  announce(0, "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=10/1");
  EXPECT_EQ(push(0, 5 * GST_SECOND), GST_FLOW_OK);
  EXPECT_EQ(GST_BUFFER_PTS(buffer(3)), 0u);
  const std::string all = log_until("flush-stop");
  EXPECT_NE(all.find("flush-start flush-stop"), std::string::npos) << all;
  EXPECT_EQ(all.rfind("flush-start"), all.find("flush-start")) << all;
}

TEST_F(Mux, LiveTimestampsAreTheRunningTime) {
  GstClock* clock = gst_system_clock_obtain();
  gst_element_set_clock(mux_, clock);
  gst_element_set_base_time(mux_, gst_clock_get_time(clock) - 100 * GST_SECOND);
  g_object_set(mux_, "live-source", TRUE, nullptr);
  start(4);
  add_source(0);
  push(0);
  const GstClockTime pts = GST_BUFFER_PTS(buffer(1));
  EXPECT_GE(pts, 100 * GST_SECOND);
  EXPECT_LE(pts, gst_clock_get_time(clock) - gst_element_get_base_time(mux_));
  EXPECT_EQ(frames_in(buffer(1)), 1u);
  gst_object_unref(clock);
}

TEST_F(Mux, MetasOfASourceBecomeUserMetasOfItsFrame) {
  start(1);
  add_source(0);
  GstBuffer* in = buffer_of(picture(), 0);
  static int freed = 0;
  freed = 0;
  NvDsMeta* meta = gst_buffer_add_nvds_meta(
      in, g_strdup("hello"), nullptr,
      [](gpointer data, gpointer) -> gpointer { return g_strdup(static_cast<char*>(data)); },
      [](gpointer data, gpointer) { g_free(data), ++freed; });
  meta->meta_type = NVDS_GST_CUSTOM_META + 500;
  meta->gst_to_nvds_meta_transform_func = [](gpointer data, gpointer) -> gpointer {
    return g_strdup(static_cast<char*>(static_cast<NvDsUserMeta*>(data)->user_meta_data));
  };
  meta->gst_to_nvds_meta_release_func = [](gpointer data, gpointer) {
    g_free(static_cast<NvDsUserMeta*>(data)->user_meta_data);
  };
  gst_pad_push(sources_.at(0).pad, in);
  const NvDsFrameMeta* frame = frame_meta(buffer(1), 0);
  ASSERT_EQ(g_list_length(frame->frame_user_meta_list), 1u);
  const auto* user = static_cast<NvDsUserMeta*>(frame->frame_user_meta_list->data);
  EXPECT_EQ(int(user->base_meta.meta_type), NVDS_GST_CUSTOM_META + 500);
  EXPECT_STREQ(static_cast<char*>(user->user_meta_data), "hello");
  EXPECT_EQ(freed, 1);
}

TEST_F(Mux, ObjectsOfAnUpstreamBatchAreKept) {
  start(1);
  add_source(2);
  GstBuffer* in = buffer_of(picture(), 0);
  NvDsBatchMeta* upstream = nvds_create_batch_meta(1);
  gst_buffer_add_nvds_meta(in, upstream, nullptr, nvds_batch_meta_copy_func,
                           nvds_batch_meta_release_func)
      ->meta_type = NVDS_BATCH_GST_META;
  NvDsFrameMeta* its = nvds_acquire_frame_meta_from_pool(upstream);
  its->pad_index = 9;
  nvds_add_frame_meta_to_batch(upstream, its);
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(upstream);
  object->class_id = 5;
  nvds_add_obj_meta_to_frame(its, object, nullptr);
  gst_pad_push(sources_.at(2).pad, in);
  const NvDsFrameMeta* frame = frame_meta(buffer(1), 0);
  EXPECT_EQ(frame->pad_index, 2u);
  ASSERT_EQ(frame->num_obj_meta, 1u);
  EXPECT_EQ(static_cast<NvDsObjectMeta*>(frame->obj_meta_list->data)->class_id, 5);
  EXPECT_EQ(frames_in(buffer(1)), 1u);
}

TEST_F(Mux, ASendersTimeIsSmoothedWhereTheFramesDurationIsGiven) {
  g_object_set(mux_, "attach-sys-ts", FALSE, "frame-duration", G_GUINT64_CONSTANT(100), nullptr);
  start(1);
  add_source(0);
  GstCaps* caps = gst_caps_new_empty_simple("timestamp/x-ntp");
  constexpr guint64 kFrom1900 = 2208988800 * GST_SECOND, kNow = 1'700'000'000 * GST_SECOND;
  const guint64 said[] = {kNow, kNow + 100 * GST_MSECOND, kNow + 170 * GST_MSECOND};
  for (int i = 0; i < 3; ++i) {
    GstBuffer* in = buffer_of(picture(), i * 100 * GST_MSECOND);
    gst_buffer_add_reference_timestamp_meta(in, caps, kFrom1900 + said[i], GST_CLOCK_TIME_NONE);
    gst_pad_push(sources_.at(0).pad, in);
  }
  gst_caps_unref(caps);
  EXPECT_EQ(frame_meta(buffer(1), 0)->ntp_timestamp, kNow);
  EXPECT_EQ(frame_meta(buffer(2), 0)->ntp_timestamp, kNow + 100 * GST_MSECOND);
  EXPECT_EQ(frame_meta(buffer(3), 0)->ntp_timestamp, kNow + 200 * GST_MSECOND);
}

/// A frame that a camera says to have taken so many ms after some moment.
class TimedMux : public Mux {
 protected:
  void start_two() {
    start(2);
    add_source(0);
    add_source(1);
  }
  void push_of(unsigned id, uint64_t ms) {
    GstCaps* caps = gst_caps_new_empty_simple("timestamp/x-ntp");
    GstBuffer* in = buffer_of(picture(), ms * GST_MSECOND);
    gst_buffer_add_reference_timestamp_meta(
        in, caps, (2208988800 + 1'700'000'000) * GST_SECOND + ms * GST_MSECOND,
        GST_CLOCK_TIME_NONE);
    gst_caps_unref(caps);
    ASSERT_EQ(gst_pad_push(sources_.at(id).pad, in), GST_FLOW_OK);
  }
  /// The times, in ms, of the frames of that batch: "0:100 1:110".
  std::string batch(size_t count) {
    GstBuffer* out = buffer(count);
    std::string text;
    for (guint i = 0; i < frames_in(out); ++i) {
      const NvDsFrameMeta* meta = frame_meta(out, i);
      text += (i ? " " : "") + std::to_string(meta->pad_index) + ":" +
              std::to_string(meta->buf_pts / GST_MSECOND);
    }
    return text;
  }
};

TEST_F(TimedMux, BatchesHaveFramesOfOneNtpTime) {
  g_object_set(mux_, "attach-sys-ts", FALSE, "sync-inputs-ntp", 33'333'333, "sort-batch", TRUE,
               nullptr);
  start_two();
  push_of(0, 100);
  push_of(0, 140);
  push_of(1, 150);
  push_of(1, 190);
  push_of(0, 180);
  EXPECT_EQ(batch(1), "0:100");
  EXPECT_EQ(batch(2), "0:140 1:150");
  EXPECT_EQ(batch(3), "0:180 1:190");
  EXPECT_EQ(stat(nullptr, "incomplete-batches"), 1u);
  EXPECT_EQ(stat("sink_1", "late"), 0u);
}

TEST_F(TimedMux, ASourceThatStaysAheadIsFlushedAfterSoManyBatches) {
  g_object_set(mux_, "attach-sys-ts", FALSE, "sync-inputs-ntp", 33'333'333, "failsafe-flush-count",
               2, nullptr);
  start_two();
  push_of(1, 5000);
  for (int i = 0; i < 2; ++i) push_of(0, 100 + 40 * i);
  EXPECT_EQ(batch(2), "0:140");
  EXPECT_EQ(stat("sink_1", "late"), 1u);
  EXPECT_EQ(stat(nullptr, "dropped"), 1u);
}

TEST_F(TimedMux, TheFirstFramesAreAligned) {
  g_object_set(mux_, "attach-sys-ts", FALSE, "align-first-buffer", TRUE, "sort-batch", TRUE,
               nullptr);
  start_two();
  push_of(0, 100);
  push_of(0, 140);
  push_of(1, 130);
  EXPECT_EQ(batch(1), "0:140 1:130");
  EXPECT_EQ(stat("sink_0", "late"), 1u);
}

TEST_F(TimedMux, WithAlignedInputsTheTimeoutBeginsWhenEverySourceHasAFrame) {
  g_object_set(mux_, "align-inputs", TRUE, "sort-batch", TRUE, nullptr);
  start(2, 64, 48, 0);
  add_source(0);
  add_source(1);
  push_of(0, 100);
  push_of(1, 500);
  EXPECT_EQ(batch(1), "0:100 1:500");
}

TEST_F(Mux, AMissingFrameIsTheLastOneAgainOrGrey) {
  g_object_set(mux_, "cache-buffer", TRUE, "sort-batch", TRUE, nullptr);
  start(2, 64, 48, 0);
  add_source(0);
  add_source(1);
  push(0, 5);
  GstBuffer* first = buffer(1);
  ASSERT_EQ(frames_in(first), 2u);
  const ConstPixels grey = batch_of(first)->frame(1).read();
  ASSERT_EQ(grey.num_planes, 3);
  for (int i = 0; i < grey.num_planes; ++i)
    for (int y = 0; y < grey.planes[i].height; ++y)
      for (int x = 0; x < grey.planes[i].width; ++x)
        ASSERT_EQ(grey.planes[i].data[y * grey.planes[i].stride_bytes + x], 128);
  EXPECT_EQ(frame_meta(first, 1)->pad_index, 1u);
  EXPECT_EQ(frame_meta(first, 1)->buf_pts, GST_CLOCK_TIME_NONE);
  EXPECT_EQ(frame_meta(first, 1)->pipeline_width, 64u);

  push(1, 7);
  GstBuffer* second = buffer(2);
  ASSERT_EQ(frames_in(second), 2u);
  EXPECT_EQ(frame_meta(second, 0)->buf_pts, 5u);
  EXPECT_EQ(frame_meta(second, 0)->frame_num, 1);
  EXPECT_EQ(frame_meta(second, 1)->buf_pts, 7u);
  EXPECT_EQ(batch_of(second)->frame(0).read().planes[0].data,
            batch_of(first)->frame(0).read().planes[0].data);
  EXPECT_EQ(stat("sink_0", "repeated"), 1u);
  EXPECT_EQ(stat(nullptr, "incomplete-batches"), 2u);

  g_object_set(mux_, "cache-buffer-timeout", 0, nullptr);
  push(1, 8);
  EXPECT_EQ(frame_meta(buffer(3), 0)->buf_pts, GST_CLOCK_TIME_NONE);
}

TEST_F(Mux, APropertyThatIsMissedWarnsOnceWhenItIsSet) {
  static std::vector<std::string> warnings;
  warnings.clear();
  gst_debug_set_threshold_for_name("nvstreammux", GST_LEVEL_WARNING);
  const GstLogFunction log = [](GstDebugCategory*, GstDebugLevel level, const gchar*, const gchar*,
                                gint, GObject*, GstDebugMessage* message, gpointer) {
    if (level == GST_LEVEL_WARNING) warnings.push_back(gst_debug_message_get(message));
  };
  gst_debug_add_log_function(log, nullptr, nullptr);
  for (const bool value : {false, true, false, true})
    g_object_set(mux_, "extract-sei-sim-time", gboolean(value), nullptr);
  gst_debug_remove_log_function(log);
  gst_debug_unset_threshold_for_name("nvstreammux");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0],
            "property 'extract-sei-sim-time' is kept but has no effect: the decoders hand no SEI "
            "on");
  const GParamSpec* spec =
      g_object_class_find_property(G_OBJECT_GET_CLASS(mux_), "extract-sei-sim-time");
  EXPECT_STREQ(g_param_spec_get_blurb(const_cast<GParamSpec*>(spec)),
               "Take frame number and simulated time from SEI. Setting it has no effect: the "
               "decoders hand no SEI on");
}

TEST_F(Mux, SeveralPadsMayBeOfOneSource) {
  start(2);
  source_id_ = 7;
  add_source(0);
  add_source(1);
  push(0);
  push(1);
  for (guint i = 0; i < 2; ++i) {
    EXPECT_EQ(frame_meta(buffer(1), i)->source_id, 7u);
    EXPECT_EQ(frame_meta(buffer(1), i)->pad_index, i);
  }
}

TEST_F(Mux, AnswersTheQueriesOfElementsAroundIt) {
  start(4);
  add_source(0);
  add_source(1);
  GstQuery* query = gst_nvquery_batch_size_new();
  guint value = 0;
  EXPECT_TRUE(gst_pad_peer_query(sink_, query));
  EXPECT_TRUE(gst_nvquery_batch_size_parse(query, &value));
  EXPECT_EQ(value, 4u);
  gst_query_unref(query);
  query = gst_nvquery_batch_size_new();
  EXPECT_TRUE(gst_pad_peer_query(sources_.at(0).pad, query));
  EXPECT_TRUE(gst_nvquery_batch_size_parse(query, &value));
  EXPECT_EQ(value, 1u);
  gst_query_unref(query);
  query = gst_nvquery_numStreams_size_new();
  EXPECT_TRUE(gst_pad_peer_query(sink_, query));
  EXPECT_TRUE(gst_nvquery_numStreams_size_parse(query, &value));
  EXPECT_EQ(value, 2u);
  gst_query_unref(query);
  for (const guint stream : {1u, 5u}) {  // 5 is not there
    query = gst_nvquery_uri_from_streamid_new(stream);
    const gchar* uri = nullptr;
    EXPECT_EQ(gst_pad_peer_query(sink_, query), stream == 1);
    EXPECT_EQ(gst_nvquery_uri_from_streamid_parse(query, &uri), stream == 1);
    EXPECT_STREQ(uri, stream == 1 ? "file:///source.mp4" : nullptr);
    gst_query_unref(query);
  }
}

TEST_F(Mux, ManySourcesLoseNothing) {
  start(8, 64, 48, 2000);
  check_that_nothing_is_lost();
}

/// The newer form, which one process can have beside the legacy one.
class NewMux : public Mux {
 protected:
  GstElement* make() override {
    gst_object_unref(gst_object_ref_sink(Mux::make()));  // loads the plugin
    return GST_ELEMENT(g_object_new(g_type_from_name("GstNvStreamMuxNew"), "name", "m", nullptr));
  }
  void TearDown() override {
    Mux::TearDown();
    for (const std::string& path : files_) std::remove(path.c_str());
  }

  void begin(unsigned batch_size, const std::string& config = "", int timeout_us = -1) {
    g_object_set(mux_, "batch-size", batch_size, "batched-push-timeout", timeout_us, nullptr);
    if (!config.empty()) g_object_set(mux_, "config-file-path", file(config).c_str(), nullptr);
    ASSERT_NE(gst_element_set_state(mux_, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
  }
  std::string file(const std::string& text, const std::string& ending = ".txt") {
    files_.push_back(::testing::TempDir() + "mux-" + std::to_string(getpid()) + "-" +
                     std::to_string(files_.size()) + ending);
    std::ofstream(files_.back()) << text;
    return files_.back();
  }
  void add(unsigned id, int width, int height) {
    add_source(id, "video/x-raw(memory:NVMM), format=I420, width=" + std::to_string(width) +
                       ", height=" + std::to_string(height) + ", framerate=10/1");
  }
  /// "0:0 1:0" for frame 0 of sources 0 and 1, in the order of the batch.
  static std::string text(GstBuffer* buffer) {
    std::string all;
    for (guint i = 0; i < frames_in(buffer); ++i) {
      const NvDsFrameMeta* meta = frame_meta(buffer, i);
      all +=
          (i ? " " : "") + std::to_string(meta->pad_index) + ":" + std::to_string(meta->frame_num);
    }
    return all;
  }

  std::vector<std::string> files_;
};

TEST_F(NewMux, FramesOfABatchKeepTheirSizes) {
  begin(2);
  add(0, 64, 48);
  add(1, 320, 240);
  auto large = picture(320, 240);
  push(0);
  push(1, 0, large);
  GstBuffer* out = buffer(1);
  Batch* batch = batch_of(out);
  ASSERT_EQ(batch->size(), 2);
  EXPECT_EQ(batch->frame(0).width(), 64);
  EXPECT_EQ(batch->frame(1).height(), 240);
  EXPECT_EQ(batch->frame(1).read().planes[0].data, large->pixels().planes[0].data);
  EXPECT_EQ(frame_meta(out, 0)->pipeline_width, 64u);
  EXPECT_EQ(frame_meta(out, 1)->pipeline_width, 320u);
  EXPECT_EQ(frame_meta(out, 1)->source_frame_height, 240u);
  EXPECT_EQ(frame_meta(out, 1)->num_surfaces_per_frame, 1);
  EXPECT_EQ(caps_,
            "video/x-raw(memory:NVMM), format=(string)I420, width=(int)64, height=(int)48, "
            "framerate=(fraction)10/1, batch-size=(int)2, num-surfaces-per-frame=(int)1, "
            "nvbuf-memory-type=(string)nvbuf-mem-system, gpu-id=(int)0");
}

TEST_F(NewMux, ABatchFollowsTheNumberOfSources) {
  begin(2);
  for (unsigned id = 0; id < 3; ++id) add(id, 64, 48);
  for (unsigned id = 0; id < 3; ++id) push(id);
  EXPECT_EQ(text(buffer(1)), "0:0 1:0 2:0");
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(buffer(1))->max_frames_in_batch, 3u);
  EXPECT_NE(caps_.find("batch-size=(int)3"), std::string::npos) << caps_;
  push_event(1, gst_event_new_eos());
  log_until("stream-eos-1");
  push(0);
  push(2);
  EXPECT_EQ(text(buffer(2)), "0:1 2:1");
  remove_source(2);
  log_until("pad-deleted-2");
  push(0);
  EXPECT_EQ(text(buffer(3)), "0:2");
  EXPECT_EQ(stat(nullptr, "incomplete-batches"), 0u);
}

TEST_F(NewMux, TheFileRulesTheBatch) {
  begin(0,
        "[property]\nadaptive-batching=0\nbatch-size=4\nmax-same-source-frames=3\n"
        "overall-min-fps-n=1\noverall-min-fps-d=60\n"
        "[source-config-1]\nmax-num-frames-per-batch=1\n");
  add(0, 64, 48);
  add(1, 64, 48);
  push(1);
  push(1);
  for (int i = 0; i < 3; ++i) push(0);
  EXPECT_EQ(frames_in(buffer(1)), 4u);
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(buffer(1))->max_frames_in_batch, 4u);
  std::map<guint, int> of;
  for (guint i = 0; i < 4; ++i) ++of[frame_meta(buffer(1), i)->pad_index];
  EXPECT_EQ(of[0], 3);
  EXPECT_EQ(of[1], 1);
}

TEST_F(NewMux, ThePropertyIsStrongerThanTheFilesBatchSize) {
  begin(2, "[property]\nadaptive-batching=0\nbatch-size=4\nmax-same-source-frames=4\n");
  add(0, 64, 48);
  push(0);
  push(0);
  EXPECT_EQ(text(buffer(1)), "0:0 0:1");
}

TEST_F(NewMux, ANewFileHoldsWhilePlaying) {
  add(0, 64, 48);
  begin(8, "[property]\nadaptive-batching=0\nmax-same-source-frames=1\n");
  announce(0, "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=10/1");
  push(0);
  EXPECT_EQ(text(buffer(1)), "0:0");  // it may give no more
  const std::string more = file(
      "property:\n  adaptive-batching: 0\n  max-same-source-frames: 2\n"
      "  overall-min-fps-d: 300\n",
      ".yml");
  g_object_set(mux_, "config-file-path", more.c_str(), nullptr);
  push(0);
  push(0);
  EXPECT_EQ(text(buffer(2)), "0:1 0:2");
  g_object_set(mux_, "config-file-path", "/nowhere/mux.txt", nullptr);
  EXPECT_EQ(message(GST_MESSAGE_WARNING),
            "/nowhere/mux.txt: cannot read the configuration file: No such file or directory. Set "
            "config-file-path to a file with a [property] group. The rules that were in use stay.");
  push(0);
  push(0);
  EXPECT_EQ(text(buffer(3)), "0:3 0:4");
}

TEST_F(NewMux, AFileThatIsWrongIsAnError) {
  g_object_set(mux_, "batch-size", 1, "config-file-path",
               file("[property]\n\nadaptive-batching=perhaps\n").c_str(), nullptr);
  EXPECT_EQ(gst_element_set_state(mux_, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ(message(GST_MESSAGE_ERROR),
            files_[0] +
                ":3: [property] adaptive-batching: expected 0 or 1, got \"perhaps\". Write for "
                "example adaptive-batching=1.");
}

TEST_F(NewMux, WithoutABatchSizeItDoesNotStart) {
  EXPECT_EQ(gst_element_set_state(mux_, GST_STATE_READY), GST_STATE_CHANGE_FAILURE);
  EXPECT_EQ(message(GST_MESSAGE_ERROR),
            "m needs a batch size: batch-size is 0. Set it to the number of sources, for example "
            "batch-size=1.");
}

TEST_F(NewMux, AnUnknownKeyIsAWarningThatNamesTheNearest) {
  add(0, 64, 48);
  begin(1, "[property]\nmax-same-source-frame=2\n");
  EXPECT_EQ(message(GST_MESSAGE_WARNING),
            files_[0] +
                ":2: [property] max-same-source-frame: unknown key, the line is ignored; did you "
                "mean max-same-source-frames?");
}

TEST_F(NewMux, ASourcesCapsAreAnEvent) {
  begin(1);
  add(0, 320, 240);
  push(0, 0, picture(320, 240));
  buffer(1);
  EXPECT_EQ(log_until("buffer"),
            "stream-start caps segment pad-added-0 source-start-0 update-caps-320x240 "
            "source-segment-0 buffer");
}

TEST_F(NewMux, LateFramesAreDroppedCountedAndSignalled) {
  GstClock* clock = gst_system_clock_obtain();
  gst_element_set_clock(mux_, clock);
  gst_element_set_base_time(mux_, gst_clock_get_time(clock) - 100 * GST_SECOND);
  std::atomic<GstClockTime> dropped{0};
  g_signal_connect(mux_, "dropped",
                   G_CALLBACK(+[](GstElement*, gpointer buffer, std::atomic<GstClockTime>* time) {
                     *time = GST_BUFFER_PTS(static_cast<GstBuffer*>(buffer));
                   }),
                   &dropped);
  g_object_set(mux_, "sync-inputs", TRUE, "max-latency", 20 * GST_SECOND, nullptr);
  begin(1, "", 33000);
  add(0, 64, 48);
  push(0, 50 * GST_SECOND);
  push(0, 90 * GST_SECOND);
  EXPECT_EQ(frame_meta(buffer(1), 0)->buf_pts, 90 * GST_SECOND);
  EXPECT_EQ(dropped, 50 * GST_SECOND);
  EXPECT_EQ(stat("sink_0", "late"), 1u);
  gst_object_unref(clock);
}

TEST_F(NewMux, AFrameMayBeAsLateAsLiveSourcesSay) {
  GstClock* clock = gst_system_clock_obtain();
  gst_element_set_clock(mux_, clock);
  gst_element_set_base_time(mux_, gst_clock_get_time(clock) - 100 * GST_SECOND);
  g_object_set(mux_, "sync-inputs", TRUE, nullptr);
  begin(1, "", 33000);
  live_ = true;
  latency_ = 30 * GST_SECOND;
  add(0, 64, 48);
  GstQuery* query = gst_query_new_latency();  // as the sinks of a pipeline ask
  ASSERT_TRUE(gst_pad_peer_query(sink_, query));
  gboolean live = FALSE;
  GstClockTime least = 0;
  gst_query_parse_latency(query, &live, &least, nullptr);
  gst_query_unref(query);
  EXPECT_TRUE(live);
  EXPECT_EQ(least, 30 * GST_SECOND + 33 * GST_MSECOND);
  push(0, 50 * GST_SECOND);
  push(0, 80 * GST_SECOND);
  EXPECT_EQ(frame_meta(buffer(1), 0)->buf_pts, 80 * GST_SECOND);
  EXPECT_EQ(stat("sink_0", "late"), 1u);
  gst_object_unref(clock);
}

TEST_F(NewMux, BatchesOfLiveSourcesHaveTheRunningTime) {
  GstClock* clock = gst_system_clock_obtain();
  gst_element_set_clock(mux_, clock);
  gst_element_set_base_time(mux_, gst_clock_get_time(clock) - 100 * GST_SECOND);
  begin(1);
  live_ = true;
  add(0, 64, 48);
  push(0);
  EXPECT_GE(GST_BUFFER_PTS(buffer(1)), 100 * GST_SECOND);
  gst_object_unref(clock);
}

TEST_F(NewMux, ManySourcesLoseNothing) {
  begin(1);
  check_that_nothing_is_lost();
}

}  // namespace
}  // namespace thalweg
