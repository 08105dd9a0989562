// What inference costs beside the model itself (inference_costs [CONFIG [FRAMES]]). The last line
// is for bench_infer.py.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <vector>

#include "infer/backend.h"
#include "infer/cluster.h"
#include "infer/model.h"
#include "infer/parser.h"

namespace {

using namespace thalweg;

double wall_ms() {
  return std::chrono::duration<double, std::milli>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}
double cpu_ms() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto ms = [](const timeval& t) { return double(t.tv_sec) * 1e3 + double(t.tv_usec) / 1e3; };
  return ms(used.ru_utime) + ms(used.ru_stime);
}

double best_ms(const std::function<void()>& work) {
  double best = 1e9;
  for (int round = 0; round < 20; ++round) {
    double start = wall_ms();
    for (int i = 0; i < 20; ++i) work();
    best = std::min(best, (wall_ms() - start) / 20);
  }
  return best;
}

std::shared_ptr<const Picture> picture() {
  auto made = Picture::allocate(NVBUF_COLOR_FORMAT_YUV420, 768, 576);
  Pixels pixels = made->mutable_pixels();
  for (int i = 0; i < 3; ++i) {
    for (int y = 0; y < pixels.planes[i].height; ++y) {
      for (int x = 0; x < pixels.planes[i].width; ++x) {
        pixels.planes[i].data[y * pixels.planes[i].stride_bytes + x] = uint8_t(x * y);
      }
    }
  }
  return made;
}

struct Cost {
  double wall_ms, cpu_ms;  // a frame
};

template <class Start, class Finish>
Cost loop(size_t runs, int frames, Start start, Finish finish) {
  for (size_t i = 0; i < runs; ++i) start(i);
  double wall = wall_ms(), cpu = cpu_ms();
  for (int i = 0; i < frames; ++i) {
    finish(size_t(i) % runs);
    start(size_t(i) % runs);
  }
  Cost cost{(wall_ms() - wall) / frames, (cpu_ms() - cpu) / frames};
  for (size_t i = 0; i < runs; ++i) finish((size_t(frames) + i) % runs);
  return cost;
}

}  // namespace

