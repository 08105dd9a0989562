#!/usr/bin/env python3
"""Rebuilds the variants of the default detector that stand in for upstream's models.

    ./dev shell python tools/build_detector_variants.py [--output FOLDER]

A variant has the outputs of another model, tensor by tensor, and no weights of its own: it refers
to those inside ssd_mobilenet_v2_coco_fp16.onnx, which has to lie beside it. Its input has the other
model's name and range of values, and the detector's size. VARIANTS lists them.

Those of DetectNet_v2 models have a grid of cells of 16x16 px and two outputs: `cov` [N,C,h,w], the
score of each class in each cell, and `bbox` [N,4C,h,w], for each class the distances from the
cell's centre to the left, top, right and bottom edge, in units of 35 px. Pixels are those of the
other model's input, so whoever reads the outputs has to know its size. Each of the detector's
1917 anchors, which has a box and its scores, is given to a cell near its centre, so that the
coverage shows where things are. In a grid of fewer cells a small and a large anchor share one, and
the better of them shows, class by class. Nothing is suppressed: as with DetectNet_v2, an object may
have several boxes until they are clustered.

That of SSD Inception v2 has the outputs of TensorFlow's object detection: up to 100 boxes after
non-maximum suppression, best first, the rest zero, and how many there are.

That of PeopleSegNet has the outputs of TAO's Mask R-CNN, for the best MOST_PERSONS persons. Its
input has the original's size, and the detector sees it made smaller; from the large picture a
square around each person goes through the segmentation of persons, whose weights are in the file,
and the part of that mask inside the person's box is the mask.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODELS = Path(__file__).resolve().parent.parent / "models"
FOLDER = MODELS / "ssd_mobilenet_v2_coco"
SEGMENTATION = MODELS / "selfie_segmentation/selfie_segmentation_fp16.onnx"
DETECTOR = "ssd_mobilenet_v2_coco_fp16.onnx"
SIDE_PX = 300  # of the detector's input
ANCHORS = 1917
SMALL_ANCHORS = 1083  # the first ones: three at each of 19x19 places
CENTRES = "const_314"  # the initializer with the anchors' centres: y, x as shares of the picture
MOST_INLINE_BYTES = 1000

CELL_PX, UNIT_PX = 16, 35  # DetectNet_v2: side of a cell, unit of the distances

# The COCO classes that each class of a variant stands for; its score is the highest of theirs.
TRAFFIC = (
    ("car", "bus", "truck"),
    ("bicycle", "motorcycle"),
    ("person",),
    ("traffic light", "stop sign"),
)
PEOPLE = (
    ("person",),
    ("backpack", "handbag", "suitcase"),
    (),  # faces, which COCO does not have
)


class Variant:
    """The detector without its ends, and what a variant puts in their place."""

    def __init__(self, detector: Path) -> None:
        self.model = onnx.load(detector)
        self.graph = self.model.graph
        (centres,) = (t for t in self.graph.initializer if t.name == CENTRES)
        self.centres = numpy_helper.to_array(centres).reshape(ANCHORS, 2)
        refer_to_weights(self.model, detector)
        del self.graph.input[:], self.graph.output[:]

    def constant(self, name: str, value: Any) -> None:
        self.graph.initializer.append(numpy_helper.from_array(np.asarray(value), name))

    def before(self, text: str) -> None:
        """Adds nodes that make `image` [N,3,300,300], which the detector takes: -1 to 1."""
        detector = list(self.graph.node)
        del self.graph.node[:]
        self.after(text)
        self.graph.node.extend(detector)

    def after(self, text: str) -> None:
        """Adds nodes, in ONNX's text form.

        They may use `boxes` [N,1917,4], ymin, xmin, ymax, xmax as shares of the picture, and
        `scores` [N,1917,90] of the COCO classes.
        """
        self.graph.node.extend(onnx.parser.parse_graph(f"added () => () {{ {text} }}").node)

    def input(self, name: str, kind: int, shape: list[int]) -> None:
        self.graph.input.append(helper.make_tensor_value_info(name, kind, ["N", *shape]))

    def output(self, name: str, shape: list[int]) -> None:
        value = helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", *shape])
        self.graph.output.append(value)


def refer_to_weights(model: onnx.ModelProto, detector: Path) -> None:
    """Replaces the large tensors of `model` by their places in the file `detector`."""
    content = detector.read_bytes()
    for tensor in model.graph.initializer:
        if len(tensor.raw_data) <= MOST_INLINE_BYTES:
            continue
        place = {
            "location": detector.name,
            "offset": str(content.index(tensor.raw_data)),
            "length": str(len(tensor.raw_data)),
        }
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        for key, value in place.items():
            tensor.external_data.add(key=key, value=value)


def take_picture(variant: Variant, planes: str, highest: float) -> None:
    """Scales the values of `planes` [N,3,300,300] from 0 .. `highest` to -1 .. 1."""
    variant.constant("middle", np.float32(highest / 2))
    variant.before(f"""
        centred = Sub ({planes}, middle)
        image = Div (centred, middle)
    """)


def group_scores(variant: Variant, groups: tuple[tuple[str, ...], ...]) -> None:
    """Adds `grouped` [N,1917,C]: for each group of COCO's classes the highest of their scores."""
    labels = (FOLDER / "labels.txt").read_text().splitlines()
    for index, group in enumerate(groups):
        # An empty group: some class, times nought.
        variant.constant(f"group_{index}", [labels.index(name) for name in group or labels[:1]])
        variant.constant(f"weight_{index}", np.float32(1 if group else 0))
        variant.after(f"""
            of_group_{index} = Gather <axis=2> (scores, group_{index})
            best_{index} = ReduceMax <axes=[2]> (of_group_{index})
            score_{index} = Mul (best_{index}, weight_{index})
        """)
    scores = ", ".join(f"score_{index}" for index in range(len(groups)))
    variant.after(f"grouped = Concat <axis=2> ({scores})")


