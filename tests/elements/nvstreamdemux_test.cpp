// nvstreamdemux between pads that the test itself plays: every buffer, event and message is seen.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "../surface/decoded.h"
#include "doubled.h"
#include "elements/batch_meta.h"
#include "elements/nvstreamdemux/split.h"
#include "elements/source_query.h"
#include "gst-nvevent.h"
#include "gst-nvmessage.h"
#include "gst-nvquery.h"
#include "gstnvdsmeta.h"
#include "nvds_latency_meta.h"
#include "nvds_latency_meta_internal.h"
#include "surface/batch.h"
#include "warnings_fail.h"

namespace thalweg {
namespace {

using testing::Doubled, testing::new_user_meta, testing::value_of;
using Strings = std::vector<std::string>;

std::string as_text(const GstCaps* caps) {
  char* text = gst_caps_to_string(caps);
  std::string result = text;
  g_free(text);
  return result;
}

/// "stream-start:camera-0", "segment:5", "tag", "buffer:3" ...
std::string describe(GstEvent* event) {
  const std::string name = GST_EVENT_TYPE_NAME(event);
  switch (guint(GST_EVENT_TYPE(event))) {
    case GST_EVENT_STREAM_START: {
      const char* id = nullptr;
      gst_event_parse_stream_start(event, &id);
      return name + ":" + id;
    }
    case GST_EVENT_SEGMENT: {
      const GstSegment* segment = nullptr;
      gst_event_parse_segment(event, &segment);
      return name + ":" + std::to_string(segment->start / GST_SECOND);
    }
    case guint(GST_NVEVENT_STREAM_RESET):
      return "stream-reset";
    case guint(GST_NVEVENT_PAD_DELETED):
      return "pad-deleted";
    default:
      return name;
  }
}

// ---- metadata alone

class CopyAlone : public ::testing::Test {
 protected:
  ~CopyAlone() override {
    nvds_destroy_batch_meta(from_);
    nvds_destroy_batch_meta(to_);
    EXPECT_EQ(Doubled::alive, 0);
  }
  NvDsFrameMeta* add_frame(unsigned source) {
    NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(from_);
    frame->pad_index = frame->source_id = source;
    frame->batch_id = from_->num_frames_in_batch;
    frame->frame_num = int(source) * 100;
    nvds_add_frame_meta_to_batch(from_, frame);
    return frame;
  }
  NvDsBatchMeta* from_ = nvds_create_batch_meta(4);
  NvDsBatchMeta* to_ = nvds_create_batch_meta(1);
};

TEST_F(CopyAlone, TakesOneFrameWithAllThatHangsOnIt) {
  add_frame(0);
  NvDsFrameMeta* frame = add_frame(3);
  NvDsObjectMeta* car = nvds_acquire_obj_meta_from_pool(from_);
  car->object_id = 7;
  car->text_params.display_text = g_strdup("car");
  nvds_add_obj_meta_to_frame(frame, car, nullptr);
  NvDsObjectMeta* plate = nvds_acquire_obj_meta_from_pool(from_);
  nvds_add_obj_meta_to_frame(frame, plate, car);
  nvds_add_user_meta_to_obj(car, new_user_meta(from_, 10));
  nvds_add_user_meta_to_frame(frame, new_user_meta(from_, 20));
  nvds_add_user_meta_to_batch(from_, new_user_meta(from_, 30));
  NvDsDisplayMeta* display = nvds_acquire_display_meta_from_pool(from_);
  display->num_lines = 1;
  display->line_params[0].x2 = 99;
  nvds_add_display_meta_to_frame(frame, display);

  copy_alone(*from_, *frame, to_);

  ASSERT_EQ(to_->num_frames_in_batch, 1u);
  const auto& copy = *static_cast<NvDsFrameMeta*>(to_->frame_meta_list->data);
  EXPECT_EQ(copy.batch_id, 0u);
  EXPECT_EQ(copy.pad_index, 3u);
  EXPECT_EQ(copy.frame_num, 300);
  ASSERT_EQ(copy.num_obj_meta, 2u);
  const NvDsObjectMeta *first = static_cast<NvDsObjectMeta*>(copy.obj_meta_list->data),
                       *second = static_cast<NvDsObjectMeta*>(copy.obj_meta_list->next->data);
  if (first->parent) std::swap(first, second);
  EXPECT_EQ(second->parent, first);
  EXPECT_EQ(first->object_id, 7u);
  EXPECT_STREQ(first->text_params.display_text, "car");
  EXPECT_EQ(value_of(first->obj_user_meta_list), 20);
  EXPECT_EQ(value_of(copy.frame_user_meta_list), 40);
  EXPECT_EQ(value_of(to_->batch_user_meta_list), 60);
  EXPECT_EQ(static_cast<NvDsDisplayMeta*>(copy.display_meta_list->data)->line_params[0].x2, 99u);
  EXPECT_EQ(frame->batch_id, 1u) << "the batch is left alone";
}

TEST_F(CopyAlone, LeavesTheLatenciesOfOtherSources) {
  const auto note = [&](const char* name, unsigned source) {
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(from_);
    auto* entry = static_cast<NvDsMetaCompLatency*>(nvds_set_latency_metadata_ptr());
    g_strlcpy(entry->component_name, name, sizeof entry->component_name);
    entry->source_id = entry->pad_index = source;
    user->user_meta_data = entry;
    user->base_meta.meta_type = NVDS_LATENCY_MEASUREMENT_META;
    user->base_meta.copy_func = nvds_copy_latency_meta;
    user->base_meta.release_func = nvds_release_latency_meta;
    nvds_add_user_meta_to_batch(from_, user);
  };
  add_frame(0);
  NvDsFrameMeta* frame = add_frame(1);
  for (unsigned source : {0u, 1u}) {
    note("nvv4l2decoder0", source);
    note("nvstreammux-m", source);
  }
  note("nvinfer0", 0);
  copy_alone(*from_, *frame, to_);
  Strings names;
  for (const GList* node = to_->batch_user_meta_list; node; node = node->next) {
    const auto* entry =
        static_cast<NvDsMetaCompLatency*>(static_cast<NvDsUserMeta*>(node->data)->user_meta_data);
    names.push_back(entry->component_name + std::to_string(entry->pad_index));
  }
  EXPECT_EQ(names, (Strings{"nvv4l2decoder01", "nvstreammux-m1", "nvinfer00"}));
}

// ---- the element

class Demux : public ::testing::Test {
 protected:
  struct Output {
    GstPad* sink;
    GstPad* src;  // the demuxer's
    Strings log;
    std::string caps;
    std::vector<GstBuffer*> buffers;
    GstFlowReturn flow = GST_FLOW_OK;
    std::mutex* mutex;
    ~Output() {
      for (GstBuffer* buffer : buffers) gst_buffer_unref(buffer);
    }
  };

