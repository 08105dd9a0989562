#include "infer/extra_inputs.h"

#include <cstring>

#include "infer/error.h"

namespace thalweg {
namespace {

constexpr const char* kFunction = "NvDsInferInitializeInputLayers";

}  // namespace

ExtraInputs::ExtraInputs(const InferConfig& config, const std::string& model,
                         const std::vector<TensorInfo>& inputs, const ModelInput& input) {
  Layers layers;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (i == input.index) continue;
    const TensorInfo& tensor = inputs[i];
    const bool has_batch = !tensor.shape.empty() && tensor.shape[0] == input.batch;
    if (!has_batch && input.batch > 1) {
      fail_settings(model + ": expected inputs for " + std::to_string(input.batch) +
                    " frames, as the image's, got " + shape_text(tensor) +
                    ". Export the model with the same first dimension everywhere.");
    }
    if (tensor.shape.size() > NVDSINFER_MAX_DIMS) {
      fail_settings(model + ": expected inputs of at most " + std::to_string(NVDSINFER_MAX_DIMS) +
                    " dimensions, got " + shape_text(tensor) + ". Reshape it at export.");
    }
    auto layer = layer_of(tensor, tensor.name.c_str(), int(i), has_batch);
    layer.isInput = 1;
    buffers_.push_back(allocate_tensor(tensor.bytes()));
    layer.buffer = std::memset(buffers_.back().get(), 0, tensor.bytes());
    layers.push_back(layer);
    indices_.push_back(i);
  }
  if (layers.empty()) return;

  const std::string inputs_are = "the model's inputs besides the image: " + describe(layers) + ".";
  if (config.custom_lib_path.empty()) {
    fail_settings(config.path + ": [property] custom-lib-path: expected a library whose function " +
                  kFunction + " fills " + inputs_are + " Add the key, or export the model with " +
                  "the image as its only input.");
  }
  library_ = std::make_unique<CustomLibrary>(config.custom_lib_path, config.path);
  const auto initialize =
      reinterpret_cast<decltype(&NvDsInferInitializeInputLayers)>(library_->find(kFunction));
  const std::string who = config.path + ": [property] custom-lib-path: " + library_->path();
  if (!initialize) {
    fail_settings(who + " has no C function " + kFunction + ", which has to fill " + inputs_are +
                  " Add it, or export the model with the image as its only input.");
  }
  const std::string problem =
      problem_of([&] { return initialize(layers, input.network, unsigned(input.batch)); });
  if (problem.empty()) return;
  fail_resource(who + ": " + kFunction + " " + problem + " for " + inputs_are +
                " Check that the library belongs to this model.");
}

void ExtraInputs::bind(InferRequest& request) const {
  for (size_t i = 0; i < buffers_.size(); ++i) request.bind_input(indices_[i], buffers_[i].get());
}

}  // namespace thalweg
