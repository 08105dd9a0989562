#include "pyds/buffer_pixels.h"

#include <cstring>
#include <utility>

#include "gstnvdsmeta.h"
#include "pyds/buffer.h"
#include "pyds/interpreter.h"
#include "surface/convert.h"
#include "surface/memory_pool.h"

namespace thalweg::pyds {

namespace {

/// A layout that Python may ask for.
struct Format {
  const char* name;
  NvBufSurfaceColorFormat format;
  size_t channels;  // 1: height x width
};
constexpr Format kFormats[] = {
    {"RGB", NVBUF_COLOR_FORMAT_RGB, 3},    {"BGR", NVBUF_COLOR_FORMAT_BGR, 3},
    {"RGBA", NVBUF_COLOR_FORMAT_RGBA, 4},  {"BGRA", NVBUF_COLOR_FORMAT_BGRx, 4},
    {"GRAY", NVBUF_COLOR_FORMAT_GRAY8, 1}, {"NV12", NVBUF_COLOR_FORMAT_NV12, 1},
};

const Format& find_format(const char* name, const char* asking) {
  for (const Format& format : kFormats)
    if (std::strcmp(format.name, name) == 0) return format;
  throw_error(PyExc_ValueError,
              "%s.layout: expected 'RGB', 'BGR', 'RGBA', 'BGRA', 'GRAY' or 'NV12', got '%s'",
              asking, name);
}

template <class Byte>
using Array = nb::ndarray<nb::numpy, Byte>;

template <class Byte>
nb::object new_array(Byte* data, const Format& format, size_t rows, size_t width,
                     int64_t stride_bytes, const nb::capsule& owner) {
  const auto channels = static_cast<int64_t>(format.channels);
  if (channels == 1) return Array<Byte>(data, {rows, width}, owner, {stride_bytes, 1}).cast();
  return Array<Byte>(data, {rows, width, format.channels}, owner, {stride_bytes, channels, 1})
      .cast();
}

/// Rows of the array of a frame: NV12 has its chroma below.
size_t rows_of(const Format& format, int height) {
  return size_t(height) + (format.format == NVBUF_COLOR_FORMAT_NV12 ? size_t(height + 1) / 2 : 0);
}

/// Memory of a new array, out of the pool of pictures: fresh pages would cost as much again.
struct Block {
  void* data;
  size_t bytes;
  explicit Block(size_t size) : data(MemoryPool::shared().take(size)), bytes(size) {}
  ~Block() { MemoryPool::shared().put_back(data, bytes); }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
};

/// An array's memory as a picture, row after row without gaps.
template <class Byte>
PixelsOf<Byte> packed_pixels(const Format& format, Byte* data, int width, int height,
                             Colour colour) {
  PixelsOf<Byte> pixels{format.format, width, height, 1, {}, colour};
  pixels.planes[0] = {data, int(width * format.channels), width, height};
  if (format.format == NVBUF_COLOR_FORMAT_NV12) {
    pixels.num_planes = 2;
    pixels.planes[1] = {data + size_t(width) * size_t(height), width, width / 2, (height + 1) / 2};
  }
  return pixels;
}

void make_opaque(const Pixels& words) {
  const Plane<uint8_t>& plane = words.planes[0];
  for (int i = 0; i < plane.width * plane.height; ++i) plane.data[4 * size_t(i) + 3] = 255;
}

/// Whether pixels lie in memory as the array of `format` does.
template <class Byte>
bool lie_as(const PixelsOf<Byte>& pixels, const Format& format) {
  if (pixels.format != format.format) return false;
  if (pixels.format != NVBUF_COLOR_FORMAT_NV12) return true;
  const auto& [luma, chroma, none] = pixels.planes;
  return pixels.width % 2 == 0 && chroma.stride_bytes == luma.stride_bytes &&
         chroma.data == luma.data + ptrdiff_t(luma.stride_bytes) * pixels.height;
}

template <class Byte>
nb::object view_of(const PixelsOf<Byte>& pixels, const Format& format,
                   std::shared_ptr<const Picture> picture) {
  using Kept = std::shared_ptr<const Picture>;
  const nb::capsule owner(new Kept(std::move(picture)),
                          [](void* kept) noexcept { delete static_cast<Kept*>(kept); });
  return new_array(pixels.planes[0].data, format, rows_of(format, pixels.height),
                   size_t(pixels.width), pixels.planes[0].stride_bytes, owner);
}

GstBuffer* given_buffer(nb::handle buffer) {
  GstBuffer* given = to_buffer(buffer, {"Batch", "buffer"});
  if (!given) throw_type_error({"Batch", "buffer"}, "Gst.Buffer or its hash()", buffer);
  return given;
}

using Caps = std::unique_ptr<GstCaps, decltype(&gst_caps_unref)>;

/// PyGObject gives no address of caps that could be relied on; their text says all.
Caps to_caps(nb::handle caps) {
  if (caps.is_none()) return {nullptr, gst_caps_unref};
  const nb::object text = caps.attr("to_string")();
  return {gst_caps_from_string(std::string(to_text(text, {"Batch", "caps"})).c_str()),
          gst_caps_unref};
}

/// Errors of pictures name no function.
[[noreturn]] void throw_unreadable(const char* asking, const char* why) {
  throw_error(PyExc_RuntimeError, "%s: %s", asking, why);
}

[[noreturn]] void throw_gone(const char* asking) {
  throw_error(PyExc_ReferenceError,
              "%s: the buffer of this frame is gone; ask while it lives, in practice inside the "
              "probe",
              asking);
}

[[noreturn]] void throw_no_picture(const char* asking, int size, unsigned index) {
  throw_error(PyExc_IndexError,
              "%s: expected a frame whose batch_id is one of the buffer's %d pictures, got %u; "
              "take the frame from this buffer's Batch",
              asking, size, index);
}

}  // namespace

BufferPixels::BufferPixels(nb::handle buffer, nb::handle caps)
    : BufferPixels(given_buffer(buffer), caps) {}

BufferPixels::BufferPixels(GstBuffer* buffer, nb::handle caps) : batch_(weak_batch_of(buffer)) {
  if (!batch_.expired()) return;
  try {
    const Caps given = to_caps(caps);
    const SystemLayout layout = system_layout_of(buffer, given.get());
    const NvDsBatchMeta* metadata = gst_buffer_get_nvds_batch_meta(buffer);
    system_.emplace(SystemMemory::of(buffer), layout,
                    metadata ? lifetime_of(metadata) : Lifetime{});
  } catch (const std::runtime_error& error) {
    why_not_ = error.what();
  }
}

/// Calls use(thalweg::Frame&) without the GIL. The batch is given up before the GIL is asked for
/// again: who frees foreign memory may wait for us, and have the GIL.
template <class Use>
auto BufferPixels::with_frame(const StructRef<NvDsFrameMeta>& frame, const char* asking,
                              Use use) const {
  const auto index = frame.get()->batch_id;
  int size = -1;
  decltype(use(std::declval<Frame&>())) result{};
  {
    const WithoutGil released;
    if (const auto batch = batch_.lock()) {
      size = batch->size();
      if (index < unsigned(size)) result = use(batch->frame(int(index)));
    }
  }
  if (!why_not_.empty()) throw_unreadable(asking, why_not_.c_str());
  if (size < 0) throw_gone(asking);
  if (index >= unsigned(size)) throw_no_picture(asking, size, index);
  return result;
}

/// Calls use(picture) with the frame's picture, without the GIL. `frozen`: the picture may be kept,
/// and no later writer changes it.
template <class Use>
auto BufferPixels::with_picture(const StructRef<NvDsFrameMeta>& frame, const char* asking,
                                bool frozen, Use use) const {
  if (!system_)
    return with_frame(frame, asking, [&](Frame& pixels) {
      return use(frozen ? pixels.snapshot()() : pixels.read_picture());
    });
  auto picture = read_system_memory(frame.get()->batch_id, asking);
  const WithoutGil released;
  // In here, so that the picture is given up without the GIL.
  return use(std::exchange(picture, nullptr));
}

std::shared_ptr<const Picture> BufferPixels::read_system_memory(unsigned index,
                                                                const char* asking) const {
  if (index != 0) throw_no_picture(asking, 1, index);
  std::shared_ptr<const Picture> picture;
  std::string problem;
  bool gone = false;
  {
    const WithoutGil released;
    const auto memory = system_->memory.lock();
    try {
      if (memory) picture = memory->read(system_->layout);
    } catch (const std::runtime_error& error) {
      problem = error.what();
    }
    // What is mapped nobody writes into from here on. If a pool had the buffer back before, its
    // metadata has ended.
    gone = !memory || system_->metadata.over();
    if (gone) picture.reset();
  }
  if (gone) throw_gone(asking);
  if (!picture) throw_unreadable(asking, problem.c_str());
  return picture;
}

void BufferPixels::refuse_system_memory(const char* asking) const {
  if (system_)
    throw_unreadable(asking,
                     "pixels in system memory can be read, not drawn into; draw where they are in "
                     "memory:NVMM, before the nvvideoconvert that takes them out");
}

nb::object BufferPixels::image(const StructRef<NvDsFrameMeta>& frame, const char* format_name,
                               std::optional<std::array<double, 4>> box, const char* asking) const {
  const Format& format = find_format(format_name, asking);
  struct Made {
    std::unique_ptr<Block> block;
    Rect part;
  };
  Made made = with_picture(frame, asking, false, [&](std::shared_ptr<const Picture> picture) {
    const ConstPixels& from = picture->pixels();
    Made result{nullptr, {0, 0, from.width, from.height}};
    Rect& part = result.part;
    if (box) {
      const auto [left, top, width, height] = *box;
      part = whole_pixels(left, top, width, height, from.width, from.height);
    }
    if (part.width < 1 || part.height < 1) {
      part.width = part.height = 0;
    } else if (format.format != NVBUF_COLOR_FORMAT_NV12 || part.width % 2 == 0) {
      const size_t row_bytes = size_t(part.width) * format.channels;
      result.block = std::make_unique<Block>(row_bytes * rows_of(format, part.height));
      const auto to = packed_pixels(format, static_cast<uint8_t*>(result.block->data), part.width,
                                    part.height, from.colour);
      convert(from, part, to, {0, 0, part.width, part.height}, Filter::kBox);
      // What lies in the x of BGRx means nothing.
      if (format.channels == 4 && from.format == NVBUF_COLOR_FORMAT_BGRx) make_opaque(to);
    }
    return result;
  });
  if (!made.block && made.part.width > 0)
    throw_error(PyExc_ValueError,
                "%s.layout: 'NV12' needs an even width, got %d pixels; ask for 'RGB' or 'GRAY'",
                asking, made.part.width);
  if (!made.block) made.block = std::make_unique<Block>(1);  // an empty array has an address, too
  auto* data = static_cast<uint8_t*>(made.block->data);
  const nb::capsule owner(made.block.release(),
                          [](void* block) noexcept { delete static_cast<Block*>(block); });
  return new_array(data, format, made.part.height ? rows_of(format, made.part.height) : 0,
                   size_t(made.part.width), int64_t(made.part.width) * int64_t(format.channels),
                   owner);
}

nb::object BufferPixels::view(const StructRef<NvDsFrameMeta>& frame, const char* format_name,
                              const char* asking) const {
  const Format& format = find_format(format_name, asking);
  auto picture = with_picture(frame, asking, true,
                              [](std::shared_ptr<const Picture> picture) { return picture; });
  const ConstPixels& pixels = picture->pixels();
  if (!lie_as(pixels, format))
    throw_error(
        PyExc_ValueError,
        "%s.copy: this frame's pixels are %s, which is no view as '%s'; leave copy=True, or "
        "put nvvideoconvert and a capsfilter with that format before",
        asking, format_layout(pixels.format)->name, format.name);
  return view_of(pixels, format, std::move(picture));
}

nb::object BufferPixels::writable_view(const StructRef<NvDsFrameMeta>& frame,
                                       const char* format_name, const char* asking) const {
  const Format& format = find_format(format_name, asking);
  refuse_system_memory(asking);
  struct Written {
    Pixels pixels;
    std::shared_ptr<const Picture> picture;
  };
  Written written = with_frame(frame, asking, [&](Frame& pixels) {
    if (pixels.format() != format.format) return Written{};
    const Pixels writable = pixels.write();
    return Written{writable, pixels.source().picture};
  });
  if (!written.picture || !lie_as(written.pixels, format)) return nb::none();
  return view_of(written.pixels, format, std::move(written.picture));
}

void BufferPixels::write(const StructRef<NvDsFrameMeta>& frame, const char* format_name,
                         const Image& image, const char* asking) const {
  const Format& format = find_format(format_name, asking);
  const bool fits = with_frame(frame, asking, [&](Frame& pixels) {
    if (image.shape(0) != size_t(pixels.height()) || image.shape(1) != size_t(pixels.width()) ||
        image.shape(2) != format.channels)
      return false;
    const Pixels to = pixels.write();
    convert(packed_pixels(format, image.data(), to.width, to.height, Colour{}), to,
            Filter::kNearest);
    return true;
  });
  if (!fits)
    throw_error(PyExc_ValueError, "%s: the picture changed its size while it was edited", asking);
}

}  // namespace thalweg::pyds
