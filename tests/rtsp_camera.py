"""An RTSP camera for tests: a process of its own, on the loopback interface, that can misbehave.

As a program: rtsp_camera.py LAUNCH PORT. It prints the port, then, for each frame that its element
`encoder` takes, the time on the wall clock in nanoseconds. It reads caps for its element `size`,
a line each, and ends with its standard input.
"""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import threading
import time
from typing import Any

ENCODERS = {
    "H264": "x264enc name=encoder tune=zerolatency speed-preset=ultrafast key-int-max=10 ! "
    "video/x-h264,profile=baseline ! rtph264pay name=pay0 pt=96",
    "H264B": "x264enc name=encoder bframes=2 speed-preset=ultrafast key-int-max=10 "
    "rc-lookahead=0 ! video/x-h264,profile=main ! rtph264pay name=pay0 pt=96",
    "H265": "x265enc name=encoder tune=zerolatency speed-preset=ultrafast key-int-max=10 "
    "log-level=none ! rtph265pay name=pay0 pt=96",
    "JPEG": "jpegenc name=encoder ! rtpjpegpay name=pay0 pt=26",
}


class Camera:
    """A live test picture behind `uri`. Ends with its context."""

    def __init__(
        self,
        codec: str = "H264",
        size: tuple[int, int] = (320, 240),
        rate: int = 25,
        more: str = "",
    ) -> None:
        self.codec, self.size, self.rate, self.more = codec, size, rate, more
        self.port = 0
        self.captured: list[int] = []  # wall-clock times of its frames, in ns since 1970
        self.start()

    @property
    def uri(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/camera"

    def start(self) -> None:
        """Switches it on, on the port that it had, if any."""
        launch = (
            "( videotestsrc is-live=true pattern=ball ! capsfilter name=size "
            f"caps={self._caps()} ! {ENCODERS[self.codec]} {self.more} )"
        )
        self.process = subprocess.Popen(
            [sys.executable, __file__, launch, str(self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.port = int(self.process.stdout.readline())
        self.reader = threading.Thread(target=self._read, args=[self.process.stdout], daemon=True)
        self.reader.start()

    def _caps(self) -> str:
        width, height = self.size
        return f"video/x-raw,format=I420,width={width},height={height},framerate={self.rate}/1"

    def resize(self, size: tuple[int, int]) -> None:
        """Its pictures have another size from now on, for those who are connected, too."""
        assert self.process.stdin is not None
        self.size = size
        print(self._caps(), file=self.process.stdin, flush=True)

    def _read(self, lines: Any) -> None:
        self.captured.extend(int(line) for line in lines if line.endswith("\n"))

    def vanish(self) -> None:
        """As when its plug is pulled: nothing is said, connections break."""
        self.process.send_signal(signal.SIGKILL)
        self._gone()

    def freeze(self) -> None:
        """It keeps its connections and says nothing."""
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.process.send_signal(signal.SIGCONT)

    def stop(self) -> None:
        """Switches it off in good order: clients are told."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self._gone()

    def _gone(self) -> None:
        self.process.wait(20)
        self.reader.join(20)
        for file in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(BrokenPipeError):
                file.close()

    def __enter__(self) -> Camera:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self._gone()


def main(launch: str, port: str) -> None:
    import gi

    gi.require_version("Gst", "1.0")
    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer

    Gst.init(None)
    server = GstRtspServer.RTSPServer.new()
    server.set_address("127.0.0.1")
    server.set_service(port)
    factory = GstRtspServer.RTSPMediaFactory.new()
    factory.set_launch(launch)
    factory.set_shared(True)

    def note(_pad: Any, _info: Any) -> Any:
        print(time.time_ns(), flush=True)
        return Gst.PadProbeReturn.OK

    filters: list[Any] = []

    def configure(_factory: Any, media: Any) -> None:
        pad = media.get_element().get_by_name("encoder").get_static_pad("sink")
        pad.add_probe(Gst.PadProbeType.BUFFER, note)
        filters[:] = [media.get_element().get_by_name("size")]

    factory.connect("media-configure", configure)
    server.get_mount_points().add_factory("/camera", factory)
    loop = GLib.MainLoop()
    identifier = server.attach(None)
    assert identifier, f"the port {port} of the loopback address is taken"
    print(server.get_bound_port(), flush=True)

    def read() -> None:
        for line in sys.stdin:
            filters[0].set_property("caps", Gst.Caps.from_string(line.strip()))
        GLib.idle_add(end)

    def end() -> bool:
        server.client_filter(lambda *_: GstRtspServer.RTSPFilterResult.REMOVE)
        loop.quit()
        return False

    threading.Thread(target=read, daemon=True).start()
    loop.run()


if __name__ == "__main__":
    main(*sys.argv[1:])
