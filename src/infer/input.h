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
  size_t batch = 1;                ///< units a run
  NvDsInferNetworkInfo network{};  ///< what programs know of the input; boxes count in its pixels

  ModelInput() = default;
  ModelInput(ModelInput&&) = default;
  ModelInput& operator=(ModelInput&&) = default;
};

/// Fits the configuration to the model's inputs. `model` is its path, for messages.
/// @throws InferError naming the key, what the model has and what to write.
ModelInput describe_input(const InferConfig& config, const std::string& model,
                          const std::vector<TensorInfo>& inputs);

/// Reads a binary PPM (P6) of exactly width x height as a tensor in the order of `spec`.
/// @throws InferError naming the file, the size expected and the size got.
std::vector<float> read_mean_image(const std::string& path, const TensorSpec& spec);

/// "image [1,3,300,300]", for messages.
std::string shape_text(const TensorInfo& tensor);

}  // namespace thalweg
