"""An annotated stream, encoded and served by RTSP."""

from __future__ import annotations

import argparse
import socket
from typing import Any, NamedTuple

import gi

gi.require_version("Gst", "1.0")
from gi.repository import Gst

from common.pipeline import add_element, link

CODECS = ("H264", "H265")
MOUNT_POINT = "/ds-test"


def add_rtsp_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of what is served: codec, bitrate, rtsp_port and rtsp_address."""
    parser.add_argument(
        "-c", "--codec", choices=CODECS, default="H264", help="of what is served; default: H264"
    )
    parser.add_argument(
        "-b", "--bitrate", type=int, default=4000000, help="in bit/s; default: 4000000"
    )
    parser.add_argument(
        "--rtsp-port", metavar="PORT", type=int, default=8554, help="default: 8554; 0: any free one"
    )
    parser.add_argument(
        "--rtsp-address",
        metavar="ADDRESS",
        default="127.0.0.1",
        help="that the server listens on; 0.0.0.0 lets other machines in. Default: 127.0.0.1",
    )


class Stream(NamedTuple):
    """What the pipeline sends, and where the server finds it: a UDP port of this machine."""

    codec: str
    port: int


def free_udp_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def add_rtp_branch(
    pipeline: Any, upstream: Any, codec: str, bitrate: int, software: bool = False
) -> Stream:
    """Encodes what `upstream` gives and sends it as RTP to this machine, in its own time.

    codec: of CODECS.
    bitrate: in bit/s.
    software: GStreamer's own x264enc or x265enc instead of nvv4l2h264enc or nvv4l2h265enc.
    Raises `RuntimeError` where an element is missing or does not fit.
    """
    name = codec.lower()
    memory = "" if software else "(memory:NVMM)"
    caps = Gst.Caps.from_string(f"video/x-raw{memory}, format=I420")
    if software:  # they take kbit/s
        settings = {"bitrate": bitrate // 1000, "tune": "zerolatency", "speed-preset": "ultrafast"}
        encoder = add_element(pipeline, f"x{name[1:]}enc", "encoder")
        for key, value in settings.items():
            Gst.util_set_object_arg(encoder, key, str(value))
    else:
        encoder = add_element(pipeline, f"nvv4l2{name}enc", "encoder", bitrate=bitrate)
    stream = Stream(codec, free_udp_port())
    link(
        upstream,
        add_element(pipeline, "nvvideoconvert", "convertor_postosd"),
        add_element(pipeline, "capsfilter", "caps", caps=caps),
        encoder,
        # Parameter sets with each key frame: a client may come at any time.
        add_element(pipeline, f"rtp{name}pay", "rtppay", config_interval=-1),
        add_element(
            pipeline,
            "udpsink",
            "udpsink",
            host="127.0.0.1",
            port=stream.port,
            **{"async": False},
            sync=True,
        ),
    )
    return stream


def serve(stream: Stream, address: str, port: int) -> tuple[Any, str]:
    """Starts an RTSP server for the stream; gives it, to be kept, and the stream's URI.

    It runs in GLib's default main loop.
    address: that it listens on; 127.0.0.1 is reached from this machine only.
    port: 0 for any free one.
    Raises `RuntimeError` where there is no RTSP server, or it cannot listen.
    """
    try:
        gi.require_version("GstRtspServer", "1.0")
    except ValueError:
        raise RuntimeError(
            "Unable to serve RTSP; install the package gir1.2-gst-rtsp-server-1.0"
        ) from None
    from gi.repository import GstRtspServer

    server = GstRtspServer.RTSPServer.new()
    server.set_address(address)
    server.set_service(str(port))
    factory = GstRtspServer.RTSPMediaFactory.new()
    name = stream.codec.lower()
    factory.set_launch(
        f"( udpsrc address=127.0.0.1 port={stream.port} buffer-size=524288 caps="
        '"application/x-rtp, media=video, clock-rate=90000, payload=96, '
        f'encoding-name={stream.codec}" ! rtp{name}depay ! rtp{name}pay name=pay0 pt=96 '
        "config-interval=-1 )"
    )
    factory.set_shared(True)
    server.get_mount_points().add_factory(MOUNT_POINT, factory)
    if server.attach(None) == 0:
        raise RuntimeError(
            f"Unable to serve RTSP on {address}, port {port}; choose another one with --rtsp-port"
        )
    return server, f"rtsp://{address}:{server.get_bound_port()}{MOUNT_POINT}"
