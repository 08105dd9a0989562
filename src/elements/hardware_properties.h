#pragma once

#include <gst/gst.h>

#include "elements/kept_properties.h"

namespace thalweg {

/// Values of nvbuf-memory-type (GstNvBufMemoryType).
inline constexpr GEnumValue kMemoryTypes[] = {
    {0, "Default memory", "nvbuf-mem-default"},
    {1, "Pinned host CUDA memory", "nvbuf-mem-cuda-pinned"},
    {2, "Device CUDA memory", "nvbuf-mem-cuda-device"},
    {3, "Unified CUDA memory", "nvbuf-mem-cuda-unified"},
    {4, "Surface array memory", "nvbuf-mem-surface-array"},
    {0, nullptr, nullptr}};
/// Values of cudadec-memtype (CudaDecMemType).
inline constexpr GEnumValue kDecoderMemoryTypes[] = {
    {0, "Memory type Device", "memtype_device"},
    {1, "Memory type Host Pinned", "memtype_pinned"},
    {2, "Memory type Unified", "memtype_unified"},
    {0, nullptr, nullptr}};
/// Values of compute-hw (GstNvComputeHWType).
inline constexpr GEnumValue kComputeHardware[] = {
    {0, "Default", "Default"}, {1, "GPU", "GPU"}, {2, "VIC", "VIC"}, {0, nullptr, nullptr}};
/// Values of flip-method (GstNvVideoFlipMethod).
inline constexpr GEnumValue kFlips[] = {
    {0, "Identity (no rotation)", "none"},
    {1, "Rotate counter-clockwise 90 degrees", "counterclockwise"},
    {2, "Rotate 180 degrees", "rotate-180"},
    {3, "Rotate clockwise 90 degrees", "clockwise"},
    {4, "Flip horizontally", "horizontal-flip"},
    {5, "Flip across upper right/lower left diagonal", "upper-right-diagonal"},
    {6, "Flip vertically", "vertical-flip"},
    {7, "Flip across upper left/lower right diagonal", "upper-left-diagonal"},
    {0, nullptr, nullptr}};
/// Values of interpolation-method (GstNvInterpolationMethod); filter_of() says what they do here.
inline constexpr GEnumValue kInterpolations[] = {{0, "Nearest", "Nearest"},
                                                 {1, "Bilinear", "Bilinear"},
                                                 {2, "GPU-Cubic, VIC-5 Tap", "Algo-1"},
                                                 {3, "GPU-Super, VIC-10 Tap", "Algo-2"},
                                                 {4, "GPU-Lanczos, VIC-Smart", "Algo-3"},
                                                 {5, "GPU-Ignored, VIC-Nicest", "Algo-4"},
                                                 {6, "GPU-Nearest, VIC-Nearest", "Default"},
                                                 {0, nullptr, nullptr}};

// Properties of several elements that have no effect here.
inline constexpr KeptProperty kCudaDevice = {
    .name = "gpu-id", .type = G_TYPE_UINT, .value = "0", .meaning = "CUDA device"};
inline constexpr KeptProperty kOutputMemoryType = {.name = "nvbuf-memory-type",
                                                   .type = G_TYPE_ENUM,
                                                   .value = "0",
                                                   .meaning = "Memory type of the output pool",
                                                   .enum_values = kMemoryTypes,
                                                   .enum_name = "GstNvBufMemoryType"};
inline constexpr KeptProperty kScalingHardware = {.name = "compute-hw",
                                                  .type = G_TYPE_ENUM,
                                                  .value = "0",
                                                  .meaning = "Engine for scaling",
                                                  .enum_values = kComputeHardware,
                                                  .enum_name = "GstNvComputeHWType"};

/// Why properties about SEI have no effect.
inline constexpr char kNoSei[] = "the decoders hand no SEI on";

}  // namespace thalweg
