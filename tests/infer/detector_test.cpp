#include <gst/gst.h>
#include <gst/video/video.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "infer/backend.h"
#include "infer/error.h"
#include "infer/model.h"
#include "scratch_folder.h"

// The default model through the whole library, on real frames.

namespace thalweg {
namespace {

namespace fs = std::filesystem;

const fs::path kSource = THALWEG_SOURCE_FOLDER;
const fs::path kModels = kSource / "models/ssd_mobilenet_v2_coco";

fs::path shared() {
  const char* set = std::getenv("THALWEG_SHARED");
  return set ? fs::path(set) : kSource.parent_path() / "shared";
}

class Environment : public testing::Environment {
 public:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    setenv("THALWEG_BACKEND_DIR", THALWEG_BACKEND_FOLDER, 0);
    setenv("TBB_ENABLE_SANITIZERS", "1", 0);  // else it opens a library in a way that they refuse
  }
};
const auto* const kEnvironment = testing::AddGlobalTestEnvironment(new Environment);

struct Expected {
  std::string label;
  float left, top, width, height;
};

/// The golden file's frames: an array of flat objects, so a scan for its keys reads it.
std::map<int, std::vector<Expected>> golden() {
  std::ifstream stream(shared() / "models/golden_ssd_pets09.json");
  std::map<int, std::vector<Expected>> frames;
  int frame = -1;
  Expected current{};
  for (std::string line; std::getline(stream, line);) {
    auto value = [&](const char* key) -> std::string {
      std::string quoted = std::string("\"") + key + "\": ";
      size_t at = line.find(quoted);
      return at == std::string::npos ? "" : line.substr(at + quoted.size());
    };
    if (auto v = value("frame_index"); !v.empty()) frame = std::stoi(v);
    if (auto v = value("label"); !v.empty()) current.label = v.substr(1, v.find('"', 1) - 1);
    if (auto v = value("left"); !v.empty()) current.left = std::stof(v);
    if (auto v = value("top"); !v.empty()) current.top = std::stof(v);
    if (auto v = value("width"); !v.empty()) current.width = std::stof(v);
    if (auto v = value("height"); !v.empty()) {
      current.height = std::stof(v);
      frames[frame].push_back(current);
    }
  }
  return frames;
}

/// I420 pictures of the given frame numbers of the clip.
std::map<int, std::shared_ptr<const Picture>> decode(const std::set<int>& wanted) {
  std::string launch =
      "filesrc location=" + (shared() / "media/pets09-s2l1/pets09_s2l1.mp4").string() +
      " ! qtdemux ! h264parse ! avdec_h264 ! video/x-raw,format=I420 ! appsink "
      "name=sink sync=false max-buffers=2";
  GstElement* pipeline = gst_parse_launch(launch.c_str(), nullptr);
  GstElement* sink = gst_bin_get_by_name(GST_BIN(pipeline), "sink");
  gst_element_set_state(pipeline, GST_STATE_PLAYING);
  std::map<int, std::shared_ptr<const Picture>> pictures;
  for (int number = 0; pictures.size() < wanted.size(); ++number) {
    GstSample* sample = nullptr;
    g_signal_emit_by_name(sink, "pull-sample", &sample);
    if (!sample) break;
    if (wanted.contains(number)) {
      GstVideoInfo info;
      gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
      pictures[number] = Picture::wrap(gst_sample_get_buffer(sample), info);
    }
    gst_sample_unref(sample);
  }
  gst_element_set_state(pipeline, GST_STATE_NULL);
  gst_object_unref(sink);
  gst_object_unref(pipeline);
  return pictures;
}

InferConfig default_config(float threshold) {
  ConfigNotes notes;
  auto config = load_config(kModels / "config_infer_primary.txt", notes);
  EXPECT_TRUE(notes.warnings.empty());
  for (auto& attributes : config.classes) attributes.pre_cluster_threshold = threshold;
  return config;
}

std::vector<std::string> warnings;
void log(LogLevel level, const std::string& text) {
  if (level == LogLevel::kWarning) warnings.push_back(text);
}

std::vector<Detection> detect(Model& detector, Batch& batch, int frame = 0) {
  auto* run = detector.acquire();
  run->add(batch.frame(frame));
  run->start();
  auto result = run->finish()[0].detections;
  detector.release(run);
  return result;
}

float overlap(const Expected& a, const Detection& b) {
  return iou({0, a.left, a.top, a.width, a.height, 0, 0},
             {0, b.left, b.top, b.width, b.height, 0, 0});
}

class ClipTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!fs::exists(shared() / "models/golden_ssd_pets09.json")) {
      GTEST_SKIP() << "no shared models and media; set THALWEG_SHARED";
    }
  }
};

