"""Frames per second of each stream, in the two ways that releases of the samples print them."""

import time
from threading import Lock

_PERIOD_S = 5.0


class GETFPS:
    """The frame rate of one stream.

    Older programs call only `get_fps`, once a frame: every five seconds it prints the rate. Newer
    ones call `update_fps` once a frame, and `get_fps` for the rate since the last call.
    """

    def __init__(self, stream_id: object) -> None:
        self.stream_id = stream_id
        self.frame_count = 0
        self.start_time = time.time()
        self.is_first = True
        self._counted_by_update = False
        self._lock = Lock()

    def update_fps(self) -> None:
        """Counts a frame; the first one starts the clock."""
        with self._lock:
            self._counted_by_update = True
            if self.is_first:
                self.is_first = False
                self.start_time = time.time()
            else:
                self.frame_count += 1

    def get_fps(self) -> "float | None":
        """The rate since the last call, rounded to 2 digits; None where it counts and prints."""
        now = time.time()
        with self._lock:
            if self._counted_by_update:
                rate = self.frame_count / max(now - self.start_time, 1e-9)
                self.frame_count, self.start_time = 0, now
                return round(rate, 2)
            if self.is_first:
                self.is_first = False
                self.start_time = now
            elapsed = now - self.start_time
            if elapsed <= _PERIOD_S:
                self.frame_count += 1
                return None
            rate = self.frame_count / elapsed
            self.frame_count, self.start_time = 1, now
        print("*" * 22 + "FPS" + "*" * 41)
        print(f"Fps of stream {self.stream_id} is  {rate:.2f}")
        return None

    def print_data(self) -> None:
        print("frame_count=", self.frame_count)
        print("start_time=", self.start_time)


class PERF_DATA:
    """The frame rates of streams ``stream0``, ``stream1``, ..."""

    def __init__(self, num_streams: int = 1) -> None:
        self.perf_dict: dict[str, float | None] = {}
        self.all_stream_fps = {f"stream{number}": GETFPS(number) for number in range(num_streams)}

    def perf_print_callback(self) -> bool:
        """Prints the rates since the last call; for ``GLib.timeout_add``, which it keeps going."""
        rates = {}
        for name, stream in self.all_stream_fps.items():
            rates[name] = 0.0 if stream.is_first else stream.get_fps()
        self.perf_dict = rates
        print("\n**PERF: ", self.perf_dict, "\n")
        return True

    def update_fps(self, stream_index: str) -> None:
        """Counts a frame of a stream, by its name. Raises `KeyError` for one that is not there."""
        self.all_stream_fps[stream_index].update_fps()
