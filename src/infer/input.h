#pragma once

#include <string>
#include <vector>

#include "infer/backend.h"
#include "infer/config.h"
#include "nvdsinfer.h"
#include "surface/convert.h"

namespace thalweg {

/// How pictures become the input of a model. Moved, not copied: `spec` points into `mean_image`.
struct ModelInput {
  TensorSpec spec;
  std::vector<float> mean_image;
  size_t index = 0;                ///< its number among the model's inputs
  size_t batch = 1;                ///< units a run
  NvDsInferNetworkInfo network{};  ///< what programs know of the input; boxes count in its pixels

  ModelInput() = default;
  ModelInput(ModelInput&&) = default;
  ModelInput& operator=(ModelInput&&) = default;
};

/// Fits the configuration to the model's inputs; the first one of 4 dimensions is for the picture.
/// `model` is its path, for messages.
/// @throws InferError naming the key, what the model has and what to write.
ModelInput describe_input(const InferConfig& config, const std::string& model,
                          const std::vector<TensorInfo>& inputs);

/// Reads a binary PPM (P6) of exactly width x height as a tensor in the order of `spec`.
/// @throws InferError naming the file, the size expected and the size got.
std::vector<float> read_mean_image(const std::string& path, const TensorSpec& spec);

/// A tensor as custom functions see it, without a buffer: one unit of it, where its first dimension
/// is the batch. `name` is kept.
NvDsInferLayerInfo layer_of(const TensorInfo& tensor, const char* name, int index,
                            bool has_batch = true);

/// "image [1,3,300,300]", for messages.
std::string shape_text(const TensorInfo& tensor);

}  // namespace thalweg
