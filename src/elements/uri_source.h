#pragma once

#include <glib-object.h>

#include <span>

#include "elements/kept_properties.h"

namespace thalweg {

/// Ids of nvurisrcbin's properties, in the order of the table.
enum UriSourceProperty : guint {
  kUri = 1,
  kType,
  kSourceId,
  kFirstForwarded,  ///< from here on, those that nvmultiurisrcbin has too, for each of its sources
  kNumExtraSurfaces = kFirstForwarded,
  kGpuId,
  kCudadecMemtype,
  kDropFrameInterval,
  kDecSkipFrames,
  kFileLoop,
  kDisablePassthrough,
  kDisableAudio,
  kLowLatencyMode,
  kSeiUuid,
  kLatency,
  kDropOnLatency,
  kUdpBufferSize,
  kSelectRtpProtocol,
  kBufferMode,
  kRtspReconnectInterval,
  kInitRtspReconnectInterval,
  kRtspReconnectAttempts,
  kLeaky,
  kMaxSizeBuffers,
  kSmartRecord,
  kSmartRecDirPath,
  kSmartRecFilePrefix,
  kSmartRecCache,
  kSmartRecVideoCache,
  kSmartRecContainer,
  kSmartRecMode,
  kSmartRecDefaultDuration,
  kIpcSocketPath,
  kIpcBufferTimestampCopy,
  kIpcConnectionAttempts,
  kIpcConnectionInterval,
  kSimulateFpsInterval,
  kEndForwarded,
  kExtractSeiType5Data = kEndForwarded,  ///< nvmultiurisrcbin has it under another name
  kEndOfUriSource,
};

/// The properties of nvurisrcbin that can be set.
std::span<const KeptProperty> uri_source_properties();
/// Those of nvmultiurisrcbin's sources.
std::span<const KeptProperty> forwarded_uri_source_properties();

}  // namespace thalweg
