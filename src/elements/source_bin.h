#pragma once

#include <gst/gst.h>

#include <span>
#include <string>

#include "elements/kept_properties.h"

namespace thalweg {

/// What a source element is made of, as its properties and this machine have it.
struct SourceParts {
  GstElement* source = nullptr;  ///< floating; null: posts `problem` as an element error
  /// Whether the source makes any size and format that is asked of it, as a test source does. Else
  /// nvvideoconvert makes them of what it gives.
  bool makes_what_is_asked = true;
  /// Size and rate of a test source where nobody asks for others, "width=1280,height=720"; or null.
  const char* size = nullptr;
  const char* rate = nullptr;  ///< "framerate=60/1"
  std::string problem;
  std::string info;  ///< a sentence to post as an INFO message, or empty
};

/// A bin that is a live or test source of frames in memory:NVMM, over a source of GStreamer. Built
/// at NULL -> READY and taken apart at READY -> NULL. All sources have num-buffers and
/// do-timestamp, as GstBaseSrc has them.
///
/// An element derives from it: its class_init calls source_bin_class_setup.
struct ThalwegSourceBin {
  GstBin parent;
  GstPad* src;  ///< ghost pad, of the bin
  KeptProperties* properties;
};
struct ThalwegSourceBinClass {
  GstBinClass parent;
  std::span<const char* const> formats;
  std::span<const KeptProperty> properties;
  SourceParts (*make)(ThalwegSourceBin* self);
};
GType source_bin_get_type();

/// Ids of the properties of a derived class: the first of `own` has kFirstOwn.
enum SourceProperty : guint { kNumBuffers = 1, kDoTimestamp, kFirstOwn };

/// Pad, properties and inside of a derived class. `formats` are those of the source pad, best
/// first; they and `own` live as long as the process.
void source_bin_class_setup(ThalwegSourceBinClass* klass, std::span<const char* const> formats,
                            std::span<const KeptProperty> own,
                            SourceParts (*make)(ThalwegSourceBin* self));

}  // namespace thalweg
