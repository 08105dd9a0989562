// The few names of TensorRT that helpers beside a parser mention, so that sources which include
// this header for them compile. A TensorRT that is installed comes first; nothing here can be run.
#pragma once

#ifndef __cplusplus
#error "NvInfer.h is a C++ header"
#endif

#if __has_include_next(<NvInfer.h>)
#include_next <NvInfer.h>
#else

#include <cstdint>

namespace nvinfer1 {

/** Shape of a tensor. */
struct Dims {
  static constexpr int32_t MAX_DIMS = 8;
  int32_t nbDims;
  int64_t d[MAX_DIMS];
};

/** A tensor of a network under construction. */
class ITensor {
 public:
  virtual ~ITensor() = default;
  virtual Dims getDimensions() const noexcept = 0;
};

}  // namespace nvinfer1

#endif
