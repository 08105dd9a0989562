#pragma once

#include <gst/gst.h>

namespace thalweg {

// The tags of one source, on their way from the muxer to the demuxer: a TAG event would say that
// they are the batches'. The event is serialized and not sticky.

/// @param tags of the source's stream (not taken).
GstEvent* new_source_tags_event(unsigned source, const GstTagList* tags);
/// The tags of such an event (view, alive while it is) and their source; nullptr for another event.
GstTagList* parse_source_tags(GstEvent* event, unsigned* source);

}  // namespace thalweg
