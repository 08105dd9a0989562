#include "infer/extra_inputs.h"

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <map>

#include "scratch_folder.h"

namespace thalweg {
namespace {

/// Keeps what is bound.
class Request : public InferRequest {
 public:
  void bind_input(size_t index, void* memory) override { inputs[index] = memory; }
  void bind_output(size_t, void*) override {}
  void start() override {}
  void wait() override {}
  View output(size_t) override { return {}; }

  std::map<size_t, void*> inputs;
};

class ExtraInputsTest : public testing::Test {
 protected:
  ExtraInputsTest() {
    config_.path = "c.txt";
    config_.custom_lib_path = THALWEG_TEST_PARSER;
    input_.network = {40, 20, 3};
    input_.index = 1;
    input_.batch = 2;
  }
  std::string error() {
    return error_of([&] { ExtraInputs(config_, "m.onnx", inputs_, input_); });
  }

  InferConfig config_;
  ModelInput input_;
  std::vector<TensorInfo> inputs_ = {{"size", FLOAT, {2, 3}}, {"image", FLOAT, {2, 3, 20, 40}}};
};

TEST_F(ExtraInputsTest, AreFilledOnceForEachFrameOfTheBatch) {
  const ExtraInputs extra(config_, "m.onnx", inputs_, input_);
  Request request;
  extra.bind(request);
  ASSERT_EQ(request.inputs.size(), 1u);
  const auto* values = static_cast<const float*>(request.inputs.at(0));
  EXPECT_EQ(std::vector<float>(values, values + 6), (std::vector<float>{40, 40, 40, 41, 41, 41}));
}

TEST_F(ExtraInputsTest, AShapeWithoutABatchIsOneFrames) {
  input_.batch = 1;
  inputs_[0].shape = {3};
  const ExtraInputs extra(config_, "m.onnx", inputs_, input_);
  Request request;
  extra.bind(request);
  const auto* values = static_cast<const float*>(request.inputs.at(0));
  EXPECT_EQ(std::vector<float>(values, values + 3), (std::vector<float>{40, 40, 40}));
  input_.batch = 2;
  EXPECT_EQ(error(),
            "m.onnx: expected inputs for 2 frames, as the image's, got size [3]. Export the model "
            "with the same first dimension everywhere.");
}

TEST_F(ExtraInputsTest, AnErrorOfTheImageNamesTheImage) {
  inputs_[1].shape[2] = 0;
  EXPECT_EQ(error_of([&] { describe_input(config_, "m.onnx", inputs_); }),
            "m.onnx: expected an image input with sides of at least 1, got image [2,3,0,40]. "
            "Export the model with a size.");
}

TEST_F(ExtraInputsTest, AModelWithTheImageAloneNeedsNoLibrary) {
  config_.custom_lib_path = "/nowhere/lib.so";
  inputs_ = {inputs_[1]};
  input_.index = 0;
  EXPECT_EQ(error(), "");
}

TEST_F(ExtraInputsTest, ErrorsSayWhatHasToBeFilled) {
  const std::string library = "c.txt: [property] custom-lib-path: " THALWEG_TEST_PARSER;
  inputs_[0].name = "refused";
  EXPECT_EQ(error(), library +
                         ": NvDsInferInitializeInputLayers reported a failure for the model's "
                         "inputs besides the image: refused [3] float32. Check that the library "
                         "belongs to this model.");
  inputs_[0].name = "thrown";
  EXPECT_EQ(error(), library +
                         ": NvDsInferInitializeInputLayers threw \"too many\" for the model's "
                         "inputs besides the image: thrown [3] float32. Check that the library "
                         "belongs to this model.");
  inputs_[0].name = "thrown number";
  EXPECT_EQ(error(), library +
                         ": NvDsInferInitializeInputLayers threw something that is no "
                         "std::exception for the model's inputs besides the image: thrown number "
                         "[3] float32. Check that the library belongs to this model.");
  inputs_[0].name = "thrown";
  config_.custom_lib_path = "";
  EXPECT_EQ(error(),
            "c.txt: [property] custom-lib-path: expected a library whose function "
            "NvDsInferInitializeInputLayers fills the model's inputs besides the image: thrown [3] "
            "float32. Add the key, or export the model with the image as its only input.");
  Dl_info other;  // any library
  ASSERT_NE(dladdr(dlsym(RTLD_DEFAULT, "puts"), &other), 0);
  config_.custom_lib_path = other.dli_fname;
  EXPECT_EQ(error(),
            "c.txt: [property] custom-lib-path: " + config_.custom_lib_path +
                " has no C function "
                "NvDsInferInitializeInputLayers, which has to fill the model's inputs besides the "
                "image: thrown [3] float32. Add it, or export the model with the image as its only "
                "input.");
}

}  // namespace
}  // namespace thalweg
