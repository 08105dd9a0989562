#include <algorithm>

#include "nvll_osd_api.h"
#include "nvll_osd_struct.h"
#include "pyds/bindings.h"
#include "pyds/enum_names.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

void** data_of(NvOSD_MaskParams* mask) { return reinterpret_cast<void**>(&mask->data); }

/// A mask never says that it has more than its memory, also while another thread copies it.
void limit_size(NvOSD_MaskParams* mask, size_t size) {
  mask->size = static_cast<unsigned>(std::min<size_t>(mask->size, size));
}

/// Bytes that a mask may say it has: those of its block.
size_t room(const StructRef<NvOSD_MaskParams>& self) {
  NvOSD_MaskParams* mask = self.get();
  if (!mask->data) return UINT32_MAX;
  Allocations& blocks = Allocations::instance();
  if (self.lifetime().origin != Lifetime::Origin::kBlock) {
    blocks.note(mask->data, mask->size, data_of(mask), self.lifetime());
  }
  return blocks.size_of(mask->data);
}

/// The mask as a flat float32 array, which keeps the memory.
auto mask_array(StructRef<NvOSD_MaskParams>& self) {
  NvOSD_MaskParams* mask = self.get();
  const size_t values = mask->data ? std::min<size_t>(mask->size, room(self)) / sizeof(float) : 0;
  void* viewed = values > 0 ? Allocations::instance().view(mask->data) : nullptr;
  nb::object owner = nb::borrow(nb::handle(self.self()));
  if (viewed) {
    owner =
        nb::capsule(viewed, [](void* block) noexcept { Allocations::instance().unview(block); });
  }
  return nb::ndarray<nb::numpy, float, nb::ndim<1>>(mask->data, {values}, owner);
}

}  // namespace

