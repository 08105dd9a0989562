#include <gst/gst.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gstnvdsmeta.h"
#include "surface/batch.h"

namespace thalweg {
namespace {

constexpr int kWidth = 64, kHeight = 48;
constexpr char kCaps[] =
    "video/x-raw(memory:NVMM), format=I420, width=64, height=48, framerate=25/1";

std::shared_ptr<const Picture> gray_picture(NvBufSurfaceColorFormat format) {
  auto picture = Picture::allocate(format, kWidth, kHeight);
  const Pixels pixels = picture->mutable_pixels();
  for (int i = 0; i < pixels.num_planes; ++i)
    std::fill_n(pixels.planes[size_t(i)].data,
                pixels.planes[size_t(i)].stride_bytes * pixels.planes[size_t(i)].height,
                uint8_t(128));
  return picture;
}

/// nvdsosd between two pads of the test.
class Overlay : public ::testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    element_ = gst_element_factory_make("nvdsosd", nullptr);
    ASSERT_NE(element_, nullptr);
    gst_object_ref_sink(element_);
    in_ = gst_pad_new("in", GST_PAD_SRC);
    out_ = gst_pad_new("out", GST_PAD_SINK);
    gst_object_ref_sink(in_);
    gst_object_ref_sink(out_);
    g_object_set_data(G_OBJECT(out_), "test", this);
    gst_pad_set_chain_function(out_, [](GstPad* pad, GstObject*, GstBuffer* buffer) {
      auto* test = static_cast<Overlay*>(g_object_get_data(G_OBJECT(pad), "test"));
      test->results_.push_back(buffer);
      return GST_FLOW_OK;
    });
    GstPad* sink = gst_element_get_static_pad(element_, "sink");
    GstPad* src = gst_element_get_static_pad(element_, "src");
    ASSERT_EQ(gst_pad_link(in_, sink), GST_PAD_LINK_OK);
    ASSERT_EQ(gst_pad_link(src, out_), GST_PAD_LINK_OK);
    gst_object_unref(sink);
    gst_object_unref(src);
    gst_pad_set_active(out_, TRUE);
    gst_pad_set_active(in_, TRUE);
  }

  void play() {
    ASSERT_NE(gst_element_set_state(element_, GST_STATE_PLAYING), GST_STATE_CHANGE_FAILURE);
    gst_pad_push_event(in_, gst_event_new_stream_start("test"));
    GstCaps* caps = gst_caps_from_string(kCaps);
    ASSERT_TRUE(gst_pad_push_event(in_, gst_event_new_caps(caps)));
    gst_caps_unref(caps);
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(in_, gst_event_new_segment(&segment));
  }

  void TearDown() override {
    gst_element_set_state(element_, GST_STATE_NULL);
    for (GstBuffer* buffer : results_) gst_buffer_unref(buffer);
    gst_pad_set_active(in_, FALSE);
    gst_pad_set_active(out_, FALSE);
    gst_object_unref(element_);
    gst_object_unref(in_);
    gst_object_unref(out_);
  }

  /// A buffer with a batch of gray frames and a frame meta for each.
  GstBuffer* batch_buffer(int frames) {
    auto batch = std::make_unique<Batch>(frames);
    for (int i = 0; i < frames; ++i) batch->add(gray_picture(NVBUF_COLOR_FORMAT_YUV420));
    GstBuffer* buffer = gst_buffer_new();
    gst_buffer_append_memory(buffer, new_nvmm_memory(std::move(batch)));
    NvDsBatchMeta* meta = nvds_create_batch_meta(guint(frames));
    NvDsMeta* carrier = gst_buffer_add_nvds_meta(buffer, meta, nullptr, nvds_batch_meta_copy_func,
                                                 nvds_batch_meta_release_func);
    carrier->meta_type = NVDS_BATCH_GST_META;
    meta->base_meta.batch_meta = meta;
    for (int i = 0; i < frames; ++i) {
      NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(meta);
      frame->batch_id = guint(i);
      nvds_add_frame_meta_to_batch(meta, frame);
    }
    return buffer;
  }

