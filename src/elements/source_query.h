#pragma once

#include <gst/gst.h>

#include <optional>

namespace thalweg {

// Asks the muxer upstream for the caps of one of its sources: a batch has other ones. Made, asked
// and parsed by one thread; the muxer answers in that thread.

/// @return a new query, for gst_pad_peer_query on a sink pad.
GstQuery* new_source_caps_query(unsigned source);
/// The source that is asked for; nullopt when it is another query.
std::optional<unsigned> asked_source(GstQuery* query);
void answer_source_caps(GstQuery* query, GstCaps* caps);
/// The answer (view, alive while the query is); nullptr while there is none.
GstCaps* answered_source_caps(GstQuery* query);

}  // namespace thalweg
