#include "nvds_obj_encode.h"
#include "pyds/bindings.h"
#include "pyds/buffer.h"
#include "pyds/encoder_library.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// The JPEG's bytes. Of a result of our encoder they live as long as the array does; of any other
/// struct, as long as its memory.
nb::ndarray<nb::numpy, uint8_t, nb::ndim<1>> jpeg_bytes(StructRef<NvDsObjEncOutParams>& self) {
  const NvDsObjEncOutParams* out = self.get();
  const EncoderLibrary* library = EncoderLibrary::opened();
  if (GBytes* bytes = library ? library->bytes(out) : nullptr) {
    const nb::capsule owner(bytes,
                            [](void* held) noexcept { g_bytes_unref(static_cast<GBytes*>(held)); });
    gsize size = 0;
    auto* data = static_cast<uint8_t*>(const_cast<void*>(g_bytes_get_data(bytes, &size)));
    return {data, {size}, owner};
  }
  self.check();  // it may have gone meanwhile
  return {out->outBuffer, {out->outBuffer ? out->outLen : 0}, nb::handle(self.self())};
}

NvDsObjEncCtxHandle to_context(Given<int> ctx, const char* function) {
  return reinterpret_cast<NvDsObjEncCtxHandle>(
      static_cast<uintptr_t>(to_unsigned(ctx.value, UINT64_MAX, {function, "ctx"})));
}

bool process(Given<int> ctx, StructRef<NvDsObjEncUsrArgs>& args, nb::handle buffer,
             Given<OptionalReference<NvDsObjectMeta>> obj_meta,
             StructRef<NvDsFrameMeta>& frame_meta) {
  static constexpr const char* kName = "nvds_obj_enc_process";
  const NvDsObjEncCtxHandle context = to_context(ctx, kName);
  GstBuffer* from = to_buffer(buffer, {kName, "gst_buffer"});
  if (!from) throw_type_error({kName, "gst_buffer"}, "Gst.Buffer or its hash()", buffer);
  Batch* batch = thalweg::batch_of(from);
  if (!batch) throw_error(PyExc_RuntimeError, "%s: %s", kName, why_not_batch(from).c_str());
  const NvDsObjEncUsrArgs what = *args.get();  // the program may change its own meanwhile
  NvDsObjectMeta* object = to_optional<NvDsObjectMeta>(obj_meta.value, {kName, "obj_meta"});
  NvDsFrameMeta* frame = frame_meta.get();
  const EncoderLibrary& library = EncoderLibrary::open(kName);
  GError* error = nullptr;
  {
    const WithoutGil released;  // it waits while its queue is full
    library.process(context, &what, batch, object, frame, &error);
  }
  if (error) throw_encoder_error(kName, error);
  return true;
}

}  // namespace

