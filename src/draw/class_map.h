#pragma once

#include <optional>

#include "draw/canvas.h"
#include "surface/picture.h"

namespace thalweg {

/// The colour of a class of a segmentation: black for -1, then 128,0,0, 0,128,0, 128,128,0 and so
/// on, as PASCAL VOC numbers them: the bits of class + 1 are dealt to red, green and blue in turn,
/// from the highest bit of each down. Repeats after 255 classes.
Color class_color(int class_id);

/// The class of each pixel of a map, row by row; somebody else's memory.
struct ClassMap {
  const int* ids = nullptr;
  int width = 0, height = 0;
};

/// Paints each class in its colour on the part `to` of an RGBA picture, which the map is stretched
/// over; what lies outside of the picture is left out, and so are ids below 0 and the class
/// `left_out`. `alpha`, 0 to 1: how much of the colour and not of the picture is seen.
/// @throws std::invalid_argument naming another format.
void paint_classes(const Pixels& pixels, Rect to, const ClassMap& map, std::optional<int> left_out,
                   double alpha);

}  // namespace thalweg
