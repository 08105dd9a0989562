#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nvdsmeta.h"
#include "pyds/ref.h"

namespace thalweg::pyds {

/// The objects of a batch or a frame at one moment: where each is, and its numbers, copied into
/// columns. What thalweg.meta.Objects is made of.
///
/// All functions need the GIL. They give it up only while they wait for the batch's lock: a row
/// takes some 20 ns, and getting the GIL back may take milliseconds. They throw ReferenceError once
/// the batch is gone (or the frame, for the objects of a frame). An object that was removed since
/// is passed over.
class ObjectRows {
 public:
  /// Where a row's numbers are in the block: in n rows, a column begins at n times this.
  static constexpr size_t kXyxy = 0;          // float32, four a row: left, top, right, bottom
  static constexpr size_t kTrackId = 16;      // uint64
  static constexpr size_t kClassId = 24;      // int32
  static constexpr size_t kConfidence = 28;   // float32
  static constexpr size_t kFrameIndex = 32;   // int32
  static constexpr size_t kComponentId = 36;  // int32
  static constexpr size_t kBytesARow = 40;

  /// What write() sets in each object that is still there; nullptr leaves a thing as it is. Every
  /// array has a value for each row.
  struct Changes {
    const uint64_t* track_id = nullptr;
    const double* border_color = nullptr;      ///< four a row: red, green, blue, alpha
    const double* background_color = nullptr;  ///< the same; alpha 0 turns the filling off
    const uint32_t* border_width = nullptr;    ///< pixels
    const std::vector<std::string>* label = nullptr;
    const std::vector<std::string>* text = nullptr;  ///< an empty one clears it
  };
  /// Objects to be made; each array has a value for each of them.
  struct Additions {
    const float* xyxy = nullptr;  ///< four an object, muxer pixels
    const int32_t* class_id = nullptr;
    const float* confidence = nullptr;
    const uint64_t* track_id = nullptr;
    std::vector<std::string> label;  ///< its size is how many
    int32_t component_id = 0;
  };

  static ObjectRows of_batch(const StructRef<NvDsBatchMeta>& batch);
  static ObjectRows of_frame(const StructRef<NvDsFrameMeta>& frame);
  /// Makes objects and adds them to the frame; the rows are in the given order.
  /// @throws MemoryError if the batch's pool gives none; then nothing was added.
  static ObjectRows add(const StructRef<NvDsFrameMeta>& frame, const Additions& additions);

  size_t size() const { return rows_.size(); }
  /// The columns, a bytearray of kBytesARow bytes a row.
  nb::object block() const { return block_; }
  /// The class names as they were: a str a row.
  nb::list labels() const;
  /// The wrappers of a row's object and of the frame that it is in, a tuple; None if the object was
  /// removed. @throws IndexError
  nb::object find(size_t row) const;
  /// A byte a row, 1 if its object is still there. All 0 once the batch is gone.
  nb::bytearray alive() const;
  /// The rows at these places, with the numbers that they have here. @throws IndexError
  ObjectRows select(std::span<const int64_t> places) const;
  /// Changes each object that is still there; how many there were.
  size_t write(const Changes& changes);
  /// Takes each object that is still there out of its frame and gives it back; how many there were.
  size_t remove();

 private:
  struct Frame {
    NvDsFrameMeta* meta;
    Lifetime lifetime;
    int32_t index;
  };
  struct Row {
    NvDsObjectMeta* meta;
    Lifetime lifetime;
    uint32_t frame;      // in frames_
    uint32_t label_end;  // in labels_; it begins where the row before ends
  };
  using Columns = std::unique_ptr<std::byte[]>;

  explicit ObjectRows(const Ref& owner) : owner_(nb::borrow(nb::handle(owner.self()))) {}

  const Ref& owner() const { return *nb::inst_ptr<Ref>(owner_); }
  const Row& row_at(size_t row) const;

  // With the batch's lock:
  void enter(NvDsFrameMeta* frame, int32_t index);
  void enter_objects(uint32_t frame);
  void enter(NvDsObjectMeta* object, uint32_t frame);
  Columns read();
  bool listed(const Row& row) const;

  bool has_generations(const Row& row) const;
  bool gone(const Row& row) const;
  void keep(const Columns& columns);

  nb::object owner_;  // the wrapper of the batch or frame
  std::vector<Frame> frames_;
  std::vector<Row> rows_;
  std::string labels_;
  nb::object block_;
};

/// The frame's place in its batch, -1 if that has it no more.
int32_t index_of(const StructRef<NvDsFrameMeta>& frame);

/// Takes an object out of its frame and gives it back; its children have no parent from then on.
/// @throws ReferenceError if one of the two is gone, or the object is in the frame no more.
void remove_object(const StructRef<NvDsFrameMeta>& frame, const StructRef<NvDsObjectMeta>& object);

}  // namespace thalweg::pyds
