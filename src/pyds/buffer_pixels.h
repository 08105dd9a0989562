#pragma once

#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "pyds/struct_binder.h"
#include "surface/batch.h"
#include "surface/system_memory.h"

namespace thalweg::pyds {

/// The pictures of one buffer, for code that may outlive the buffer: what thalweg.meta asks for
/// images. Holds neither buffer nor pixels. `asking` is the Python function that errors name.
/// Pixels are made and converted without the GIL; any thread, several at once.
class BufferPixels {
 public:
  /// `caps` is a Gst.Caps or None. Only those of a buffer in system memory are looked at.
  /// @throws TypeError for what is no buffer. One whose pixels cannot be told is refused when it is
  /// asked.
  BufferPixels(nb::handle buffer, nb::handle caps);
  BufferPixels(GstBuffer* buffer, nb::handle caps);

  /// A new array of the frame, or of the part of it that `box` (left, top, width, height in pixels
  /// of the picture) covers.
  nb::object image(const StructRef<NvDsFrameMeta>& frame, const char* format,
                   std::optional<std::array<double, 4>> box, const char* asking) const;
  /// The frame's own pixels as a read-only array which keeps them; later writers get a copy.
  /// @throws ValueError if they do not lie in memory as `format` does.
  nb::object view(const StructRef<NvDsFrameMeta>& frame, const char* format,
                  const char* asking) const;
  /// The frame's own pixels as a writable array which keeps them, or None if they do not lie in
  /// memory as `format` does.
  nb::object writable_view(const StructRef<NvDsFrameMeta>& frame, const char* format,
                           const char* asking) const;

  using Image = nb::ndarray<const uint8_t, nb::ndim<3>, nb::c_contig, nb::device::cpu>;
  /// Makes an array that image() gave for the same frame and format the frame's pixels.
  void write(const StructRef<NvDsFrameMeta>& frame, const char* format, const Image& image,
             const char* asking) const;

 private:
  template <class Use>
  auto with_frame(const StructRef<NvDsFrameMeta>& frame, const char* asking, Use use) const;
  template <class Use>
  auto with_picture(const StructRef<NvDsFrameMeta>& frame, const char* asking, bool frozen,
                    Use use) const;
  std::shared_ptr<const Picture> read_system_memory(unsigned index, const char* asking) const;
  void refuse_system_memory(const char* asking) const;

  std::weak_ptr<Batch> batch_;
  /// In place of the batch, of a buffer in system memory.
  struct System {
    std::weak_ptr<const SystemMemory> memory;
    SystemLayout layout;
    Lifetime metadata;  // a pool uses buffer and memory again, but never the metadata
  };
  std::optional<System> system_;
  std::string why_not_;  // why there are no pixels
};

}  // namespace thalweg::pyds