  static NvDsObjectMeta* add_object(GstBuffer* buffer, guint frame_number) {
    NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
    NvDsFrameMeta* frame = nvds_get_nth_frame_meta(meta->frame_meta_list, frame_number);
    NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(meta);
    object->rect_params.left = 10;
    object->rect_params.top = 10;
    object->rect_params.width = 20;
    object->rect_params.height = 20;
    object->rect_params.has_bg_color = 1;
    object->rect_params.bg_color = {1, 1, 1, 1};
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
    return object;
  }

  static int luma(GstBuffer* buffer, int frame, int x, int y) {
    const ConstPixels pixels = batch_of(buffer)->frame(frame).read();
    return pixels.planes[0].data[y * pixels.planes[0].stride_bytes + x];
  }

  GstBuffer* draw(GstBuffer* buffer) {
    EXPECT_EQ(gst_pad_push(in_, buffer), GST_FLOW_OK);
    return results_.empty() ? nullptr : results_.back();
  }

  GstElement* element_ = nullptr;
  GstPad *in_ = nullptr, *out_ = nullptr;
  std::vector<GstBuffer*> results_;
};

TEST_F(Overlay, EachFrameOfABatchGetsItsOwnMetadata) {
  play();
  GstBuffer* buffer = batch_buffer(3);
  add_object(buffer, 1);
  GstBuffer* result = draw(buffer);
  EXPECT_EQ(luma(result, 0, 20, 20), 128);
  EXPECT_EQ(luma(result, 1, 20, 20), 235);
  EXPECT_EQ(luma(result, 1, 40, 40), 128);
  EXPECT_EQ(luma(result, 2, 20, 20), 128);
}

TEST_F(Overlay, AFrameWithoutDrawingIsNotCopied) {
  play();
  GstBuffer* buffer = batch_buffer(2);
  add_object(buffer, 0);
  const auto untouched = batch_of(buffer)->frame(1).source().picture;
  const auto drawn = batch_of(buffer)->frame(0).source().picture;
  GstBuffer* result = draw(buffer);
  EXPECT_EQ(batch_of(result)->frame(1).source().picture, untouched);
  EXPECT_NE(batch_of(result)->frame(0).source().picture, drawn);
  EXPECT_EQ(drawn->pixels().planes[0].data[20 * drawn->pixels().planes[0].stride_bytes + 20], 128);
}

TEST_F(Overlay, ABufferThatOthersSeeIsCopiedBeforeItIsDrawnOn) {
  play();
  GstBuffer* buffer = batch_buffer(1);
  add_object(buffer, 0);
  gst_buffer_ref(buffer);  // the other branch of a tee
  GstBuffer* result = draw(buffer);
  EXPECT_NE(result, buffer);
  EXPECT_EQ(luma(result, 0, 20, 20), 235);
  EXPECT_EQ(luma(buffer, 0, 20, 20), 128);
  EXPECT_NE(gst_buffer_get_nvds_batch_meta(result), gst_buffer_get_nvds_batch_meta(buffer));
  gst_buffer_unref(buffer);
}

TEST_F(Overlay, ASharedBufferWithoutDrawingPassesAsItIs) {
  play();
  GstBuffer* buffer = batch_buffer(1);
  gst_buffer_ref(buffer);
  EXPECT_EQ(draw(buffer), buffer);
  gst_buffer_unref(buffer);
}

TEST_F(Overlay, PropertiesSwitchKindsOff) {
  g_object_set(element_, "display-bbox", FALSE, "display-text", FALSE, nullptr);
  play();
  GstBuffer* buffer = batch_buffer(1);
  add_object(buffer, 0)->text_params.display_text = g_strdup("x");
  const auto picture = batch_of(buffer)->frame(0).source().picture;
  EXPECT_EQ(batch_of(draw(buffer))->frame(0).source().picture, picture);
}

