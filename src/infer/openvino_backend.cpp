// The backend on OpenVINO's CPU device. This file alone sees OpenVINO; it is a library of its own.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <openvino/frontend/manager.hpp>
#include <openvino/openvino.hpp>
#include <set>
#include <span>
#include <sstream>
#include <string_view>
#include <thread>
#include <utility>

#include "infer/backend.h"
#include "infer/blob_cache.h"
#include "infer/error.h"

namespace thalweg {
namespace {

using Note = std::function<void(const std::string&)>;

NvDsInferDataType type_of(const ov::element::Type& type) {
  if (type == ov::element::i8) return INT8;
  if (type == ov::element::i32) return INT32;
  if (type == ov::element::i64) return INT64;
  if (type == ov::element::u8) return UINT8;
  return FLOAT;
}

/// The type that callers see instead of `type`; the same if they may see it.
ov::element::Type visible(const ov::element::Type& type) {
  if (type == ov::element::boolean) return ov::element::u8;
  if (type.is_real()) return ov::element::f32;
  return type_of(type) == FLOAT ? ov::element::Type(ov::element::i32) : type;
}

TensorInfo info_of(const ov::Output<const ov::Node>& port) {
  TensorInfo info;
  if (!port.get_names().empty()) info.name = port.get_any_name();
  info.type = type_of(port.get_element_type());
  for (const auto& dim : port.get_partial_shape()) {
    info.shape.push_back(dim.is_static() ? size_t(dim.get_length()) : 0);
  }
  return info;
}

class OpenVinoRequest : public InferRequest {
 public:
  explicit OpenVinoRequest(ov::CompiledModel& model)
      : model_(model), request_(model.create_infer_request()) {}

  void bind_input(size_t index, void* memory) override {
    auto port = model_.input(index);
    request_.set_input_tensor(index, {port.get_element_type(), port.get_shape(), memory});
  }
  void bind_output(size_t index, void* memory) override {
    auto port = model_.output(index);
    request_.set_output_tensor(index, {port.get_element_type(), port.get_shape(), memory});
  }
  void start() override { request_.start_async(); }
  void wait() override { request_.wait(); }
  View output(size_t index) override {
    ov::Tensor tensor = request_.get_output_tensor(index);
    return {tensor.data(), tensor.get_shape()};
  }

 private:
  ov::CompiledModel model_;
  ov::InferRequest request_;
};

class OpenVinoBackend : public Backend {
 public:
  OpenVinoBackend(ov::CompiledModel model, std::shared_ptr<const MappedFile> blob, size_t parallel)
      : blob_(std::move(blob)), model_(std::move(model)), parallel_(parallel) {
    for (const auto& port : model_.inputs()) info_.inputs.push_back(info_of(port));
    for (const auto& port : model_.outputs()) info_.outputs.push_back(info_of(port));
  }
  const ModelInfo& info() const override { return info_; }
  size_t parallel_requests() const override { return parallel_; }
  std::unique_ptr<InferRequest> new_request() override {
    return std::make_unique<OpenVinoRequest>(model_);
  }

 private:
  std::shared_ptr<const MappedFile> blob_;  // weights of `model_` may lie in it
  ov::CompiledModel model_;
  size_t parallel_;
  ModelInfo info_;
};

ov::Core& core() {
  static auto* core = new ov::Core;  // lives as long as the process: its threads do
  return *core;
}

/// Names of the files beside an ONNX model that hold weights of it.
std::set<std::string> external_files(std::span<const std::byte> model) {
  const std::string_view text(reinterpret_cast<const char*>(model.data()), model.size());
  // An entry of external_data: field 1, "location"; field 2, a length and the name.
  constexpr std::string_view kLocation = "\x0A\x08location\x12";
  std::set<std::string> files;
  for (size_t at = 0; (at = text.find(kLocation, at)) != std::string_view::npos;) {
    at += kLocation.size();
    const size_t length = at < text.size() ? static_cast<unsigned char>(text[at]) : 0;
    files.emplace(text.substr(std::min(at + 1, text.size()), length));
  }
  return files;
}

/// Names what the compiled model depends on; "" when that cannot be told.
std::string cache_key(const ModelOptions& options, std::span<const std::byte> model) {
  constexpr int kReading = 2;  // grows when read_model() makes another model of the same file
  std::ostringstream key;
  key << kReading << '|' << hash_text(model) << '|' << options.exact_fp32 << '|' << options.batch;
  const auto folder = std::filesystem::path(options.path).parent_path();
  for (const std::string& name : external_files(model)) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(folder / name, error)) return "";
    key << '|' << hash_text(MappedFile(folder / name).bytes());
  }
  for (size_t size : options.dims) key << ',' << size;
  key << '|' << ov::get_openvino_version().buildNumber << '|'
      << core().get_property("CPU", ov::device::full_name);
  std::string text = key.str();
  return hash_text(std::as_bytes(std::span(text)));
}