  void SetUp() override {
    testing::let_warnings_fail();
    demux_ = gst_element_factory_make("nvstreamdemux", "d");
    ASSERT_NE(demux_, nullptr) << "GST_PLUGIN_PATH has no nvstreamdemux";
    gst_object_ref_sink(demux_);
    bus_ = gst_bus_new();
    gst_element_set_bus(demux_, bus_);
    src_ = gst_pad_new("src", GST_PAD_SRC);
    gst_pad_set_element_private(src_, this);
    gst_pad_set_query_function(src_, [](GstPad*, GstObject*, GstQuery* query) -> gboolean {
      const auto source = asked_source(query);
      if (!source || *source > 1) return FALSE;
      GstCaps* caps = gst_caps_new_simple("video/x-raw", "framerate", GST_TYPE_FRACTION,
                                          *source == 0 ? 25 : 15, 1, nullptr);
      answer_source_caps(query, caps);
      gst_caps_unref(caps);
      return TRUE;
    });
    gst_pad_set_event_function(src_, [](GstPad* pad, GstObject*, GstEvent* event) -> gboolean {
      auto* self = static_cast<Demux*>(gst_pad_get_element_private(pad));
      self->upstream_.push_back(GST_EVENT_TYPE_NAME(event));
      gst_event_unref(event);
      return TRUE;
    });
    gst_pad_set_active(src_, TRUE);
    sink_ = gst_element_get_static_pad(demux_, "sink");
    ASSERT_EQ(gst_pad_link(src_, sink_), GST_PAD_LINK_OK);
  }

