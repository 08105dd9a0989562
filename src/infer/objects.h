#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "infer/config.h"
#include "infer/result.h"
#include "nvdsmeta.h"
#include "surface/batch.h"

namespace thalweg {

/// Which objects of a batch a secondary model is for, and what it said of tracked ones before.
///
/// The result of a tracked object is kept, and stands for it until it is too old
/// (secondary-reinfer-interval) or the object has grown by more than a fifth. Objects without a
/// tracker's id are always new.
///
/// choose() is called from the streaming thread; the rest from any.
class SecondaryObjects {
 public:
  explicit SecondaryObjects(const InferConfig& config);

  /// An object that a tracker knows.
  struct Track {
    unsigned source_id;  ///< tracks of different sources may have equal ids
    uint64_t object_id;
    auto operator<=>(const Track&) const = default;
  };
  struct Unit {
    NvDsFrameMeta* frame;
    NvDsObjectMeta* object;
    std::optional<Track> track;  ///< whose result can be kept
    Rect crop;                   ///< frame pixels, inside the frame
    bool infer;                  ///< else what is known of the track stands for it
  };
  /// The objects that the model is for, in the order of the frames' lists. A track that is to be
  /// inferred counts as under way until keep() or give_up(). Takes the batch's lock.
  std::vector<Unit> choose(NvDsBatchMeta* meta, Batch& batch);

  /// What the model said of the track.
  void keep(const Track& track, std::shared_ptr<const Result> result);
  /// It was not asked after all.
  void give_up(const Track& track);
  /// What it said last, or null.
  std::shared_ptr<const Result> known(const Track& track) const;
  /// Forgets the tracks of a source that ended.
  void forget_source(unsigned source_id);
  /// How many tracks are remembered.
  size_t size() const;

 private:
  struct Memory {
    bool under_way = false, asked = false;
    int asked_frame = 0, seen_frame = 0;
    float asked_area = 0;  // pixels of the frame
    std::shared_ptr<const Result> result;
  };
  bool is_for(const NvDsObjectMeta& object) const;
  bool ask_again(const Memory& memory, int frame, float area) const;
  void begin_frame(unsigned source_id, int number);

  const InferConfig config_;
  mutable std::mutex mutex_;
  std::map<Track, Memory> tracks_;
  struct Clock {
    int frame = 0, cleaned = 0;  // the last frame, and the one when tracks were forgotten
  };
  std::map<unsigned, Clock> clocks_;  // of each source
};

}  // namespace thalweg
