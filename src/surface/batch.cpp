#include "surface/batch.h"

#include <algorithm>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "surface/convert.h"
#include "surface/text.h"

namespace thalweg {
namespace {

/// What the copies of a frame have in common, as long as none of them writes.
struct SharedPixels {
  std::shared_ptr<const Picture> source;
  int width, height;
  Rect placement;

  std::mutex mutex;                     // guards full
  std::shared_ptr<const Picture> full;  // of the frame's size; null until somebody asks

  bool is_full_size() const {
    return placement == Rect{0, 0, width, height} && source->pixels().width == width &&
           source->pixels().height == height;
  }

  void render(const Pixels& to) const {
    if (is_full_size()) return copy_pixels(source->pixels(), to);
    const ConstPixels& from = source->pixels();
    fill_black_around(to, placement);
    convert(from, {0, 0, from.width, from.height}, to, placement, Filter::kBox);
  }

  std::shared_ptr<const Picture> make_full() {
    if (is_full_size()) return source;
    std::lock_guard lock(mutex);
    if (!full) {
      auto made =
          Picture::allocate(source->pixels().format, width, height, source->pixels().colour);
      render(made->mutable_pixels());
      full = std::move(made);
    }
    return full;
  }
};

/// Pixels in memory of foreign code, which outlives us.
class AdoptedPicture : public Picture {
 public:
  explicit AdoptedPicture(const ConstPixels& pixels) { pixels_ = pixels; }
};

/// Formats of NvBufSurface that lie in memory as another one and only mean other colours.
struct ColourVariant {
  NvBufSurfaceColorFormat format, base;
  Colour colour;
};
constexpr ColourVariant kVariants[] = {
    {NVBUF_COLOR_FORMAT_YUV420_ER, NVBUF_COLOR_FORMAT_YUV420, {Colour::kBt601, true}},
    {NVBUF_COLOR_FORMAT_YUV420_709, NVBUF_COLOR_FORMAT_YUV420, {Colour::kBt709, false}},
    {NVBUF_COLOR_FORMAT_YUV420_709_ER, NVBUF_COLOR_FORMAT_YUV420, {Colour::kBt709, true}},
    {NVBUF_COLOR_FORMAT_YUV420_2020, NVBUF_COLOR_FORMAT_YUV420, {Colour::kBt2020, false}},
    {NVBUF_COLOR_FORMAT_NV12_ER, NVBUF_COLOR_FORMAT_NV12, {Colour::kBt601, true}},
    {NVBUF_COLOR_FORMAT_NV12_709, NVBUF_COLOR_FORMAT_NV12, {Colour::kBt709, false}},
    {NVBUF_COLOR_FORMAT_NV12_709_ER, NVBUF_COLOR_FORMAT_NV12, {Colour::kBt709, true}},
    {NVBUF_COLOR_FORMAT_NV12_2020, NVBUF_COLOR_FORMAT_NV12, {Colour::kBt2020, false}},
    {NVBUF_COLOR_FORMAT_UYVY_ER, NVBUF_COLOR_FORMAT_UYVY, {Colour::kBt601, true}},
    {NVBUF_COLOR_FORMAT_UYVY_709, NVBUF_COLOR_FORMAT_UYVY, {Colour::kBt709, false}},
    {NVBUF_COLOR_FORMAT_YUYV_ER, NVBUF_COLOR_FORMAT_YUYV, {Colour::kBt601, true}},
    {NVBUF_COLOR_FORMAT_GRAY8_ER, NVBUF_COLOR_FORMAT_GRAY8, {}},
};

/// What foreign code is told; the plain format where there is no name for the colours.
NvBufSurfaceColorFormat described_format(const ConstPixels& pixels) {
  for (const ColourVariant& variant : kVariants)
    if (variant.base == pixels.format && variant.colour == pixels.colour &&
        !(pixels.colour == Colour{}))
      return variant.format;
  return pixels.format;
}

void describe(const ConstPixels& pixels, NvBufSurfaceParams& params) {
  const FormatLayout& layout = *format_layout(pixels.format);
  params = {};
  params.width = pixels.width;
  params.height = pixels.height;
  params.pitch = pixels.planes[0].stride_bytes;
  params.colorFormat = described_format(pixels);
  params.layout = NVBUF_LAYOUT_PITCH;
  params.dataPtr = const_cast<uint8_t*>(pixels.planes[0].data);
  NvBufSurfacePlaneParams& planes = params.planeParams;
  planes.num_planes = pixels.num_planes;
  for (int i = 0; i < pixels.num_planes; ++i) {
    const auto& plane = pixels.planes[i];
    const bool packed_pairs = layout.planes[0].x_shift == 1;
    planes.width[i] = packed_pairs ? pixels.width : plane.width;
    planes.height[i] = plane.height;
    planes.pitch[i] = plane.stride_bytes;
    planes.offset[i] = plane.data - pixels.planes[0].data;
    planes.psize[i] = plane.stride_bytes * plane.height;
    planes.bytesPerPix[i] = packed_pairs ? 2 : layout.planes[i].bytes;
    params.dataSize = std::max(params.dataSize, planes.offset[i] + planes.psize[i]);
  }
}

/// Whether nobody else holds `pointer`, and what others read through theirs happened before.
template <class T>
bool is_sole_owner(const std::shared_ptr<T>& pointer) {
  if (pointer.use_count() != 1) return false;
  // use_count() orders nothing; giving back a reference does.
  std::shared_ptr<T>(pointer).reset();
  return true;
}

bool is_host_memory(NvBufSurfaceMemType type) {
  return type == NVBUF_MEM_SYSTEM || type == NVBUF_MEM_CUDA_PINNED ||
         type == NVBUF_MEM_CUDA_UNIFIED;
}

const char* memory_type_name(NvBufSurfaceMemType type) {
  switch (type) {
    case NVBUF_MEM_DEFAULT:
      return "the device's default";
    case NVBUF_MEM_CUDA_DEVICE:
      return "CUDA device memory";
    case NVBUF_MEM_SURFACE_ARRAY:
      return "a surface array";
    case NVBUF_MEM_HANDLE:
      return "a handle";
    default:
      return "unknown";
  }
}

ConstPixels adopted_pixels(const NvBufSurface& surface, uint32_t index) {
  const NvBufSurfaceParams& params = surface.surfaceList[index];
  NvBufSurfaceColorFormat format = params.colorFormat;
  Colour colour;
  for (const ColourVariant& variant : kVariants)
    if (variant.format == format) format = variant.base, colour = variant.colour;
  const FormatLayout* layout = format_layout(format);
  if (!layout || params.layout != NVBUF_LAYOUT_PITCH || !params.dataPtr)
    throw std::runtime_error(
        text("surface %u of a foreign memory:NVMM buffer has colour format number %d, layout %d%s: "
             "expected pitch-linear I420, NV12, RGBA, BGRx, RGB, BGR, GRAY8, UYVY or YUY2",
             index, int(params.colorFormat), int(params.layout),
             params.dataPtr ? "" : " and no address"));
  ConstPixels pixels{layout->format, int(params.width), int(params.height), layout->num_planes, {},
                     colour};
  for (int i = 0; i < layout->num_planes; ++i)
    pixels.planes[i] = {
        static_cast<const uint8_t*>(params.dataPtr) + params.planeParams.offset[i],
        int(params.planeParams.pitch[i] ? params.planeParams.pitch[i] : params.pitch),
        (pixels.width + (1 << layout->planes[i].x_shift) - 1) >> layout->planes[i].x_shift,
        (pixels.height + (1 << layout->planes[i].y_shift) - 1) >> layout->planes[i].y_shift};
  return pixels;
}

// NvBufSurface has reserved words: the first two tell our surfaces from foreign ones.
const char kOurs = 0;

}  // namespace

struct Frame::State {
  mutable std::mutex mutex;
  std::shared_ptr<SharedPixels> shared;  // null once `own` is set
  std::shared_ptr<Picture> own;          // after write(): pixels of nobody else
  NvBufSurfaceParams* view = nullptr;    // where foreign code sees this frame
  bool adopted = false;                  // `own` is memory of foreign code

