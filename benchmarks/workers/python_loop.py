"""The peer: one Python process, OpenCV for decoding and drawing, OpenVINO, supervision for boxes.

python_loop.py CLIP MODEL LABELS STREAMS plain|pipelined [--first-frame]. `plain` asks the model for
each frame and waits, as most programs do; `pipelined` keeps two requests in flight, as a careful
author would. With --first-frame it ends after one.
"""

import json
import sys
from collections import deque
from pathlib import Path

import cv2
import numpy as np
import openvino as ov
import supervision as sv

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import SteadyClock

clip, model, labels_file, streams = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
in_flight, hint = {"plain": (1, "LATENCY"), "pipelined": (2, "THROUGHPUT")}[sys.argv[5]]
labels = Path(labels_file).read_text().splitlines()
compiled = ov.Core().compile_model(
    model, "CPU", {"PERFORMANCE_HINT": hint, "INFERENCE_PRECISION_HINT": "f32"}
)
idle = deque(compiled.create_infer_request() for _ in range(in_flight))
boxes_out, scores_out = (compiled.output(name) for name in ("boxes", "scores"))
box_annotator, label_annotator = sv.BoxAnnotator(thickness=3), sv.LabelAnnotator()
clock = SteadyClock()


def finish(request: ov.InferRequest, frame: np.ndarray) -> None:
    request.wait()
    boxes, scores = request.get_tensor(boxes_out).data[0], request.get_tensor(scores_out).data[0]
    best = scores.argmax(1)
    confidence = scores[np.arange(len(best)), best]
    keep = confidence > 0.3
    height, width = frame.shape[:2]
    xyxy = boxes[keep][:, [1, 0, 3, 2]] * [width, height, width, height]
    found = sv.Detections(xyxy=xyxy, confidence=confidence[keep], class_id=best[keep])
    found = found.with_nms(threshold=0.5)
    frame = box_annotator.annotate(frame, found)
    label_annotator.annotate(frame, found, [labels[i] for i in found.class_id])
    idle.append(request)
    clock.frame()
    if "--first-frame" in sys.argv:
        print("first frame")
        sys.exit()


sources = [cv2.VideoCapture(clip) for _ in range(streams)]
pending: deque[tuple[ov.InferRequest, np.ndarray]] = deque()
while sources:
    for source in list(sources):
        ok, frame = source.read()
        if not ok:
            sources.remove(source)
            continue
        if not idle:
            finish(*pending.popleft())
        request = idle.popleft()
        image = cv2.resize(frame, (300, 300))[:, :, ::-1].astype(np.float32)
        image = (image - 127.5) / 127.5
        request.set_input_tensor(ov.Tensor(np.ascontiguousarray(image.transpose(2, 0, 1)[None])))
        request.start_async()
        pending.append((request, frame))
        if in_flight == 1:
            finish(*pending.popleft())
while pending:
    finish(*pending.popleft())
print(json.dumps(clock.stop()))
