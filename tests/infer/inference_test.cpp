#include "elements/nvinfer/inference.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "gstnvdsinfer.h"
#include "infer/error.h"
#include "nvdspreprocess_meta.h"

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
  void process(RawOutput* raw = nullptr, RawOutputCallback callback = {}) {
    auto inference = std::make_shared<Inference>(config_, [](LogLevel, const std::string&) {});
    OutputQueue queue({{}, [](const std::exception& e) { ADD_FAILURE() << e.what(); }, {}});
    auto* buffer = reinterpret_cast<GstBuffer*>(0x10);  // only handed on
    inference->process({batch_, meta_, 9, buffer, raw, callback}, queue);
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

/// What the function of a program was called with.
struct Heard {
  std::vector<unsigned> units;
  std::vector<std::string> layers;
  std::vector<float> input;  // of the last unit
  std::vector<float> boxes;  // of all
};

void hear(GstBuffer* buffer, NvDsInferNetworkInfo* network, NvDsInferLayerInfo* layers,
          guint num_layers, guint units, gpointer user_data) {
  auto& heard = *static_cast<Heard*>(user_data);
  EXPECT_EQ(buffer, reinterpret_cast<GstBuffer*>(0x10));
  EXPECT_EQ(network->width * network->height * network->channels, 300u * 300 * 3);
  heard.units.push_back(units);
  heard.layers.clear();
  for (guint i = 0; i < num_layers; ++i) {
    heard.layers.push_back(layers[i].layerName + std::string(layers[i].isInput ? " in" : ""));
    EXPECT_EQ(layers[i].bindingIndex, int(i));
  }
  const auto* input = static_cast<float*>(layers[0].buffer);
  const auto of_unit = layers[0].inferDims.numElements;
  heard.input.assign(input + (units - 1) * of_unit, input + units * of_unit);
  const auto* boxes = static_cast<float*>(layers[1].buffer);
  heard.boxes.insert(heard.boxes.end(), boxes, boxes + units * layers[1].inferDims.numElements);
}

TEST_F(InferenceTest, AProgramHearsTheLayersOfEachBatch) {
  config_.output_tensor_meta = true;
  for (const unsigned batch_size : {1u, 2u, 5u}) {
    config_.batch_size = batch_size;
    RawOutput raw;
    Heard heard;
    process(&raw, {hear, &heard});
    EXPECT_EQ(heard.units, batch_size == 1 ? std::vector<unsigned>({1, 1}) : std::vector{2u});
    EXPECT_EQ(heard.layers, (std::vector<std::string>{"image in", "boxes", "scores"}));
    const auto [low, high] = std::ranges::minmax(heard.input);
    EXPECT_LT(low, -0.5f);  // the picture, normalised to -1..1
    EXPECT_GT(high, 0.5f);
    EXPECT_LE(high, 1);
    std::vector<float> expected;
    for (auto* frame : frames_) {
      auto* meta = tensors(frame->frame_user_meta_list).front();
      const auto* values = static_cast<float*>(meta->out_buf_ptrs_host[0]);
      expected.insert(expected.end(), values,
                      values + meta->output_layers_info[0].inferDims.numElements);
    }
    EXPECT_EQ(heard.boxes, expected);
  }
}

/// A tensor as nvdspreprocess attaches it: of regions of the two frames.
class PreparedTest : public InferenceTest {
 protected:
  void SetUp() override {
    InferenceTest::SetUp();
    config_.input_tensor_from_meta = true;
    TensorSpec spec;
    spec.width = spec.height = 300;
    spec.scale = config_.net_scale_factor;
    std::ranges::copy(config_.offsets, spec.mean);
    values_.resize(3 * size_t(3 * 300 * 300));  // room for one more unit
    for (unsigned i = 0; i < 2; ++i) {
      const auto geometry =
          fill_tensor(batch_.frame(int(i)), crop_, spec, &values_[i * size_t(3 * 300 * 300)]);
      NvDsRoiMeta region{};
      region.roi.left = float(crop_.left), region.roi.top = float(crop_.top);
      region.roi.width = float(crop_.width), region.roi.height = float(crop_.height);
      region.scale_ratio_x = geometry.scale_x, region.scale_ratio_y = geometry.scale_y;
      region.frame_meta = frames_[i];
      prepared_.roi_vector.push_back(region);
    }
    tensor_.raw_tensor_buffer = values_.data();
    tensor_.buffer_size = values_.size() * sizeof(float);
    tensor_.tensor_shape = {3, 3, 300, 300};
    tensor_.data_type = NvDsDataType_FP32;
    tensor_.tensor_name = "image";
    prepared_.tensor_meta = &tensor_;
    prepared_.target_unique_ids = {4, 9};
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(meta_);
    user->base_meta.meta_type = NVDS_PREPROCESS_BATCH_META;
    user->user_meta_data = &prepared_;
    nvds_add_user_meta_to_batch(meta_, user);
  }
  void TearDown() override {
    for (auto& region : prepared_.roi_vector) {
      while (region.roi_user_meta_list) {
        nvds_remove_user_meta_from_roi(&region,
                                       static_cast<NvDsUserMeta*>(region.roi_user_meta_list->data));
      }
    }
    InferenceTest::TearDown();
  }
  using Box = std::array<float, 4>;
  static std::vector<Box> boxes_of(NvDsFrameMeta* frame) {
    std::vector<Box> boxes;
    for (GList* node = frame->obj_meta_list; node; node = node->next) {
      const auto& box = static_cast<NvDsObjectMeta*>(node->data)->rect_params;
      boxes.push_back({box.left, box.top, box.left + box.width, box.top + box.height});
    }
    return boxes;
  }
  std::string error() {
    auto inference = std::make_shared<Inference>(config_, [](LogLevel, const std::string&) {});
    OutputQueue queue({{}, [](const std::exception& e) { ADD_FAILURE() << e.what(); }, {}});
    try {
      inference->process({batch_, meta_, 9}, queue);
    } catch (const InferError& error) {
      return error.what();
    }
    return "";
  }

  const Rect crop_{40, 30, 200, 180};
  std::vector<float> values_;
  NvDsPreProcessTensorMeta tensor_{};
  GstNvDsPreProcessBatchMeta prepared_{};
};

TEST_F(PreparedTest, FindsInARegionWhatIsFoundInItsPixels) {
  config_.output_tensor_meta = true;
  process();
  // The same pixels through an object of the region's size.
  NvDsBatchMeta* other = nvds_create_batch_meta(1);
  NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(other);
  nvds_add_frame_meta_to_batch(other, frame);
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(other);
  object->object_id = UNTRACKED_OBJECT_ID;
  object->rect_params.left = 40, object->rect_params.top = 30;
  object->rect_params.width = 200, object->rect_params.height = 180;
  nvds_add_obj_meta_to_frame(frame, object, nullptr);
  config_.input_tensor_from_meta = false;
  config_.process_mode = 2;
  auto inference = std::make_shared<Inference>(config_, [](LogLevel, const std::string&) {});
  OutputQueue queue({{}, [](const std::exception& e) { ADD_FAILURE() << e.what(); }, {}});
  inference->process({batch_, other, 9}, queue);
  queue.drain();
  auto expected = boxes_of(frame);
  std::erase_if(expected, [](const Box& box) { return box == Box{40, 30, 240, 210}; });
  ASSERT_GT(expected.size(), 0u);

  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_TRUE(frames_[i]->bInferDone);
    auto found = boxes_of(frames_[i]);
    // Those of the region are cut to it.
    ASSERT_EQ(found.size(), expected.size());
    for (size_t b = 0; b < found.size(); ++b) {
      EXPECT_FLOAT_EQ(found[b][0], std::max(expected[b][0], 40.0f));
      EXPECT_FLOAT_EQ(found[b][1], std::max(expected[b][1], 30.0f));
      EXPECT_FLOAT_EQ(found[b][2], std::min(expected[b][2], 240.0f));
      EXPECT_FLOAT_EQ(found[b][3], std::min(expected[b][3], 210.0f));
    }
    EXPECT_EQ(tensors(frames_[i]->frame_user_meta_list).size(), 0u);
    EXPECT_EQ(tensors(prepared_.roi_vector[i].roi_user_meta_list).size(), 1u);
  }
  nvds_destroy_batch_meta(other);
}