int main(int argc, char** argv) {
  const char* path = argc > 1 ? argv[1]
                              : THALWEG_SOURCE_FOLDER
                         "/models/ssd_mobilenet_v2_coco/config_infer_primary.txt";
  const int frames = argc > 2 ? std::atoi(argv[2]) : 60;
  setenv("THALWEG_BACKEND_DIR", THALWEG_BACKEND_FOLDER, 0);
  ConfigNotes notes;
  InferConfig config = load_config(path, notes);
  double start = wall_ms();
  Model detector(config, [](LogLevel, const std::string&) {});
  std::printf("load                          %8.1f ms\n", wall_ms() - start);

  Batch batch(1);
  batch.add(picture());
  auto* run = detector.acquire();
  run->add(batch.frame(0));
  run->start();
  run->finish();
  detector.release(run);

  TensorSpec spec;
  spec.width = spec.height = 300;
  spec.scale = config.net_scale_factor;
  std::ranges::copy(config.offsets, spec.mean);
  std::vector<float> tensor(3 * 300 * 300);
  std::printf("pre-process 768x576 -> 300x300 %7.3f ms\n", best_ms([&] {
                fill_tensor(batch.frame(0), {0, 0, 768, 576}, spec, tensor.data());
              }));

  // 40 boxes over the threshold, as on a busy frame.
  std::vector<float> boxes(1917 * 4), scores(1917 * 90, 0.01f);
  for (size_t i = 0; i < 1917; ++i) {
    float x = float(i % 44) / 44, y = float(i / 44) / 44;
    float box[4] = {y, x, y + 0.1f, x + 0.05f};
    std::copy_n(box, 4, &boxes[i * 4]);
    if (i % 48 == 0) scores[i * 90] = 0.5f + float(i % 7) / 20;
  }
  NvDsInferLayerInfo layer_boxes{}, layer_scores{};
  layer_boxes.layerName = "boxes", layer_boxes.inferDims = {2, {1917, 4}, 1917 * 4};
  layer_boxes.buffer = boxes.data();
  layer_scores.layerName = "scores", layer_scores.inferDims = {2, {1917, 90}, 1917 * 90};
  layer_scores.buffer = scores.data();
  Layers layers = {layer_boxes, layer_scores};
  NvDsInferParseDetectionParams params{};
  params.numClassesConfigured = config.num_detected_classes;
  params.perClassPreclusterThreshold.assign(config.num_detected_classes, 0.3f);
  std::vector<std::string> warnings;
  auto parser = make_detector_parser(config, {300, 300, 3}, layers, warnings);
  Candidates candidates;
  ClusterCounts counts;
  std::printf("parse + cluster, 40 candidates %7.3f ms\n", best_ms([&] {
                candidates.clear();
                parser->parse(layers, {300, 300, 3}, params, candidates);
                cluster(ClusterMode::kNms, config.classes, candidates, counts);
              }));

  // The same of a YOLOv8 with 80 classes.
  std::vector<float> planes(84 * 8400, 0.01f);
  for (size_t i = 0; i < 8400; i += 210) planes[(4 + i % 80) * 8400 + i] = 0.5f;
  NvDsInferLayerInfo output{};
  output.layerName = "output0", output.inferDims = {2, {84, 8400}, 84 * 8400};
  output.buffer = planes.data();
  InferConfig yolo;
  yolo.num_detected_classes = 80;
  yolo.classes.resize(80);
  params.numClassesConfigured = 80;
  params.perClassPreclusterThreshold.assign(80, 0.25f);
  const NvDsInferNetworkInfo network = {640, 640, 3};
  parser = make_detector_parser(yolo, network, {output}, warnings);
  std::printf("the same, YOLOv8 640x640       %7.3f ms\n", best_ms([&] {
                candidates.clear();
                parser->parse({output}, network, params, candidates);
                cluster(ClusterMode::kNms, yolo.classes, candidates, counts);
              }));

  // The same requests in flight, without and with everything around them, in turn.
  ModelOptions options{model_path(config, warnings), true, 1, {}};
  auto backend = load_backend(options, [](const std::string&) {});
  std::vector<std::unique_ptr<InferRequest>> requests;
  std::vector<std::vector<float>> memory;
  for (size_t i = 0; i < detector.runs(); ++i) {
    requests.push_back(backend->new_request());
    memory.emplace_back(tensor);
    requests[i]->bind_input(0, memory.back().data());
  }
  std::vector<Model::Run*> runs(detector.runs());
  std::vector<double> bare_cpu, whole_cpu, ratios;
  for (int round = 0; round < 9; ++round) {
    Cost bare = loop(
        requests.size(), frames, [&](size_t i) { requests[i]->start(); },
        [&](size_t i) { requests[i]->wait(); });
    Cost whole = loop(
        runs.size(), frames,
        [&](size_t i) {
          runs[i] = detector.acquire();
          runs[i]->add(batch.frame(0));
          runs[i]->start();
        },
        [&](size_t i) {
          runs[i]->finish();
          detector.release(runs[i]);
        });
    bare_cpu.push_back(bare.cpu_ms);
    whole_cpu.push_back(whole.cpu_ms);
    ratios.push_back(whole.cpu_ms / bare.cpu_ms);
  }
  auto middle = [](std::vector<double>& values) {
    std::ranges::nth_element(values, values.begin() + 4);
    return values[4];
  };
  std::printf(
      "CPU a frame, median of 9: the model alone, all of it, their ratio\n"
      "{\"model ms\": %.3f, \"all ms\": %.3f, \"ratio\": %.4f}\n",
      middle(bare_cpu), middle(whole_cpu), middle(ratios));
}
