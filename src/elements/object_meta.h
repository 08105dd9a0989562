#pragma once

#include <string>

#include "nvdsmeta.h"

namespace thalweg {

/// Where an object is, in pixels of the frame.
struct ObjectBox {
  float left, top, width, height;
};

/// An object of the batch's pool with its box, label and text as every detector here sets them: a
/// red border of 3 pixels, white on black text above the box, no tracker's id. The caller sets the
/// rest and adds it to its frame; until then it belongs to the batch. The batch's lock is held.
NvDsObjectMeta* new_object(NvDsBatchMeta* batch, ObjectBox box, const std::string& label,
                           const std::string& text);

/// Copies a text into an array of MAX_LABEL_SIZE, cut to fit between two characters.
void copy_label(const std::string& label, gchar (&to)[MAX_LABEL_SIZE]);

}  // namespace thalweg
