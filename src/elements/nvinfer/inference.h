#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "elements/nvinfer/output_queue.h"
#include "elements/nvinfer/raw_output.h"
#include "elements/nvinfer/subject.h"
#include "infer/model.h"
#include "infer/objects.h"
#include "nvdsmeta.h"
#include "surface/batch.h"

namespace thalweg {

/// A buffer on its way through the element.
struct Passing {
  Batch& batch;
  NvDsBatchMeta* meta;
  int unique_id = 0;
  GstBuffer* buffer = nullptr;       ///< alive until what `queue` does for it is done
  RawOutput* raw_output = nullptr;   ///< null where nobody wants the layers
  RawOutputCallback raw_callback{};  ///< and this may be none even so
};

/// A model at work on the batches that pass: feeds it their frames, or the objects in them, and
/// writes what it says into their metadata. Lives in a shared_ptr, which its jobs hold.
class Inference : public std::enable_shared_from_this<Inference> {
 public:
  /// Loads the model. `log` is kept, and called from any thread. @throws InferError
  Inference(const InferConfig& config, InferLog log);

  /// Feeds a batch. The results are written by jobs added to `queue`, so before the next buffer
  /// added to it leaves; with classifier-async-mode those that are there are written now, and
  /// the others when their tracks come again. Streaming thread.
  /// @throws std::exception what the model or the parser threw, also for an earlier batch.
  void process(const Passing& passing, OutputQueue& queue);
  /// That source ended. Any thread.
  void forget_source(unsigned source_id) { objects_.forget_source(source_id); }

  const Model& model() const { return model_; }

 private:
  using Unit = SecondaryObjects::Unit;
  using Lease = std::shared_ptr<Model::Run>;
  /// A unit in a run.
  struct Fed {
    Subject subject;
    std::optional<SecondaryObjects::Track> track;
  };
  class Feeder;

  std::vector<Unit> units_of(const Passing& passing);
  void process_at_once(const Passing& passing, OutputQueue& queue);
  void process_prepared(const Passing& passing, OutputQueue& queue);
  void process_in_background(const Passing& passing);
  RawOutput::Origin origin_of(const Passing& passing) const;
  void finish(const Passing& passing, Model::Run& run, std::span<const Fed> units,
              RawUnits* raw_units);
  void keep(Model::Run& run, std::span<const Fed> units);
  void warn_of_candidates();

  const InferLog log_;
  Model model_;
  SecondaryObjects objects_;
  const bool is_secondary_;
  bool warned_of_untracked_ = false;  // streaming thread's
  std::atomic<bool> warned_of_candidates_{false};
  std::mutex mutex_;
  std::exception_ptr background_error_;
  std::unique_ptr<OutputQueue> background_;  // of the asynchronous mode; last, so it ends first
};

}  // namespace thalweg
