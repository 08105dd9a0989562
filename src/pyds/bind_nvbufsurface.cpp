#include "nvbufsurface.h"
#include "pyds/bindings.h"
#include "pyds/buffer.h"
#include "pyds/c_function.h"
#include "pyds/enum_names.h"
#include "surface/batch.h"

namespace thalweg::pyds {

namespace {

using Pixels = nb::ndarray<nb::numpy, uint8_t, nb::ndim<3>>;

/// Bytes a pixel of the formats that Python gets, 0 for the others.
int channels_of(NvBufSurfaceColorFormat format) {
  switch (format) {
    case NVBUF_COLOR_FORMAT_RGBA:
      return 4;
    case NVBUF_COLOR_FORMAT_RGB:
      return 3;
    default:
      return 0;
  }
}

struct FrameOfBuffer {
  Batch* batch;
  Frame* frame;
};

FrameOfBuffer find_frame(nb::handle buffer, nb::handle batch_id, const char* function) {
  GstBuffer* from = to_buffer(buffer, {function, "gst_buffer"});
  if (!from) throw_type_error({function, "gst_buffer"}, "Gst.Buffer or its hash()", buffer);
  const auto index = to_integer<unsigned>(batch_id, {function, "batchID"});
  Batch* batch = thalweg::batch_of(from);
  if (!batch) throw_error(PyExc_RuntimeError, "%s: %s", function, why_not_batch(from).c_str());
  if (index >= static_cast<unsigned>(batch->size())) {
    throw_error(PyExc_IndexError, "%s.batchID: expected 0 to %d, got %u", function,
                batch->size() - 1, index);
  }
  return {batch, &batch->frame(static_cast<int>(index))};
}

/// The frame's pixels for writing. The array keeps the picture alive, never the buffer, which a
/// second reference would make read-only for the rest of the pipeline.
Pixels pixels_of(nb::handle buffer, nb::handle batch_id, const char* function,
                 const char* refusal) {
  auto [batch, frame] = find_frame(buffer, batch_id, function);
  NvBufSurfaceColorFormat format;
  thalweg::Pixels view{};
  {
    const WithoutGil released;  // it may convert or copy the whole picture
    format = frame->format();
    if (channels_of(format)) view = frame->write();
  }
  const int channels = channels_of(format);
  if (!channels) {
    throw_error(PyExc_RuntimeError,
                "%s; this frame's is %s. Put nvvideoconvert and a capsfilter with "
                "video/x-raw(memory:NVMM), format=RGBA before the probe",
                refusal, nb::str(enum_info<NvBufSurfaceColorFormat>.object(format)).c_str());
  }
  using Kept = std::shared_ptr<const Picture>;
  const nb::capsule owner(new Kept(frame->source().picture),
                          [](void* kept) noexcept { delete static_cast<Kept*>(kept); });
  const Plane<uint8_t>& plane = view.planes[0];
  return Pixels(plane.data,
                {static_cast<size_t>(view.height), static_cast<size_t>(view.width),
                 static_cast<size_t>(channels)},
                owner, {plane.stride_bytes, channels, 1});
}

Pixels pixels(nb::handle buffer, Given<int> batch_id) {
  return pixels_of(buffer, batch_id.value, "get_nvds_buf_surface",
                   "get_nvds_buf_Surface: Currently we only support RGBA/RGB color Format");
}

nb::tuple pixels_gpu(nb::handle buffer, Given<int> batch_id) {
  const Pixels array =
      pixels_of(buffer, batch_id.value, "get_nvds_buf_surface_gpu",
                "get_nvds_buf_surface_gpu: Currently we only support RGB/RGBA color Format");
  return nb::make_tuple(nb::module_::import_("numpy").attr("dtype")("uint8"),
                        nb::make_tuple(array.shape(0), array.shape(1), array.shape(2)),
                        nb::make_tuple(array.stride(0), array.stride(1), array.stride(2)),
                        capsule(array.data()), array.shape(0) * array.stride(0));
}

/// A C function of a surface and ints; the wait, if any, is without the GIL.
template <auto kFunction, class... Ints>
int on_surface(StructRef<NvBufSurface>& surface, Ints... ints) {
  NvBufSurface* of = surface.get();
  const WithoutGil released;
  return kFunction(of, ints...);
}

int to_int(Given<int> value, const char* function, const char* argument) {
  return to_integer<int>(value.value, {function, argument});
}

/// The C function gives a new struct; here its content goes into one that Python made.
int create_surface(StructRef<NvBufSurface>& surface, Given<int> batch_size,
                   StructRef<NvBufSurfaceCreateParams>& params) {
  static constexpr const char* kName = "NvBufSurfaceCreate";
  NvBufSurface* into = surface.get();
  if (into->surfaceList) {
    throw_error(PyExc_ValueError,
                "%s.surf: expected an NvBufSurface() without pictures, got one "
                "that has some; destroy it first",
                kName);
  }
  const auto size = to_integer<uint32_t>(batch_size.value, {kName, "batchSize"});
  NvBufSurface* made = nullptr;
  const int status = NvBufSurfaceCreate(&made, size, params.get());
  if (status == 0) *into = *made;
  return status;
}

}  // namespace

void bind_nvbufsurface(nb::module_& module) {
  bind_enum<NvBufSurfaceMemMapFlags>(module, "NvBufSurfaceMemMapFlags", "What a map is for.")
      .value("NVBUF_MAP_READ", NVBUF_MAP_READ)
      .value("NVBUF_MAP_WRITE", NVBUF_MAP_WRITE)
      .value("NVBUF_MAP_READ_WRITE", NVBUF_MAP_READ_WRITE);
  bind_enum<NvBufSurfaceColorFormat>(
      module, "NvBufSurfaceColorFormat",
      "Format of the pixels; frames here are YUV420, NV12 or RGBA. _ER is full "
      "range, _709 and _2020 name the colour matrix (BT.601 without), 10LE and "
      "12LE the bits of a sample.")
      .value("NVBUF_COLOR_FORMAT_INVALID", NVBUF_COLOR_FORMAT_INVALID)
      .value("NVBUF_COLOR_FORMAT_GRAY8", NVBUF_COLOR_FORMAT_GRAY8)
      .value("NVBUF_COLOR_FORMAT_YUV420", NVBUF_COLOR_FORMAT_YUV420)
      .value("NVBUF_COLOR_FORMAT_YVU420", NVBUF_COLOR_FORMAT_YVU420)
      .value("NVBUF_COLOR_FORMAT_YUV420_ER", NVBUF_COLOR_FORMAT_YUV420_ER)
      .value("NVBUF_COLOR_FORMAT_YVU420_ER", NVBUF_COLOR_FORMAT_YVU420_ER)
      .value("NVBUF_COLOR_FORMAT_NV12", NVBUF_COLOR_FORMAT_NV12)
      .value("NVBUF_COLOR_FORMAT_NV12_ER", NVBUF_COLOR_FORMAT_NV12_ER)
      .value("NVBUF_COLOR_FORMAT_NV21", NVBUF_COLOR_FORMAT_NV21)
      .value("NVBUF_COLOR_FORMAT_NV21_ER", NVBUF_COLOR_FORMAT_NV21_ER)
      .value("NVBUF_COLOR_FORMAT_UYVY", NVBUF_COLOR_FORMAT_UYVY)
      .value("NVBUF_COLOR_FORMAT_UYVY_ER", NVBUF_COLOR_FORMAT_UYVY_ER)
      .value("NVBUF_COLOR_FORMAT_VYUY", NVBUF_COLOR_FORMAT_VYUY)
      .value("NVBUF_COLOR_FORMAT_VYUY_ER", NVBUF_COLOR_FORMAT_VYUY_ER)
      .value("NVBUF_COLOR_FORMAT_YUYV", NVBUF_COLOR_FORMAT_YUYV)
      .value("NVBUF_COLOR_FORMAT_YUYV_ER", NVBUF_COLOR_FORMAT_YUYV_ER)
      .value("NVBUF_COLOR_FORMAT_YVYU", NVBUF_COLOR_FORMAT_YVYU)
      .value("NVBUF_COLOR_FORMAT_YVYU_ER", NVBUF_COLOR_FORMAT_YVYU_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444", NVBUF_COLOR_FORMAT_YUV444)
      .value("NVBUF_COLOR_FORMAT_RGBA", NVBUF_COLOR_FORMAT_RGBA)
      .value("NVBUF_COLOR_FORMAT_BGRA", NVBUF_COLOR_FORMAT_BGRA)
      .value("NVBUF_COLOR_FORMAT_ARGB", NVBUF_COLOR_FORMAT_ARGB)
      .value("NVBUF_COLOR_FORMAT_ABGR", NVBUF_COLOR_FORMAT_ABGR)
      .value("NVBUF_COLOR_FORMAT_RGBx", NVBUF_COLOR_FORMAT_RGBx)
      .value("NVBUF_COLOR_FORMAT_BGRx", NVBUF_COLOR_FORMAT_BGRx)
      .value("NVBUF_COLOR_FORMAT_xRGB", NVBUF_COLOR_FORMAT_xRGB)
      .value("NVBUF_COLOR_FORMAT_xBGR", NVBUF_COLOR_FORMAT_xBGR)
      .value("NVBUF_COLOR_FORMAT_RGB", NVBUF_COLOR_FORMAT_RGB)
      .value("NVBUF_COLOR_FORMAT_BGR", NVBUF_COLOR_FORMAT_BGR)
      .value("NVBUF_COLOR_FORMAT_NV12_10LE", NVBUF_COLOR_FORMAT_NV12_10LE)
      .value("NVBUF_COLOR_FORMAT_NV12_12LE", NVBUF_COLOR_FORMAT_NV12_12LE)
      .value("NVBUF_COLOR_FORMAT_YUV420_709", NVBUF_COLOR_FORMAT_YUV420_709)
      .value("NVBUF_COLOR_FORMAT_YUV420_709_ER", NVBUF_COLOR_FORMAT_YUV420_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV12_709", NVBUF_COLOR_FORMAT_NV12_709)
      .value("NVBUF_COLOR_FORMAT_NV12_709_ER", NVBUF_COLOR_FORMAT_NV12_709_ER)
      .value("NVBUF_COLOR_FORMAT_YUV420_2020", NVBUF_COLOR_FORMAT_YUV420_2020)
      .value("NVBUF_COLOR_FORMAT_NV12_2020", NVBUF_COLOR_FORMAT_NV12_2020)
      .value("NVBUF_COLOR_FORMAT_NV12_10LE_ER", NVBUF_COLOR_FORMAT_NV12_10LE_ER)
      .value("NVBUF_COLOR_FORMAT_NV12_10LE_709", NVBUF_COLOR_FORMAT_NV12_10LE_709)
      .value("NVBUF_COLOR_FORMAT_NV12_10LE_709_ER", NVBUF_COLOR_FORMAT_NV12_10LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV12_10LE_2020", NVBUF_COLOR_FORMAT_NV12_10LE_2020)
      .value("NVBUF_COLOR_FORMAT_SIGNED_R16G16", NVBUF_COLOR_FORMAT_SIGNED_R16G16)
      .value("NVBUF_COLOR_FORMAT_R8_G8_B8", NVBUF_COLOR_FORMAT_R8_G8_B8)
      .value("NVBUF_COLOR_FORMAT_B8_G8_R8", NVBUF_COLOR_FORMAT_B8_G8_R8)
      .value("NVBUF_COLOR_FORMAT_R32F_G32F_B32F", NVBUF_COLOR_FORMAT_R32F_G32F_B32F)
      .value("NVBUF_COLOR_FORMAT_B32F_G32F_R32F", NVBUF_COLOR_FORMAT_B32F_G32F_R32F)
      .value("NVBUF_COLOR_FORMAT_YUV422", NVBUF_COLOR_FORMAT_YUV422)
      .value("NVBUF_COLOR_FORMAT_NV21_10LE", NVBUF_COLOR_FORMAT_NV21_10LE)
      .value("NVBUF_COLOR_FORMAT_NV21_12LE", NVBUF_COLOR_FORMAT_NV21_12LE)
      .value("NVBUF_COLOR_FORMAT_NV12_12LE_2020", NVBUF_COLOR_FORMAT_NV12_12LE_2020)
      .value("NVBUF_COLOR_FORMAT_NV16", NVBUF_COLOR_FORMAT_NV16)
      .value("NVBUF_COLOR_FORMAT_NV16_10LE", NVBUF_COLOR_FORMAT_NV16_10LE)
      .value("NVBUF_COLOR_FORMAT_NV24", NVBUF_COLOR_FORMAT_NV24)
      .value("NVBUF_COLOR_FORMAT_NV24_10LE", NVBUF_COLOR_FORMAT_NV24_10LE)
      .value("NVBUF_COLOR_FORMAT_NV16_ER", NVBUF_COLOR_FORMAT_NV16_ER)
      .value("NVBUF_COLOR_FORMAT_NV24_ER", NVBUF_COLOR_FORMAT_NV24_ER)
      .value("NVBUF_COLOR_FORMAT_NV16_709", NVBUF_COLOR_FORMAT_NV16_709)
      .value("NVBUF_COLOR_FORMAT_NV24_709", NVBUF_COLOR_FORMAT_NV24_709)
      .value("NVBUF_COLOR_FORMAT_NV16_709_ER", NVBUF_COLOR_FORMAT_NV16_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV24_709_ER", NVBUF_COLOR_FORMAT_NV24_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV24_10LE_709", NVBUF_COLOR_FORMAT_NV24_10LE_709)
      .value("NVBUF_COLOR_FORMAT_NV24_10LE_709_ER", NVBUF_COLOR_FORMAT_NV24_10LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV24_10LE_2020", NVBUF_COLOR_FORMAT_NV24_10LE_2020)
      .value("NVBUF_COLOR_FORMAT_NV24_12LE_2020", NVBUF_COLOR_FORMAT_NV24_12LE_2020)
      .value("NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_709", NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_709)
      .value("NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_2020", NVBUF_COLOR_FORMAT_RGBA_10_10_10_2_2020)
      .value("NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_709", NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_709)
      .value("NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_2020", NVBUF_COLOR_FORMAT_BGRA_10_10_10_2_2020)
      .value("NVBUF_COLOR_FORMAT_A32", NVBUF_COLOR_FORMAT_A32)
      .value("NVBUF_COLOR_FORMAT_UYVP", NVBUF_COLOR_FORMAT_UYVP)
      .value("NVBUF_COLOR_FORMAT_UYVP_ER", NVBUF_COLOR_FORMAT_UYVP_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_ER", NVBUF_COLOR_FORMAT_YUV444_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_709", NVBUF_COLOR_FORMAT_YUV444_709)
      .value("NVBUF_COLOR_FORMAT_YUV444_709_ER", NVBUF_COLOR_FORMAT_YUV444_709_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_2020", NVBUF_COLOR_FORMAT_YUV444_2020)
      .value("NVBUF_COLOR_FORMAT_YUV444_10LE", NVBUF_COLOR_FORMAT_YUV444_10LE)
      .value("NVBUF_COLOR_FORMAT_YUV444_10LE_ER", NVBUF_COLOR_FORMAT_YUV444_10LE_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_10LE_709", NVBUF_COLOR_FORMAT_YUV444_10LE_709)
      .value("NVBUF_COLOR_FORMAT_YUV444_10LE_709_ER", NVBUF_COLOR_FORMAT_YUV444_10LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_10LE_2020", NVBUF_COLOR_FORMAT_YUV444_10LE_2020)
      .value("NVBUF_COLOR_FORMAT_YUV444_12LE", NVBUF_COLOR_FORMAT_YUV444_12LE)
      .value("NVBUF_COLOR_FORMAT_YUV444_12LE_ER", NVBUF_COLOR_FORMAT_YUV444_12LE_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_12LE_709", NVBUF_COLOR_FORMAT_YUV444_12LE_709)
      .value("NVBUF_COLOR_FORMAT_YUV444_12LE_709_ER", NVBUF_COLOR_FORMAT_YUV444_12LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_YUV444_12LE_2020", NVBUF_COLOR_FORMAT_YUV444_12LE_2020)
      .value("NVBUF_COLOR_FORMAT_NV12_12LE_ER", NVBUF_COLOR_FORMAT_NV12_12LE_ER)
      .value("NVBUF_COLOR_FORMAT_NV12_12LE_709", NVBUF_COLOR_FORMAT_NV12_12LE_709)
      .value("NVBUF_COLOR_FORMAT_NV12_12LE_709_ER", NVBUF_COLOR_FORMAT_NV12_12LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_GRAY8_ER", NVBUF_COLOR_FORMAT_GRAY8_ER)
      .value("NVBUF_COLOR_FORMAT_UYVY_709", NVBUF_COLOR_FORMAT_UYVY_709)
      .value("NVBUF_COLOR_FORMAT_UYVY_709_ER", NVBUF_COLOR_FORMAT_UYVY_709_ER)
      .value("NVBUF_COLOR_FORMAT_UYVY_2020", NVBUF_COLOR_FORMAT_UYVY_2020)
      .value("NVBUF_COLOR_FORMAT_GRAY16_LE", NVBUF_COLOR_FORMAT_GRAY16_LE)
      .value("NVBUF_COLOR_FORMAT_BGRA64_LE", NVBUF_COLOR_FORMAT_BGRA64_LE)
      .value("NVBUF_COLOR_FORMAT_NV16_2020", NVBUF_COLOR_FORMAT_NV16_2020)
      .value("NVBUF_COLOR_FORMAT_NV16_10LE_ER", NVBUF_COLOR_FORMAT_NV16_10LE_ER)
      .value("NVBUF_COLOR_FORMAT_NV16_10LE_709", NVBUF_COLOR_FORMAT_NV16_10LE_709)
      .value("NVBUF_COLOR_FORMAT_NV16_10LE_709_ER", NVBUF_COLOR_FORMAT_NV16_10LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV16_10LE_2020", NVBUF_COLOR_FORMAT_NV16_10LE_2020)
      .value("NVBUF_COLOR_FORMAT_NV16_12LE", NVBUF_COLOR_FORMAT_NV16_12LE)
      .value("NVBUF_COLOR_FORMAT_NV16_12LE_ER", NVBUF_COLOR_FORMAT_NV16_12LE_ER)
      .value("NVBUF_COLOR_FORMAT_NV16_12LE_709", NVBUF_COLOR_FORMAT_NV16_12LE_709)
      .value("NVBUF_COLOR_FORMAT_NV16_12LE_709_ER", NVBUF_COLOR_FORMAT_NV16_12LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_NV16_12LE_2020", NVBUF_COLOR_FORMAT_NV16_12LE_2020)
      .value("NVBUF_COLOR_FORMAT_NV24_2020", NVBUF_COLOR_FORMAT_NV24_2020)
      .value("NVBUF_COLOR_FORMAT_NV24_10LE_ER", NVBUF_COLOR_FORMAT_NV24_10LE_ER)
      .value("NVBUF_COLOR_FORMAT_NV24_12LE", NVBUF_COLOR_FORMAT_NV24_12LE)
      .value("NVBUF_COLOR_FORMAT_NV24_12LE_ER", NVBUF_COLOR_FORMAT_NV24_12LE_ER)
      .value("NVBUF_COLOR_FORMAT_NV24_12LE_709", NVBUF_COLOR_FORMAT_NV24_12LE_709)
      .value("NVBUF_COLOR_FORMAT_NV24_12LE_709_ER", NVBUF_COLOR_FORMAT_NV24_12LE_709_ER)
      .value("NVBUF_COLOR_FORMAT_UYVP_709", NVBUF_COLOR_FORMAT_UYVP_709)
      .value("NVBUF_COLOR_FORMAT_UYVP_709_ER", NVBUF_COLOR_FORMAT_UYVP_709_ER)
      .value("NVBUF_COLOR_FORMAT_UYVP_2020", NVBUF_COLOR_FORMAT_UYVP_2020)
      .value("NVBUF_COLOR_FORMAT_LAST", NVBUF_COLOR_FORMAT_LAST);
  bind_enum<NvBufSurfaceLayout>(
      module, "NvBufSurfaceLayout",
      "Order of the pixels in memory: row after row (PITCH, as all are here) or "
      "in tiles.")
      .value("NVBUF_LAYOUT_PITCH", NVBUF_LAYOUT_PITCH)
      .value("NVBUF_LAYOUT_BLOCK_LINEAR", NVBUF_LAYOUT_BLOCK_LINEAR);
  bind_enum<NvBufSurfaceMemType>(
      module, "NvBufSurfaceMemType",
      "Where the pixels are. Surfaces made here are host memory, NVBUF_MEM_SYSTEM, "
      "whatever was asked for.")
      .value("NVBUF_MEM_DEFAULT", NVBUF_MEM_DEFAULT)
      .value("NVBUF_MEM_CUDA_PINNED", NVBUF_MEM_CUDA_PINNED)
      .value("NVBUF_MEM_CUDA_DEVICE", NVBUF_MEM_CUDA_DEVICE)
      .value("NVBUF_MEM_CUDA_UNIFIED", NVBUF_MEM_CUDA_UNIFIED)
      .value("NVBUF_MEM_SURFACE_ARRAY", NVBUF_MEM_SURFACE_ARRAY)
      .value("NVBUF_MEM_HANDLE", NVBUF_MEM_HANDLE)
      .value("NVBUF_MEM_SYSTEM", NVBUF_MEM_SYSTEM)
      .value("NVBUF_MEM_CUDA_ARRAY", NVBUF_MEM_CUDA_ARRAY);

  using Planes = NvBufSurfacePlaneParams;
  StructBinder<Planes>(module, "NvBufSurfacePlaneParams", "Planes of a picture.")
      .field("num_planes", &Planes::num_planes, "How many planes.")
      .view<int32_t>("width", &Planes::width, "Width of each, samples: int32 array (view).")
      .view<int32_t>("height", &Planes::height, "Height of each, samples: int32 array (view).")
      .view<int32_t>("pitch", &Planes::pitch, "Bytes a row of each: int32 array (view).")
      .view<int32_t>("offset", &Planes::offset, "Start of each, bytes: int32 array (view).")
      .view<int32_t>("psize", &Planes::psize, "Size of each, bytes: int32 array (view).")
      .view<int32_t>("bytesPerPix", &Planes::bytesPerPix, "Bytes a sample: int32 array (view).");
  using Create = NvBufSurfaceCreateParams;
  StructBinder<Create>(module, "NvBufSurfaceCreateParams", "What surface to make.")
      .readonly("gpuId", &Create::gpuId, "Number of the GPU.")
      .readonly("width", &Create::width, "Width, pixels.")
      .readonly("height", &Create::height, "Height, pixels.")
      .readonly("size", &Create::size, "Size, bytes.")
      .readonly("isContiguous", &Create::isContiguous, "True for one piece of memory.")
      .readonly("colorFormat", &Create::colorFormat, "Format of the pixels.")
      .readonly("layout", &Create::layout, "Order of the pixels.")
      .readonly("memType", &Create::memType, "Kind of memory.");
  using Mapped = NvBufSurfaceMappedAddr;
  StructBinder<Mapped>(module, "NvBufSurfaceMappedAddr", "Addresses that a map gave.")
      .view<uint64_t>("addr", &Mapped::addr, "Address of each plane: uint64 array (view).")
      .readonly("eglImage", &Mapped::eglImage, "EGLImage (view) or None.")
      .readonly("nvmmPtr", &Mapped::nvmmPtr, "Address on a Jetson (view) or None.")
      .readonly("cudaPtr", &Mapped::cudaPtr, "Address for CUDA (view) or None.");
  using Chroma = NvBufSurfaceChromaSubsamplingParams;
  StructBinder<Chroma>(module, "NvBufSurfaceChromaSubsamplingParams", "Where chroma samples lie.")
      .readonly("chromaLocHoriz", &Chroma::chromaLocHoriz, "Horizontal place.")
      .readonly("chromaLocVert", &Chroma::chromaLocVert, "Vertical place.");
  using PlanesEx = NvBufSurfacePlaneParamsEx;
  StructBinder<PlanesEx>(module, "NvBufSurfacePlaneParamsEx", "More about planes.")
      .view<int32_t>("scanformat", &PlanesEx::scanformat,
                     "0 progressive, 1 interlaced, of each: int32 array (view).")
      .view<int32_t>("secondfieldoffset", &PlanesEx::secondfieldoffset,
                     "Start of the second field of each, bytes: int32 array (view).")
      .view<int32_t>("blockheightlog2", &PlanesEx::blockheightlog2,
                     "Height of a block of each, as a power of two: int32 array (view).")
      .view<int32_t>("physicaladdress", &PlanesEx::physicaladdress,
                     "Physical address of each: int32 array (view).")
      .view<uint64_t>("flags", &PlanesEx::flags, "Flags of each: uint64 array (view).")
      .view<uint64_t>("drmModifier", &PlanesEx::drmModifier,
                      "DRM modifier of each: uint64 array (view).");
  using ParamsEx = NvBufSurfaceParamsEx;
  StructBinder<ParamsEx>(module, "NvBufSurfaceParamsEx", "More about a picture.")
      .readonly("startofvaliddata", &ParamsEx::startofvaliddata, "Start of the data, bytes.")
      .readonly("sizeofvaliddatainbytes", &ParamsEx::sizeofvaliddatainbytes,
                "Size of the data, bytes.")
      .readonly("chromaSubsampling", &ParamsEx::chromaSubsampling, "Chroma samples (view).")
      .readonly("is_protected", &ParamsEx::is_protected, "True for protected memory.")
      .readonly("planeParamsex", &ParamsEx::planeParamsex, "Planes (view).");
  using CudaBuffer = NvBufSurfaceCudaBuffer;
  StructBinder<CudaBuffer>(module, "NvBufSurfaceCudaBuffer", "A picture's memory, for CUDA.")
      .readonly("basePtr", &CudaBuffer::basePtr, "Start of the memory (view) or None.")
      .readonly("dataPtr", &CudaBuffer::dataPtr, "Start of the picture (view) or None.")
      .readonly("extMem", &CudaBuffer::extMem, "External memory (view) or None.")
      .readonly("mipmap", &CudaBuffer::mipmap, "Mipmapped array (view) or None.");
  using Params = NvBufSurfaceParams;
  StructBinder<Params>(module, "NvBufSurfaceParams", "One picture of a batch.")
      .readonly("width", &Params::width, "Width, pixels.")
      .readonly("height", &Params::height, "Height, pixels.")
      .readonly("pitch", &Params::pitch, "Bytes a row.")
      .readonly("colorFormat", &Params::colorFormat, "Format of the pixels.")
      .readonly("layout", &Params::layout, "Order of the pixels.")
      .readonly("bufferDesc", &Params::bufferDesc, "DMABUF of the memory.")
      .readonly("dataSize", &Params::dataSize, "Size, bytes.")
      .readonly("dataPtr", &Params::dataPtr, "The pixels (view) or None.")
      .readonly("planeParams", &Params::planeParams, "Planes (view).")
      .readonly("mappedAddr", &Params::mappedAddr, "Addresses after a map (view).")
      .readonly("paramex", &Params::paramex, "More about it (view) or None.")
      .readonly("cudaBuffer", &Params::cudaBuffer, "Its memory for CUDA (view) or None.");
  using Surface = NvBufSurface;
  StructBinder<Surface>(module, "NvBufSurface", "The pictures of a batch.")
      .readonly("gpuId", &Surface::gpuId, "Number of the GPU.")
      .readonly("batchSize", &Surface::batchSize, "Room for pictures.")
      .readonly("numFilled", &Surface::numFilled, "Pictures.")
      .readonly("isContiguous", &Surface::isContiguous, "True for one piece of memory.")
      .readonly("memType", &Surface::memType, "Kind of memory.")
      .readonly("surfaceList", &Surface::surfaceList, "First picture (view) or None.")
      .readonly("isImportedBuf", &Surface::isImportedBuf, "True for memory of somebody else's.");

  module.def("get_nvds_buf_surface", &pixels, nb::arg("gst_buffer").none(),
             nb::arg("batchID").none(),
             "A frame's pixels as a uint8 array of height x width x 4 (RGBA) or 3 (RGB): a view; "
             "writing changes what is seen downstream. Keeps the pixels alive, not the buffer. "
             "RuntimeError for other formats, IndexError past the batch.");
  module.def("get_nvds_buf_surface_gpu", &pixels_gpu, nb::arg("gst_buffer").none(),
             nb::arg("batchID").none(),
             nb::sig("def get_nvds_buf_surface_gpu(gst_buffer: object, batchID: int) -> "
                     "tuple[numpy.dtype, tuple[int, int, int], tuple[int, int, int], "
                     "typing_extensions.CapsuleType, int]"),
             "The same pixels as (dtype, shape, strides in bytes, capsule, size in bytes). The "
             "capsule (view) is an address in host memory here, good while the buffer is.");
  module.def(
      "unmap_nvds_buf_surface",
      [](nb::handle buffer, Given<int> batch_id) {
        find_frame(buffer, batch_id.value, "unmap_nvds_buf_surface");
      },
      nb::arg("gst_buffer").none(), nb::arg("batchID").none(),
      "Ends a get_nvds_buf_surface of a buffer (view); nothing has to be done on this platform.");

  module.def("NvBufSurfaceCreate", &create_surface, nb::arg("surf"), nb::arg("batchSize").none(),
             nb::arg("params"),
             "Makes the pictures that `params` (copy) describes, `batchSize` of them, for an "
             "NvBufSurface() "
             "(view) that has none yet: 0, or -1. Free them with NvBufSurfaceDestroy.");
  module.def(
      "NvBufSurfaceDestroy",
      [](StructRef<Surface>& surface) {
        const int status = on_surface<&NvBufSurfaceDestroy>(surface);
        if (status == 0 && surface.lifetime().origin == Lifetime::Origin::kBlock) {
          *surface.get() = {};  // Python's own struct outlives its pictures
        }
        return status;
      },
      nb::arg("surf"), "Frees a surface (taken) that NvBufSurfaceCreate made: 0, or -1.");
  module.def(
      "NvBufSurfaceMap",
      [](StructRef<Surface>& surface, Given<int> index, Given<int> plane,
         Given<EnumValue<NvBufSurfaceMemMapFlags>> type) {
        const char* name = "NvBufSurfaceMap";
        const auto flags = static_cast<NvBufSurfaceMemMapFlags>(
            enum_info<NvBufSurfaceMemMapFlags>.number(type.value, {name, "type"}));
        return on_surface<&NvBufSurfaceMap>(surface, to_int(index, name, "index"),
                                            to_int(plane, name, "plane"), flags);
      },
      nb::arg("surf"), nb::arg("index").none(), nb::arg("plane").none(), nb::arg("type").none(),
      "Fills mappedAddr.addr of a surface (view) with addresses for the CPU; -1 for all pictures "
      "or "
      "planes. 0, or -1 if it failed.");
  module.def(
      "NvBufSurfaceUnMap",
      [](StructRef<Surface>& surface, Given<int> index, Given<int> plane) {
        const char* name = "NvBufSurfaceUnMap";
        return on_surface<&NvBufSurfaceUnMap>(surface, to_int(index, name, "index"),
                                              to_int(plane, name, "plane"));
      },
      nb::arg("surf"), nb::arg("index").none(), nb::arg("plane").none(),
      "Ends a map of a surface (view): 0, or -1.");
  module.def(
      "NvBufSurfaceSyncForCpu",
      [](StructRef<Surface>& surface, Given<int> index, Given<int> plane) {
        const char* name = "NvBufSurfaceSyncForCpu";
        return on_surface<&NvBufSurfaceSyncForCpu>(surface, to_int(index, name, "index"),
                                                   to_int(plane, name, "plane"));
      },
      nb::arg("surf"), nb::arg("index").none(), nb::arg("plane").none(),
      "Makes what a device wrote to a surface (view) visible to the CPU: 0, or -1.");
  module.def(
      "NvBufSurfaceSyncForDevice",
      [](StructRef<Surface>& surface, Given<int> index, Given<int> plane) {
        const char* name = "NvBufSurfaceSyncForDevice";
        return on_surface<&NvBufSurfaceSyncForDevice>(surface, to_int(index, name, "index"),
                                                      to_int(plane, name, "plane"));
      },
      nb::arg("surf"), nb::arg("index").none(), nb::arg("plane").none(),
      "Makes what the CPU wrote to a surface (view) visible to a device: 0, or -1.");
  module.def(
      "NvBufSurfaceMemSet",
      [](StructRef<Surface>& surface, Given<int> index, Given<int> plane, Given<int> value) {
        const char* name = "NvBufSurfaceMemSet";
        return on_surface<&NvBufSurfaceMemSet>(surface, to_int(index, name, "index"),
                                               to_int(plane, name, "plane"),
                                               to_integer<uint8_t>(value.value, {name, "value"}));
      },
      nb::arg("surf"), nb::arg("index").none(), nb::arg("plane").none(), nb::arg("value").none(),
      "Sets every byte of a surface (view) to `value`, 0 to 255; -1 for all pictures or planes. 0, "
      "or "
      "-1 if it failed.");
  module.def(
      "NvBufSurfaceCopy",
      [](StructRef<Surface>& from, StructRef<Surface>& into) {
        return on_surface<&NvBufSurfaceCopy>(from, into.get());
      },
      nb::arg("srcSurf"), nb::arg("dstSurf"),
      "Writes a copy of all pictures of one surface into another: 0, or -1.");
  module.def(
      "NvBufSurfaceFromFd",
      [](Given<int> dmabuf, Given<Pointer> buffer) {
        const char* name = "NvBufSurfaceFromFd";
        auto* result = static_cast<void**>(to_pointer(buffer.value, {name, "buffer"}, false));
        return NvBufSurfaceFromFd(to_int(dmabuf, name, "dmabuf"), result);
      },
      nb::arg("dmabuf").none(), nb::arg("buffer").none(),
      "Writes the address of the surface of a DMABUF into a pointer at `buffer` (view): 0, or -1.");
  module.def(
      "NvBufSurfaceMapEglImage",
      [](StructRef<Surface>& surface, Given<int> index) {
        return on_surface<&NvBufSurfaceMapEglImage>(
            surface, to_int(index, "NvBufSurfaceMapEglImage", "index"));
      },
      nb::arg("surf"), nb::arg("index").none(),
      "Makes an EGLImage of a picture of a surface (view): 0, or -1.");
  def_glist_get<Params>(module, "glist_get_nvds_Surface_Params");
}

}  // namespace thalweg::pyds
