#pragma once

#include <nanobind/ndarray.h>
#include <nanobind/stl/array.h>

#include <array>
#include <memory>
#include <optional>
#include <string>

#include "pyds/struct_binder.h"
#include "surface/batch.h"

namespace thalweg::pyds {

/// The pictures of one buffer, for code that may outlive the buffer: what thalweg.meta asks for
/// images. Holds neither buffer nor pixels. `asking` is the Python function that errors name.
/// Pixels are made and converted without the GIL; any thread, several at once.
class BufferPixels {
 public:
  /// @throws TypeError for what is no buffer. One without memory:NVMM is refused when it is asked.
  explicit BufferPixels(nb::handle buffer);
  explicit BufferPixels(GstBuffer* buffer);

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

  std::weak_ptr<Batch> batch_;
  std::string why_not_;  // why there never was a batch
};

}  // namespace thalweg::pyds