TEST_F(Overlay, OverfullAndUnfilledDisplayMetasAreHarmless) {
  play();
  GstBuffer* buffer = batch_buffer(1);
  NvDsBatchMeta* meta = gst_buffer_get_nvds_batch_meta(buffer);
  NvDsDisplayMeta* display = nvds_acquire_display_meta_from_pool(meta);
  display->num_rects = display->num_labels = display->num_lines = 4000000000u;
  display->num_arrows = display->num_circles = 17;
  display->circle_params[15] = {32, 24, 4, {1, 1, 1, 1}, 1, {1, 1, 1, 1}, 2, 0};
  nvds_add_display_meta_to_frame(nvds_get_nth_frame_meta(meta->frame_meta_list, 0), display);
  GstBuffer* result = draw(buffer);
  EXPECT_EQ(luma(result, 0, 32, 24), 235);
  EXPECT_EQ(luma(result, 0, 5, 5), 128);
}

TEST_F(Overlay, AFrameMetaWithoutItsFrameIsSkipped) {
  play();
  GstBuffer* buffer = batch_buffer(1);
  add_object(buffer, 0);
  nvds_get_nth_frame_meta(gst_buffer_get_nvds_batch_meta(buffer)->frame_meta_list, 0)->batch_id = 9;
  EXPECT_EQ(luma(draw(buffer), 0, 20, 20), 128);
}

TEST_F(Overlay, TheClockNeedsNoMetadata) {
  g_object_set(element_, "display-clock", TRUE, "x-clock-offset", 2, "clock-color", 0xffffffffu,
               nullptr);
  play();
  auto batch = std::make_unique<Batch>(1);
  batch->add(gray_picture(NVBUF_COLOR_FORMAT_YUV420));
  GstBuffer* buffer = gst_buffer_new();
  gst_buffer_append_memory(buffer, new_nvmm_memory(std::move(batch)));
  GstBuffer* result = draw(buffer);
  int bright = 0;
  for (int y = 0; y < 24; ++y)
    for (int x = 0; x < kWidth; ++x) bright += luma(result, 0, x, y) > 200;
  EXPECT_GT(bright, 20);
}

TEST_F(Overlay, BlurTakesTheListedClasses) {
  g_object_set(element_, "blur-bbox", 1, "blur-on-gie-class-ids", "1,0;2,3", "display-bbox", FALSE,
               nullptr);
  play();
  for (const bool listed : {true, false}) {
    GstBuffer* buffer = batch_buffer(1);
    const Pixels pixels = batch_of(buffer)->frame(0).write();
    pixels.planes[0].data[20 * pixels.planes[0].stride_bytes + 20] = 255;
    NvDsObjectMeta* object = add_object(buffer, 0);
    object->unique_component_id = 2;
    object->class_id = listed ? 3 : 0;
    EXPECT_EQ(luma(draw(buffer), 0, 20, 20) < 160, listed);
  }
}

std::string error_of(GstElement* element, GstBus* bus) {
  gst_element_set_bus(element, bus);
  gst_element_set_state(element, GST_STATE_PAUSED);
  std::string all;
  while (GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR)) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    all += error->message + std::string("|");
    g_error_free(error);
    gst_message_unref(message);
  }
  gst_element_set_bus(element, nullptr);
  return all;
}

TEST_F(Overlay, AWrongListOfClassesIsOneError) {
  g_object_set(element_, "blur-on-gie-class-ids", "1:0", nullptr);
  GstBus* bus = gst_bus_new();
  EXPECT_EQ(
      error_of(element_, bus),
      "nvdsosd: blur-on-gie-class-ids is \"1:0\"; expected pairs of a component id and a class "
      "id, as in \"1,0;1,2\".|");
  gst_object_unref(bus);
}

TEST_F(Overlay, BuffersOfOtherMemoryAreAnErrorNotACrash) {
  play();
  GstBus* bus = gst_bus_new();
  gst_element_set_bus(element_, bus);
  GstBuffer* buffer = gst_buffer_new_allocate(nullptr, 64 * 48 * 3 / 2, nullptr);
  EXPECT_EQ(gst_pad_push(in_, buffer), GST_FLOW_ERROR);
  GstMessage* message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
  ASSERT_NE(message, nullptr);
  GError* error = nullptr;
  gst_message_parse_error(message, &error, nullptr);
  EXPECT_TRUE(g_str_has_prefix(error->message, "nvdsosd: cannot draw on this buffer: "))
      << error->message;
  g_error_free(error);
  gst_message_unref(message);
  gst_element_set_bus(element_, nullptr);
  gst_object_unref(bus);
}

}  // namespace
}  // namespace thalweg
