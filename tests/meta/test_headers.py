"""The public C headers: each compiles alone, and asserts the layout that binaries rely on."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
from pathlib import Path

import pytest

import thalweg

ROOT = Path(__file__).resolve().parents[2]
NVDS = ROOT / "include" / "nvds"
SHARED = Path(os.environ.get("THALWEG_SHARED", ROOT.parent / "shared"))
LAYOUT = SHARED / "spec" / "abi-layout.json"

CPP_ONLY = {
    "NvInfer.h",
    "custom_data.hpp",
    "nvds_analytics_meta.h",
    "nvdsinfer_custom_impl.h",
    "nvdspreprocess_meta.h",
}
# The specification names these by their struct tag; the headers' typedef has another name.
TYPEDEFS = {
    "NvDsFaceObjectWithExt": "struct NvDsFaceObjectWithExt",
    "NvBufSurfaceCudaIpcMemHandle_t": "struct NvBufSurfaceCudaIpcMemHandle_t",
    "NvBufSurfaceExtendedMapParams_t": "struct NvBufSurfaceExtendedMapParams_t",
}

HEADERS = sorted(path.name for path in NVDS.iterdir() if path.suffix in {".h", ".hpp"})
CASES = [(name, "c++") for name in HEADERS] + [
    (name, "c") for name in HEADERS if name not in CPP_ONLY
]


def compile_source(source: str, language: str) -> subprocess.CompletedProcess[str]:
    """Checks a source text against the headers, warnings being errors."""
    flags = subprocess.run(
        ["pkg-config", "--cflags", "gstreamer-video-1.0", "gstreamer-base-1.0"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()
    compiler = {"c": ["gcc", "-std=c11"], "c++": ["g++", "-std=c++20"]}[language]
    checks = ["-fsyntax-only", "-Wall", "-Wextra", "-Werror"]
    return subprocess.run(
        [*compiler, *flags, f"-I{NVDS}", *checks, "-x", language, "-"],
        input=source,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("header", "language"), CASES)
def test_header_compiles_alone(header: str, language: str) -> None:
    result = compile_source(f'#include "{header}"\n', language)
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("header", sorted(CPP_ONLY - {"custom_data.hpp"}))
def test_cpp_header_says_so_in_c(header: str) -> None:
    result = compile_source(f'#include "{header}"\n', "c")
    assert f"{header} is a C++ header" in result.stderr


def asserts_of(header: str) -> dict[tuple[str, str | None], int]:
    """What a header asserts: (struct, field or None for its size) -> number."""
    text = re.sub(r"\s+", " ", (NVDS / header).read_text())
    found: dict[tuple[str, str | None], int] = {}
    for name, number in re.findall(r"static_assert\( ?sizeof\(([\w ]+)\) == (\d+)", text):
        found[name, None] = int(number)
    for name, field, number in re.findall(
        r"static_assert\( ?offsetof\(([\w ]+), (\w+)\) == (\d+)", text
    ):
        found[name, field] = int(number)
    return found


@pytest.mark.skipif(not LAYOUT.exists(), reason="no ../shared/spec/abi-layout.json")
def test_every_size_and_offset_is_asserted() -> None:
    layout = json.loads(LAYOUT.read_text())
    asserts = {header: asserts_of(header) for header in HEADERS}
    missing = []
    for name, struct in layout.items():
        known = asserts[struct["header"]]
        typedef = TYPEDEFS.get(name, name)
        if known.get((typedef, None)) != struct["size"]:
            missing.append(f"{struct['header']}: sizeof({typedef}) == {struct['size']}")
        for field, place in struct["fields"].items():
            if known.get((typedef, field)) != place["offset"]:
                missing.append(
                    f"{struct['header']}: offsetof({typedef}, {field}) == {place['offset']}"
                )
    assert not missing, "\n".join(missing)
    assert len(layout) >= 100


PARSERS = """
#include "nvdsinfer_custom_impl.h"
extern "C" bool Detect(std::vector<NvDsInferLayerInfo> const &layers,
                       NvDsInferNetworkInfo const &network,
                       NvDsInferParseDetectionParams const &params,
                       std::vector<NvDsInferParseObjectInfo> &objects) {
  NvDsInferDimsCHW dims;
  getDimsCHWFromDims(dims, layers[0].inferDims);
  NvDsInferParseObjectInfo info{};
  info.width = network.width * params.perClassThreshold[0] + dims.c;
  objects.push_back(info);
  return true;
}
CHECK_CUSTOM_PARSE_FUNC_PROTOTYPE(Detect);
extern "C" bool Mask(std::vector<NvDsInferLayerInfo> const &, NvDsInferNetworkInfo const &,
                     NvDsInferParseDetectionParams const &,
                     std::vector<NvDsInferInstanceMaskInfo> &) { return true; }
