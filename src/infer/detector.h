#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "infer/backend.h"
#include "infer/cluster.h"
#include "infer/config.h"
#include "infer/parser.h"
#include "surface/batch.h"
#include "surface/convert.h"

namespace thalweg {

/// One object in a frame; box in frame pixels, inside the frame.
struct Detection {
  int class_id = 0;
  float left = 0, top = 0, width = 0, height = 0;
  float confidence = 0;
};

enum class LogLevel { kInfo, kWarning };
using InferLog = std::function<void(LogLevel, const std::string&)>;

/// A primary detector: frames in, detections out, several runs of the model under way at once.
///
///     Detector detector(config, log);
///     Detector::Run* run = detector.acquire();      // streaming thread
///     run->add(frame); run->start();
///     for (const auto& d : run->finish()[0]) ...    // any other thread, in any order
///     detector.release(run);
///
/// acquire() and release() may be called from any thread; a run belongs to one thread at a time.
class Detector {
 public:
  /// Loads everything that `config` names. Takes seconds for a new model, then less than one.
  /// @throws InferError
  Detector(const InferConfig& config, const InferLog& log);
  ~Detector();

  class Run {
   public:
    ~Run();
    /// Feeds a frame as number size(); pixels are read before it returns.
    /// @pre !full()
    void add(const Frame& frame);
    bool full() const { return units_.size() == detector_.frames_a_run_; }
    size_t size() const { return units_.size(); }
    void start();
    /// Waits, then gives the detections of each frame fed (view, valid until release()), in the
    /// order of the clustering. @throws InferError when the model or the parser failed.
    std::span<const std::vector<Detection>> finish();

   private:
    friend class Detector;
    struct Unit {
      int frame_width, frame_height;
      TensorGeometry geometry;
    };
    explicit Run(Detector& detector);
    Detector& detector_;
    std::unique_ptr<InferRequest> request_;
    float* input_ = nullptr;
    std::vector<void*> outputs_;  // null where the size is known only after a run
    std::vector<Unit> units_;
    std::vector<std::vector<Detection>> results_;
    Layers layers_;
    Candidates candidates_;
  };

  /// A free run; waits while all are under way.
  Run* acquire();
  void release(Run* run);

  size_t runs() const { return runs_.size(); }
  size_t parallel_runs() const { return backend_->parallel_requests(); }
  size_t frames_a_run() const { return frames_a_run_; }
  /// Of the run that the constructor makes to warm up.
  double seconds_a_run() const { return seconds_a_run_; }
  const std::string& model() const { return model_; }
  /// Label of a class, "" if it has none.
  const std::string& label(int class_id) const { return labels_[size_t(class_id)]; }
  const ClassAttributes& attributes(int class_id) const {
    return config_.classes[size_t(class_id)];
  }
  /// Candidates repaired or left out so far.
  ClusterCounts counts() const;

 private:
  void describe_input(const InferLog& log);
  void warm_up();
  void to_frame(const Run::Unit& unit, const Candidates& boxes, std::vector<Detection>& out) const;

  InferConfig config_;
  std::string model_;
  std::vector<std::string> labels_;
  std::unique_ptr<Backend> backend_;
  size_t frames_a_run_ = 1;
  TensorSpec spec_;
  std::vector<float> mean_image_;
  NvDsInferNetworkInfo network_{};
  std::vector<std::string> layer_names_;
  Layers layers_;  // of one frame, without buffers
  std::unique_ptr<DetectorParser> parser_;
  NvDsInferParseDetectionParams params_{};
  double seconds_a_run_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::unique_ptr<Run>> runs_;
  std::vector<Run*> free_;
  ClusterCounts counts_;
  mutable std::mutex parse_mutex_;
};

/// Reads a binary PPM (P6) of exactly width x height as a tensor in the order of `spec`.
/// @throws InferError naming the file, the size expected and the size got.
std::vector<float> read_mean_image(const std::string& path, const TensorSpec& spec);

}  // namespace thalweg