def spread(centres: np.ndarray, rows: int, columns: int) -> list[list[int]]:
    """The anchors of each cell of a grid, row by row, as evenly as may be.

    centres: of the anchors, [n,2]: y and x from 0 to 1.

    The grid is halved again and again across its longer side, and the anchors with it in
    proportion, so that each cell gets its share of those that are near.
    """
    cells: list[list[int]] = [[] for _ in range(rows * columns)]
    most = -(-len(centres) // len(cells))  # anchors of a cell

    def place(anchors: np.ndarray, top: int, left: int, height: int, width: int) -> None:
        if height == width == 1:
            cells[top * columns + left] = anchors.tolist()
            return
        tall = height > width
        whole, across = (height, width) if tall else (width, height)
        half = whole // 2
        anchors = anchors[np.argsort(centres[anchors, 0 if tall else 1], kind="stable")]
        share = round(len(anchors) * half / whole)
        room, room_beyond = most * half * across, most * (whole - half) * across
        share = min(max(share, len(anchors) - room_beyond), room)
        if tall:
            place(anchors[:share], top, left, half, width)
            place(anchors[share:], top + half, left, height - half, width)
        else:
            place(anchors[:share], top, left, height, half)
            place(anchors[share:], top, left + half, height, width - half)

    place(np.arange(len(centres)), 0, 0, rows, columns)
    return cells


def anchors_of_cells(centres: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The anchors of each cell, [rows * columns, most in a cell]; ANCHORS stands for none."""
    if rows * columns >= ANCHORS:
        cells = spread(centres, rows, columns)
    else:
        small = spread(centres[:SMALL_ANCHORS], rows, columns)
        large = spread(centres[SMALL_ANCHORS:], rows, columns)
        cells = [a + [SMALL_ANCHORS + i for i in b] for a, b in zip(small, large, strict=True)]
    most = max(map(len, cells))
    return np.array([own + [ANCHORS] * (most - len(own)) for own in cells])


def detectnet(
    variant: Variant,
    names: tuple[str, str, str],
    width_px: int,
    height_px: int,
    groups: tuple[tuple[str, ...], ...],
) -> None:
    """Gives the variant the interface of a DetectNet_v2 model.

    names: of its input and of its outputs `cov` and `bbox`.
    width_px, height_px: of the input of that model, which its boxes count in.
    groups: its classes.
    """
    image, cov, bbox = names
    rows, columns, classes = height_px // CELL_PX, width_px // CELL_PX, len(groups)
    variant.input(image, TensorProto.FLOAT, [3, SIDE_PX, SIDE_PX])
    variant.output(cov, [classes, rows, columns])
    variant.output(bbox, [4 * classes, rows, columns])
    take_picture(variant, f'"{image}"', 1)
    group_scores(variant, groups)

    anchors = anchors_of_cells(variant.centres, rows, columns)
    cells, most = anchors.shape
    left_top = np.stack(np.indices((rows, columns))[::-1], -1).reshape(-1, 2) * CELL_PX
    centre_px = np.tile(left_top + 0.5, 2)  # x, y, x, y
    sign = np.array([-1, -1, 1, 1])  # left and top count the other way
    side_px = np.array([width_px, height_px, width_px, height_px])
    variant.constant("one_more", [0, 0, 0, 0, 1, 0])  # for ANCHORS: no score, no box
    variant.constant("anchors", anchors)
    variant.constant("in_a_row", [-1])
    variant.constant("start_of_cell", np.arange(cells)[:, None, None] * most)
    variant.constant("as_rows", [0, -1, 1])
    variant.constant("as_cells", [0, cells, classes, 4])
    variant.constant("edges", [1, 0, 3, 2])  # xmin, ymin, xmax, ymax
    variant.constant("units", (sign * side_px / UNIT_PX).astype(np.float32))
    variant.constant("centres", (-sign * centre_px / UNIT_PX).astype(np.float32)[:, None])
    variant.constant("grid", [0, -1, rows, columns])
    variant.after(f"""
        some_scores = Pad (grouped, one_more)
        cell_scores = Gather <axis=1> (some_scores, anchors)
        coverage = ReduceMax <axes=[2], keepdims=0> (cell_scores)
        coverage_planes = Transpose <perm=[0,2,1]> (coverage)
        "{cov}" = Reshape (coverage_planes, grid)

        best = ArgMax <axis=2> (cell_scores)
        anchors_in_a_row = Reshape (anchors, in_a_row)
        best_in_a_row = Add (best, start_of_cell)
        best_anchors = Gather (anchors_in_a_row, best_in_a_row)
        box_rows = Reshape (best_anchors, as_rows)
        some_boxes = Pad (boxes, one_more)
        best_boxes = GatherND <batch_dims=1> (some_boxes, box_rows)
        cell_boxes = Reshape (best_boxes, as_cells)
        cell_edges = Gather <axis=3> (cell_boxes, edges)
        from_origin = Mul (cell_edges, units)
        distances = Add (from_origin, centres)
        distance_planes = Transpose <perm=[0,2,3,1]> (distances)
        "{bbox}" = Reshape (distance_planes, grid)
    """)


def keep_strongest(variant: Variant, of: str, best: str, places: str) -> None:
    """Adds non-maximum suppression of the scores `of` [N,C,1917]: the `most` best that are kept,
    and 0 where fewer are, as `best` [N,most], and where they stand in a row of all as `places`.

    Constants: most, overlap and lowest_score of the suppression; nought is 0, in_a_row [0, -1].
    """
    variant.after(f"""
        kept = NonMaxSuppression (boxes, {of}, most, overlap, lowest_score)
        kept_scores = GatherND ({of}, kept)
        no_scores = Mul ({of}, nought)
        scores_kept = ScatterND (no_scores, kept, kept_scores)
        scores_in_a_row = Reshape (scores_kept, in_a_row)
        {best}, {places} = TopK (scores_in_a_row, most)
    """)


def ssd_inception(variant: Variant) -> None:
    """Gives the variant the interface of TensorFlow's SSD Inception v2, trained on COCO."""
    most, overlap, lowest_score = 100, 0.6, 0.3  # of its non-maximum suppression
    variant.input("image_tensor", TensorProto.UINT8, [SIDE_PX, SIDE_PX, 3])
    variant.output("num_detections", [])
    variant.output("detection_boxes", [most, 4])
    variant.output("detection_scores", [most])
    variant.output("detection_classes", [most])
    take_picture(variant, "planes", 255)
    variant.before("""
        levels = Cast <to=1> (image_tensor)
        planes = Transpose <perm=[0,3,1,2]> (levels)
    """)
    variant.constant("most", [most])
    variant.constant("overlap", np.float32([overlap]))
    variant.constant("lowest_score", np.float32([lowest_score]))
    variant.constant("nought", np.float32(0))
    variant.constant("in_a_row", [0, -1])
    variant.constant("anchors", [ANCHORS])
    variant.constant("one", [1])
    variant.constant("two", [2])
    variant.constant("every_edge", [1, 1, 4])
    variant.after("""
        of_class = Transpose <perm=[0,2,1]> (scores)
    """)
    keep_strongest(variant, "of_class", "detection_scores", "places")
    variant.after("""
        found = Sign (detection_scores)
        num_detections = ReduceSum <keepdims=0> (found, one)

        column = Div (places, anchors)
        coco_id = Add (column, one)
        coco_number = Cast <to=1> (coco_id)
        detection_classes = Mul (coco_number, found)

        anchor = Mod (places, anchors)
        anchor_of_edge = Unsqueeze (anchor, two)
        anchor_of_edges = Expand (anchor_of_edge, every_edge)
        best_boxes = GatherElements <axis=1> (boxes, anchor_of_edges)
        found_box = Unsqueeze (found, two)
        detection_boxes = Mul (best_boxes, found_box)
    """)


# Of PeopleSegNet: its input, its rows of detections, a mask.
SEGNET_WIDTH_PX, SEGNET_HEIGHT_PX, SEGNET_ROWS, MASK_PX = 960, 576, 100, 28
MOST_PERSONS = 8
# A person is segmented best in a square of this many times its size, scaled to so many pixels: one
# that fills it, or that is stretched to it, is often not seen at all.
ROOM, CROP_PX = 1.5, 192


def peoplesegnet(variant: Variant) -> None:
    """Gives the variant the interface of TAO's PeopleSegNet."""
    (opset,) = variant.model.opset_import
    opset.version = 16  # the first with GridSample
    variant.input("Input", TensorProto.FLOAT, [3, SEGNET_HEIGHT_PX, SEGNET_WIDTH_PX])
    variant.output("generate_detections", [SEGNET_ROWS, 6])
    variant.output("mask_fcn_logits/BiasAdd", [SEGNET_ROWS, 2, MASK_PX, MASK_PX])

    # What the original takes, 0.017507 * (level - mean), as -1 to 1.
    mean = np.float32([123.675, 116.28, 103.53]).reshape(3, 1, 1)
    small_px = np.array([SEGNET_HEIGHT_PX // 2, SEGNET_WIDTH_PX // 3])
    to_detector = np.nextafter(np.float32(SIDE_PX / small_px), np.float32(2))  # no pixel less
    variant.constant("gain", np.float32(1 / 0.017507 / 127.5))
    variant.constant("shift", mean / np.float32(127.5) - 1)
    variant.constant("to_detector", np.concatenate([np.float32([1, 1]), to_detector]))
    variant.before("""
        unshifted = Mul (Input, gain)
        picture = Add (unshifted, shift)
        smaller = AveragePool <kernel_shape=[2,3], strides=[2,3]> (picture)
        image = Resize <mode="linear", coordinate_transformation_mode="half_pixel">
            (smaller, , to_detector)
    """)
    variant.constant("nought", np.float32(0))
    variant.constant("half", np.float32(0.5))
    variant.constant("one", np.float32(1))
    variant.constant("two", np.float32(2))
    variant.constant("first", [0])
    variant.constant("second", [1])
    variant.constant("third", [2])
    find_persons(variant)
    cut_squares(variant)
    add_segmentation(variant, "crops", "shown")
    make_masks(variant)


def find_persons(variant: Variant) -> None:
    """Adds `generate_detections`, and what it is made of: of the best persons the boxes `edges`
    [N,8,4], top, left, bottom, right in pixels, and `found` [N,8], 1 or, where there is none, 0."""
    overlap, lowest_score = 0.5, 0.3  # of the non-maximum suppression
    variant.constant("most", [MOST_PERSONS])
    variant.constant("overlap", np.float32([overlap]))
    variant.constant("lowest_score", np.float32([lowest_score]))
    variant.constant("in_a_row", [0, -1])
    variant.constant("every_edge", [1, 1, 4])
    variant.constant("size", np.float32([SEGNET_HEIGHT_PX, SEGNET_WIDTH_PX] * 2))
    variant.constant("rows_missing", [0, 0, 0, 0, SEGNET_ROWS - MOST_PERSONS, 0])
    variant.after("""
        of_persons = Gather <axis=2> (scores, first)
        of_person = Transpose <perm=[0,2,1]> (of_persons)
    """)
    keep_strongest(variant, "of_person", "best_scores", "anchors")
    variant.after("""
        anchor_of_edge = Unsqueeze (anchors, third)
        anchor_of_edges = Expand (anchor_of_edge, every_edge)
        best_boxes = GatherElements <axis=1> (boxes, anchor_of_edges)
        inside = Clip (best_boxes, nought, one)
        edges = Mul (inside, size)

        found = Sign (best_scores)
        found_column = Unsqueeze (found, third)
        found_edges = Mul (edges, found_column)
        score_column = Unsqueeze (best_scores, third)
        persons = Concat <axis=2> (found_edges, found_column, score_column)
        generate_detections = Pad (persons, rows_missing)
    """)


def cut_squares(variant: Variant) -> None:
    """Adds `crops` [M,3,CROP_PX,CROP_PX] of 0 to 1, the surroundings of the M persons that are
    found in all frames, and `places` [M,2], which they are: frame and row.

    Of the best persons, how many any frame has: `left_top` and `right_bottom` of the boxes, and
    `start` and `span` of the squares, [N,m,2], x and y in pixels. They stay in the picture and hold
    the box; where both leaves no square, it is stretched to one. RoiAlign would cut them as well,
    but takes many times as long in OpenVINO.
    """
    variant.constant("as_xy", [1, 0])
    variant.constant("room", np.float32(ROOM))
    variant.constant("last_axis", [-1])
    variant.constant("picture_px", np.float32([SEGNET_WIDTH_PX, SEGNET_HEIGHT_PX]))
    variant.constant("largest", np.float32(min(SEGNET_WIDTH_PX, SEGNET_HEIGHT_PX)))
    variant.constant("steps", (np.arange(CROP_PX, dtype=np.float32) + 0.5)[:, None] / CROP_PX)
    variant.constant("steps_in_square", [CROP_PX, CROP_PX])
    variant.constant("as_points", [1, 1, -1, 2])
    variant.constant("as_grid", [0, -1, CROP_PX, 2])
    variant.constant("as_crops", [0, 3, -1, CROP_PX, CROP_PX])
    variant.after("""
        counts = ReduceSum (found, second)
        highest_count = ReduceMax <keepdims=0> (counts)
        rows_seen = Cast <to=7> (highest_count)
        end_of_seen = Unsqueeze (rows_seen, first)
        edges_seen = Slice (edges, first, end_of_seen, second)
        left_top_yx, right_bottom_yx = Split <axis=2> (edges_seen)
        left_top = Gather <axis=2> (left_top_yx, as_xy)
        right_bottom = Gather <axis=2> (right_bottom_yx, as_xy)
        sum = Add (left_top, right_bottom)
        centre = Mul (sum, half)
        sides = Sub (right_bottom, left_top)
        side = ReduceMax <axes=[2]> (sides)
        side_with_room = Mul (side, room)
        side_of_square = Clip (side_with_room, one, largest)
        span = Max (side_of_square, sides)
        reach = Mul (span, half)
        middle_start = Sub (centre, reach)
        last_start = Sub (picture_px, span)
        start_before_end = Min (middle_start, last_start)
        start = Max (start_before_end, nought)

        downwards = Expand (steps, steps_in_square)
        across = Transpose <perm=[1,0]> (downwards)
        across_column = Unsqueeze (across, last_axis)
        downwards_column = Unsqueeze (downwards, last_axis)
        steps_xy = Concat <axis=2> (across_column, downwards_column)
        points_of_square = Reshape (steps_xy, as_points)
        span_of_points = Unsqueeze (span, third)
        start_of_points = Unsqueeze (start, third)
        points_from_start = Mul (points_of_square, span_of_points)
        points = Add (points_from_start, start_of_points)
        points_from_left_top = Div (points, picture_px)
        points_doubled = Mul (points_from_left_top, two)
        points_from_middle = Sub (points_doubled, one)
        grid = Reshape (points_from_middle, as_grid)
        crops_in_a_row = GridSample <padding_mode="border"> (picture, grid)
        crop_planes = Reshape (crops_in_a_row, as_crops)
        crops_of_rows = Transpose <perm=[0,2,1,3,4]> (crop_planes)

        places_in_rows = NonZero (found)
        places = Transpose <perm=[1,0]> (places_in_rows)
        crops_found = GatherND (crops_of_rows, places)
        crops_halved = Mul (crops_found, half)
        crops = Add (crops_halved, half)
    """)


def make_masks(variant: Variant) -> None:
    """Adds `mask_fcn_logits/BiasAdd`, the part of each person's box in `shown`, the segmentation
    of its square: [M,1,CROP_PX,CROP_PX]."""
    variant.constant("least", np.float32(1e-3))
    variant.constant("greatest", np.float32(1 - 1e-3))
    variant.constant("no_masks", [MOST_PERSONS, 1, MASK_PX, MASK_PX])
    missing = [0, 0, 1, 0, 0, 0, SEGNET_ROWS - MOST_PERSONS, 0, 0, 0]  # rows, and the background
    variant.constant("masks_missing", missing)
    variant.constant("crop_px", np.float32(CROP_PX))
    variant.constant("from_number", np.int64(0))
    variant.constant("next_number", np.int64(1))
    variant.after(f"""
        scale = Div (crop_px, span)
        from_left_top = Sub (left_top, start)
        to_right_bottom = Sub (right_bottom, start)
        left_top_px = Mul (from_left_top, scale)
        right_bottom_px = Mul (to_right_bottom, scale)
        boxes_in_crops = Concat <axis=2> (left_top_px, right_bottom_px)
        box_px = GatherND (boxes_in_crops, places)
        shape_of_places = Shape (places)
        count = Gather (shape_of_places, from_number)
        numbers = Range (from_number, count, next_number)
        mask = RoiAlign <output_height={MASK_PX}, output_width={MASK_PX}, sampling_ratio=4>
            (shown, box_px, numbers)
        likely = Clip (mask, least, greatest)
        unlikely = Sub (one, likely)
        log_likely = Log (likely)
        log_unlikely = Log (unlikely)
        logits = Sub (log_likely, log_unlikely)
        shape_of_found = Shape (found)
        shape_of_batch = Slice (shape_of_found, first, second)
        shape_of_masks = Concat <axis=0> (shape_of_batch, no_masks)
        empty = ConstantOfShape (shape_of_masks)
        masks = ScatterND (empty, places, logits)
        "mask_fcn_logits/BiasAdd" = Pad (masks, masks_missing)
    """)


def add_segmentation(variant: Variant, image: str, mask: str) -> None:
    """Adds the segmentation of persons with its weights, for pictures of any size.

    image: the name of its input, [M,3,h,w] of 0 to 1; mask: of its output, [M,1,h,w].
    """
    model = onnx.compose.add_prefix(onnx.load(SEGMENTATION), "segmentation_")
    names = {"segmentation_image": image, "segmentation_mask": mask}
    for node in model.graph.node:
        if node.op_type == "AveragePool":  # of the whole, of which it names the size
            node.op_type = "GlobalAveragePool"
            del node.attribute[:]
        node.input[:] = [names.get(name, name) for name in node.input]
        node.output[:] = [names.get(name, name) for name in node.output]
    variant.graph.node.extend(model.graph.node)
    variant.graph.initializer.extend(model.graph.initializer)


TAO_NAMES = ("input_1:0", "output_cov/Sigmoid:0", "output_bbox/BiasAdd:0")
CAFFE_NAMES = ("input_1", "conv2d_cov/Sigmoid", "conv2d_bbox")
VARIANTS: dict[str, Callable[[Variant], None]] = {
    "as_trafficcamnet.onnx": lambda variant: detectnet(variant, TAO_NAMES, 960, 544, TRAFFIC),
    "as_peoplenet.onnx": lambda variant: detectnet(variant, TAO_NAMES, 960, 544, PEOPLE),
    "as_resnet10.onnx": lambda variant: detectnet(variant, CAFFE_NAMES, 640, 368, TRAFFIC),
    "as_ssd_inception_v2.onnx": ssd_inception,
    "as_peoplesegnet.onnx": peoplesegnet,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--output", metavar="FOLDER", type=Path, default=FOLDER)
    options = parser.parse_args()
    for name, build in VARIANTS.items():
        variant = Variant(FOLDER / DETECTOR)
        build(variant)
        path = options.output / name
        path.write_bytes(variant.model.SerializeToString(deterministic=True))
        print(f"{path}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
