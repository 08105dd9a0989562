#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "nvds_obj_encode.h"
#include "surface/batch.h"

namespace thalweg {

/// One picture that could not be made, written or attached.
struct EncodeFailure {
  int error_number;      ///< errno of a file that could not be written, else 0
  std::string sentence;  ///< which picture, why, what to do
};

/// Encodes objects and frames as JPEG in threads of its own.
///
/// process() is for streaming threads: it takes a snapshot of the frame and returns. finish(),
/// called while the metas still live, attaches the results. Any thread may call any function.
class ObjectEncoder {
 public:
  ObjectEncoder() = default;
  /// Waits for what is queued; results that finish() did not attach are dropped.
  ~ObjectEncoder();
  ObjectEncoder(const ObjectEncoder&) = delete;
  ObjectEncoder& operator=(const ObjectEncoder&) = delete;

  /// Queues the part of `frame` that is the object's box, or all of it with args.isFrame (`object`
  /// may be nullptr then). Waits while kMostQueued pictures are waiting already.
  /// @throws std::invalid_argument naming the argument that cannot be.
  void process(const NvDsObjEncUsrArgs& args, Frame& frame, NvDsObjectMeta* object,
               NvDsFrameMeta* frame_meta);

  /// Waits until everything is done that was queued before the call, and attaches the pictures to
  /// their metas, in the order of process(). Takes the batches' locks.
  /// @returns what failed since the last call: the first kMostFailures, and one that counts others.
  std::vector<EncodeFailure> finish();

  static constexpr size_t kMostQueued = 64;
  static constexpr size_t kMostFailures = 16;

 private:
  /// The object or frame that gets the user meta; it may be gone when the picture is ready.
  struct Target {
    void* meta = nullptr;
    bool is_frame = false;
    const uint64_t* generation_at = nullptr;  // nullptr for a meta of foreign memory
    uint64_t generation = 0;

    bool gone() const;
  };
  struct Job {
    uint64_t number = 0;
    std::string name;  // for errors
    std::function<std::shared_ptr<const Picture>()> picture;
    Rect crop;
    int width = 0, height = 0, quality = 0;
    std::string file;  // empty: no file
    Target target;
    bool timed = false;
  };
  struct Result {
    std::string name;
    Target target;
    std::shared_ptr<GBytes> jpeg;
  };
  class Worker;

  void run();
  void finished(const Job& job, std::shared_ptr<GBytes> jpeg);
  void failed(const std::string& name, int error_number, const std::string& why);
  static bool attach(const Target& target, GBytes* jpeg);

  std::mutex mutex_;  // guards all below
  std::condition_variable work_, room_, done_;
  std::deque<Job> queue_;
  uint64_t next_ = 0;
  std::set<uint64_t> outstanding_;  // queued or in work
  std::map<uint64_t, Result> results_;
  size_t sweep_at_ = 256;
  std::vector<EncodeFailure> failures_;
  size_t more_failures_ = 0;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool stop_ = false;

  std::mutex file_mutex_;  // so that two pictures of one name do not mix
};

/// The library's log.
GstDebugCategory* encode_category();

/// The bytes of a live result, which the caller unrefs; nullptr for anything else.
GBytes* jpeg_of(const NvDsObjEncOutParams* result);

}  // namespace thalweg
