"""Idioms of programs written for DeepStream, each a program of its own.

The idioms are those of programs found in the wild; where no file has to be stood in for, the
program also runs by plain Python in `./dev shell`.
"""

from __future__ import annotations

import re
import signal
import subprocess
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

import thalweg

from ..processes import interruptible
from .conftest import STREAM, Runner, program, run_command

# ---- imports


def test_common_helpers_where_the_program_has_none(
    write: Callable[..., Path], either_way: Runner
) -> None:
    path = write(
        """
        import sys
        sys.path.append('../')
        from common.is_aarch_64 import is_aarch64
        from common.platform_info import PlatformInfo
        from common.utils import long_to_uint64, long_to_int
        from common.bus_call import bus_call
        from common.FPS import GETFPS, PERF_DATA
        info = PlatformInfo()
        print(is_aarch64() == info.is_platform_aarch64(), info.is_integrated_gpu(), info.is_wsl())
        print(long_to_uint64(-1), long_to_uint64(5), long_to_int(0xFFFFFFFF), long_to_int(7))
        """
    )
    done = either_way(path)
    assert done.stdout == "True False False\n18446744073709551615 5 -1 7\n", done.stderr


def test_the_programs_own_helpers_win(write: Callable[..., Path], either_way: Runner) -> None:
    path = write(
        """
        import sys
        sys.path.append('../')
        from common.bus_call import bus_call
        from common.platform_info import PlatformInfo  # theirs lacks it
        print(bus_call, PlatformInfo.__module__)
        """
    )
    common = path.parent.parent / "common"
    common.mkdir()
    (common / "bus_call.py").write_text("bus_call = 'their own'\n")  # no __init__.py either
    done = either_way(path)
    assert done.stdout == "their own common.platform_info\n", done.stderr


def test_perf_data_counts_and_prints(write: Callable[..., Path], either_way: Runner) -> None:
    path = write(
        """
        from common.FPS import PERF_DATA
        perf_data = PERF_DATA(2)
        for i in range(11):
            perf_data.update_fps("stream0")
        assert perf_data.perf_print_callback() is True
        print(sorted(perf_data.all_stream_fps))
        try:
            perf_data.update_fps("stream7")
        except KeyError as error:
            print("KeyError", error)
        """
    )
    done = either_way(path)
    printed = re.search(r"\n\*\*PERF:  \{'stream0': ([0-9.]+), 'stream1': 0.0\} \n", done.stdout)
    assert printed, done.stdout + done.stderr
    assert float(printed[1]) > 100
    assert done.stdout.endswith("['stream0', 'stream1']\nKeyError 'stream7'\n")


def test_getfps_of_older_releases_prints_by_itself(
    write: Callable[..., Path], either_way: Runner
) -> None:
    path = write(
        """
        import time
        now = [1000.0]
        time.time = lambda: now[0]
        from common.FPS import GETFPS
        fps_streams = {"stream{0}".format(0): GETFPS(0)}
        for i in range(26):
            assert fps_streams["stream0"].get_fps() is None
            now[0] += 0.25
        """
    )
    done = either_way(path)
    # Frames come four a second; the line is due after five seconds.
    assert done.stdout.splitlines()[1:] == ["Fps of stream 0 is  4.00"], done.stdout + done.stderr


@pytest.mark.parametrize(
    "imports",
    [
        "from cuda import cudart\nfrom cuda import cuda",
        "from cuda.bindings import driver as cuda, runtime as cudart",
        "import cuda.bindings.driver as cuda\nimport cudart",
        "import cuda.cuda as cuda, cuda.cudart as cudart",
    ],
)
def test_cuda_says_no_device(write: Callable[..., Path], either_way: Runner, imports: str) -> None:
    text = """
from ctypes import CDLL
try:
    CDLL("libcuda.so.1")
    raise SystemExit("driver")
except OSError:
    pass
init_result, = cuda.cuInit(0)
print(init_result == cuda.CUresult.CUDA_SUCCESS, init_result.name)
count_result, count = cuda.cuDeviceGetCount()
print(count_result == cuda.CUresult.CUDA_SUCCESS, count)
result, properties = cudart.cudaGetDeviceProperties(0)
print(result == cudart.cudaError_t.cudaSuccess, result == cuda.CUresult.CUDA_SUCCESS,
      properties.integrated)
print(cudart.cudaGetDeviceCount() == (cudart.cudaError_t.cudaErrorNoDevice, 0))
print(cudart.cudaGetErrorString(result))
print(hasattr(cuda, "nothing"), hasattr(cudart, "cudaGraphCreate"))
try:
    cudart.cudaGraphCreate(0)
except RuntimeError as error:
    print(error)
"""
    done = either_way(write(imports + text))
    if done.stderr == "driver\n":
        pytest.skip("there is a CUDA driver on this machine")
    assert done.stdout.splitlines() == [
        "False CUDA_ERROR_NO_DEVICE",
        "False 0",
        "False False 0",
        "True",
        "(<cudaError_t.cudaSuccess: 0>, b'cudaErrorNoDevice')",
        "False True",
        "cudaGraphCreate: there is no CUDA device here, and no CUDA driver to ask",
    ], done.stderr


def test_a_cuda_of_the_programs_own_is_left_alone(
    write: Callable[..., Path], either_way: Runner
) -> None:
    write("name = 'their own'\n", "cuda.py")
    done = either_way(write("import cuda\nprint(cuda.name)\n"))
    assert done.stdout == "their own\n", done.stderr


def test_an_installed_cuda_that_has_no_driver_is_stood_in_for(
    write: Callable[..., Path], either_way: Runner
) -> None:
    write("raise RuntimeError('Failed to dlopen libcuda.so.1')\n", "cuda/bindings/driver.py")
    done = either_way(write("from cuda.bindings import driver\nprint(driver.cuInit(0)[0].name)\n"))
    if "Failed to dlopen" in done.stderr:
        pytest.skip("there is a CUDA driver on this machine")
    assert done.stdout == "CUDA_ERROR_NO_DEVICE\n", done.stderr


