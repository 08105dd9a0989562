#pragma once

#include "draw/canvas.h"
#include "draw/text.h"
#include "nvll_osd_struct.h"

namespace thalweg {

/// The drawing of one frame, in the terms of the overlay's metadata. Coordinates are pixels of the
/// frame; what lies outside is clipped. Things that cannot be seen (no size, no opacity, no text,
/// coordinates that are not finite) are skipped silently: programs leave such entries behind.
/// Not thread-safe. Called by nvdsosd, on its streaming thread.
class Painter {
 public:
  /// @throws std::invalid_argument as Canvas does.
  explicit Painter(Pixels pixels, TextCache& texts = TextCache::shared());

  /// Fill (has_bg_color) and border. Corners are cut to whole pixels; the border is centred on the
  /// edge, the odd pixel outside at the right and bottom. rotation_angle is in degrees, clockwise,
  /// about the centre.
  void rectangle(const NvOSD_RectParams& rect);
  /// The part of the box where the mask, stretched over it, exceeds its threshold, in the border's
  /// colour at half its opacity. A mask whose `size` is not width * height floats is skipped.
  void mask(const NvOSD_RectParams& rect, const NvOSD_MaskParams& mask);
  /// Text on its background. The background starts at (x_offset, y_offset) and is font_size wider
  /// and half font_size higher than the text. Negative offsets count as 0.
  void text(const NvOSD_TextParams& text);
  void line(const NvOSD_LineParams& line);
  /// A line with heads of two strokes, a tenth of its length long, 15 degrees off the line.
  void arrow(const NvOSD_ArrowParams& arrow);
  /// Disc (has_bg_color) and outline, centred on the radius; circle_width 0 means 2.
  void circle(const NvOSD_CircleParams& circle);
  /// Makes the box unrecognisable; with a mask, only where it exceeds its threshold.
  void blur(const NvOSD_RectParams& rect, const NvOSD_MaskParams* mask);

 private:
  Canvas canvas_;
  TextCache& texts_;
};

}  // namespace thalweg