TEST_P(ClipTest, FindsWhatTheReferenceFinds) {
  auto expected = golden();
  ASSERT_EQ(expected.size(), 4u);
  std::set<int> numbers;
  for (const auto& [number, boxes] : expected) numbers.insert(number);
  auto pictures = decode(numbers);
  ASSERT_EQ(pictures.size(), 4u);
  auto config = default_config(0.5f);
  if (std::string(GetParam()) == "fp32") {
    config.onnx_file = shared() / "models/ssd_mobilenet_v2_coco.onnx";
  }
  Model detector(config, log);
  for (const auto& [number, boxes] : expected) {
    Batch batch(1);
    batch.add(pictures[number]);
    auto found = detect(detector, batch);
    EXPECT_EQ(found.size(), boxes.size()) << "frame " << number;
    for (const auto& box : boxes) {
      float best = 0;
      for (const auto& d : found) {
        if (detector.label(d.class_id) == box.label) best = std::max(best, overlap(box, d));
      }
      EXPECT_GE(best, 0.9f) << "frame " << number << " " << box.label << " " << box.left;
    }
  }
}
INSTANTIATE_TEST_SUITE_P(Models, ClipTest, testing::Values("fp16", "fp32"));

/// A grey picture with a brighter part: enough for what does not need a meaning.
std::shared_ptr<const Picture> plain_picture(int width = 320, int height = 240) {
  auto picture = Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, width, height);
  Pixels pixels = picture->mutable_pixels();
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width * 4; ++x) {
      pixels.planes[0].data[y * pixels.planes[0].stride_bytes + x] = uint8_t(x > width ? 90 : 200);
    }
  }
  return picture;
}

TEST(Model, RunsUnderWayTogetherGiveWhatOneGives) {
  auto config = default_config(0.02f);
  Model detector(config, log);
  Batch batch(1);
  batch.add(plain_picture());
  auto alone = detect(detector, batch);
  ASSERT_FALSE(alone.empty());
  std::vector<Model::Run*> runs;
  for (size_t i = 0; i < detector.runs(); ++i) {
    runs.push_back(detector.acquire());
    runs.back()->add(batch.frame(0));
    runs.back()->start();
  }
  for (auto* run : runs) {
    auto results = run->finish();
    ASSERT_EQ(results.size(), 1u);
    const auto& found = results[0].detections;
    ASSERT_EQ(found.size(), alone.size());
    for (size_t i = 0; i < alone.size(); ++i) {
      EXPECT_EQ(found[i].left, alone[i].left);
      EXPECT_EQ(found[i].confidence, alone[i].confidence);
    }
    detector.release(run);
  }
}

TEST(Model, ARunGivenBackUnderWayCanBeUsedAgain) {
  Model model(default_config(0.02f), log);
  Batch batch(1);
  batch.add(plain_picture());
  const auto alone = detect(model, batch);
  for (size_t i = 0; i < 3 * model.runs(); ++i) {
    auto* run = model.acquire();
    run->add(batch.frame(0));
    run->start();
    model.release(run);
  }
  const auto after = detect(model, batch);
  ASSERT_EQ(after.size(), alone.size());
  for (size_t i = 0; i < alone.size(); ++i) EXPECT_EQ(after[i].confidence, alone[i].confidence);
}

