#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "infer/backend.h"
#include "infer/config.h"
#include "infer/extra_inputs.h"
#include "infer/input.h"
#include "infer/output_reader.h"
#include "infer/result.h"
#include "infer/tensor_files.h"
#include "infer/tensor_memory.h"
#include "surface/batch.h"

namespace thalweg {

enum class LogLevel { kInfo, kWarning };
using InferLog = std::function<void(LogLevel, const std::string&)>;

/// A configured model: frames or parts of frames in, results out, several runs under way at once.
///
///     Model model(config, log);
///     Model::Run* run = model.acquire();                       // streaming thread
///     run->add(frame); run->start();
///     for (const auto& d : run->finish()[0].detections) ...    // any other thread, in any order
///     model.release(run);
///
/// acquire() and release() may be called from any thread; a run belongs to one thread at a time.
class Model {
 public:
  /// Loads everything that `config` names. Takes seconds for a new model, then less than one.
  /// @throws InferError
  Model(const InferConfig& config, const InferLog& log);
  ~Model();

  class Run {
   public:
    ~Run();
    /// Feeds a frame, or the part `crop` of one in frame pixels, as number size(); pixels are read
    /// before it returns. @pre !full() @throws std::invalid_argument for a crop below 2 x 2 pixels.
    void add(const Frame& frame);
    void add(const Frame& frame, Rect crop);
    /// Feeds a unit that is a tensor already: input_floats() of them, copied before it returns.
    void add(const float* tensor, const UnitPlace& place);
    bool full() const { return places_.size() == model_.input_.batch; }
    size_t size() const { return places_.size(); }
    void start();
    /// Waits, then gives the result of each unit fed (view, valid until release()).
    /// @throws InferError when the model or the parser failed.
    std::span<const Result> finish();
    /// The output layers of a unit after finish() (view, valid until release()).
    const Layers& layers(size_t unit);
    /// What the model was fed with for that unit, likewise.
    NvDsInferLayerInfo input(size_t unit);

   private:
    friend class Model;
    explicit Run(Model& model);
    float* place_of_next() { return input_ + places_.size() * model_.input_floats(); }
    void fed(const UnitPlace& place);

    Model& model_;
    TensorMemory input_memory_;
    std::vector<TensorMemory> outputs_;      // null where the size is known only after a run
    std::unique_ptr<InferRequest> request_;  // ends before the memory that it may write to
    float* input_ = nullptr;                 // view of input_memory_
    std::vector<UnitPlace> places_;
    std::vector<Result> results_;
    Layers layers_;
    bool under_way_ = false;
  };

  /// A free run; waits while all are under way.
  Run* acquire();
  /// A free run, or null while all are under way.
  Run* try_acquire();
  /// Takes a run back, after its end if it is under way.
  void release(Run* run);

  size_t runs() const { return runs_.size(); }
  size_t parallel_runs() const { return backend_->parallel_requests(); }
  size_t units_a_run() const { return input_.batch; }
  /// The input, with the units of a run first in its shape.
  const TensorInfo& input() const { return backend_->info().inputs[input_.index]; }
  /// Of one unit.
  size_t input_floats() const { return input().bytes() / sizeof(float) / input_.batch; }
  /// Of the run that the constructor makes to warm up.
  double seconds_a_run() const { return seconds_a_run_; }
  const std::string& path() const { return path_; }
  const InferConfig& config() const { return config_; }
  /// The input as programs know it.
  const NvDsInferNetworkInfo& network() const { return input_.network; }
  /// Label of a detector's class, "" if it has none.
  const std::string& label(int class_id) const { return labels_[size_t(class_id)]; }
  /// Boxes repaired or left out so far.
  ClusterCounts counts() const;

 private:
  void describe_outputs();
  void warm_up();

  InferConfig config_;
  std::string path_;
  std::vector<std::string> labels_;
  std::unique_ptr<Backend> backend_;
  ModelInput input_;
  std::vector<const char*> layer_names_;  // they outlive the model, as metadata do
  Layers layers_;                         // of one unit, without buffers
  std::unique_ptr<OutputReader> reader_;  // null where there is nothing to read
  std::unique_ptr<ExtraInputs> extra_inputs_;
  std::unique_ptr<TensorFiles> files_;  // null where none are written or read
  double seconds_a_run_ = 0;

  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<Run*> free_;
  mutable std::mutex reader_mutex_;
};

}  // namespace thalweg