@pytest.mark.parametrize(
    "start",
    [
        "import pyds\nimport gi\ngi.require_version('Gst', '1.0')\n"
        "from gi.repository import GObject, Gst\nGObject.threads_init()\nGst.init(None)",
        "import gi\ngi.require_version('Gst', '1.0')\nfrom gi.repository import Gst\n"
        "Gst.init(None)\nimport pyds",
        "from gi.repository import GObject\nimport gi\ngi.require_version('Gst', '1.0')\n"
        "from gi.repository import Gst\nGst.init(None)\nGObject.threads_init()\nimport pyds",
        "import gi\ngi.require_version('GstRtspServer', '1.0')\n"
        "from gi.repository import GstRtspServer, Gst\nGst.init(None)\nGst.init(None)\nimport pyds",
    ],
    ids=["pyds first", "pyds after Gst.init", "require_version late", "through another module"],
)
def test_order_of_imports(write: Callable[..., Path], either_way: Runner, start: str) -> None:
    done = either_way(
        write(start + "\nprint(Gst.ElementFactory.make('nvstreammux', 'm').get_name())\n")
    )
    if "Namespace GstRtspServer not available" in done.stderr:
        pytest.skip("gir1.2-gst-rtsp-server-1.0 is not installed")
    assert done.stdout == "m\n", done.stderr


# ---- files of DeepStream's installation


def test_the_programs_process_finds_files(write: Callable[..., Path], thalweg_run: Runner) -> None:
    path = write(
        """
        import configparser, os, sys
        library = "/opt/nvidia/deepstream/deepstream/lib/libnvds_meta.so"
        if not os.path.exists(library):
            sys.exit("no library")
        labels = "../../../../samples/models/Primary_Detector/labels.txt"
        print(open(labels).read().split())
        from pathlib import Path
        print(Path(labels).is_file(), os.path.getsize(labels) > 0)
        """
    )
    done = thalweg_run(path)
    assert done.stdout == "['Car', 'Bicycle', 'Person', 'Roadsign']\nTrue True\n", done.stderr


@pytest.mark.parametrize(
    "source",
    [
        f"""
    pipeline = Gst.Pipeline()
    mux = source(pipeline, "{STREAM}")
    mux.link(make(pipeline, "fakesink", "end"))
        """,
        f"""
    pipeline = Gst.parse_launch("filesrc location={STREAM} ! h264parse ! nvv4l2decoder ! m.sink_0 "
        "nvstreammux name=m width=640 height=480 batch-size=1 ! fakesink name=end")
        """,
        """
    pipeline = Gst.Pipeline()
    def cb_newpad(decodebin, decoder_src_pad, data):
        caps = decoder_src_pad.get_current_caps() or decoder_src_pad.query_caps()
        if caps.get_structure(0).get_name().find("video") != -1:
            if caps.get_features(0).contains("memory:NVMM"):
                bin_ghost_pad = data.get_static_pad("src")
                if not bin_ghost_pad.set_target(decoder_src_pad):
                    sys.stderr.write("Failed to link decoder src pad to source bin ghost pad\\n")
            else:
                sys.stderr.write(" Error: Decodebin did not pick nvidia decoder plugin.\\n")
    def decodebin_child_added(child_proxy, Object, name, user_data):
        print("Decodebin child added:", name)
        if name.find("decodebin") != -1:
            Object.connect("child-added", decodebin_child_added, user_data)
        if name.find("nvv4l2decoder") != -1:
            Object.set_property("cudadec-memtype", 2)
    nbin = Gst.Bin.new("source-bin-00")
    uri_decode_bin = Gst.ElementFactory.make("uridecodebin", "uri-decode-bin")
    uri_decode_bin.set_property("uri",
        "file:///opt/nvidia/deepstream/deepstream-6.3/samples/streams/sample_1080p_h264.mp4")
    uri_decode_bin.connect("pad-added", cb_newpad, nbin)
    uri_decode_bin.connect("child-added", decodebin_child_added, nbin)
    Gst.Bin.add(nbin, uri_decode_bin)
    if not nbin.add_pad(Gst.GhostPad.new_no_target("src", Gst.PadDirection.SRC)):
        sys.stderr.write(" Failed to add ghost pad in source bin \\n")
    pipeline.add(nbin)
    mux = make(pipeline, "nvstreammux", "Stream-muxer", width=640, height=480, batch_size=1)
    nbin.get_static_pad("src").link(mux.request_pad_simple("sink_0"))
    mux.link(make(pipeline, "fakesink", "end"))
        """,
    ],
    ids=["filesrc", "parse_launch", "uridecodebin in a bin"],
)
def test_sources_play_sample_streams(
    write: Callable[..., Path], thalweg_run: Runner, source: str
) -> None:
    body = f"""
    Gst.init(None)
    {source}
    numbers = []
    def probe(pad, info, u_data):
        batch = pyds.gst_buffer_get_nvds_batch_meta(hash(info.get_buffer()))
        numbers.append(pyds.NvDsFrameMeta.cast(batch.frame_meta_list.data).frame_num)
        return Gst.PadProbeReturn.OK
    end = pipeline.get_by_name("end").get_static_pad("sink")
    end.add_probe(Gst.PadProbeType.BUFFER, probe, 0)
    finish(pipeline)
    print(numbers)
    """
    done = thalweg_run(write(program(body)), options=("--frames", 25))
    assert done.returncode == 0
    assert done.stdout.endswith(f"End-of-stream\n{list(range(25))}\n"), done.stdout + done.stderr
    assert "Error" not in done.stderr
    if "uridecodebin" in source:
        assert "Decodebin child added: nvv4l2decoder0" in done.stdout