  /// Pixels that nobody writes any more, to share with copies and snapshots. Under the mutex.
  std::shared_ptr<SharedPixels> freeze() {
    if (!own) return shared;
    const ConstPixels& pixels = own->pixels();
    auto frozen = std::make_shared<SharedPixels>();
    frozen->width = pixels.width;
    frozen->height = pixels.height;
    frozen->placement = {0, 0, pixels.width, pixels.height};
    if (adopted) {  // which may be gone before its copy is
      auto copy = Picture::allocate(pixels.format, pixels.width, pixels.height, pixels.colour);
      copy_pixels(pixels, copy->mutable_pixels());
      frozen->source = std::move(copy);
      return frozen;
    }
    frozen->source = std::move(own);
    own.reset();
    shared = frozen;
    return frozen;
  }
};

Frame::Frame(std::unique_ptr<State> state) : state_(std::move(state)) {}
Frame::Frame(Frame&&) noexcept = default;
Frame::~Frame() = default;

NvBufSurfaceColorFormat Frame::format() const {
  std::lock_guard lock(state_->mutex);
  return (state_->own ? *state_->own : *state_->shared->source).pixels().format;
}

int Frame::width() const {
  std::lock_guard lock(state_->mutex);
  return state_->own ? state_->own->pixels().width : state_->shared->width;
}

int Frame::height() const {
  std::lock_guard lock(state_->mutex);
  return state_->own ? state_->own->pixels().height : state_->shared->height;
}

Frame::Source Frame::source() const {
  std::lock_guard lock(state_->mutex);
  if (!state_->own) return {state_->shared->source, state_->shared->placement};
  const ConstPixels& pixels = state_->own->pixels();
  return {state_->own, {0, 0, pixels.width, pixels.height}};
}

Frame::Source Frame::frozen_source() {
  std::lock_guard lock(state_->mutex);
  const auto frozen = state_->freeze();
  return {frozen->source, frozen->placement};
}

std::shared_ptr<const Picture> Frame::read_picture() {
  std::lock_guard lock(state_->mutex);
  return state_->own ? std::shared_ptr<const Picture>(state_->own) : state_->shared->make_full();
}

std::function<std::shared_ptr<const Picture>()> Frame::snapshot() {
  std::lock_guard lock(state_->mutex);
  return [frozen = state_->freeze()] { return frozen->make_full(); };
}

ConstPixels Frame::read() { return read_picture()->pixels(); }

Pixels Frame::write() {
  std::lock_guard lock(state_->mutex);
  if (state_->own) return state_->own->mutable_pixels();
  SharedPixels& shared = *state_->shared;
  std::shared_ptr<Picture> own;
  if (is_sole_owner(state_->shared)) {
    // Nobody else can reach these pixels, so they may become ours without a copy.
    auto& full = shared.is_full_size() ? shared.source : shared.full;
    if (full && full->is_private_memory() && is_sole_owner(full))
      own = std::const_pointer_cast<Picture>(std::move(full));
  }
  if (!own) {
    const ConstPixels& pixels = shared.source->pixels();
    own = Picture::allocate(pixels.format, shared.width, shared.height, pixels.colour);
    const auto full = [&] {
      std::lock_guard shared_lock(shared.mutex);
      return shared.full;
    }();
    if (full)
      copy_pixels(full->pixels(), own->mutable_pixels());
    else
      shared.render(own->mutable_pixels());
  }
  state_->own = std::move(own);
  state_->shared.reset();
  if (state_->view) describe(state_->own->pixels(), *state_->view);
  return state_->own->mutable_pixels();
}

struct Batch::State {
  int capacity = 0;
  std::vector<Frame> frames;  // never grows beyond capacity: references stay valid
  std::mutex mutex;           // guards the making of the view
  NvBufSurface surface{};
  std::vector<NvBufSurfaceParams> params;
  NvBufSurface* adopted = nullptr;  // foreign, outlives us
};

Batch::Batch(int capacity) : state_(std::make_unique<State>()) {
  if (capacity < 1) throw std::invalid_argument(text("a batch cannot hold %d frames", capacity));
  state_->capacity = capacity;
  state_->frames.reserve(capacity);
}

Batch::~Batch() = default;

std::unique_ptr<Batch> Batch::adopt(NvBufSurface* surface) {
  if (!is_host_memory(surface->memType))
    throw std::runtime_error(
        text("a memory:NVMM buffer of another library has memType %d (%s): expected host memory "
             "(1 CUDA pinned, 3 CUDA unified or 6 system); set nvbuf-memory-type=3 on the element "
             "that makes it, or put its own converter to system memory before",
             int(surface->memType), memory_type_name(surface->memType)));
  auto batch = std::make_unique<Batch>(std::max(1u, surface->batchSize));
  for (uint32_t i = 0; i < surface->numFilled; ++i) {
    auto frame = std::make_unique<Frame::State>();
    frame->own = std::make_shared<AdoptedPicture>(adopted_pixels(*surface, i));
    frame->adopted = true;
    batch->state_->frames.push_back(Frame(std::move(frame)));
  }
  batch->state_->adopted = surface;
  return batch;
}

Batch* Batch::of(const NvBufSurface* surface) {
  return surface && surface->_reserved[0] == &kOurs ? static_cast<Batch*>(surface->_reserved[1])
                                                    : nullptr;
}

Frame& Batch::add(std::shared_ptr<const Picture> picture, int width, int height, Rect placement) {
  if (size() >= capacity())
    throw std::logic_error(text("a batch of %d frames is full: cannot add another", capacity()));
  if (placement.left < 0 || placement.top < 0 || placement.width < 1 || placement.height < 1 ||
      placement.width > width - placement.left || placement.height > height - placement.top)
    throw std::invalid_argument(
        text("placement left %d, top %d, %d x %d does not lie in a frame of %d x %d",
             placement.left, placement.top, placement.width, placement.height, width, height));
  auto frame = std::make_unique<Frame::State>();
  frame->shared = std::make_shared<SharedPixels>();
  frame->shared->source = std::move(picture);
  frame->shared->width = width;
  frame->shared->height = height;
  frame->shared->placement = placement;
  state_->frames.push_back(Frame(std::move(frame)));
  return state_->frames.back();
}

Frame& Batch::add(std::shared_ptr<const Picture> picture) {
  const int width = picture->pixels().width, height = picture->pixels().height;
  return add(std::move(picture), width, height, {0, 0, width, height});
}

int Batch::size() const { return int(state_->frames.size()); }
int Batch::capacity() const { return state_->capacity; }

Frame& Batch::frame(int index) {
  if (index < 0 || index >= size())
    throw std::out_of_range(text("frame %d asked of a batch that holds %d frames", index, size()));
  return state_->frames[index];
}

NvBufSurface* Batch::surface() {
  if (state_->adopted) return state_->adopted;
  std::lock_guard lock(state_->mutex);
  NvBufSurface& surface = state_->surface;
  if (state_->params.empty()) {
    state_->params.resize(state_->capacity);
    surface.batchSize = state_->capacity;
    surface.memType = NVBUF_MEM_SYSTEM;
    surface.surfaceList = state_->params.data();
    surface._reserved[0] = const_cast<char*>(&kOurs);
    surface._reserved[1] = this;
  }
  for (int i = 0; i < size(); ++i) {
    Frame::State& frame = *state_->frames[i].state_;
    std::lock_guard frame_lock(frame.mutex);
    if (frame.view) continue;  // another reader may be looking at it
    const auto full =
        frame.own ? std::shared_ptr<const Picture>(frame.own) : frame.shared->make_full();
    describe(full->pixels(), state_->params[i]);
    frame.view = &state_->params[i];
  }
  if (surface.numFilled != uint32_t(size())) surface.numFilled = size();
  return &surface;
}

NvBufSurface* Batch::writable_surface() {
  for (Frame& frame : state_->frames) frame.write();
  return surface();
}

/// Another frame of the same pixels.
Frame Batch::twin_of(Frame& frame) {
  std::lock_guard lock(frame.state_->mutex);
  auto twin = std::make_unique<Frame::State>();
  twin->shared = frame.state_->freeze();
  return Frame(std::move(twin));
}

std::unique_ptr<Batch> Batch::copy() {
  auto result = std::make_unique<Batch>(capacity());
  for (Frame& each : state_->frames) result->state_->frames.push_back(twin_of(each));
  return result;
}

std::unique_ptr<Batch> Batch::copy_of(int index) {
  auto result = std::make_unique<Batch>(1);
  result->state_->frames.push_back(twin_of(frame(index)));
  return result;
}

}  // namespace thalweg
