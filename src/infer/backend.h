#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nvdsinfer.h"

namespace thalweg {

/// One input or output of a model, for one request.
struct TensorInfo {
  std::string name;
  NvDsInferDataType type = FLOAT;  ///< floats of any width and images pass as float32
  std::vector<size_t> shape;       ///< with the batch first; a size of 0 is known only after a run
  size_t bytes() const;            ///< 0 while a size is unknown
};

struct ModelInfo {
  std::vector<TensorInfo> inputs, outputs;
};

struct ModelOptions {
  std::string path;          ///< of the model file
  bool exact_fp32 = true;    ///< compute in float32 even where the processor is faster in bfloat16
  size_t batch = 1;          ///< frames a request, for models whose first dimension is free
  std::vector<size_t> dims;  ///< sizes after the batch, used where the model leaves them free
};

/// One run of the model at a time. start() returns at once; requests of a model run in parallel.
/// A request belongs to one thread at a time.
class InferRequest {
 public:
  virtual ~InferRequest() = default;
  /// Host memory for an input or output of known size (ModelInfo's bytes, aligned to 64), owned by
  /// the caller and in use from start() to the end of wait().
  virtual void bind_input(size_t index, void* memory) = 0;
  virtual void bind_output(size_t index, void* memory) = 0;
  virtual void start() = 0;
  /// Waits for the run. @throws std::runtime_error with the backend's text when it failed.
  virtual void wait() = 0;
  struct View {
    void* data;
    std::vector<size_t> shape;
  };
  /// An output after wait(), for sizes that were unknown before; valid until the next start().
  virtual View output(size_t index) = 0;
};

/// A model that is ready to run. new_request() may be called from any thread.
class Backend {
 public:
  virtual ~Backend() = default;
  virtual const ModelInfo& info() const = 0;
  /// Requests that keep the device busy.
  virtual size_t parallel_requests() const = 0;
  virtual std::unique_ptr<InferRequest> new_request() = 0;
};

/// Loads `options.path` with the OpenVINO backend, which is opened here: libthalweg_openvino.so in
/// the folder ../lib of the file that contains this function (or the one THALWEG_BACKEND_DIR
/// names). `note` gets texts for the log (what the cache did).
/// @throws InferError naming the file and what to do.
std::unique_ptr<Backend> load_backend(const ModelOptions& options,
                                      const std::function<void(const std::string&)>& note);

/// What a backend's library exports, under the name thalweg_load_model.
using LoadModelFunction = std::unique_ptr<Backend>(const ModelOptions&,
                                                   const std::function<void(const std::string&)>&);

}  // namespace thalweg