def test_properties_are_set_in_every_way(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = f"""
    Gst.init(None)
    stream = "{STREAM}"
    ways = [
        lambda e: e.set_property("location", stream),
        lambda e: e.set_properties(blocksize=4096, location=stream),
        lambda e: setattr(e.props, "location", stream),
        lambda e: Gst.util_set_object_arg(e, "location", stream),
    ]
    for way in ways:
        element = Gst.ElementFactory.make("filesrc")
        way(element)
        print(element.props.location.endswith("vtest.h264"))
    print(element.props.blocksize, "location" in dir(element.props),
          "location" in [p.name for p in element.props], len(element.props) > 3)
    try:
        element.props.locatoin = stream
    except AttributeError as error:
        print(error)
    print([p.name for p in Gst.Object.props])

    class Source(Gst.Bin):
        pass
    own = Source()
    own.props.name = "own"
    print(own.get_name())
    """
    done = thalweg_run(write(program(body)))
    assert done.stdout.splitlines() == [
        *["True"] * 4,
        "4096 True True True",
        "'gi._gi.GProps' object has no attribute 'locatoin'",
        "['name', 'parent']",
        "own",
    ], done.stderr


def test_opencv_reads_pictures(
    write: Callable[..., Path], thalweg_run: Runner, tmp_path: Path
) -> None:
    picture = tmp_path / "mine/streams/picture.jpg"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"jpeg")
    # OpenCV's functions open files in C.
    write(
        """
        import ctypes
        def imread(filename, flags=1):
            return ctypes.CDLL(None).access(filename.encode(), 4) == 0 and flags
        """,
        "cv2.py",
    )
    path = write(
        """
        import cv2
        name = "/opt/nvidia/deepstream/deepstream/samples/streams/picture.jpg"
        print(cv2.imread(name), cv2.imread(name, flags=0), cv2.imread("/none.jpg"))
        print(cv2.imread(__file__), cv2.__spec__.name)
        """
    )
    done = thalweg_run(path, options=("--samples", tmp_path / "mine"))
    assert done.stdout == "1 0 False\n1 cv2\n", done.stderr


PGIE = """\
[property]
gpu-id=0
net-scale-factor=0.00392156862745098
onnx-file=../../../../samples/models/Primary_Detector/resnet18_trafficcamnet_pruned.onnx
model-engine-file=../../../../samples/models/Primary_Detector/resnet18_trafficcamnet_pruned.onnx_b1_gpu0_int8.engine
labelfile-path=../../../../samples/models/Primary_Detector/labels.txt
int8-calib-file=../../../../samples/models/Primary_Detector/cal_trt.bin
batch-size=1
network-mode=1
num-detected-classes=4
interval=0
gie-unique-id=1
cluster-mode=2

[class-attrs-all]
pre-cluster-threshold=0.2
topk=20
nms-iou-threshold=0.5
"""

CAFFE = PGIE.replace(
    "onnx-file=../../../../samples/models/Primary_Detector/resnet18_trafficcamnet_pruned.onnx\n",
    "model-file=../../../../samples/models/Primary_Detector/resnet10.caffemodel\n"
    "proto-file=../../../../samples/models/Primary_Detector/resnet10.prototxt\n",
).replace("resnet18_trafficcamnet_pruned.onnx", "resnet10.caffemodel")

DETECT = """
    PGIE_CLASS_ID_VEHICLE, PGIE_CLASS_ID_PERSON = 0, 2
    def osd_sink_pad_buffer_probe(pad, info, u_data):
        gst_buffer = info.get_buffer()
        if not gst_buffer:
            return
        batch_meta = pyds.gst_buffer_get_nvds_batch_meta(hash(gst_buffer))
        l_frame = batch_meta.frame_meta_list
        while l_frame is not None:
            try:
                frame_meta = pyds.NvDsFrameMeta.cast(l_frame.data)
            except StopIteration:
                break
            obj_counter = {0: 0, 1: 0, 2: 0, 3: 0}
            labels = set()
            l_obj = frame_meta.obj_meta_list
            while l_obj is not None:
                try:
                    obj_meta = pyds.NvDsObjectMeta.cast(l_obj.data)
                except StopIteration:
                    break
                obj_counter[obj_meta.class_id] += 1
                labels.add((obj_meta.class_id, obj_meta.obj_label))
                obj_meta.rect_params.border_color.set(0.0, 0.0, 1.0, 0.8)
                try:
                    l_obj = l_obj.next
                except StopIteration:
                    break
            display_meta = pyds.nvds_acquire_display_meta_from_pool(batch_meta)
            display_meta.num_labels = 1
            text = display_meta.text_params[0]
            text.display_text = "Vehicle_count={} Person_count={}".format(
                obj_counter[PGIE_CLASS_ID_VEHICLE], obj_counter[PGIE_CLASS_ID_PERSON])
            text.x_offset = 10
            text.font_params.font_name = "Serif"
            text.font_params.font_size = 10
            print(pyds.get_string(text.display_text), sorted(labels))
            pyds.nvds_add_display_meta_to_frame(frame_meta, display_meta)
            try:
                l_frame = l_frame.next
            except StopIteration:
                break
        return Gst.PadProbeReturn.OK

    Gst.init(None)
    pipeline = Gst.Pipeline()
    mux = source(pipeline, sys.argv[1])
    pgie = make(pipeline, "nvinfer", "primary-inference", config_file_path="pgie_config.txt")
    if pgie.get_property("batch-size") != 1:
        pgie.set_property("batch-size", 1)
    nvvidconv = make(pipeline, "nvvideoconvert", "convertor")
    nvosd = make(pipeline, "nvdsosd", "onscreendisplay")
    sink = make(pipeline, "nveglglessink", "nvvideo-renderer")
    mux.link(pgie)
    pgie.link(nvvidconv)
    nvvidconv.link(nvosd)
    nvosd.link(sink)
    nvosd.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, osd_sink_pad_buffer_probe, 0)
    finish(pipeline)
"""


