#include "nvds_obj_encode.h"
#include "pyds/bindings.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

void bind_nvds_obj_encode(nb::module_& module) {
  StructBinder<NvDsObjEncOutParams>(module, "NvDsObjEncOutParams", "A picture as JPEG.")
      .python()
      .def(
          "outBuffer",
          [](StructRef<NvDsObjEncOutParams>& self) {
            const NvDsObjEncOutParams* out = self.get();
            return nb::ndarray<nb::numpy, uint8_t, nb::ndim<1>>(
                out->outBuffer, {out->outBuffer ? out->outLen : 0}, nb::handle(self.self()));
          },
          "The JPEG's bytes as an array (view).");
  using Args = NvDsObjEncUsrArgs;
  StructBinder<Args>(module, "NvDsObjEncUsrArgs", "What to encode, and where to put it.")
      .field("saveImg", &Args::saveImg, "True to write a file.")
      .field("attachUsrMeta", &Args::attachUsrMeta, "True to attach a user meta.")
      .field("scaleImg", &Args::scaleImg, "True to scale the picture.")
      .field("scaledWidth", &Args::scaledWidth, "Width to scale to, pixels.")
      .field("scaledHeight", &Args::scaledHeight, "Height to scale to, pixels.")
      .field("fileNameImg", &Args::fileNameImg,
             "Name of the file (copy); up to 1023 bytes of UTF-8, longer ones are cut.")
      .field("objNum", &Args::objNum, "Number of the object.")
      .field("quality", &Args::quality, "JPEG quality, 1 to 100.")
      .field("isFrame", &Args::isFrame, "True for the whole frame.")
      .field("calcEncodeTime", &Args::calcEncodeTime, "True to measure.");
}

}  // namespace thalweg::pyds