CHECK_CUSTOM_INSTANCE_MASK_PARSE_FUNC_PROTOTYPE(Mask);
extern "C" bool Classify(std::vector<NvDsInferLayerInfo> const &, NvDsInferNetworkInfo const &,
                         FLOAT_TYPE, std::vector<NvDsInferAttribute> &,
                         std::string &) { return true; }
CHECK_CUSTOM_CLASSIFIER_PARSE_FUNC_PROTOTYPE(Classify);
extern "C" bool Segment(std::vector<NvDsInferLayerInfo> const &, NvDsInferNetworkInfo const &,
                        float, unsigned int, int *, float *&) { return true; }
CHECK_CUSTOM_SEM_SEGMENTATION_PARSE_FUNC_PROTOTYPE(Segment);
extern "C" bool Build(nvinfer1::IBuilder *const, nvinfer1::IBuilderConfig *const,
                      const NvDsInferContextInitParams *const, nvinfer1::DataType,
                      nvinfer1::ICudaEngine *&) { return true; }
CHECK_CUSTOM_ENGINE_CREATE_FUNC_PROTOTYPE(Build);
"""


def test_parser_sources_compile() -> None:
    result = compile_source(PARSERS.replace("FLOAT_TYPE", "float"), "c++")
    assert result.returncode == 0, result.stderr


def test_helpers_that_mention_tensorrt_compile() -> None:
    """In either order, with the other functions that a library may have."""
    helpers = """
    int64_t last(const nvinfer1::Dims dims) { return dims.d[dims.nbDims - 1]; }
    int64_t channels(nvinfer1::ITensor *tensor) { return tensor->getDimensions().d[0]; }
    bool NvDsInferInitializeInputLayers(std::vector<NvDsInferLayerInfo> const &,
                                        NvDsInferNetworkInfo const &, unsigned int) { return true; }
    bool NvDsInferPluginFactoryRuntimeGet(nvinfer1::IPluginFactory *&) { return false; }
    class Parser : public IModelParser {
      NvDsInferStatus parseModel(nvinfer1::INetworkDefinition &) override {
        return NVDSINFER_SUCCESS;
      }
      bool hasFullDimsSupported() const override { return true; }
      const char *getModelName() const override { return "mine"; }
    };
    IModelParser *NvDsInferCreateModelParser(const NvDsInferContextInitParams *) {
      return new Parser;
    }
    """
    names = ['#include "NvInfer.h"\n', '#include "nvdsinfer_custom_impl.h"\n']
    for includes in (names, names[::-1]):
        result = compile_source("".join(includes) + helpers, "c++")
        assert result.returncode == 0, result.stderr


def test_parser_with_a_wrong_signature_does_not_compile() -> None:
    result = compile_source(PARSERS.replace("FLOAT_TYPE", "double"), "c++")
    assert result.returncode != 0
    assert "Classify" in result.stderr or "bool (*)" in result.stderr


# Names of NVIDIA's libraries that ours leave out; everything else must be there.
AUDIO_AND_INTERNAL = {
    "libnvds_meta.so": re.compile(r"audio"),
    # The second is an initialiser of the library that nobody calls.
    "libnvdsgst_meta.so": re.compile(r"audio|^gstnvdsmeta_latency_measurement_int$"),
}


def exported(library: Path) -> set[str]:
    result = subprocess.run(
        ["nm", "-D", "--defined-only", library], check=True, capture_output=True, text=True
    )
    return {line.split()[2] for line in result.stdout.splitlines()}


@pytest.mark.parametrize("name", sorted(AUDIO_AND_INTERNAL))
def test_names_of_the_libraries(name: str) -> None:
    found = importlib.util.find_spec(
        "nvidia.deepstream_videodecode"
    )  # not imported: it wants torch
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package nvidia-deepstream-videodecode-cu13 is not installed")
    theirs = exported(Path(found.submodule_search_locations[0]) / "_libs" / name)
    wanted = {entry for entry in theirs if not AUDIO_AND_INTERNAL[name].search(entry)}
    assert len(wanted) > 10
    assert wanted - exported(Path(thalweg.__file__).parent / "lib" / name) == set()
