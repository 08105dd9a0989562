#pragma once

#include <memory>
#include <string>
#include <vector>

#include "infer/backend.h"
#include "infer/config.h"
#include "infer/custom_function.h"
#include "infer/input.h"
#include "infer/tensor_memory.h"

namespace thalweg {

/// The inputs of a model besides the picture: filled once, by NvDsInferInitializeInputLayers of the
/// custom-lib-path library, and the same in every run.
class ExtraInputs {
 public:
  /// Fills those of `inputs` that are not input.index, if there are any. `model` is its path, for
  /// messages. @throws InferError when nobody fills them.
  ExtraInputs(const InferConfig& config, const std::string& model,
              const std::vector<TensorInfo>& inputs, const ModelInput& input);

  /// Lets a request read them. They outlive it.
  void bind(InferRequest& request) const;

 private:
  std::unique_ptr<CustomLibrary> library_;  // what it keeps, its parsers may need
  std::vector<size_t> indices_;
  std::vector<TensorMemory> buffers_;
};

}  // namespace thalweg
