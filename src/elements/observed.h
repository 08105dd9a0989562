#pragma once

#include <gst/gst.h>

#include "elements/frame_counts.h"

namespace thalweg {

/// Adds to an element's counts what only it knows, or replaces some. Any thread.
using MoreStats = void (*)(GObject* element, GstStructure* stats);

/// Lets people look into the elements of a class:
///  - the property `stats`, a GstStructure "FACTORY-stats": the counts of FrameCounts since the
///    element was made, and `more`. Buffers are counted at the pads sink and src that an element is
///    made with; an element with other pads tells its frame_counts itself;
///  - with NVDS_ENABLE_LATENCY_MEASUREMENT, an entry of each element that hands batches on, in the
///    metadata of the batch;
///  - with GST_DEBUG_DUMP_DOT_DIR, observed_errors.
/// Call it at the end of class_init of the class that is registered: it goes before the methods
/// constructed, get_property and post_message that are set then.
/// `what_more` ends the property's description: ", and ..."; it lives as long as the process.
void observed_class_setup(GObjectClass* klass, const char* what_more = "",
                          MoreStats more = nullptr);

/// The counts of an element of such a class, its own until it is finalized.
FrameCounts& frame_counts(gpointer element);

/// With GST_DEBUG_DUMP_DOT_DIR, an element of the class that posts an error writes the graph of its
/// pipeline to PIPELINE-error-ELEMENT.dot in that folder, and the message's field `thalweg-graph`
/// says PIPELINE-error-ELEMENT, so that nobody draws it again. Part of observed_class_setup.
void observed_errors(GObjectClass* klass);

}  // namespace thalweg