TEST_F(PreparedTest, BoxesMayLeaveTheRegion) {
  config_.clip_object_outside_roi = false;
  process();
  const auto boxes = boxes_of(frames_[0]);
  EXPECT_TRUE(std::ranges::any_of(boxes, [](const Box& box) {
    return box[0] < 40 || box[1] < 30 || box[2] > 240 || box[3] > 210;
  }));
}

TEST_F(PreparedTest, TensorsOfOthersPass) {
  prepared_.target_unique_ids = {8};
  process();
  EXPECT_FALSE(frames_[0]->bInferDone);
  EXPECT_EQ(frames_[0]->num_obj_meta, 0u);
}

TEST_F(PreparedTest, WhatDoesNotFitIsAnError) {
  const std::string begin = config_.path + ": [property] input-tensor-from-meta=1: expected ";
  const std::string end = ". Write a network-input-shape, tensor-name and tensor-data-type for " +
                          config_.onnx_file + " into the configuration of nvdspreprocess.";
  const auto good = tensor_;
  const auto with = [&](auto change) {
    tensor_ = good;
    change();
    return error();
  };
  EXPECT_EQ(with([&] { tensor_.tensor_name = "input_1"; }),
            begin + "the tensor image, got input_1" + end);
  EXPECT_EQ(with([&] { tensor_.data_type = NvDsDataType_FP16; }),
            begin + "float32 values, got type 7" + end);
  EXPECT_EQ(
      with([&] {
        tensor_.tensor_shape = {2, 3, 320, 300};
      }),
      begin + "the shape of image [1,3,300,300] after its batch, got image [2,3,320,300]" + end);
  EXPECT_EQ(with([&] { tensor_.tensor_shape = {-2, 3, 300, 300}; }).substr(0, begin.size()), begin);
  EXPECT_EQ(with([&] { tensor_.tensor_shape = {}; }).substr(0, begin.size()), begin);
  EXPECT_EQ(with([&] { tensor_.buffer_size = 100; }),
            begin + "3240000 bytes of image [3,3,300,300], got 100" + end);
  EXPECT_EQ(with([&] { tensor_.tensor_shape[0] = 1; }),
            begin + "a region for each unit of image [1,3,300,300], got 2" + end);
  tensor_ = good;
  prepared_.roi_vector[0].scale_ratio_x = 0;
  EXPECT_EQ(error(),
            "input-tensor-from-meta=1: expected a region with finite sides and scales above 0, got "
            "left 40, top 30, 200 x 180, scaled by 0 x 1.66667. Correct the element before "
            "nvinfer.");
  prepared_.roi_vector[0].frame_meta = nullptr;
  EXPECT_EQ(error(),
            "input-tensor-from-meta=1: expected regions of the frames of the batch, got one of "
            "another frame. Correct the element before nvinfer.");
}

}  // namespace
}  // namespace thalweg
