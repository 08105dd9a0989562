#include "elements/nvinfer/inference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "gstnvdsinfer.h"

// The default model at work on batches: what is written where, and that it is freed.

namespace thalweg {
namespace {

class InferenceTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    gst_init(nullptr, nullptr);
    setenv("THALWEG_BACKEND_DIR", THALWEG_BACKEND_FOLDER, 0);
    setenv("TBB_ENABLE_SANITIZERS", "1", 0);  // else it opens a library in a way that they refuse
  }
  void SetUp() override {
    ConfigNotes notes;
    config_ = load_config(
        THALWEG_SOURCE_FOLDER "/models/ssd_mobilenet_v2_coco/config_infer_primary.txt", notes);
    for (auto& attributes : config_.classes) attributes.pre_cluster_threshold = 0.02f;
    // Brightness in stripes: enough for some weak detections.
    auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_GRAY8, 320, 240);
    const Plane<uint8_t> plane = picture->mutable_pixels().planes[0];
    for (int y = 0; y < 240; ++y) {
      for (int x = 0; x < 320; ++x) {
        plane.data[y * plane.stride_bytes + x] = x > 80 && x < 200 && y > 60 ? 40 : 200;
      }
    }
    for (unsigned i = 0; i < 2; ++i) {
      batch_.add(picture);
      NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(meta_);
      frame->batch_id = frame->source_id = i;
      nvds_add_frame_meta_to_batch(meta_, frame);
      frames_.push_back(frame);
    }
  }
  void TearDown() override { nvds_destroy_batch_meta(meta_); }

  NvDsObjectMeta* add_object(NvDsFrameMeta* frame, float left, float width) {
    NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(meta_);
    object->object_id = UNTRACKED_OBJECT_ID;
    object->rect_params.left = left, object->rect_params.width = width;
    object->rect_params.height = 240;
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
    return object;
  }
  void process() {
    auto inference = std::make_shared<Inference>(config_, [](LogLevel, const std::string&) {});
    OutputQueue queue({{}, [](const std::exception& e) { ADD_FAILURE() << e.what(); }, {}});
    inference->process(batch_, meta_, 9, queue);
    queue.drain();
  }
  static std::vector<NvDsInferTensorMeta*> tensors(GList* metas) {
    std::vector<NvDsInferTensorMeta*> found;
    for (; metas; metas = metas->next) {
      auto* user = static_cast<NvDsUserMeta*>(metas->data);
      EXPECT_EQ(user->base_meta.meta_type, NVDSINFER_TENSOR_OUTPUT_META);
      found.push_back(static_cast<NvDsInferTensorMeta*>(user->user_meta_data));
    }
    return found;
  }

  InferConfig config_;
  Batch batch_{2};
  NvDsBatchMeta* meta_ = nvds_create_batch_meta(2);
  std::vector<NvDsFrameMeta*> frames_;
};

TEST_F(InferenceTest, FramesGetObjectsAndTensorsOfTheirOwn) {
  config_.output_tensor_meta = true;
  process();
  NvDsInferTensorMeta* first = nullptr;
  for (auto* frame : frames_) {
    EXPECT_TRUE(frame->bInferDone);
    EXPECT_GT(frame->num_obj_meta, 0u);
    auto* object = static_cast<NvDsObjectMeta*>(frame->obj_meta_list->data);
    EXPECT_EQ(object->unique_component_id, 9);
    EXPECT_EQ(object->parent, nullptr);
    auto found = tensors(frame->frame_user_meta_list);
    ASSERT_EQ(found.size(), 1u);
    ASSERT_EQ(found[0]->num_output_layers, 2u);
    for (unsigned i = 0; i < 2; ++i) {
      EXPECT_EQ(found[0]->output_layers_info[i].buffer, found[0]->out_buf_ptrs_host[i]);
    }
    if (!first) {
      first = found[0];
      continue;
    }
    // Equal pictures: equal values in other memory.
    const auto* a = static_cast<float*>(first->out_buf_ptrs_host[0]);
    const auto* b = static_cast<float*>(found[0]->out_buf_ptrs_host[0]);
    EXPECT_NE(a, b);
    EXPECT_TRUE(std::equal(a, a + first->output_layers_info[0].inferDims.numElements, b));
  }
}

TEST_F(InferenceTest, ACopyOfTheMetadataHasTensorsOfItsOwn) {
  config_.output_tensor_meta = true;
  process();
  NvDsBatchMeta* other = nvds_create_batch_meta(2);
  NvDsFrameMeta* copy = nvds_acquire_frame_meta_from_pool(other);
  nvds_copy_frame_meta(frames_[0], copy);
  nvds_add_frame_meta_to_batch(other, copy);
  auto from = tensors(frames_[0]->frame_user_meta_list), to = tensors(copy->frame_user_meta_list);
  ASSERT_EQ(to.size(), 1u);
  auto* values = static_cast<float*>(to[0]->out_buf_ptrs_host[1]);
  const float before = *static_cast<float*>(from[0]->out_buf_ptrs_host[1]);
  EXPECT_EQ(values[0], before);
  values[0] = before + 1;
  EXPECT_EQ(*static_cast<float*>(from[0]->out_buf_ptrs_host[1]), before);
  nvds_destroy_batch_meta(other);
}

