"""The objects of a frame through a model: object_batches.py MODEL OBJECTS FRAMES.

In turn, in one process: a request for each object, of one thread, as many at once as there are
cores; one batch on all threads; a batch a frame, of one thread, as many at once as there are cores.
"""

import json
import os
import resource
import sys
import time

import numpy as np
import openvino as ov

path, objects, frames = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
cores = os.cpu_count() or 1
core = ov.Core()


def compiled(batch: int, streams: int) -> ov.CompiledModel:
    model = core.read_model(path)
    shape = model.input(0).get_partial_shape()
    shape[0] = batch
    model.reshape(shape)
    settings = {
        "NUM_STREAMS": streams,
        "INFERENCE_NUM_THREADS": cores,
        "INFERENCE_PRECISION_HINT": "f32",
        "ENABLE_CPU_PINNING": False,
    }
    return core.compile_model(model, "CPU", settings)


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


class Way:
    """A model of `batch`, `requests` of it at once, each with memory of its own."""

    def __init__(self, batch: int, streams: int) -> None:
        model = compiled(batch, streams)
        self.calls = objects // batch
        self.queue = ov.AsyncInferQueue(model, 2 * streams)
        shape = list(model.input(0).shape)
        rng = np.random.default_rng(1)
        self.input = ov.Tensor(rng.uniform(0, 1, shape).astype(np.float32))

    def run(self, count: int) -> tuple[float, float]:
        wall, cpu = time.perf_counter(), cpu_seconds()
        for _ in range(count * self.calls):
            self.queue.start_async({0: self.input})
        self.queue.wait_all()
        return time.perf_counter() - wall, cpu_seconds() - cpu


ways = {
    "requests side by side": Way(1, cores),
    "one batch, all threads": Way(objects, 1),
    "batches side by side": Way(objects, cores),
}
found = {}
for way in ways.values():
    way.run(1)
for _ in range(3):
    for name, way in ways.items():
        wall, cpu = way.run(frames)
        for kind, seconds in (("wall", wall), ("CPU", cpu)):
            key = f"{name}: {kind}"
            found[key] = min(found.get(key, float("inf")), 1000 * seconds / frames)
print(json.dumps(found))