TEST(Model, FiltersBoxesInFramePixels) {
  auto config = default_config(0.02f);
  Batch batch(1);
  batch.add(plain_picture());
  Model all(config, log);
  auto found = detect(all, batch);
  ASSERT_GT(found.size(), 1u);
  for (const auto& d : found) {
    EXPECT_GE(d.left, 0);
    EXPECT_GE(d.top, 0);
    EXPECT_LE(d.left + d.width, 320.001f);
    EXPECT_LE(d.top + d.height, 240.001f);
  }
  auto expect_left = [&](auto keeps) {
    Model some(config, log);
    auto left = detect(some, batch);
    size_t expected = size_t(std::count_if(found.begin(), found.end(), keeps));
    EXPECT_EQ(left.size(), expected);
    EXPECT_TRUE(std::ranges::all_of(left, keeps));
  };
  float width = found[found.size() / 2].width, height = found[found.size() / 2].height;
  for (auto& c : config.classes) c.max_width = unsigned(width);
  expect_left([&](const Detection& d) { return d.width <= float(unsigned(width)); });
  for (auto& c : config.classes) c.max_width = 0, c.min_height = unsigned(height);
  expect_left([&](const Detection& d) { return d.height >= float(unsigned(height)); });
  for (auto& c : config.classes) c.min_height = 0, c.roi_top_offset = 20, c.roi_bottom_offset = 30;
  expect_left([&](const Detection& d) { return d.top >= 20 && d.top + d.height <= 210; });
  for (auto& c : config.classes) c.roi_top_offset = c.roi_bottom_offset = 0;
  config.filter_out_class_ids = {found[0].class_id};
  expect_left([&](const Detection& d) { return d.class_id != found[0].class_id; });
}

TEST(Model, LabelFileShorterThanTheClassesWarnsOnce) {
  ScratchFolder folder;
  auto config = default_config(0.5f);
  config.labelfile_path = folder.file("l.txt", "person\n");
  warnings.clear();
  Model detector(config, log);
  EXPECT_EQ(warnings,
            std::vector<std::string>{folder.path("l.txt") +
                                     ": expected 90 labels (num-detected-classes), one a "
                                     "line, got 1; the classes after them have no label."});
  EXPECT_EQ(detector.label(0), "person");
  EXPECT_EQ(detector.label(1), "");
}

TEST(Model, ErrorsOfModelAndConfiguration) {
  ScratchFolder folder;
  auto error = [&](auto change) {
    auto config = default_config(0.5f);
    config.path = "c.txt";
    change(config);
    std::string text = error_of([&] { Model(config, log); }, folder.path() + "/");
    for (size_t at; (at = text.find(kModels.string() + "/")) != std::string::npos;) {
      text.erase(at, kModels.string().size() + 1);
    }
    return text;
  };
  const std::string model = "ssd_mobilenet_v2_coco_fp16.onnx";
  EXPECT_EQ(
      error([&](auto& c) { c.onnx_file = folder.file("no.onnx", "this is no model"); }),
      "no.onnx: expected an ONNX model, got a file that cannot be read as one. Check that the "
      "download is complete and that the path is not another file's.");
  EXPECT_EQ(
      error([&](auto& c) {
        std::ifstream in(kModels / model, std::ios::binary);
        std::string half(1 << 20, 0);
        in.read(half.data(), std::streamsize(half.size()));
        c.onnx_file = folder.file("cut.onnx", half);
      }),
      "cut.onnx: expected an ONNX model, got a file that cannot be read as one. Check that the "
      "download is complete and that the path is not another file's.");
  EXPECT_EQ(
      error([&](auto& c) { c.onnx_file = folder.file("empty.onnx", ""); }),
      "empty.onnx: expected an ONNX model, got a file that cannot be read as one. Check that the "
      "download is complete and that the path is not another file's.");
  EXPECT_EQ(error([](auto& c) { c.model_color_format = 2; }),
            "c.txt: [property] model-color-format: GRAY in NCHW order needs 1 channel, but the "
            "input of " +
                model + " is image [1,3,300,300]. Write model-color-format=0 (RGB) or 1 (BGR).");
  EXPECT_EQ(error([](auto& c) { c.network_input_order = 1; }),
            "c.txt: [property] model-color-format: RGB in NHWC order needs 3 channels, but the "
            "input of " +
                model + " is image [1,3,300,300]. Write network-input-order=0.");
  EXPECT_EQ(error([](auto& c) {
              c.infer_dims = {3, 320, 320};
            }),
            "c.txt: [property] infer-dims: expected 3;300;300, the size of the model's input, got "
            "3;320;320. Remove the key or export the model with that size.");
  EXPECT_EQ(
      error([](auto& c) {
        c.offsets = {1, 2};
      }),
      "c.txt: [property] offsets: expected 3 numbers, one a channel of the model, got 2. Write "
      "one for each.");
  EXPECT_EQ(
      error([&](auto& c) { c.mean_file = folder.file("m.ppm", "P6 10 10 255\n"); }),
      "m.ppm: expected a binary PPM (P6) of 300x300 with 255 levels, the size of the network, got "
      "\"P6\" of 10x10 with 255. Convert the image.");
  EXPECT_EQ(error([](auto& c) {
              c.num_detected_classes = 91;
              c.classes.resize(91);
            }),
            "c.txt: [property] num-detected-classes: expected at most 90, the classes of the model "
            "(boxes [1917,4] float32, scores [1917,90] float32), got 91. Write "
            "num-detected-classes=90.");
}