  void TearDown() override {
    gst_element_set_state(demux_, GST_STATE_NULL);
    while (!outputs_.empty()) remove_output(outputs_.begin()->first);
    gst_pad_set_active(src_, FALSE);
    gst_object_unref(src_);
    gst_object_unref(sink_);
    gst_element_set_bus(demux_, nullptr);
    gst_object_unref(bus_);
    EXPECT_EQ(GST_OBJECT_REFCOUNT_VALUE(demux_), 1);
    gst_object_unref(demux_);
    EXPECT_EQ(Doubled::alive, 0);
  }

  /// The state, and what a muxer says first.
  void start() {
    ASSERT_NE(gst_element_set_state(demux_, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    gst_pad_push_event(src_, gst_event_new_stream_start("muxer"));
    GstCaps* caps = gst_caps_from_string(
        "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=30/1, "
        "batch-size=4");
    gst_pad_push_event(src_, gst_event_new_caps(caps));
    gst_caps_unref(caps);
    push_segment(0);
  }
  void push_segment(unsigned seconds) {
    GstSegment segment = segment_from(seconds);
    gst_pad_push_event(src_, gst_event_new_segment(&segment));
  }
  static GstSegment segment_from(unsigned seconds) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = seconds * GST_SECOND;
    return segment;
  }
  /// What a muxer says of a source.
  void announce(unsigned source, unsigned segment_seconds = 0) {
    gst_pad_push_event(src_, gst_nvevent_new_pad_added(source));
    std::string id = "camera-" + std::to_string(source);
    gst_pad_push_event(src_, gst_nvevent_new_stream_start(source, id.data()));
    GstSegment segment = segment_from(segment_seconds);
    gst_pad_push_event(src_, gst_nvevent_new_stream_segment(source, &segment));
  }

  Output& add_output(unsigned id) {
    auto output = std::make_unique<Output>();
    output->mutex = &mutex_;
    output->src = gst_element_request_pad_simple(demux_, ("src_" + std::to_string(id)).c_str());
    output->sink = gst_pad_new(nullptr, GST_PAD_SINK);
    gst_pad_set_element_private(output->sink, output.get());
    gst_pad_set_chain_function(output->sink, [](GstPad* pad, GstObject*, GstBuffer* buffer) {
      auto* self = static_cast<Output*>(gst_pad_get_element_private(pad));
      std::lock_guard lock(*self->mutex);
      const auto* meta = static_cast<NvDsFrameMeta*>(
          gst_buffer_get_nvds_batch_meta(buffer)->frame_meta_list->data);
      self->log.push_back("buffer:" + std::to_string(meta->frame_num));
      self->buffers.push_back(buffer);
      return self->flow;
    });
    gst_pad_set_event_function(output->sink, [](GstPad* pad, GstObject*, GstEvent* event) {
      auto* self = static_cast<Output*>(gst_pad_get_element_private(pad));
      std::lock_guard lock(*self->mutex);
      self->log.push_back(describe(event));
      if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
        GstCaps* caps = nullptr;
        gst_event_parse_caps(event, &caps);
        self->caps = as_text(caps);
      }
      gst_event_unref(event);
      return gboolean(TRUE);
    });
    gst_pad_set_active(output->sink, TRUE);
    EXPECT_EQ(gst_pad_link(output->src, output->sink), GST_PAD_LINK_OK);
    return *(outputs_[id] = std::move(output));
  }

  void remove_output(unsigned id) {
    Output& output = *outputs_.at(id);
    gst_pad_unlink(output.src, output.sink);
    gst_element_release_request_pad(demux_, output.src);
    gst_object_unref(output.src);
    gst_pad_set_active(output.sink, FALSE);
    gst_object_unref(output.sink);
    outputs_.erase(id);
  }

