#include <algorithm>

#include "nvds_tracker_meta.h"
#include "pyds/bindings.h"
#include "pyds/enum_names.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// An iterator over the entries of a list; the count is C's, in `filled`.
template <class T, class Entry>
void def_list(nb::class_<StructRef<T>, Ref>& type, uint32_t T::*filled, Entry* T::*) {
  const std::string signature =
      std::string("def list(self) -> collections.abc.Iterator[") + struct_info<Entry>.name + "]";
  type.def(
      "list",
      [filled](StructRef<T>& self) {
        const T* from = self.get();
        nb::list entries;
        for (uint32_t i = 0; from->list && i < from->*filled; ++i) {
          entries.append(wrap(&from->list[i], self.lifetime(), self.self()));
        }
        return nb::steal(PyObject_GetIter(entries.ptr()));
      },
      nb::sig(signature.c_str()), "Iterates over the entries (views), once.");
}

}  // namespace

void bind_nvds_tracker_meta(nb::module_& module) {
  bind_enum<TRACKER_STATE>(module, "TRACKER_STATE", "State of a target.")
      .value("EMPTY", EMPTY)
      .value("ACTIVE", ACTIVE)
      .value("INACTIVE", INACTIVE)
      .value("TENTATIVE", TENTATIVE)
      .value("PROJECTED", PROJECTED)
      .value("QUASIACTIVE", QUASIACTIVE);
  StructBinder<NvDsTargetMiscDataFrame>(module, "NvDsTargetMiscDataFrame", "A target in one frame.")
      .field("frameNum", &NvDsTargetMiscDataFrame::frameNum, "Number of the frame.")
      .field("tBbox", &NvDsTargetMiscDataFrame::tBbox, "Box, pixels of the muxer's frame (view).")
      .field("confidence", &NvDsTargetMiscDataFrame::confidence,
             "Confidence of the tracker, 0 to 1.")
      .field("age", &NvDsTargetMiscDataFrame::age, "Age of the track, frames.")
      .field("trackerState", &NvDsTargetMiscDataFrame::trackerState, "State of the target.")
      .field("visibility", &NvDsTargetMiscDataFrame::visibility, "Visible part, 0 to 1.")
      .field("ptWorldFeet", &NvDsTargetMiscDataFrame::ptWorldFeet,
             "Where it stands on the ground, in the tracker's world coordinates: float32 array of "
             "x and "
             "y (view).");
  StructBinder<NvDsTargetMiscDataObject> object(module, "NvDsTargetMiscDataObject",
                                                "A target over several frames.");
  object.field("numObj", &NvDsTargetMiscDataObject::numObj, "Frames in the list.")
      .field("numAllocated", &NvDsTargetMiscDataObject::numAllocated, "Room in the list.")
      .field("uniqueId", &NvDsTargetMiscDataObject::uniqueId, "Number of the track.")
      .field("classId", &NvDsTargetMiscDataObject::classId, "Class of the object.")
      .field("objLabel", &NvDsTargetMiscDataObject::objLabel,
             "Name of the class (copy); up to 127 bytes of UTF-8, longer ones are cut.");
  def_list(object.python(), &NvDsTargetMiscDataObject::numObj, &NvDsTargetMiscDataObject::list);
  StructBinder<NvDsTargetMiscDataStream> stream(module, "NvDsTargetMiscDataStream",
                                                "The targets of one stream.");
  stream.field("streamID", &NvDsTargetMiscDataStream::streamID, "Number of the stream.")
      .field("surfaceStreamID", &NvDsTargetMiscDataStream::surfaceStreamID,
             "Number of the stream and its picture.")
      .field("numAllocated", &NvDsTargetMiscDataStream::numAllocated, "Room in the list.")
      .field("numFilled", &NvDsTargetMiscDataStream::numFilled, "Targets in the list.");
  def_list(stream.python(), &NvDsTargetMiscDataStream::numFilled, &NvDsTargetMiscDataStream::list);
  StructBinder<NvDsTargetMiscDataBatch> batch(module, "NvDsTargetMiscDataBatch",
                                              "The targets of all streams.");
  batch.field("numAllocated", &NvDsTargetMiscDataBatch::numAllocated, "Room in the list.")
      .field("numFilled", &NvDsTargetMiscDataBatch::numFilled, "Streams in the list.")
      .field("priv_data", &NvDsTargetMiscDataBatch::priv_data,
             "The tracker's own (shared) or None.");
  def_list(batch.python(), &NvDsTargetMiscDataBatch::numFilled, &NvDsTargetMiscDataBatch::list);
  // Names of releases before 1.1.10.
  module.attr("NvDsPastFrameObj") = module.attr("NvDsTargetMiscDataFrame");
  module.attr("NvDsPastFrameObjList") = module.attr("NvDsTargetMiscDataObject");
  module.attr("NvDsPastFrameObjStream") = module.attr("NvDsTargetMiscDataStream");
  module.attr("NvDsPastFrameObjBatch") = module.attr("NvDsTargetMiscDataBatch");

  StructBinder<NvDsObjReid>(module, "NvDsObjReid", "What a track looks like, as numbers.")
      .field("featureSize", &NvDsObjReid::featureSize, "How many numbers.")
      .address("ptr_host", &NvDsObjReid::ptr_host,
               "The numbers in host memory (shared) or None; see get_host_reid_vector.")
      .address("ptr_dev", &NvDsObjReid::ptr_dev, "The numbers on a device (shared) or None.")
      .python()
      .def(
          "get_host_reid_vector",
          [](StructRef<NvDsObjReid>& self) {
            const NvDsObjReid* reid = self.get();
            const size_t size = reid->ptr_host ? reid->featureSize : 0;
            auto* copy = new float[size];
            std::copy_n(static_cast<const float*>(reid->ptr_host), size, copy);
            const nb::capsule owner(
                copy, [](void* array) noexcept { delete[] static_cast<float*>(array); });
            return nb::ndarray<nb::numpy, float, nb::ndim<1>>(copy, {size}, owner);
          },
          "The numbers as a float32 array (copy).");
}

}  // namespace thalweg::pyds