/// A configuration as programs have it for TrafficCamNet, which is not there.
class SubstituteTest : public testing::Test {
 protected:
  void SetUp() override {
    setenv("THALWEG_PACKAGE", kSource.c_str(), 1);
    setenv("THALWEG_SUBSTITUTE_MODELS", "1", 1);
    batch_.add(plain_picture());
  }
  void TearDown() override {
    unsetenv("THALWEG_PACKAGE");
    unsetenv("THALWEG_SUBSTITUTE_MODELS");
  }
  InferConfig config(const std::string& keys = "") {
    ConfigNotes notes;
    auto config =
        load_config(folder_.file("c.txt",
                                 "[property]\nonnx-file=resnet18_trafficcamnet_pruned.onnx\n"
                                 "net-scale-factor=0.00392156862745098\nnum-detected-classes=4\n"
                                 "infer-dims=3;544;960\ncluster-mode=4\n" +
                                     keys + "[class-attrs-all]\npre-cluster-threshold=0.02\n"),
                    notes);
    substitute_model(config);
    return config;
  }
  ScratchFolder folder_;
  Batch batch_{1};
};

TEST_F(SubstituteTest, AParserOfAProgramSeesTheOriginalsTensors) {
  Model built_in(config(), log);
  const auto expected = detect(built_in, batch_);
  ASSERT_GT(expected.size(), 3u);
  const std::string parser = std::string("custom-lib-path=") + THALWEG_TEST_PARSER +
                             "\nparse-bbox-func-name=NvDsInferParseTrafficCamNet\n";
  Model own(config(parser + "output-blob-names=output_bbox/BiasAdd;output_cov/Sigmoid\n"), log);
  const auto found = detect(own, batch_);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(found[i].class_id, expected[i].class_id);
    EXPECT_EQ(found[i].confidence, expected[i].confidence);
    EXPECT_NEAR(found[i].left, expected[i].left, 0.5);  // the built-in one clips to 959 x 543
    EXPECT_NEAR(found[i].left + found[i].width, expected[i].left + expected[i].width, 0.5);
    EXPECT_NEAR(found[i].top, expected[i].top, 0.5);
    EXPECT_NEAR(found[i].top + found[i].height, expected[i].top + expected[i].height, 0.5);
  }

  // As ONNX, the model's outputs have names of their own.
  Model named(config(parser), log);
  EXPECT_EQ(error_of([&] { detect(named, batch_); }, folder_.path()),
            "/c.txt: [property] parse-bbox-func-name: NvDsInferParseTrafficCamNet reported a "
            "failure for the layers "
            "output_cov/Sigmoid:0 [4,34,60] float32, output_bbox/BiasAdd:0 [16,34,60] float32. "
            "Check that the parser belongs to this model.");
}