@pytest.mark.parametrize("config", [PGIE, CAFFE], ids=["TrafficCamNet", "resnet10"])
def test_substitute_counts_as_the_program_expects(
    write: Callable[..., Path], thalweg_run: Runner, tmp_path: Path, config: str
) -> None:
    write(config, "pgie_config.txt")
    output = tmp_path / "out.mp4"
    options = ("--substitute-models", "--frames", 20, "--output", output)
    done = thalweg_run(write(program(DETECT)), STREAM, options=options)
    lines = [line for line in done.stdout.splitlines() if line.startswith("Vehicle")]
    assert len(lines) == 20, done.stdout + done.stderr
    counts = [[int(n) for n in re.findall(r"count=(\d+)", line)] for line in lines]
    # Two cars are parked on the square; four or more people walk there.
    assert all(1 <= vehicles <= 3 and 3 <= persons <= 12 for vehicles, persons in counts)
    assert "(0, 'Car'), (2, 'Person')" in lines[0]
    assert "takes its place" in done.stderr
    assert output.stat().st_size > 10_000


def test_configuration_of_deepstream_app(write: Callable[..., Path], thalweg_run: Runner) -> None:
    path = (
        "/opt/nvidia/deepstream/deepstream/samples/configs/deepstream-app/config_infer_primary.txt"
    )
    body = DETECT.replace('"pgie_config.txt"', f'"{path}"')
    assert path in body
    options = ("--substitute-models", "--frames", 5, "--display", "none")
    done = thalweg_run(write(program(body)), STREAM, options=options)
    assert done.stdout.count("(0, 'Car'), (2, 'Person')") == 5, done.stderr


@pytest.mark.parametrize(
    ("config", "model"),
    [(PGIE, "It is TrafficCamNet"), (CAFFE, "It is the primary detector of DeepStream before 6.4")],
    ids=["TrafficCamNet", "resnet10"],
)
def test_missing_model_ends_in_one_sentence(
    write: Callable[..., Path], thalweg_run: Runner, config: str, model: str
) -> None:
    write(config, "pgie_config.txt")
    done = thalweg_run(write(program(DETECT)), STREAM)
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("Error: "))
    assert model in line
    assert "published at https://" in line
    assert "the nearest model here is the default detector" in line
    assert "`thalweg run --substitute-models`" in line
    page = Path(thalweg.__file__).parent / "docs/reference/substitute-models.md"
    assert page.is_file()
    assert f"({page})." in line
    assert "Vehicle_count" not in done.stdout


SGIE = """\
[property]
net-scale-factor=1
onnx-file=../../../../samples/models/Secondary_VehicleMake/resnet18_vehiclemakenet_pruned.onnx
model-engine-file=../../../../samples/models/Secondary_VehicleMake/resnet18_vehiclemakenet_pruned.onnx_b16_gpu0_int8.engine
labelfile-path=../../../../samples/models/Secondary_VehicleMake/labels.txt
batch-size=16
network-mode=1
input-object-min-width=64
input-object-min-height=64
process-mode=2
model-color-format=1
gie-unique-id=2
operate-on-gie-id=1
operate-on-class-ids=0
is-classifier=1
classifier-async-mode=1
classifier-threshold=0.51
"""


def test_secondary_that_is_not_there(write: Callable[..., Path], thalweg_run: Runner) -> None:
    write(PGIE, "pgie_config.txt")
    write(SGIE, "sgie_config.txt")
    body = DETECT.replace(
        "    pgie.link(nvvidconv)\n",
        '    sgie = make(pipeline, "nvinfer", "secondary1-nvinference-engine",\n'
        '                config_file_path="sgie_config.txt")\n'
        "    pgie.link(sgie)\n    sgie.link(nvvidconv)\n",
    )
    assert "sgie" in body
    path = write(program(body))
    done = thalweg_run(path, STREAM, options=("--frames", 10, "--display", "none"))
    (line,) = (line for line in done.stderr.splitlines() if line.startswith("Error: "))
    assert "It is VehicleMakeNet, published at https://" in line  # it starts before the primary
    assert "Vehicle_count" not in done.stdout

    options = ("--substitute-models", "--frames", 10, "--display", "none")
    done = thalweg_run(path, STREAM, options=options)
    counts = [line for line in done.stdout.splitlines() if line.startswith("Vehicle_count")]
    assert len(counts) == 10, done.stderr
    (line,) = (line for line in done.stderr.splitlines() if "VehicleMakeNet" in line)
    assert "nothing takes its place: frames pass through without it." in line


def test_users_samples_come_first(
    write: Callable[..., Path], thalweg_run: Runner, tmp_path: Path
) -> None:
    labels = tmp_path / "mine/models/Primary_Detector/labels.txt"
    labels.parent.mkdir(parents=True)
    labels.write_text("voiture\nvelo\npersonne\npanneau\n")
    write(PGIE, "pgie_config.txt")
    options = ("--samples", tmp_path / "mine", "--substitute-models", "--frames", 2)
    done = thalweg_run(write(program(DETECT)), STREAM, options=(*options, "--display", "none"))
    assert "(2, 'personne')" in done.stdout, done.stderr


# ---- pipelines