void bind_nvds_obj_encode(nb::module_& module) {
  StructBinder<NvDsObjEncOutParams>(module, "NvDsObjEncOutParams", "A picture as JPEG.")
      .readonly("outLen", &NvDsObjEncOutParams::outLen, "Size of the JPEG, bytes.")
      .python()
      .def("outBuffer", &jpeg_bytes, "The JPEG's bytes as an array (view).");
  using Args = NvDsObjEncUsrArgs;
  StructBinder<Args>(module, "NvDsObjEncUsrArgs", "What to encode, and where to put it.")
      .field("saveImg", &Args::saveImg, "True to write a file.")
      .field("attachUsrMeta", &Args::attachUsrMeta,
             "True to attach an NvDsUserMeta of type NVDS_CROP_IMAGE_META, whose payload is an "
             "NvDsObjEncOutParams.")
      .field("scaleImg", &Args::scaleImg, "True to scale the picture.")
      .field("scaledWidth", &Args::scaledWidth, "Width to scale to, pixels.")
      .field("scaledHeight", &Args::scaledHeight, "Height to scale to, pixels.")
      .field("fileNameImg", &Args::fileNameImg,
             "Name of the file (copy); up to 1023 bytes of UTF-8, longer ones are cut. Empty: "
             "FRAME_STREAM_OBJECT_LABEL_WIDTHxHEIGHT.jpg in the current folder, for a frame "
             "FRAME_STREAM_WIDTHxHEIGHT.jpg.")
      .field("objNum", &Args::objNum, "Number of the object, for the file's name.")
      .field("quality", &Args::quality, "JPEG quality, 1 to 100; 0 for 80.")
      .field("isFrame", &Args::isFrame, "True for the whole frame.")
      .field("calcEncodeTime", &Args::calcEncodeTime,
             "True to write the time it took to GStreamer's log (category nvdsobjenc, INFO).");

  module.def(
      "nvds_obj_enc_create_context",
      [](Given<int> gpu_id) {
        static constexpr const char* kName = "nvds_obj_enc_create_context";
        const int gpu = to_integer<int>(gpu_id.value, {kName, "gpu_id"});
        return TextAddress{
            reinterpret_cast<uintptr_t>(EncoderLibrary::open(kName).create_context(gpu))};
      },
      nb::arg("gpu_id").none(),
      "A JPEG encoder with threads of its own, as an int; `gpu_id` is ignored. RuntimeError naming "
      "the package to install where libturbojpeg is missing.\n\n"
      "    encoder = pyds.nvds_obj_enc_create_context(0)\n"
      "    args = pyds.NvDsObjEncUsrArgs()\n"
      "    args.attachUsrMeta, args.quality = True, 80\n"
      "    # in a probe, for each object:\n"
      "    pyds.nvds_obj_enc_process(encoder, args, hash(buffer), obj, frame)\n"
      "    # once a buffer:\n"
      "    pyds.nvds_obj_enc_finish(encoder)");
  module.def(
      "nvds_obj_enc_process", &process, nb::arg("ctx").none(), nb::arg("args"),
      nb::arg("gst_buffer").none(), nb::arg("obj_meta").none(), nb::arg("frame_meta"),
      "Queues the part of the frame that is the box of `obj_meta`, cut to the frame, or the whole "
      "frame with args.isFrame (`obj_meta` may be None then); returns True. The pixels (copy) are "
      "those "
      "of now, whatever is drawn later. Waits, without the GIL, while 64 pictures are queued. "
      "ValueError naming the argument that cannot be; RuntimeError for a buffer that is not "
      "memory:NVMM.");
  module.def(
      "nvds_obj_enc_finish",
      [](Given<int> ctx) {
        static constexpr const char* kName = "nvds_obj_enc_finish";
        const NvDsObjEncCtxHandle context = to_context(ctx, kName);
        if (!context) return;
        const EncoderLibrary& library = EncoderLibrary::open(kName);
        GError* error = nullptr;
        {
          const WithoutGil released;
          library.finish(context, &error);
        }
        if (error) throw_encoder_error(kName, error);
      },
      nb::arg("ctx").none(),
      "Waits, without the GIL, until all that is queued is encoded and written, and attaches the "
      "pictures to their metas: call it in the probe, while the buffer lives. Then raises what "
      "failed since the last call: OSError for a file, RuntimeError for anything else. 0 is "
      "ignored.");
  module.def(
      "nvds_obj_enc_destroy_context",
      [](Given<int> ctx) {
        static constexpr const char* kName = "nvds_obj_enc_destroy_context";
        const NvDsObjEncCtxHandle context = to_context(ctx, kName);
        if (!context) return;
        const EncoderLibrary& library = EncoderLibrary::open(kName);
        GError* error = nullptr;
        {
          const WithoutGil released;
          library.destroy(context, &error);
        }
        if (error) throw_encoder_error(kName, error);
      },
      nb::arg("ctx").none(),
      "Ends a context, having waited for its files; pictures that nvds_obj_enc_finish did not "
      "attach are dropped. ValueError for one that is not live; 0 is ignored.");
}

}  // namespace thalweg::pyds
