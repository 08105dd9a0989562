#include "infer/objects.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace thalweg {
namespace {

/// One batch of frames of 640x360, whose metadata a test fills.
class ObjectsTest : public testing::Test {
 protected:
  ~ObjectsTest() override { end_batch(); }

  void new_batch() {
    end_batch();
    meta_ = nvds_create_batch_meta(2);
    batch_ = std::make_unique<Batch>(2);
  }
  NvDsFrameMeta* add_frame(unsigned source, int number) {
    NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(meta_);
    frame->batch_id = unsigned(batch_->size());
    frame->source_id = source;
    frame->frame_num = number;
    nvds_add_frame_meta_to_batch(meta_, frame);
    batch_->add(Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, 640, 360));
    return frame;
  }
  NvDsObjectMeta* add_object(NvDsFrameMeta* frame, float left = 10, float top = 20,
                             float width = 100, float height = 50,
                             uint64_t id = UNTRACKED_OBJECT_ID) {
    NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(meta_);
    object->unique_component_id = 1;
    object->object_id = id;
    object->rect_params.left = left, object->rect_params.top = top;
    object->rect_params.width = width, object->rect_params.height = height;
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
    return object;
  }
  std::vector<SecondaryObjects::Unit> choose(SecondaryObjects& objects) {
    return objects.choose(meta_, *batch_);
  }
  /// Whether the track of `id` is asked in that frame; answers at once.
  bool asks(SecondaryObjects& objects, int number, float width = 100, uint64_t id = 7,
            unsigned source = 0) {
    new_batch();
    add_object(add_frame(source, number), 10, 20, width, 50, id);
    auto units = choose(objects);
    EXPECT_EQ(units.size(), 1u);
    if (units[0].infer) objects.keep(*units[0].track, std::make_shared<Result>());
    return units[0].infer;
  }

  NvDsBatchMeta* meta_ = nullptr;
  std::unique_ptr<Batch> batch_;
  InferConfig config_ = [] {
    InferConfig config;
    config.process_mode = 2;
    config.network_type = 1;
    return config;
  }();

 private:
  void end_batch() {
    if (meta_) nvds_destroy_batch_meta(meta_);
    meta_ = nullptr;
  }
};

TEST_F(ObjectsTest, OfTheComponentAndTheClassesThatAreNamed) {
  new_batch();
  auto* frame = add_frame(0, 0);
  auto* third = add_object(frame);
  third->class_id = 3;
  auto* other = add_object(frame);
  other->unique_component_id = 2;
  add_object(frame)->class_id = 1;
  EXPECT_EQ(SecondaryObjects(config_).choose(meta_, *batch_).size(), 3u);
  config_.operate_on_gie_id = 1;
  EXPECT_EQ(SecondaryObjects(config_).choose(meta_, *batch_).size(), 2u);
  config_.operate_on_class_ids = {0, 3};
  auto units = SecondaryObjects(config_).choose(meta_, *batch_);
  ASSERT_EQ(units.size(), 1u);
  EXPECT_EQ(units[0].object, third);
  EXPECT_EQ(units[0].frame, frame);
  EXPECT_TRUE(units[0].infer);
  EXPECT_FALSE(units[0].track);
}

TEST_F(ObjectsTest, LimitsOfSizeAreInclusive) {
  new_batch();
  auto* frame = add_frame(0, 0);
  for (float side : {49.0f, 50.0f, 51.0f}) add_object(frame, 0, 0, side, 100);
  auto count = [&] { return SecondaryObjects(config_).choose(meta_, *batch_).size(); };
  config_.input_object_min_width = 50;
  EXPECT_EQ(count(), 2u);
  config_.input_object_max_width = 50;
  EXPECT_EQ(count(), 1u);
  config_.input_object_min_height = 100;
  EXPECT_EQ(count(), 1u);
  config_.input_object_max_height = 99;
  EXPECT_EQ(count(), 0u);
}

TEST_F(ObjectsTest, BoxesAreCutToTheFrameAndEmptyOnesPassed) {
  new_batch();
  auto* frame = add_frame(0, 0);
  add_object(frame, -20.5f, -10, 60.5f, 40);
  add_object(frame, 600, 350, 1e9f, 1e30f);
  add_object(frame, 700, 10, 50, 50);    // beside the frame
  add_object(frame, 100, 100, 2.9f, 1);  // below 2 x 2
  add_object(frame, 639, 100, 1, 50);    // no even pixel pair
  add_object(frame, std::nanf(""), 0, 10, 10);
  add_object(frame, 0, 0, std::numeric_limits<float>::infinity(), 10);
  auto units = SecondaryObjects(config_).choose(meta_, *batch_);
  ASSERT_EQ(units.size(), 2u);  // the list begins with the last
  EXPECT_EQ(units[0].crop, (Rect{600, 350, 40, 10}));
  EXPECT_EQ(units[1].crop, (Rect{0, 0, 40, 30}));
}