def test_a_camera_that_is_not_there_is_a_test_picture(
    write: Callable[..., Path], thalweg_run: Runner
) -> None:
    if list(Path("/dev").glob("video*")):
        pytest.skip("this machine has a camera")
    body = """
    Gst.init(None)
    pipeline = Gst.Pipeline()
    camera = make(pipeline, "v4l2src", "usb-cam-source", device=sys.argv[1])
    caps = make(pipeline, "capsfilter", "v4l2src_caps",
                caps=Gst.Caps.from_string("video/x-raw, framerate=30/1"))
    vidconvsrc = make(pipeline, "videoconvert", "convertor_src1")
    nvvidconvsrc = make(pipeline, "nvvideoconvert", "convertor_src2")
    nvmm = make(pipeline, "capsfilter", "nvmm_caps",
                caps=Gst.Caps.from_string("video/x-raw(memory:NVMM)"))
    mux = make(pipeline, "nvstreammux", "Stream-muxer", width=640, height=480, batch_size=1)
    sink = make(pipeline, "nveglglessink", "sink", sync=False)
    camera.link(caps)
    caps.link(vidconvsrc)
    vidconvsrc.link(nvvidconvsrc)
    nvvidconvsrc.link(nvmm)
    nvmm.get_static_pad("src").link(mux.request_pad_simple("sink_0"))
    mux.link(sink)
    print(camera.get_property("device"))
    finish(pipeline)
    """
    done = thalweg_run(
        write(program(body)), "/dev/video0", options=("--frames", 5, "--display", "none")
    )
    assert done.stdout == "/dev/video0\nEnd-of-stream\n", done.stderr
    assert (
        "usb-cam-source: this machine has no camera; a test picture takes the place of "
        "/dev/video0." in done.stderr
    )
    assert "CRITICAL" not in done.stderr


def test_probes_of_every_kind(
    write: Callable[..., Path], either_way: Runner, clip_h264: Path
) -> None:
    body = f"""
    import functools
    Gst.init(None)
    pipeline = Gst.Pipeline()
    end = make(pipeline, "fakesink", "end")
    convert = make(pipeline, "nvvideoconvert", "convert")
    mux = source(pipeline, "{clip_h264}")
    mux.link(convert)
    convert.link(end)
    calls = {{}}
    def note(name, *arguments):
        calls.setdefault(name, []).append(arguments)
        return calls[name]

    class Watcher:
        def probe(self, pad, info, *arguments):
            note("bound method", *arguments)
            return Gst.PadProbeReturn.OK
    def closure(pad, info):
        note("closure")
        raise ValueError("a mistake")
    def with_keywords(pad, info, u_data, name=None):
        note(name, u_data)
        return Gst.PadProbeReturn.OK
    def drop_every_other(pad, info, u_data):
        return Gst.PadProbeReturn.DROP if len(note("drop")) % 2 else Gst.PadProbeReturn.OK
    def once(pad, info, u_data):
        note("once")
        return Gst.PadProbeReturn.REMOVE

    pad, kind = convert.get_static_pad("sink"), Gst.PadProbeType.BUFFER
    watcher = Watcher()
    pad.add_probe(kind, watcher.probe)
    pad.add_probe(kind, watcher.probe, 1, "two", None)
    pad.add_probe(kind, functools.partial(with_keywords, name="partial"), 0)
    pad.add_probe(kind, once, 0)
    pad.add_probe(kind, drop_every_other, 0)
    pad = end.get_static_pad("sink")
    pad.add_probe(kind, lambda pad, info, u: note("end") and Gst.PadProbeReturn.OK, 0)
    pad.add_probe(kind, closure)
    finish(pipeline)
    for name in sorted(calls):
        print(name, len(calls[name]), sorted(set(map(str, calls[name]))))
    """
    done = either_way(write(program(body)), THALWEG_FRAMES="10")
    assert done.stdout.splitlines() == [
        "End-of-stream",
        "bound method 20 ['()', \"(1, 'two', None)\"]",
        "closure 5 ['()']",
        "drop 10 ['()']",
        "end 5 ['()']",
        "once 1 ['()']",
        "partial 10 ['(0,)']",
    ], done.stderr
    assert done.stderr.count("ValueError: a mistake") == 5


def test_answers_that_programs_ask_for(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = """
    Gst.init(None)
    pipeline = Gst.Pipeline()
    sink = Gst.ElementFactory.make("fakesink", "sink")
    convert = Gst.ElementFactory.make("nvvideoconvert", "convert")
    filter = Gst.ElementFactory.make("capsfilter", "no caps set")
    print(bool(pipeline.add(sink)), bool(pipeline.add(convert, filter)))
    print(convert.link(filter), filter.link(sink), sink.link(convert))
    bin = Gst.Bin.new("bin")
    ghost = Gst.GhostPad.new_no_target("src", Gst.PadDirection.SRC)
    print(bin.add_pad(ghost), ghost.set_target(None))
    test = Gst.ElementFactory.make("videotestsrc", "test")
    bin.add(test)
    print(ghost.set_target(test.get_static_pad("src")))
    pipeline.add(bin)
    print(ghost.link(convert.get_static_pad("sink")) == Gst.PadLinkReturn.OK)
    print(pipeline.set_state(Gst.State.PLAYING) != Gst.StateChangeReturn.FAILURE)
    pipeline.set_state(Gst.State.NULL)
    try:
        pipeline.add(Gst.ElementFactory.make("fakesink", "sink"))
    except Gst.AddError:
        print("the name is taken")
    """
    done = thalweg_run(write(program(body)))
    assert done.stdout.splitlines() == [
        "True True",
        "True True False",
        "True True",
        "True",
        "True",
        "True",
        "the name is taken",
    ], done.stderr


@pytest.mark.parametrize("where", ["pipeline", "mux", "end"])
def test_an_end_that_the_program_sends(
    write: Callable[..., Path], either_way: Runner, clip_h264: Path, where: str
) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    end = make(pipeline, "fakesink", "end")
    mux = source(pipeline, "{clip_h264}")
    mux.link(end)
    seen = []
    def probe(pad, info, u_data):
        seen.append(1)
        if len(seen) == 5:
            GLib.idle_add({where}.send_event, Gst.Event.new_eos())
        return Gst.PadProbeReturn.OK
    end.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe, 0)
    finish(pipeline)
    print(5 <= len(seen))
    """
    done = either_way(write(program(body)))
    assert done.stdout == "End-of-stream\nTrue\n", done.stderr


def test_frames_and_stats(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    source(pipeline, "{STREAM}").link(make(pipeline, "fakesink", "end"))
    finish(pipeline)
    """
    done = thalweg_run(write(program(body)), options=("--frames", 30, "--stats"))
    assert re.search(
        r"^thalweg run: 30 frames of 1 source, [\d.]+ frames/s; the first [\d.]+ s after the "
        r"start; [\d.]+ ms of CPU a frame; \d+ MiB at most\.$",
        done.stderr,
        re.MULTILINE,
    ), done.stderr
    assert "damaged" not in done.stderr
    head, *rows = done.stderr[done.stderr.index("  element ") :].splitlines()
    assert head.split() == ["element", "kind", "in", "out", "dropped", "ms", "inside"]
    counts = {row.split()[0]: row.split()[1:] for row in rows}
    assert list(counts) == ["nvv4l2-decoder", "Stream-muxer"]
    assert counts["Stream-muxer"][:4] == ["nvstreammux", "30", "30", "0"]
    assert int(counts["nvv4l2-decoder"][2]) >= 30
    assert float(counts["nvv4l2-decoder"][4]) > 0