  static std::shared_ptr<Picture> picture(int width = 64, int height = 48) {
    auto made = Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, width, height);
    testing::paint(made->mutable_pixels(), 200);
    return made;
  }

  /// A batch with a frame of each of `sources`; frames of a source are numbered from 0.
  GstBuffer* batch(const std::vector<unsigned>& sources,
                   std::vector<std::shared_ptr<Picture>> pictures = {}) {
    auto pixels = std::make_unique<Batch>(4);
    GstBuffer* buffer = gst_buffer_new();
    NvDsBatchMeta* meta = add_batch_meta(buffer, 4);
    for (size_t i = 0; i < sources.size(); ++i) {
      pixels->add(i < pictures.size() ? pictures[i] : picture(), 64, 48, {0, 0, 64, 48});
      NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(meta);
      frame->pad_index = frame->source_id = sources[i];
      frame->batch_id = guint(i);
      frame->frame_num = numbers_[sources[i]]++;
      frame->buf_pts = guint64(frame->frame_num) * 40 * GST_MSECOND + sources[i];
      nvds_add_user_meta_to_frame(frame, new_user_meta(meta, int(sources[i]) + 1));
      nvds_add_frame_meta_to_batch(meta, frame);
    }
    gst_buffer_append_memory(buffer, new_nvmm_memory(std::move(pixels)));
    return buffer;
  }
  GstFlowReturn push(const std::vector<unsigned>& sources) {
    return gst_pad_push(src_, batch(sources));
  }

  uint64_t count(const char* name, const char* pad = nullptr) {
    GstStructure* stats = nullptr;
    g_object_get(demux_, "stats", &stats, nullptr);
    GstStructure* of_pad = nullptr;
    if (pad) gst_structure_get(stats, pad, GST_TYPE_STRUCTURE, &of_pad, nullptr);
    uint64_t value = G_MAXUINT64;
    gst_structure_get_uint64(pad ? of_pad : stats, name, &value);
    if (of_pad) gst_structure_free(of_pad);
    gst_structure_free(stats);
    return value;
  }

  std::string error() {
    GstMessage* message = gst_bus_pop_filtered(bus_, GST_MESSAGE_ERROR);
    if (!message) return "no error";
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    std::string text = error->message;
    g_error_free(error);
    gst_message_unref(message);
    return text;
  }