std::shared_ptr<ov::Model> read_model(const ModelOptions& options) {
  std::shared_ptr<ov::Model> model;
  try {
    if (options.path.ends_with(".onnx")) {
      // read_model() would ask every frontend, and TensorFlow's prints what it thinks of the file.
      auto frontend = ov::frontend::FrontEndManager().load_by_framework("onnx");
      model = frontend->convert(frontend->load(options.path));
    } else {
      model = core().read_model(options.path);
    }
    if (model->outputs().empty()) throw std::runtime_error("the model has no outputs");
  } catch (const std::exception& error) {
    fail_resource(
        options.path +
            ": expected an ONNX model, got a file that cannot be read as one. "
            "Check that the download is complete and that the path is not another file's.",
        error.what());
  }
  bool image_seen = false;  // infer-dims are those of the first input of 4 dimensions
  for (const auto& input : model->inputs()) {
    ov::PartialShape shape = input.get_partial_shape();
    if (shape.rank().is_dynamic() || shape.size() == 0) continue;
    if (shape[0].is_dynamic()) shape[0] = int64_t(options.batch);
    const bool is_image = shape.size() == 4 && !std::exchange(image_seen, true);
    auto given = is_image ? options.dims.begin() : options.dims.end();
    for (auto dim = shape.begin() + 1; dim != shape.end(); ++dim) {
      const bool known = given != options.dims.end();
      const size_t size = known ? *given++ : 0;
      if (dim->is_static()) continue;
      if (!known) {
        std::ostringstream text;
        text << input.get_partial_shape();
        if (!is_image) {
          fail_settings(options.path +
                        ": expected inputs besides the image whose sizes are fixed, "
                        "but for the batch, got " +
                        text.str() + ". Export the model with those sizes.");
        }
        fail_settings(options.path + ": the input has free sizes, " + text.str() +
                      ", and the configuration has no infer-dims. Write "
                      "infer-dims=channels;height;width.");
      }
      *dim = int64_t(size);
    }
    if (shape != input.get_partial_shape()) {
      model->reshape(std::map<ov::Output<ov::Node>, ov::PartialShape>{{input, shape}});
    }
  }
  ov::preprocess::PrePostProcessor types(model);
  for (size_t i = 0; i < model->inputs().size(); ++i) {
    bool image = model->input(i).get_partial_shape().size() == 4;
    types.input(i).tensor().set_element_type(image ? ov::element::f32
                                                   : visible(model->input(i).get_element_type()));
  }
  for (size_t i = 0; i < model->outputs().size(); ++i) {
    types.output(i).tensor().set_element_type(visible(model->output(i).get_element_type()));
  }
  return types.build();
}

std::unique_ptr<Backend> load(const ModelOptions& options, const Note& note) {
  const size_t cores = std::max(1u, std::thread::hardware_concurrency());
  ov::AnyMap settings = {
      ov::hint::performance_mode(ov::hint::PerformanceMode::THROUGHPUT),
      ov::num_streams(int32_t(cores)),
      ov::inference_num_threads(int32_t(cores)),
      ov::hint::enable_hyper_threading(true),
      // The decoder and the overlay run on the same cores; the scheduler shares them better.
      ov::hint::enable_cpu_pinning(false),
  };
  if (options.exact_fp32) settings.insert(ov::hint::inference_precision(ov::element::f32));

  MappedFile file(options.path);
  std::optional<BlobCache> cache;
  std::string key;
  if (!options.path.ends_with(".xml")) key = cache_key(options, file.bytes());
  if (!key.empty()) {
    cache.emplace();
    if (auto entry = cache->load(key)) {
      try {
        auto* data = const_cast<std::byte*>(entry->blob.data());  // ov::Tensor has no const form
        ov::Tensor blob(ov::element::u8, {entry->blob.size()}, data);
        auto model = core().import_model(blob, "CPU", settings);
        note("compiled model taken from " + cache->path(key));
        return std::make_unique<OpenVinoBackend>(model, entry->file, cores);
      } catch (const std::exception& error) {
        note("compiled model " + cache->path(key) +
             " is not usable, compiling again: " + error.what());
      }
    }
  }

  ov::CompiledModel model;
  auto source = read_model(options);
  try {
    model = core().compile_model(source, "CPU", settings);
  } catch (const std::exception& error) {
    fail_resource(options.path +
                      ": OpenVINO cannot compile the model for the CPU. Export it with "
                      "operators of ONNX opset 13 or so, or report the text below.",
                  error.what());
  }
  if (cache) {
    try {
      std::ostringstream blob;
      model.export_model(blob);
      cache->store(key, std::as_bytes(std::span(blob.view())));
      note("compiled model written to " + cache->path(key));
    } catch (const std::exception& error) {
      note(std::string("compiled model cannot be cached: ") + error.what());
    }
  }
  return std::make_unique<OpenVinoBackend>(model, nullptr, cores);
}

}  // namespace
}  // namespace thalweg

extern "C" __attribute__((visibility("default"))) std::unique_ptr<thalweg::Backend>
thalweg_load_model(const thalweg::ModelOptions& options, const thalweg::Note& note) {
  return thalweg::load(options, note);
}