TEST_F(SubstituteTest, SizesAreTheOriginals) {
  auto wrong = config();
  wrong.infer_dims = {3, 300, 300};
  const std::string text = error_of([&] { Model(wrong, log); });
  EXPECT_NE(text.find("infer-dims: expected 3;544;960, the size of the model's input, got "
                      "3;300;300."),
            std::string::npos)
      << text;
}

TEST_F(SubstituteTest, ASecondaryWithoutItsModelIsToldOf) {
  ConfigNotes notes;
  auto config = load_config(folder_.file("c.txt",
                                         "[property]\nprocess-mode=2\nnetwork-type=1\n"
                                         "onnx-file=resnet18_vehiclemakenet_pruned.onnx\n"),
                            notes);
  EXPECT_EQ(error_of([&] { Model(config, log); }, folder_.path()),
            "/c.txt: [property] onnx-file: cannot read /resnet18_vehiclemakenet_pruned.onnx. It is "
            "VehicleMakeNet, published at "
            "https://catalog.ngc.nvidia.com/orgs/nvidia/teams/tao/models/vehiclemakenet; Thalweg "
            "has no model like it; with `thalweg run --substitute-models` "
            "(THALWEG_SUBSTITUTE_MODELS=1) frames pass through without it (" +
                (kSource / "docs/reference/substitute-models.md").string() + ").");
}

TEST(Model, MissingBackendLibrary) {
  ScratchFolder folder;
  setenv("THALWEG_BACKEND_DIR", folder.path().c_str(), 1);
  std::string text = error_of([] { Model(default_config(0.5f), log); }, folder.path());
  setenv("THALWEG_BACKEND_DIR", THALWEG_BACKEND_FOLDER, 1);
  EXPECT_EQ(
      text,
      "cannot load the inference backend /libthalweg_openvino.so: /libthalweg_openvino.so: cannot "
      "open shared object file: No such file or directory. Install the Python package openvino "
      "beside thalweg, or build the target thalweg_openvino; `thalweg doctor` tells more.");
}

TEST(MeanImage, TakesTheTensorsOrder) {
  ScratchFolder folder;
  std::string pixels = {1, 2, 3, 4, 5, 6};
  auto file = folder.file("m.ppm", "P6\n# a comment\n2 1\n255\n" + pixels);
  TensorSpec spec;
  spec.width = 2, spec.height = 1;
  using Values = std::vector<float>;
  EXPECT_EQ(read_mean_image(file, spec), (Values{1, 4, 2, 5, 3, 6}));
  spec.bgr = true;
  EXPECT_EQ(read_mean_image(file, spec), (Values{3, 6, 2, 5, 1, 4}));
  spec.nhwc = true;
  EXPECT_EQ(read_mean_image(file, spec), (Values{3, 2, 1, 6, 5, 4}));
}

// A second load takes the compiled model from disk; a damaged one is compiled again.
TEST(Backend, CompiledModelsAreKeptOnDisk) {
  auto load = [&] {
    std::string notes;
    ModelOptions options{.path = (kModels / "ssd_mobilenet_v2_coco_fp16.onnx").string(),
                         .exact_fp32 = true,
                         .batch = 3,
                         .dims = {}};
    auto backend = load_backend(options, [&](const std::string& text) { notes += text; });
    EXPECT_EQ(backend->info().inputs[0].shape[0], 3u);
    return notes;
  };
  load();
  std::string second = load();
  const std::string taken = "compiled model taken from ";
  ASSERT_TRUE(second.starts_with(taken)) << second;
  fs::resize_file(second.substr(taken.size()), 1000);
  EXPECT_TRUE(load().starts_with("compiled model written to "));
  EXPECT_TRUE(load().starts_with(taken));
}

}  // namespace
}  // namespace thalweg
