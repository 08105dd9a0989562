#pragma once

#include <gst/gst.h>

#include <functional>
#include <memory>
#include <string>

#include "surface/picture.h"

namespace thalweg {

/// One frame of a batch: a picture and the size it stands for.
///
/// The muxer only records that a picture of 768x576 stands for a frame of 1920x1080 (`placement` is
/// where the picture lies in the frame; the rest is black). Pixels of the frame's own size are made
/// at the first read() or write(), once; inference and drawing of tiles work from source().
/// A muxer with deferred-scaling=false calls read() itself.
/// All functions may be called from any thread; write() only by the one that owns the buffer.
class THALWEG_SURFACE_API Frame {
 public:
  Frame(Frame&&) noexcept;
  ~Frame();

  NvBufSurfaceColorFormat format() const;
  int width() const;  ///< of the frame: the coordinates of its metadata
  int height() const;

  /// The picture as decoded, unscaled, and where it lies in the frame (frame pixels).
  /// After write() it is the private copy, at full size.
  struct Source {
    std::shared_ptr<const Picture> picture;
    Rect placement;
  };
  Source source() const;
  /// The same for a reader that outlives the batch: no later write() changes the picture. Pixels
  /// that write() gave earlier are frozen by this; ask write() again.
  Source frozen_source();

  /// Pixels of the frame's size, for reading (view, valid while the batch lives and nobody writes).
  ConstPixels read();
  /// The same as a picture that outlives the batch (shared).
  std::shared_ptr<const Picture> read_picture();
  /// The frame as it is now, for a reader in another thread: calling the result makes the pixels,
  /// as read_picture() does. It outlives the batch, and a later write() does not change what it
  /// gives. Pixels that write() gave earlier are frozen by this; ask write() again.
  std::function<std::shared_ptr<const Picture>()> snapshot();
  /// Pixels of the frame's size, for writing: from the first call on, a private copy *is* the
  /// frame. To keep the pixels alive beyond the batch, keep source().picture afterwards.
  Pixels write();

 private:
  friend class Batch;
  struct State;
  explicit Frame(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The pixels of one buffer with memory:NVMM: a list of frames, and the NvBufSurface that foreign
/// code sees. Copying a batch copies references; whoever writes a frame gets its own pixels.
class THALWEG_SURFACE_API Batch {
 public:
  explicit Batch(int capacity);
  ~Batch();
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  /// A batch over pixels that foreign code owns and `surface` describes; writing goes straight into
  /// them. The surface must outlive the batch.
  /// @throws std::runtime_error naming a memType or format that cannot be read here.
  static std::unique_ptr<Batch> adopt(NvBufSurface* surface);
  /// The batch behind a surface that surface() gave (view), nullptr for any other.
  static Batch* of(const NvBufSurface* surface);

  /// Adds frame number size() (at most `capacity`): `picture` stands for width x height.
  /// @throws std::logic_error when the batch is full, std::invalid_argument when `placement` does
  /// not lie in the frame.
  Frame& add(std::shared_ptr<const Picture> picture, int width, int height, Rect placement);
  /// Adds a frame whose picture is its own size (no scaling).
  Frame& add(std::shared_ptr<const Picture> picture);

  int size() const;
  int capacity() const;
  /// @throws std::out_of_range naming index and size.
  Frame& frame(int index);
  /// The C view; makes every frame's pixels first (foreign code reads dataPtr without asking).
  /// Its memType is always NVBUF_MEM_SYSTEM, which is what the memory is.
  NvBufSurface* surface();
  /// The same after write() of every frame.
  NvBufSurface* writable_surface();
  /// Another batch of the same frames: references only, each side copies before it writes.
  /// Pixels that write() gave earlier are frozen by this; ask write() again.
  std::unique_ptr<Batch> copy();
  /// The same of one frame alone: a batch of capacity 1.
  /// @throws std::out_of_range naming index and size.
  std::unique_ptr<Batch> copy_of(int index);

 private:
  static Frame twin_of(Frame& frame);

  struct State;
  std::unique_ptr<State> state_;
};

/// The feature of caps of such buffers.
inline constexpr char kNvmmFeature[] = "memory:NVMM";
/// The mem_type of our allocator (gst_memory_is_type).
inline constexpr char kNvmmMemoryType[] = "nvmm";

/// Wraps the batch into one GstMemory of the NVMM allocator (ownership taken; result owned by the
/// caller). Mapping that memory gives Batch::surface(), mapping it with GST_MAP_WRITE
/// writable_surface(). Copying it (gst_memory_copy, a deep buffer copy, gst_buffer_make_writable)
/// copies references only; it is never shared between buffers.
THALWEG_SURFACE_API GstMemory* new_nvmm_memory(std::unique_ptr<Batch> batch);

/// The batch of a buffer (view, alive while the buffer is), or nullptr if its memory is not NVMM
/// that we can read; why_not_batch then says why. `batch_of` never makes pixels.
/// A foreign GstMemory that maps to an NvBufSurface of host memory gets an adopted batch.
THALWEG_SURFACE_API Batch* batch_of(GstBuffer* buffer);
/// The same for who may outlive the buffer: empty once its memory is gone. Keep what lock() gives
/// for a moment only and wait for nobody meanwhile: foreign memory is not freed before.
THALWEG_SURFACE_API std::weak_ptr<Batch> weak_batch_of(GstBuffer* buffer);
/// One sentence for the user, for a buffer whose batch_of is nullptr.
THALWEG_SURFACE_API std::string why_not_batch(GstBuffer* buffer);

}  // namespace thalweg