TEST_F(InferenceTest, ObjectsAreParentsOfWhatIsFoundInThem) {
  config_.process_mode = 2;
  config_.output_tensor_meta = true;
  auto* left = add_object(frames_[0], 0, 160);
  auto* right = add_object(frames_[1], 160, 160);
  process();
  for (auto* outer : {left, right}) {
    NvDsFrameMeta* frame = frames_[outer == left ? 0 : 1];
    EXPECT_FALSE(frame->bInferDone);
    EXPECT_EQ(frame->frame_user_meta_list, nullptr);
    EXPECT_EQ(tensors(outer->obj_user_meta_list).size(), 1u);
    EXPECT_GT(frame->num_obj_meta, 1u);
    for (GList* node = frame->obj_meta_list; node; node = node->next) {
      auto* object = static_cast<NvDsObjectMeta*>(node->data);
      if (object == outer) continue;
      EXPECT_EQ(object->parent, outer);
      // A box may leave the crop, but it lies around something in it.
      const auto& box = object->rect_params;
      EXPECT_GT(box.left + box.width, outer->rect_params.left);
      EXPECT_LT(box.left, outer->rect_params.left + outer->rect_params.width);
    }
  }
}

TEST_F(InferenceTest, ObjectsGetMasksOfTheirOwn) {
  config_.network_type = 3;
  config_.cluster_mode = 4;
  config_.custom_lib_path = THALWEG_TEST_PARSER;
  config_.parse_bbox_instance_mask_func_name = "NvDsInferParseOneMask";
  config_.segmentation_threshold = 0.4f;
  for (const bool wanted : {false, true}) {
    config_.output_instance_mask = wanted;
    process();
  }
  for (auto* frame : frames_) {
    ASSERT_EQ(frame->num_obj_meta, 2u);
    unsigned with_mask = 0;
    for (GList* node = frame->obj_meta_list; node; node = node->next) {
      auto* object = static_cast<NvDsObjectMeta*>(node->data);
      EXPECT_FLOAT_EQ(object->rect_params.width, 160);
      EXPECT_STREQ(object->obj_label, "person");
      const auto& mask = object->mask_params;
      if (!mask.data) continue;
      ++with_mask;
      EXPECT_EQ(mask.size, 8u);
      EXPECT_EQ(mask.width, 2u);
      EXPECT_EQ(mask.height, 1u);
      EXPECT_FLOAT_EQ(mask.threshold, 0.4f);
      EXPECT_FLOAT_EQ(mask.data[0], 0.25f);
      EXPECT_FLOAT_EQ(mask.data[1], 0.75f);
    }
    EXPECT_EQ(with_mask, 1u);
  }
}

TEST_F(InferenceTest, ACopyOfTheMetadataHasASegmentationOfItsOwn) {
  ConfigNotes notes;
  config_ = load_config(
      THALWEG_SOURCE_FOLDER "/models/selfie_segmentation/config_infer_primary.txt", notes);
  process();
  NvDsBatchMeta* other = nvds_create_batch_meta(1);
  NvDsFrameMeta* copied = nvds_acquire_frame_meta_from_pool(other);
  nvds_copy_frame_meta(frames_[0], copied);
  nvds_add_frame_meta_to_batch(other, copied);
  std::vector<NvDsInferSegmentationMeta*> metas;
  for (auto* frame : {frames_[0], frames_[1], copied}) {
    ASSERT_NE(frame->frame_user_meta_list, nullptr);
    auto* user = static_cast<NvDsUserMeta*>(frame->frame_user_meta_list->data);
    ASSERT_EQ(user->base_meta.meta_type, NVDSINFER_SEGMENTATION_META);
    metas.push_back(static_cast<NvDsInferSegmentationMeta*>(user->user_meta_data));
  }
  for (auto* meta : metas) {
    EXPECT_EQ(meta->classes, 1u);
    EXPECT_EQ(meta->unique_id, 9);
    ASSERT_EQ(meta->width * meta->height, 256u * 256u);
    for (unsigned i = 0; i < 256 * 256; ++i) {
      ASSERT_EQ(meta->class_map[i], meta->class_probabilities_map[i] > 0.5f ? 0 : -1);
      ASSERT_EQ(meta->class_probabilities_map[i], metas[0]->class_probabilities_map[i]);
    }
  }
  EXPECT_NE(metas[0]->class_map, metas[2]->class_map);
  EXPECT_NE(metas[0]->class_probabilities_map, metas[2]->class_probabilities_map);
  nvds_destroy_batch_meta(other);
}

}  // namespace
}  // namespace thalweg