  GstElement* demux_ = nullptr;
  GstBus* bus_ = nullptr;
  GstPad *src_ = nullptr, *sink_ = nullptr;
  std::mutex mutex_;
  std::map<unsigned, std::unique_ptr<Output>> outputs_;
  std::map<unsigned, int> numbers_;
  Strings upstream_;
};

TEST_F(Demux, GivesEachFrameAloneWithItsPixelsAndMetadata) {
  Output &first = add_output(0), &second = add_output(1);
  start();
  const auto left = picture(), right = picture(32, 24);
  ASSERT_EQ(gst_pad_push(src_, batch({1, 0, 1}, {left, right, picture()})), GST_FLOW_OK);
  ASSERT_EQ(second.buffers.size(), 2u);
  ASSERT_EQ(first.buffers.size(), 1u);
  const auto check = [](GstBuffer* buffer, unsigned source, int number,
                        const std::shared_ptr<Picture>& pixels) {
    Batch* batch = batch_of(buffer);
    ASSERT_NE(batch, nullptr);
    EXPECT_EQ(batch->size(), 1);
    EXPECT_EQ(batch->capacity(), 1);
    if (pixels) {
      EXPECT_EQ(batch->frame(0).source().picture, pixels) << "shared, not copied";
    }
    EXPECT_EQ(batch->frame(0).width(), 64);
    const NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
    EXPECT_EQ(meta->max_frames_in_batch, 1u);
    ASSERT_EQ(meta->num_frames_in_batch, 1u);
    const auto& frame = *static_cast<NvDsFrameMeta*>(meta->frame_meta_list->data);
    EXPECT_EQ(frame.batch_id, 0u);
    EXPECT_EQ(frame.pad_index, source);
    EXPECT_EQ(frame.frame_num, number);
    EXPECT_EQ(GST_BUFFER_PTS(buffer), guint64(number) * 40 * GST_MSECOND + source);
    EXPECT_EQ(value_of(frame.frame_user_meta_list), int(source + 1) * 2);
  };
  check(second.buffers[0], 1, 0, left);
  check(first.buffers[0], 0, 0, right);
  check(second.buffers[1], 1, 1, nullptr);
  EXPECT_EQ(GST_BUFFER_DURATION(first.buffers[0]), 40 * GST_MSECOND);
  EXPECT_TRUE(GST_BUFFER_FLAG_IS_SET(second.buffers[0], GST_BUFFER_FLAG_DISCONT));
  EXPECT_FALSE(GST_BUFFER_FLAG_IS_SET(second.buffers[1], GST_BUFFER_FLAG_DISCONT));
  EXPECT_EQ(count("in"), 3u);
  EXPECT_EQ(count("out"), 3u);
  EXPECT_EQ(count("out", "src_1"), 2u);
}

TEST_F(Demux, WritingIntoAFrameNeedsNoCopyWhenNobodyElseHasIt) {
  Output& output = add_output(0);
  start();
  auto pixels = picture();
  const uint8_t* memory = pixels->pixels().planes[0].data;
  GstBuffer* buffer = batch({0}, {pixels});
  pixels.reset();
  ASSERT_EQ(gst_pad_push(src_, buffer), GST_FLOW_OK);
  EXPECT_EQ(batch_of(output.buffers[0])->frame(0).write().planes[0].data, memory);
}

TEST_F(Demux, BeginsEachPadWithItsSourcesStreamCapsAndSegment) {
  add_output(0), add_output(1), add_output(2);
  start();
  announce(0, 5);
  announce(1, 7);
  for (int i = 0; i < 2; ++i) ASSERT_EQ(push({0, 1, 2}), GST_FLOW_OK);
  EXPECT_EQ(outputs_[0]->log,
            (Strings{"stream-start:camera-0", "caps", "segment:5", "buffer:0", "buffer:1"}));
  EXPECT_EQ(outputs_[1]->log,
            (Strings{"stream-start:camera-1", "caps", "segment:7", "buffer:0", "buffer:1"}));
  EXPECT_EQ(outputs_[2]->log,
            (Strings{"stream-start:d/src_2", "caps", "segment:0", "buffer:0", "buffer:1"}));
  const std::string common =
      "video/x-raw(memory:NVMM), format=(string)I420, width=(int)64, height=(int)48, ";
  EXPECT_EQ(outputs_[0]->caps, common + "framerate=(fraction)25/1, batch-size=(int)1");
  EXPECT_EQ(outputs_[1]->caps, common + "framerate=(fraction)15/1, batch-size=(int)1");
  EXPECT_EQ(outputs_[2]->caps, common + "framerate=(fraction)30/1, batch-size=(int)1");
}

TEST_F(Demux, EventsAboutOneSourceGoToItsPadOnly) {
  add_output(0), add_output(1);
  start();
  announce(0);
  announce(1);
  push({0, 1});
  gst_pad_push_event(src_, gst_nvevent_new_stream_reset(1));
  GstSegment segment = segment_from(9);
  gst_pad_push_event(src_, gst_nvevent_new_stream_segment(0, &segment));
  push({0, 1});
  gst_pad_push_event(src_, gst_nvevent_new_stream_eos(0));
  gst_pad_push_event(src_, gst_nvevent_new_pad_deleted(1));
  push({0, 1});
  const Strings log0{"stream-start:camera-0",
                     "caps",
                     "segment:0",
                     "buffer:0",
                     "segment:9",
                     "buffer:1",
                     "buffer:2"};
  const Strings log1{"stream-start:camera-1", "caps",     "segment:0",   "buffer:0",
                     "stream-reset",          "buffer:1", "pad-deleted", "buffer:2"};
  EXPECT_EQ(outputs_[0]->log, log0);
  EXPECT_EQ(outputs_[1]->log, log1);
}

TEST_F(Demux, OtherEventsGoToAllPadsInOrder) {
  add_output(0), add_output(1);
  start();
  push({0, 1});
  const auto custom = [] {
    return gst_event_new_custom(GST_EVENT_CUSTOM_DOWNSTREAM, gst_structure_new_empty("mine"));
  };
  gst_pad_push_event(src_, custom());
  gst_pad_push_event(src_, gst_event_new_tag(gst_tag_list_new(GST_TAG_TITLE, "a title", nullptr)));
  push({1, 0});
  const Strings begin{"caps", "segment:0", "buffer:0", "custom-downstream", "tag", "buffer:1"};
  for (unsigned id : {0u, 1u}) {
    Strings log = outputs_[id]->log;
    log.erase(log.begin());
    EXPECT_EQ(log, begin) << id;
  }
}

TEST_F(Demux, APadThatComesLateLearnsWhatItMissed) {
  add_output(0);
  start();
  announce(0);
  announce(1, 3);
  gst_pad_push_event(src_, gst_event_new_tag(gst_tag_list_new(GST_TAG_TITLE, "a title", nullptr)));
  push({0, 1});
  EXPECT_EQ(count("dropped"), 1u);
  Output& late = add_output(1);
  push({0, 1});
  EXPECT_EQ(late.log, (Strings{"stream-start:camera-1", "caps", "segment:3", "tag", "buffer:1"}));
  remove_output(1);
  push({0, 1});
  Output& again = add_output(1);
  push({0, 1});
  EXPECT_EQ(again.log, (Strings{"stream-start:camera-1", "caps", "segment:3", "tag", "buffer:3"}));
  EXPECT_EQ(count("out", "src_1"), 1u);
  EXPECT_EQ(count("in"), 8u);
  EXPECT_EQ(count("dropped"), 2u);
}

TEST_F(Demux, EndsAllPadsAtTheEndOfThePipeline) {
  add_output(0), add_output(1);
  start();
  announce(0);
  announce(1);
  push({0});
  gst_pad_push_event(src_, gst_nvevent_new_stream_eos(0));
  push({0});
  gst_pad_push_event(src_, gst_event_new_eos());
  EXPECT_EQ(outputs_[0]->log,
            (Strings{"stream-start:camera-0", "caps", "segment:0", "buffer:0", "buffer:1", "eos"}));
  EXPECT_EQ(outputs_[1]->log, (Strings{"stream-start:camera-1", "caps", "segment:0", "eos"}));
}

TEST_F(Demux, EndsAPadWithItsSourceWhenAskedTo) {
  add_output(0), add_output(1);
  g_object_set(demux_, "per-stream-eos", TRUE, nullptr);
  start();
  announce(0);
  announce(1);
  push({0, 1});
  gst_pad_push_event(src_, gst_nvevent_new_stream_eos(0));
  EXPECT_EQ(outputs_[0]->log.back(), "eos");
  EXPECT_EQ(push({1}), GST_FLOW_OK);
  // The source comes back.
  announce(0, 8);
  push({0, 1});
  gst_pad_push_event(src_, gst_event_new_eos());
  EXPECT_EQ(outputs_[0]->log,
            (Strings{"stream-start:camera-0", "caps", "segment:0", "buffer:0", "eos",
                     "stream-start:camera-0", "segment:8", "buffer:1", "eos"}));
  EXPECT_EQ(outputs_[1]->log, (Strings{"stream-start:camera-1", "caps", "segment:0", "buffer:0",
                                       "buffer:1", "buffer:2", "eos"}));
}

TEST_F(Demux, TheMessageOfASourcesEndTravelsOnceWithItsFrames) {
  add_output(0), add_output(1);
  start();
  push({0, 1});
  for (unsigned source : {1u, 2u}) {  // 2 has no pad: posted at once
    GstMessage* message = gst_nvmessage_new_stream_eos(GST_OBJECT(demux_), source);
    gst_pad_push_event(src_, gst_event_new_sink_message("stream-eos", message));
    gst_message_unref(message);
  }
  EXPECT_EQ(outputs_[0]->log.back(), "buffer:0");
  EXPECT_EQ(outputs_[1]->log.back(), "sink-message");
  GstMessage* message = gst_bus_pop_filtered(bus_, GST_MESSAGE_ELEMENT);
  ASSERT_NE(message, nullptr);
  guint source = 0;
  EXPECT_TRUE(gst_nvmessage_parse_stream_eos(message, &source));
  EXPECT_EQ(source, 2u);
  gst_message_unref(message);
  EXPECT_EQ(gst_bus_pop_filtered(bus_, GST_MESSAGE_ELEMENT), nullptr);
}

TEST_F(Demux, OnePadThatStopsDoesNotStopTheOthers) {
  add_output(0), add_output(1);
  GstPad* unlinked = gst_element_request_pad_simple(demux_, "src_2");
  start();
  for (GstFlowReturn flow : {GST_FLOW_FLUSHING, GST_FLOW_EOS, GST_FLOW_NOT_LINKED}) {
    outputs_[0]->flow = flow;
    outputs_[1]->flow = GST_FLOW_OK;
    EXPECT_EQ(push({0, 1, 2}), GST_FLOW_OK);
    EXPECT_EQ(push({0}), GST_FLOW_OK);
  }
  EXPECT_EQ(count("dropped", "src_0"), 6u);
  EXPECT_EQ(count("dropped", "src_2"), 3u);
  EXPECT_EQ(count("out"), 3u);
  outputs_[0]->flow = outputs_[1]->flow = GST_FLOW_EOS;
  EXPECT_EQ(push({0, 1}), GST_FLOW_EOS);
  outputs_[0]->flow = GST_FLOW_FLUSHING;
  EXPECT_EQ(push({0, 1}), GST_FLOW_FLUSHING);
  outputs_[0]->flow = GST_FLOW_ERROR;
  EXPECT_EQ(push({0, 1}), GST_FLOW_ERROR);
  gst_element_release_request_pad(demux_, unlinked);
  gst_object_unref(unlinked);
}

TEST_F(Demux, AFlushStartsSegmentsAnew) {
  add_output(0);
  start();
  push({0});
  gst_pad_push_event(src_, gst_event_new_flush_start());
  gst_pad_push_event(src_, gst_event_new_flush_stop(TRUE));
  push_segment(4);
  push({0});
  EXPECT_EQ(outputs_[0]->log, (Strings{"stream-start:d/src_0", "caps", "segment:0", "buffer:0",
                                       "flush-start", "flush-stop", "segment:4", "buffer:1"}));
}

TEST_F(Demux, ASeekOfAllSinksIsOneSeekUpstream) {
  add_output(0), add_output(1);
  start();
  push({0, 1});
  GstEvent* seek = gst_event_new_seek(1, GST_FORMAT_TIME, GST_SEEK_FLAG_FLUSH, GST_SEEK_TYPE_SET, 0,
                                      GST_SEEK_TYPE_NONE, 0);
  for (unsigned id : {0u, 1u})
    EXPECT_TRUE(gst_pad_push_event(outputs_[id]->sink, gst_event_ref(seek)));
  gst_event_unref(seek);
  EXPECT_EQ(std::ranges::count(upstream_, "seek"), 1);
}

TEST_F(Demux, AnswersForOneSource) {
  Output& output = add_output(0);
  start();
  const auto asked = [&](GstQuery* query, auto parse) {
    guint value = 0;
    EXPECT_TRUE(gst_pad_peer_query(output.sink, query));
    EXPECT_TRUE(parse(query, &value));
    gst_query_unref(query);
    return value;
  };
  EXPECT_EQ(asked(gst_nvquery_batch_size_new(), gst_nvquery_batch_size_parse), 1u);
  EXPECT_EQ(asked(gst_nvquery_numStreams_size_new(), gst_nvquery_numStreams_size_parse), 1u);
}

TEST_F(Demux, ANumberHasOnePad) {
  GstPad* pad = gst_element_request_pad_simple(demux_, "src_5");
  ASSERT_NE(pad, nullptr);
  g_log_set_default_handler([](auto...) {}, nullptr);  // GStreamer itself warns
  EXPECT_EQ(gst_element_request_pad_simple(demux_, "src_5"), nullptr);
  GstPad* any = gst_element_request_pad_simple(demux_, "src_%u");
  ASSERT_NE(any, nullptr);
  EXPECT_STREQ(GST_OBJECT_NAME(any), "src_0");
  for (GstPad* each : {pad, any}) {
    gst_element_release_request_pad(demux_, each);
    gst_object_unref(each);
  }
}

TEST_F(Demux, NamesWhatIsNoBatch) {
  add_output(0);
  start();
  EXPECT_EQ(gst_pad_push(src_, gst_buffer_new_allocate(nullptr, 100, nullptr)), GST_FLOW_ERROR);
  EXPECT_EQ(error(),
            "d: cannot split a batch: expected a buffer of memory:NVMM, got one of memory type "
            "'SystemMemory' with 100 bytes; put nvvideoconvert before.");
  auto pixels = std::make_unique<Batch>(1);
  pixels->add(picture());
  GstBuffer* bare = gst_buffer_new();
  gst_buffer_append_memory(bare, new_nvmm_memory(std::move(pixels)));
  EXPECT_EQ(gst_pad_push(src_, bare), GST_FLOW_ERROR);
  EXPECT_EQ(error(),
            "d: cannot split a batch: expected a batch that says which source each frame is of "
            "(NvDsBatchMeta), got one without metadata; put nvstreammux before.");
}

TEST_F(Demux, SaysWhatANeighbourDoesNotTake) {
  outputs_.clear();
  Output& output = add_output(0);
  start();
  output.flow = GST_FLOW_NOT_NEGOTIATED;
  EXPECT_EQ(push({0}), GST_FLOW_NOT_NEGOTIATED);
  EXPECT_EQ(error(),
            "Elements after d:src_0 do not take its output video/x-raw(memory:NVMM), "
            "format=(string)I420, width=(int)64, height=(int)48, framerate=(fraction)25/1, "
            "batch-size=(int)1. Put an nvvideoconvert with the caps that they want behind it.");
}

TEST_F(Demux, PadsComeAndGoWhileFramesFlow) {
  SKIP_UNDER_THREAD_SANITIZER();  // whichever thread has a pad last frees it, by GLib's counts
  add_output(0);
  start();
  announce(0);
  announce(1);
  std::atomic<bool> stop{false};
  std::thread streaming([&] {
    while (!stop) EXPECT_EQ(push({0, 1, 1}), GST_FLOW_OK);
  });
  for (int round = 0; round < 300; ++round) {
    Output& output = add_output(1);
    for (bool seen = false; !seen; std::this_thread::yield()) {
      std::lock_guard lock(mutex_);
      seen = output.buffers.size() >= 2;
    }
    gst_pad_unlink(output.src, output.sink);
    Strings log;
    {
      std::lock_guard lock(mutex_);
      log = output.log;
    }
    ASSERT_EQ((Strings{log.begin(), log.begin() + 3}),
              (Strings{"stream-start:camera-1", "caps", "segment:0"}));
    for (size_t i = 4; i < log.size(); ++i)
      ASSERT_EQ(std::stoi(log[i].substr(7)), std::stoi(log[i - 1].substr(7)) + 1);
    gst_pad_set_active(output.sink, FALSE);  // waits for a frame on its way
    remove_output(1);
  }
  stop = true;
  streaming.join();
  for (size_t i = 3; i < outputs_[0]->log.size(); ++i)
    ASSERT_EQ(outputs_[0]->log[i], "buffer:" + std::to_string(i - 3));
  EXPECT_EQ(count("in"), count("out") + count("dropped"));
}

}  // namespace
}  // namespace thalweg