# An element of ours, and one of GStreamer's, which posts two errors.
@pytest.mark.parametrize(
    ("failing", "drawn"), [("nvinfer name=it", 1), ("filesrc name=it location=/none", 2)]
)
def test_the_graph_of_a_pipeline_that_failed(
    write: Callable[..., Path],
    thalweg_run: Runner,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    failing: str,
    drawn: int,
) -> None:
    monkeypatch.setenv("GST_DEBUG_DUMP_DOT_DIR", str(tmp_path))
    monkeypatch.setenv("GST_DEBUG", "default:INFO")  # GStreamer tells there what it draws
    body = f"""
    Gst.init(None)
    finish(Gst.parse_launch("{failing} ! fakesink name=end"))
    """
    done = thalweg_run(write(program(body)))
    path = tmp_path / "pipeline0-error-it.dot"
    assert (
        f"thalweg run: {path} is the pipeline as it failed; `dot -Tsvg -O` of graphviz draws it."
        in done.stderr.splitlines()
    )
    graph = path.read_text()
    assert graph.startswith("digraph pipeline {")
    assert "cluster_end_" in graph
    assert list(tmp_path.glob("*.dot")) == [path]
    assert done.stderr.count("wrote bin graph to") == drawn


def test_a_graph_that_cannot_be_written(
    write: Callable[..., Path],
    thalweg_run: Runner,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("GST_DEBUG_DUMP_DOT_DIR", f"{tmp_path}/none")
    body = """
    Gst.init(None)
    finish(Gst.parse_launch("nvinfer ! fakesink"))
    """
    done = thalweg_run(write(program(body)))
    assert (
        f"thalweg run: GST_DEBUG_DUMP_DOT_DIR is {tmp_path}/none, where the pipeline's graph "
        "cannot be written; expected a folder that is there when the program starts."
        in done.stderr.splitlines()
    )


def test_output_that_nothing_was_written_to(
    write: Callable[..., Path], thalweg_run: Runner, tmp_path: Path
) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    source(pipeline, "{STREAM}").link(make(pipeline, "fakesink", "end"))
    finish(pipeline)
    """
    options = ("--frames", 3, "--output", tmp_path / "out.mp4")
    done = thalweg_run(write(program(body)), options=options)
    assert f"thalweg run: {tmp_path}/out.mp4 was not written: no frame reached" in done.stderr


@pytest.mark.parametrize("handled", [True, False], ids=["swallowed", "not handled"])
def test_interrupt_ends_in_order(
    write: Callable[..., Path], tmp_path: Path, handled: bool, clip_h264: Path
) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    mux = source(pipeline, "{clip_h264}")
    convert = make(pipeline, "nvvideoconvert", "convertor")
    sink = make(pipeline, "nveglglessink", "sink")
    mux.link(convert)
    convert.link(sink)
    seen = []
    def probe(pad, info, u_data):
        seen.append(1)
        if len(seen) == 30:
            print("thirty", flush=True)
        return Gst.PadProbeReturn.OK
    sink.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe, 0)
    {"finish(pipeline)" if handled else "pipeline.set_state(Gst.State.PLAYING)"}
    GLib.MainLoop().run() if not {handled} else None
    """
    path = write(program(body))
    output = tmp_path / "out.mp4"
    with interruptible(run_command(path, (), ("--output", output)), cwd=path.parent) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "thirty\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    if handled:
        assert child.returncode == 0, errors
        assert "Traceback" not in errors
        assert "thalweg run" not in errors
    else:
        assert child.returncode == -signal.SIGINT
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert "thalweg/run" not in errors
    content = output.read_bytes()
    assert b"moov" in content  # it is complete


def test_frames_are_seen_on_a_page(write: Callable[..., Path], clip_h264: Path) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    mux = source(pipeline, "{clip_h264}")
    mux.link(make(pipeline, "nveglglessink", "sink"))
    finish(pipeline)
    """
    path = write(program(body))
    with interruptible(
        run_command(path, (), ("--display", "http:0")), cwd=path.parent, stdout=None
    ) as child:
        assert child.stderr is not None
        told = None
        while told is None and (line := child.stderr.readline()):
            told = re.fullmatch(r"thalweg run: nveglglessink: frames are shown at (\S+)\n", line)
        assert told
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+/", told[1])
        with urllib.request.urlopen(told[1] + "0", timeout=20) as stream:
            for _ in range(3):
                while (header := stream.readline()) != b"\r\n":
                    if header.startswith(b"Content-Length:"):
                        size = int(header.split()[1])
                jpeg = stream.read(size)
                assert jpeg.startswith(b"\xff\xd8")
                assert jpeg.endswith(b"\xff\xd9")
                assert stream.readline() == b"\r\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert (child.returncode, errors) == (0, "")


def test_a_missing_display_is_told(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    source(pipeline, "{STREAM}").link(make(pipeline, "nv3dsink", "sink"))
    finish(pipeline)
    """
    done = thalweg_run(
        write(program(body)), options=("--frames", 3), DISPLAY="", WAYLAND_DISPLAY=""
    )
    assert "\nthalweg run: nv3dsink: frames are not shown: there is no display" in done.stderr


# ---- failures: the program's own traceback first, then the hint


def ends_with(done: subprocess.CompletedProcess[str], traceback: str, hint: str) -> None:
    before, _, after = done.stderr.partition("thalweg run: ")
    assert before.rstrip().endswith(traceback), done.stderr
    assert after.strip() == hint
    assert "thalweg/run" not in done.stderr


def test_syntax_error(write: Callable[..., Path], thalweg_run: Runner) -> None:
    path = write('print "hello"\n')
    done = thalweg_run(path)
    assert done.returncode == 1
    version = ".".join(map(str, __import__("sys").version_info[:2]))
    ends_with(
        done,
        "SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?",
        f"Python {version} cannot read {path}, so nothing of it has run. It is written for Python "
        "2; the tool 2to3 of Python before 3.13 rewrites it.",
    )


@pytest.mark.parametrize(
    ("module", "hint"),
    [
        ("sortedthings", "-m pip install sortedthings"),
        ("confluent_kafka", "-m pip install confluent-kafka"),
        ("cupy", "cupy works on NVIDIA's GPUs alone, and Thalweg has nothing in its place."),
    ],
)
def test_missing_package(
    write: Callable[..., Path], thalweg_run: Runner, module: str, hint: str
) -> None:
    done = thalweg_run(write(f"import {module}\n"))
    if done.returncode == 0:
        pytest.skip(f"{module} is installed here")
    assert done.returncode == 1
    assert re.search(
        rf"^Traceback .*ModuleNotFoundError: No module named '{module}'\nthalweg run: .*"
        rf"{re.escape(hint)}\n$",
        done.stderr,
        re.DOTALL,
    ), done.stderr


def test_missing_rtsp_server(write: Callable[..., Path], thalweg_run: Runner) -> None:
    # As gi.require_version says it where there is no typelib.
    done = thalweg_run(write("raise ValueError('Namespace GstRtspServer not available')\n"))
    ends_with(
        done,
        "ValueError: Namespace GstRtspServer not available",
        "the program serves RTSP; Python finds GStreamer's server when Debian's package "
        "gir1.2-gst-rtsp-server-1.0 is installed.",
    )


def test_missing_element(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = """
    Gst.init(None)
    make(Gst.Pipeline(), "nvnosuchthing", "x", width=3)
    """
    done = thalweg_run(write(program(body)))
    assert done.returncode == 1
    ends_with(
        done,
        "AttributeError: 'NoneType' object has no attribute 'set_property'",
        "there is no element nvnosuchthing; this version of Thalweg does not have it.",
    )
    body = """
    Gst.init(None)
    pipeline = Gst.Pipeline()
    pipeline.add(Gst.ElementFactory.make("nvnosuchthing", "x"))
    """
    done = thalweg_run(write(program(body)))
    ends_with(
        done,
        "TypeError: Argument 1 does not allow None as a value",
        "there is no element nvnosuchthing; this version of Thalweg does not have it.",
    )
    done = thalweg_run(
        write(program('    Gst.init(None)\n    Gst.parse_launch("x265encx ! fakesink")\n'))
    )
    ends_with(
        done,
        'gi.repository.GLib.GError: gst_parse_error: no element "x265encx" (1)',
        "there is no element x265encx; `gst-inspect-1.0 x265encx` has to find it.",
    )


def test_wrong_names(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = """
    Gst.init(None)
    make(Gst.Pipeline(), "nvstreammux", "m", batchsize=3)
    """
    ends_with(
        thalweg_run(write(program(body))),
        "TypeError: object of type `GstNvStreamMux' does not have property `batchsize'",
        "GstNvStreamMux has no property batchsize; did you mean batch-size?",
    )
    done = thalweg_run(write("import pyds\npyds.NvDsFrameMta\n"))
    assert "did you mean NvDsFrameMeta?" in done.stderr


def test_missing_file_of_deepstream(write: Callable[..., Path], thalweg_run: Runner) -> None:
    name = "/opt/nvidia/deepstream/deepstream/samples/models/Nothing/a.txt"
    done = thalweg_run(write(f"open('{name}')\n"))
    ends_with(
        done,
        f"FileNotFoundError: [Errno 2] No such file or directory: '{name}'",
        "samples/models/Nothing/a.txt is a file of DeepStream's that Thalweg has nothing in place "
        "of. --samples DIR names a folder that has samples/ of DeepStream.",
    )


def test_a_probe_that_returns_nothing(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    end = make(pipeline, "fakesink", "end")
    source(pipeline, "{STREAM}").link(end)
    seen = []
    def probe(pad, info, u_data):
        gst_buffer = info.get_buffer()
    end.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe, 0)
    end.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, lambda *a: seen.append(1), 0)
    finish(pipeline)
    print(seen)
    """
    done = thalweg_run(write(program(body)), options=("--frames", 3))
    assert done.stdout == "End-of-stream\n[]\n", done.stderr
    assert done.stderr.count("TypeError: Expected a Gst.PadProbeReturn, but got NoneType") == 3
    hint = (
        "thalweg run: a probe has to return Gst.PadProbeReturn.OK in every case: PyGObject drops "
        "the buffer of one that returns nothing, and of one that raises."
    )
    assert done.stderr.count(hint) == 1


def test_exception_in_a_probe(write: Callable[..., Path], thalweg_run: Runner) -> None:
    """Python prints it and the pipeline goes on; the hint comes once."""
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    end = make(pipeline, "fakesink", "end")
    source(pipeline, "{STREAM}").link(end)
    def probe(pad, info, u_data):
        pyds.NvDsFrameMta.cast(info)
    end.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, probe, 0)
    finish(pipeline)
    """
    done = thalweg_run(write(program(body)), options=("--frames", 4))
    assert done.returncode == 0
    assert done.stderr.count("AttributeError: module 'pyds' has no attribute") == 4
    assert done.stderr.count("did you mean NvDsFrameMeta?") == 1


def test_exception_in_a_thread(write: Callable[..., Path], thalweg_run: Runner) -> None:
    done = thalweg_run(
        write(
            """
            import threading
            def work():
                import sortedthings
            threads = [threading.Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            print("went on")
            """
        )
    )
    assert (done.returncode, done.stdout) == (0, "went on\n")
    assert done.stderr.count("Exception in thread") == 2
    assert done.stderr.count("pip install sortedthings") == 1
    assert "thalweg/run" not in done.stderr


@pytest.mark.parametrize(
    "wait",
    [
        "loop.run()",
        "bus.timed_pop_filtered(Gst.CLOCK_TIME_NONE, Gst.MessageType.EOS)",
        "bus.timed_pop(Gst.CLOCK_TIME_NONE)",
        "pipeline.get_state(Gst.CLOCK_TIME_NONE)",
    ],
)
def test_program_that_hangs(write: Callable[..., Path], wait: str) -> None:
    """Ctrl-C is heard wherever the program waits; what it waits for is told."""
    body = f"""
    Gst.init(None)
    pipeline = Gst.Pipeline()
    camera = make(pipeline, "appsrc", "never")
    convert = make(pipeline, "nvvideoconvert", "convertor")
    end = make(pipeline, "fakesink", "end")
    convert.link(end)
    loop = GLib.MainLoop()
    bus = pipeline.get_bus()
    pipeline.set_state(Gst.State.PLAYING)
    while bus.pop():
        pass
    def tell():
        print("waiting", flush=True)
    # A signal that comes just before the loop runs is lost by PyGObject.
    GLib.idle_add(tell) if {"loop" in wait} else tell()
    {"while True: " if "timed_pop(" in wait else ""}{wait}
    """
    path = write(program(body))
    with interruptible(run_command(path, (), ()), cwd=path.parent) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "waiting\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == -signal.SIGINT
    traceback, _, hint = errors.partition("thalweg run: ")
    assert traceback.startswith("Traceback"), errors
    assert traceback.endswith("KeyboardInterrupt\n")
    assert "thalweg/run" not in traceback
    assert hint == (
        "pipeline0 was still starting: no data had reached end (fakesink); not linked: "
        "convertor:sink, never:src.\n"
    )


def test_hanging_program_that_swallows_the_interrupt(write: Callable[..., Path]) -> None:
    body = """
    Gst.init(None)
    pipeline = Gst.Pipeline()
    make(pipeline, "appsrc", "never").link(make(pipeline, "fakesink", "end"))
    GLib.idle_add(lambda: print("waiting", flush=True))
    finish(pipeline)
    """
    path = write(program(body))
    with interruptible(run_command(path, (), ()), cwd=path.parent) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "waiting\n"
        child.send_signal(signal.SIGINT)
        _, errors = child.communicate(timeout=60)
    assert child.returncode == 0
    assert errors == (
        "thalweg run: pipeline0 was still starting: no data had reached end (fakesink).\n"
    )


PROCESSES = """
    import multiprocessing
    def play(number):
        pipeline = Gst.Pipeline()
        source(pipeline, sys.argv[1]).link(make(pipeline, "fakesink", "end"))
        pipeline.set_state(Gst.State.PLAYING)
        message = pipeline.get_bus().timed_pop_filtered(
            5 * Gst.SECOND, Gst.MessageType.EOS | Gst.MessageType.ERROR)
        print(number, message.type == Gst.MessageType.EOS if message else "nothing", flush=True)
        pipeline.set_state(Gst.State.NULL)
"""


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_a_pipeline_in_each_process(
    write: Callable[..., Path], thalweg_run: Runner, method: str
) -> None:
    body = f"""{PROCESSES}
    Gst.init(None)
    if __name__ == "__main__":
        multiprocessing.set_start_method("{method}")
        processes = [multiprocessing.Process(target=play, args=(n,)) for n in range(2)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        print([process.exitcode for process in processes])
    """
    done = thalweg_run(write(program(body)), STREAM, options=("--frames", 10))
    assert sorted(done.stdout.splitlines()) == ["0 True", "1 True", "[0, 0]"], done.stderr


def test_a_fork_after_a_pipeline_has_played_is_told_of(
    write: Callable[..., Path], thalweg_run: Runner
) -> None:
    body = f"""{PROCESSES}
    import os
    Gst.init(None)
    play("parent")
    child = os.fork()
    if child == 0:
        Gst.Pipeline().set_state(Gst.State.PLAYING)
        os._exit(0)
    os.waitpid(child, 0)
    """
    done = thalweg_run(write(program(body)), STREAM, options=("--frames", 10))
    assert done.stdout == "parent True\n", done.stderr
    assert re.search(
        r"^thalweg run: process \d+ was forked from one that had called Gst.init. Threads do not "
        r"come along, .* or multiprocessing.set_start_method\('spawn'\)\.$",
        done.stderr,
        re.MULTILINE,
    ), done.stderr


def test_a_fork_that_fails_is_told_of(write: Callable[..., Path], thalweg_run: Runner) -> None:
    body = """
    import os
    Gst.init(None)
    pipeline = Gst.Pipeline()
    child = os.fork()
    if child == 0:
        raise KeyboardInterrupt
    os.waitpid(child, 0)
    """
    done = thalweg_run(write(program(body)))
    traceback, _, hint = done.stderr.partition("thalweg run: ")
    assert traceback.endswith("KeyboardInterrupt\n"), done.stderr
    assert "was forked from one that had called Gst.init" in hint


def test_a_crash_shows_where_python_was(write: Callable[..., Path], thalweg_run: Runner) -> None:
    done = thalweg_run(write("import ctypes\ndef crash():\n    ctypes.string_at(0)\ncrash()\n"))
    assert done.returncode == -signal.SIGSEGV
    assert 'app.py", line 3 in crash' in done.stderr
