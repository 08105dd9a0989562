#pragma once

#include "elements/decoder.h"

namespace thalweg {

/// What the decoding of one access unit has to do with others. `buffer` is a whole access unit: a
/// byte stream of H.264 or H.265, or a frame of MPEG-4 part 2. What is not understood is a
/// reference, so that it is decoded. `memory` is what is kept from one unit of a stream to the
/// next, 0 at first.

/// H.264 (ITU-T H.264, 7.4.1): others may refer to it if its first slice has nal_ref_idc > 0.
AccessUnit h264_access_unit(GstBuffer* buffer, int& memory);
/// H.265 (ITU-T H.265, 7.4.2.2): nobody refers to sub-layer non-reference pictures of the highest
/// temporal sub-layer, whose number the sequence parameter set tells; pictures that lead a random
/// access point (RASL) give none right after it.
AccessUnit h265_access_unit(GstBuffer* buffer, int& highest_sub_layer);
/// MPEG-4 part 2 (ISO/IEC 14496-2, 6.2.5): nobody refers to a B picture. A frame may stand for
/// none.
AccessUnit mpeg4_access_unit(GstBuffer* buffer, int& memory);

/// JPEG: every picture stands alone.
AccessUnit jpeg_picture(GstBuffer* buffer, int& memory);

}  // namespace thalweg
