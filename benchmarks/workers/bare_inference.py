"""Inference and nothing else: bare_inference.py MODEL FRAMES. One constant input, all cores."""

import json
import os
import sys
from pathlib import Path

import numpy as np
import openvino as ov

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from measure import SteadyClock

cores = os.cpu_count() or 1
compiled = ov.Core().compile_model(
    sys.argv[1],
    "CPU",
    {
        "PERFORMANCE_HINT": "THROUGHPUT",
        "NUM_STREAMS": cores,
        "INFERENCE_NUM_THREADS": cores,
        "INFERENCE_PRECISION_HINT": "f32",
        "ENABLE_CPU_PINNING": False,  # as nvinfer has it
    },
)
clock = SteadyClock()
queue = ov.AsyncInferQueue(compiled, cores)
queue.set_callback(lambda _request, _data: clock.frame())
image = ov.Tensor(np.random.default_rng(1).uniform(-1, 1, (1, 3, 300, 300)).astype(np.float32))
for _ in range(int(sys.argv[2])):
    queue.start_async({0: image})
queue.wait_all()
print(json.dumps(clock.stop()))
