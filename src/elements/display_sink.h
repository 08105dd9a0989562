#pragma once

#include <gst/video/gstvideosink.h>

#include <span>

#include "elements/kept_properties.h"

namespace thalweg {

struct DisplaySinkState;

/// A video sink of memory:NVMM and system memory. The environment variable THALWEG_DISPLAY chooses
/// where frames go: "window"; "none", which only waits for each frame's time; "file:out.mp4", which
/// writes every frame as H.264, as fast as they come (sync, qos and max-lateness are set off), and
/// completes the file at EOS or when the pipeline stops; "http:PORT", a page for web browsers on
/// 127.0.0.1, or "http:ADDRESS:PORT", whose address an INFO message tells: frames keep their time,
/// and are encoded only while somebody watches. Unset, it is a window where there is a display,
/// else none, with an INFO message that says so. A second sink of the process writes "out-2.mp4",
/// or is shown on the same page. Of a batch, the first frame is shown, or rows x columns tiles.
///
/// render, preroll, set_caps and event run in the streaming thread, opening and closing in the one
/// that changes states, before the first and after the last of them.
///
/// An element derives from it: its class_init calls display_sink_class_setup.
struct ThalwegDisplaySink {
  GstVideoSink parent;
  DisplaySinkState* state;
};
struct ThalwegDisplaySinkClass {
  GstVideoSinkClass parent;
  std::span<const KeptProperty> properties;
};
GType display_sink_get_type();

/// Pad and properties of a derived class; `properties` live as long as the process. The sink reads
/// force-aspect-ratio, rows and columns if they are among them.
void display_sink_class_setup(ThalwegDisplaySinkClass* klass,
                              std::span<const KeptProperty> properties);

}  // namespace thalweg