TEST_F(ObjectsTest, ATrackIsAskedOnce) {
  SecondaryObjects objects(config_);
  EXPECT_TRUE(asks(objects, 0));
  for (int frame = 1; frame < 200; ++frame) EXPECT_FALSE(asks(objects, frame));
  EXPECT_TRUE(asks(objects, 200, 100, 8));
  EXPECT_TRUE(asks(objects, 200, 100, 7, 1)) << "the same id of another source";
}

TEST_F(ObjectsTest, ATrackIsAskedAgainAfterTheInterval) {
  config_.secondary_reinfer_interval = 3;
  SecondaryObjects objects(config_);
  std::vector<int> asked;
  for (int frame = 0; frame < 10; ++frame) {
    if (asks(objects, frame)) asked.push_back(frame);
  }
  EXPECT_EQ(asked, (std::vector<int>{0, 4, 8}));
  config_.secondary_reinfer_interval = 0;
  SecondaryObjects always(config_);
  for (int frame = 0; frame < 3; ++frame) EXPECT_TRUE(asks(always, frame));
}

TEST_F(ObjectsTest, ATrackIsAskedAgainWhenItHasGrownByMoreThanAFifth) {
  SecondaryObjects objects(config_);
  EXPECT_TRUE(asks(objects, 0, 100));
  EXPECT_FALSE(asks(objects, 1, 120));
  EXPECT_TRUE(asks(objects, 2, 121));
  EXPECT_FALSE(asks(objects, 3, 145)) << "145 is no more than 1.2 times 121";
  EXPECT_FALSE(asks(objects, 4, 50));
}

TEST_F(ObjectsTest, AFrameThatWaitsAsksWhateverIsUnderWay) {
  SecondaryObjects objects(config_);
  new_batch();
  add_object(add_frame(0, 0), 0, 0, 100, 100, 7);
  ASSERT_TRUE(choose(objects)[0].infer);
  EXPECT_TRUE(asks(objects, 1, 500));
}

TEST_F(ObjectsTest, ATrackUnderWayIsNotAskedAgainInTheBackground) {
  config_.classifier_async_mode = true;
  SecondaryObjects objects(config_);
  new_batch();
  add_object(add_frame(0, 0), 0, 0, 100, 100, 7);
  const auto units = choose(objects);
  ASSERT_TRUE(units[0].infer);
  EXPECT_FALSE(asks(objects, 1, 500));
  EXPECT_EQ(objects.known(*units[0].track), nullptr);
  auto result = std::make_shared<Result>();
  objects.keep(*units[0].track, result);
  EXPECT_EQ(objects.known(*units[0].track), result);
  EXPECT_TRUE(asks(objects, 2, 500));
}

TEST_F(ObjectsTest, ATrackThatWasGivenUpIsAskedInItsNextFrame) {
  SecondaryObjects objects(config_);
  new_batch();
  add_object(add_frame(0, 0), 0, 0, 100, 100, 7);
  objects.give_up(*choose(objects)[0].track);
  EXPECT_TRUE(asks(objects, 1));
}

TEST_F(ObjectsTest, ADetectorAsksInEachFrameOrAtItsInterval) {
  config_.network_type = 0;
  SecondaryObjects objects(config_);
  for (int frame = 0; frame < 3; ++frame) EXPECT_TRUE(asks(objects, frame));
  config_.secondary_reinfer_interval = 1;
  SecondaryObjects some(config_);
  std::vector<bool> asked;
  for (int frame = 0; frame < 5; ++frame)
    asked.push_back(asks(some, frame, 100 * float(frame + 1)));
  EXPECT_EQ(asked, (std::vector<bool>{true, false, true, false, true}));
}

TEST_F(ObjectsTest, TracksThatAreGoneAreForgotten) {
  SecondaryObjects objects(config_);
  for (int frame = 0; frame < 2000; ++frame) asks(objects, frame, 100, 1000 + uint64_t(frame));
  EXPECT_LT(objects.size(), 400u);
  EXPECT_TRUE(asks(objects, 2000, 100, 1000));
  objects.forget_source(0);
  EXPECT_EQ(objects.size(), 0u);
  // A source that begins again has a tracker that begins again.
  for (int frame = 899; frame < 901; ++frame) asks(objects, frame, 100, 7);
  EXPECT_TRUE(asks(objects, 0, 100, 7));
}

}  // namespace
}  // namespace thalweg
