#pragma once

#include <gst/gst.h>

#include <memory>
#include <mutex>
#include <vector>

#include "surface/picture.h"

namespace thalweg {

/// One frame of a batch: a picture and the size it stands for.
///
/// The muxer only records that a picture of 768x576 stands for a frame of 1920x1080 (`placement` is
/// where the picture lies in the frame; the rest is black). Pixels of the frame's own size are made
/// at the first read() or write(), once; inference and drawing of tiles work from source().
/// All functions may be called from any thread; write() only by the one that owns the buffer.
class Frame {
 public:
  NvBufSurfaceColorFormat format() const;
  int width() const;   ///< of the frame: the coordinates of its metadata
  int height() const;

  /// The picture as decoded, unscaled, and where it lies in the frame (frame pixels).
  /// After write() it is the private copy, at full size.
  struct Source {
    std::shared_ptr<const Picture> picture;
    Rect placement;
  };
  Source source() const;

  /// Pixels of the frame's size, for reading (view, valid while the batch lives and nobody writes).
  ConstPixels read();
  /// Pixels of the frame's size, for writing: from the first call on, a private copy *is* the frame.
  Pixels write();

 private:
  friend class Batch;
  struct State;
  std::unique_ptr<State> state_;
};

/// The pixels of one buffer with memory:NVMM: a list of frames, and the NvBufSurface that foreign
/// code sees. Copying a batch copies references; whoever writes a frame gets its own pixels.
class Batch {
 public:
  explicit Batch(int capacity);
  ~Batch();

  /// Adds frame number size() (at most `capacity`): `picture` stands for width x height.
  /// @throws std::logic_error when the batch is full.
  Frame& add(std::shared_ptr<const Picture> picture, int width, int height, Rect placement);
  /// Adds a frame whose picture is its own size (no scaling).
  Frame& add(std::shared_ptr<const Picture> picture);

  int size() const;
  int capacity() const;
  /// @throws std::out_of_range naming index and size.
  Frame& frame(int index);
  /// The C view; makes every frame's pixels first (foreign code reads dataPtr without asking).
  NvBufSurface* surface();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The feature of caps of such buffers.
inline constexpr char kNvmmFeature[] = "memory:NVMM";

/// Wraps the batch into one GstMemory of the NVMM allocator (ownership taken; result owned by the
/// caller). Mapping that memory gives Batch::surface(). Copying it (gst_memory_copy, a deep buffer
/// copy, gst_buffer_make_writable) copies references only; it is never shared between buffers.
GstMemory* new_nvmm_memory(std::unique_ptr<Batch> batch);

/// The batch of a buffer (view, alive while the buffer is), or nullptr if its memory is not NVMM of
/// ours. `batch_of` never makes pixels.
Batch* batch_of(GstBuffer* buffer);

}  // namespace thalweg