void bind_nvll_osd_struct(nb::module_& module) {
  bind_enum<NvOSD_Mode>(module, "NvOSD_Mode", "Who draws the overlay. Here it is always the CPU.")
      .value("MODE_CPU", MODE_CPU)
      .value("MODE_GPU", MODE_GPU)
      .value("MODE_NONE", MODE_NONE)
      .alias("MODE_HW", MODE_NONE);
  bind_enum<NvOSD_Arrow_Head_Direction>(
      module, "NvOSD_Arrow_Head_Direction",
      "Which ends of an arrow have a head: where the line begins, where it ends, or both.")
      .value("START_HEAD", START_HEAD)
      .value("END_HEAD", END_HEAD)
      .value("BOTH_HEAD", BOTH_HEAD);

  StructBinder<NvBbox_Coords>(module, "NvBbox_Coords", "A box in pixels of the muxer's frame.")
      .field("left", &NvBbox_Coords::left, "Left edge, pixels.")
      .field("top", &NvBbox_Coords::top, "Top edge, pixels.")
      .field("width", &NvBbox_Coords::width, "Width, pixels.")
      .field("height", &NvBbox_Coords::height, "Height, pixels.");

  StructBinder<NvOSD_ColorParams>(module, "NvOSD_ColorParams", "A colour; each part is 0 to 1.")
      .field("red", &NvOSD_ColorParams::red, "Red, 0 to 1.")
      .field("green", &NvOSD_ColorParams::green, "Green, 0 to 1.")
      .field("blue", &NvOSD_ColorParams::blue, "Blue, 0 to 1.")
      .field("alpha", &NvOSD_ColorParams::alpha, "Opacity, 0 (invisible) to 1.")
      .python()
      .def(
          "set",
          [](StructRef<NvOSD_ColorParams>& self, Given<double> red, Given<double> green,
             Given<double> blue, Given<double> alpha) {
            static constexpr const char* kSet = "NvOSD_ColorParams.set";
            const NvOSD_ColorParams color{
                to_double(red.value, {kSet, "red"}), to_double(green.value, {kSet, "green"}),
                to_double(blue.value, {kSet, "blue"}), to_double(alpha.value, {kSet, "alpha"})};
            *self.get() = color;
          },
          nb::arg("red").none(), nb::arg("green").none(), nb::arg("blue").none(),
          nb::arg("alpha").none(), "Sets all four parts, each 0 to 1; alpha 0 is invisible.");

  StructBinder<NvOSD_FontParams>(module, "NvOSD_FontParams", "Font of a text.")
      .interned("font_name", &NvOSD_FontParams::font_name,
                "Family, as the address of a text (see get_string), 0 if unset. Set it from a str; "
                "one text a name is shared by all structs and never freed.")
      .field("font_size", &NvOSD_FontParams::font_size,
             "Size, points at 96 dots an inch (12 points are 16 pixels), 10 to 256.")
      .field("font_color", &NvOSD_FontParams::font_color, "Colour of the letters (view).");

  StructBinder<NvOSD_TextParams>(module, "NvOSD_TextParams",
                                 "A text to draw, in pixels of the muxer's frame.")
      .text("display_text", &NvOSD_TextParams::display_text,
            "The text's address (read it with get_string), 0 if unset. Set it from a str: a copy "
            "that the struct owns; the old text is freed.")
      .field("x_offset", &NvOSD_TextParams::x_offset, "Left edge of the background, pixels.")
      .field("y_offset", &NvOSD_TextParams::y_offset, "Top edge of the background, pixels.")
      .field("font_params", &NvOSD_TextParams::font_params, "Font (view).")
      .field("set_bg_clr", &NvOSD_TextParams::set_bg_clr, "1 to fill the background.")
      .field("text_bg_clr", &NvOSD_TextParams::text_bg_clr, "Colour of the background (view).");

  StructBinder<NvOSD_Color_info>(module, "NvOSD_Color_info", "Colour of one class of objects.")
      .field("id", &NvOSD_Color_info::id, "Number of the class.")
      .field("color", &NvOSD_Color_info::color, "Its colour (view).");

  StructBinder<NvOSD_RectParams>(module, "NvOSD_RectParams",
                                 "A box to draw, in pixels of the muxer's frame.")
      .field("left", &NvOSD_RectParams::left, "Left edge, pixels.")
      .field("top", &NvOSD_RectParams::top, "Top edge, pixels.")
      .field("width", &NvOSD_RectParams::width, "Width, pixels.")
      .field("height", &NvOSD_RectParams::height, "Height, pixels.")
      .field("border_width", &NvOSD_RectParams::border_width, "Width of the border, pixels.")
      .field("border_color", &NvOSD_RectParams::border_color, "Colour of the border (view).")
      .field("has_bg_color", &NvOSD_RectParams::has_bg_color, "1 to fill the box.")
      .field("reserved", &NvOSD_RectParams::reserved, "Unused.")
      .field("bg_color", &NvOSD_RectParams::bg_color, "Colour of the filling (view).")
      .field("has_color_info", &NvOSD_RectParams::has_color_info,
             "1 if `color_id` counts. The overlay here does not look at it.")
      .field("color_id", &NvOSD_RectParams::color_id, "Number of a class's colour.")
      .field("rotation_angle", &NvOSD_RectParams::rotation_angle,
             "Turn of the box about its centre, degrees, clockwise.");

  StructBinder<NvOSD_LineParams>(module, "NvOSD_LineParams",
                                 "A line to draw, in pixels of the muxer's frame.")
      .field("x1", &NvOSD_LineParams::x1, "Start, pixels from the left.")
      .field("y1", &NvOSD_LineParams::y1, "Start, pixels from the top.")
      .field("x2", &NvOSD_LineParams::x2, "End, pixels from the left.")
      .field("y2", &NvOSD_LineParams::y2, "End, pixels from the top.")
      .field("line_width", &NvOSD_LineParams::line_width, "Width, pixels.")
      .field("line_color", &NvOSD_LineParams::line_color, "Colour (view).");

  StructBinder<NvOSD_ArrowParams>(module, "NvOSD_ArrowParams",
                                  "An arrow to draw, in pixels of the muxer's frame.")
      .field("x1", &NvOSD_ArrowParams::x1, "Start, pixels from the left.")
      .field("y1", &NvOSD_ArrowParams::y1, "Start, pixels from the top.")
      .field("x2", &NvOSD_ArrowParams::x2, "End, pixels from the left.")
      .field("y2", &NvOSD_ArrowParams::y2, "End, pixels from the top.")
      .field("arrow_width", &NvOSD_ArrowParams::arrow_width, "Width of the shaft, pixels.")
      .field("arrow_head", &NvOSD_ArrowParams::arrow_head, "Which ends have a head.")
      .field("arrow_color", &NvOSD_ArrowParams::arrow_color, "Colour (view).")
      .field("reserved", &NvOSD_ArrowParams::reserved, "Unused.");

  StructBinder<NvOSD_CircleParams>(module, "NvOSD_CircleParams",
                                   "A circle to draw, in pixels of the muxer's frame.")
      .field("xc", &NvOSD_CircleParams::xc, "Centre, pixels from the left.")
      .field("yc", &NvOSD_CircleParams::yc, "Centre, pixels from the top.")
      .field("radius", &NvOSD_CircleParams::radius, "Radius, pixels.")
      .field("circle_color", &NvOSD_CircleParams::circle_color, "Colour of the line (view).")
      .field("has_bg_color", &NvOSD_CircleParams::has_bg_color, "1 to fill the circle.")
      .field("bg_color", &NvOSD_CircleParams::bg_color, "Colour of the filling (view).")
      .field("circle_width", &NvOSD_CircleParams::circle_width, "Width of the line, pixels.")
      .field("reserved", &NvOSD_CircleParams::reserved, "Unused.");

  StructBinder<NvOSD_MaskParams>(module, "NvOSD_MaskParams", "Mask of an object, over its box.")
      .first("data", &NvOSD_MaskParams::data,
             "First value of the mask, None without one; use get_mask_array. Set it from the "
             "address of floats (taken) or None.",
             limit_size)
      .heap_member(&NvOSD_MaskParams::data,
                   [](const void* mask, const void*) -> size_t {
                     return static_cast<const NvOSD_MaskParams*>(mask)->size;
                   })
      .number("size", &NvOSD_MaskParams::size,
              "Size of the mask, bytes; at most what its memory has.",
              [](const StructRef<NvOSD_MaskParams>& self, unsigned size) {
                const size_t most = room(self);
                if (size <= most) return;
                throw_error(PyExc_ValueError,
                            "NvOSD_MaskParams.size: expected at most the %zu bytes of the mask, "
                            "got %u",
                            most, size);
              })
      .field("threshold", &NvOSD_MaskParams::threshold, "Values above it belong to the object.")
      .field("width", &NvOSD_MaskParams::width, "Columns of the mask.")
      .field("height", &NvOSD_MaskParams::height, "Rows of the mask.")
      .python()
      .def(
          "get_mask_array", &mask_array,
          "The mask as a flat float32 array (view), row by row; empty without a mask. It keeps its "
          "memory, also when the meta is given back or the mask is made anew.")
      .def(
          "alloc_mask_array",
          [](StructRef<NvOSD_MaskParams>& self) {
            NvOSD_MaskParams* mask = self.get();
            const size_t size = size_t{mask->width} * mask->height * sizeof(float);
            void* data = size <= UINT32_MAX ? Allocations::instance().allocate(size) : nullptr;
            if (!data && size > 0) throw std::bad_alloc();
            const Site site{"NvOSD_MaskParams", "alloc_mask_array"};
            limit_size(mask, size);
            take_block(self.lifetime(), data_of(mask), data, 0, site);
            mask->size = static_cast<unsigned>(size);
            return mask_array(self);
          },
          "A new mask of width x height zeros (view, as of get_mask_array); set those two first. "
          "The old one is freed.");

  StructBinder<NvOSD_FrameTextParams>(module, "NvOSD_FrameTextParams", "Texts of one frame.")
      .field("buf_ptr", &NvOSD_FrameTextParams::buf_ptr, "Picture to draw on (view) or None.")
      .field("mode", &NvOSD_FrameTextParams::mode, "Where to draw.")
      .field("num_strings", &NvOSD_FrameTextParams::num_strings, "Number of texts.")
      .field("text_params_list", &NvOSD_FrameTextParams::text_params_list,
             "First text (view) or None.")
      .field("surf", &NvOSD_FrameTextParams::surf, "Pictures to draw on (view) or None.");
  StructBinder<NvOSD_FrameRectParams>(module, "NvOSD_FrameRectParams", "Boxes of one frame.")
      .field("buf_ptr", &NvOSD_FrameRectParams::buf_ptr, "Picture to draw on (view) or None.")
      .field("mode", &NvOSD_FrameRectParams::mode, "Where to draw.")
      .field("num_rects", &NvOSD_FrameRectParams::num_rects, "Number of boxes.")
      .field("rect_params_list", &NvOSD_FrameRectParams::rect_params_list,
             "First box (view) or None.")
      .field("mask_params_list", &NvOSD_FrameRectParams::mask_params_list,
             "First mask (view) or None.")
      .field("surf", &NvOSD_FrameRectParams::surf, "Pictures to draw on (view) or None.");
  StructBinder<NvOSD_FrameLineParams>(module, "NvOSD_FrameLineParams", "Lines of one frame.")
      .field("buf_ptr", &NvOSD_FrameLineParams::buf_ptr, "Picture to draw on (view) or None.")
      .field("mode", &NvOSD_FrameLineParams::mode, "Where to draw.")
      .field("num_lines", &NvOSD_FrameLineParams::num_lines, "Number of lines.")
      .field("line_params_list", &NvOSD_FrameLineParams::line_params_list,
             "First line (view) or None.")
      .field("surf", &NvOSD_FrameLineParams::surf, "Pictures to draw on (view) or None.");
  StructBinder<NvOSD_FrameArrowParams>(module, "NvOSD_FrameArrowParams", "Arrows of one frame.")
      .field("buf_ptr", &NvOSD_FrameArrowParams::buf_ptr, "Picture to draw on (view) or None.")
      .field("mode", &NvOSD_FrameArrowParams::mode, "Where to draw.")
      .field("num_arrows", &NvOSD_FrameArrowParams::num_arrows, "Number of arrows.")
      .field("arrow_params_list", &NvOSD_FrameArrowParams::arrow_params_list,
             "First arrow (view) or None.")
      .field("surf", &NvOSD_FrameArrowParams::surf, "Pictures to draw on (view) or None.");
  StructBinder<NvOSD_FrameCircleParams>(module, "NvOSD_FrameCircleParams", "Circles of one frame.")
      .field("buf_ptr", &NvOSD_FrameCircleParams::buf_ptr, "Picture to draw on (view) or None.")
      .field("mode", &NvOSD_FrameCircleParams::mode, "Where to draw.")
      .field("num_circles", &NvOSD_FrameCircleParams::num_circles, "Number of circles.")
      .field("circle_params_list", &NvOSD_FrameCircleParams::circle_params_list,
             "First circle (view) or None.")
      .field("surf", &NvOSD_FrameCircleParams::surf, "Pictures to draw on (view) or None.");
}

}  // namespace thalweg::pyds
