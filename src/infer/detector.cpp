#include "infer/detector.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <new>

#include "infer/error.h"
#include "surface/text.h"

namespace thalweg {
namespace {

constexpr size_t kAlignment = 64;

std::string shape_text(const TensorInfo& tensor) {
  std::string text;
  for (size_t size : tensor.shape) text += (text.empty() ? "[" : ",") + std::to_string(size);
  return tensor.name + " " + text + "]";
}

/// The name by which a configuration knows an output. TensorFlow's have ":0" at the end, which the
/// output-blob-names of older models lack.
std::string layer_name(const std::string& tensor, const std::string& blob_names) {
  const bool known = (";" + blob_names + ";").find(";" + tensor + ";") != std::string::npos;
  if (known || !tensor.ends_with(":0")) return tensor;
  const std::string plain = tensor.substr(0, tensor.size() - 2);
  return (";" + blob_names + ";").find(";" + plain + ";") == std::string::npos ? tensor : plain;
}

NvDsInferLayerInfo layer_of(const TensorInfo& tensor, const std::string& name, int index) {
  NvDsInferLayerInfo layer{};
  layer.dataType = tensor.type;
  layer.bindingIndex = index;
  layer.layerName = name.c_str();
  layer.inferDims.numElements = 1;
  for (size_t i = 1; i < tensor.shape.size() && i <= NVDSINFER_MAX_DIMS; ++i) {
    layer.inferDims.d[layer.inferDims.numDims++] = unsigned(tensor.shape[i]);
    layer.inferDims.numElements *= unsigned(tensor.shape[i]);
  }
  return layer;
}

}  // namespace

Detector::Detector(const InferConfig& config, const InferLog& log) : config_(config) {
  std::vector<std::string> warnings;
  model_ = model_path(config_, warnings);
  check_config(config_);
  if (config_.labelfile_path.empty()) {
    labels_.resize(config_.num_detected_classes);
  } else {
    labels_ = read_labels(config_.labelfile_path, config_.num_detected_classes, warnings);
  }
  if (config_.cluster_mode == int(ClusterMode::kGroupRectangles)) {
    log(LogLevel::kInfo, config_.path +
                             ": cluster-mode=0 acts as NMS with IoU 0.5 and topk 20, as "
                             "in builds without OpenCV.");
  }

  ModelOptions options{model_,
                       config_.network_mode == int(NetworkMode::kFp32),
                       /*batch=*/1,
                       {config_.infer_dims.begin(), config_.infer_dims.end()}};
  if (config_.network_input_order == 1 && !options.dims.empty()) {
    std::rotate(options.dims.begin(), options.dims.begin() + 1,
                options.dims.end());  // c;h;w -> h;w;c
  }
  backend_ = load_backend(options, [&](const std::string& text) { log(LogLevel::kInfo, text); });
  describe_input(log);

  const auto& outputs = backend_->info().outputs;
  for (const auto& output : outputs) {
    layer_names_.push_back(layer_name(output.name, config_.output_blob_names));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].shape.size() > NVDSINFER_MAX_DIMS + 1) {
      fail_settings(model_ + ": expected outputs of at most " + std::to_string(NVDSINFER_MAX_DIMS) +
                    " dimensions, got " + shape_text(outputs[i]) + ". Reshape it at export.");
    }
    layers_.push_back(layer_of(outputs[i], layer_names_[i], int(i)));
  }
  params_.numClassesConfigured = config_.num_detected_classes;
  for (const auto& attributes : config_.classes) {
    params_.perClassPreclusterThreshold.push_back(attributes.pre_cluster_threshold);
    params_.perClassPostclusterThreshold.push_back(attributes.post_cluster_threshold);
  }
  parser_ = make_detector_parser(config_.parse_bbox_func_name, config_.custom_lib_path, layers_,
                                 config_.num_detected_classes, config_.path, warnings);
  for (const auto& warning : warnings) log(LogLevel::kWarning, warning);

  // One run computes on each core while the next one waits, filled, behind it.
  for (size_t i = 0; i < 2 * backend_->parallel_requests(); ++i) {
    runs_.emplace_back(new Run(*this));
    free_.push_back(runs_.back().get());
  }
  warm_up();
}

Detector::~Detector() = default;

void Detector::describe_input(const InferLog& log) {
  const auto& inputs = backend_->info().inputs;
  const char* formats[] = {"RGB", "BGR", "GRAY"};
  const char* format = formats[config_.model_color_format];
  const bool nhwc = config_.network_input_order == 1;
  if (inputs.size() != 1 || inputs[0].shape.size() != 4) {
    std::string got;
    for (const auto& input : inputs) got += (got.empty() ? "" : ", ") + shape_text(input);
    fail_settings(model_ + ": expected one image input of 4 dimensions, got " + got +
                  ". Export the model with the image as its only input.");
  }
  const auto& shape = inputs[0].shape;
  const size_t channels = nhwc ? shape[3] : shape[1];
  spec_.height = int(nhwc ? shape[1] : shape[2]);
  spec_.width = int(nhwc ? shape[2] : shape[3]);
  spec_.channels = int(channels);
  spec_.gray = config_.model_color_format == 2;
  spec_.bgr = config_.model_color_format == 1;
  spec_.nhwc = nhwc;
  frames_a_run_ = shape[0];
  if (channels != (spec_.gray ? 1 : 3)) {
    const size_t other = nhwc ? shape[1] : shape[3];
    std::string fix = channels == 1   ? "Write model-color-format=2."
                      : channels == 3 ? "Write model-color-format=0 (RGB) or 1 (BGR)."
                      : other == 3 || other == 1
                          ? std::string("Write network-input-order=") + (nhwc ? "0." : "1.")
                          : "Use a model with 1 or 3 channels.";
    fail_settings(config_.path + ": [property] model-color-format: " + format + " in " +
                  (nhwc ? "NHWC" : "NCHW") + " order needs " +
                  (spec_.gray ? "1 channel" : "3 channels") + ", but the input of " + model_ +
                  " is " + shape_text(inputs[0]) + ". " + fix);
  }
  network_ = {unsigned(spec_.width), unsigned(spec_.height), unsigned(channels)};
  if (const auto& [width, height] = config_.network_size; width > 0) {
    network_.width = unsigned(width), network_.height = unsigned(height);
    spec_.pixel_aspect = (double(width) / spec_.width) / (double(height) / spec_.height);
  }
  if (!config_.infer_dims.empty()) {
    std::vector<int> model = {int(channels), int(network_.height), int(network_.width)};
    if (model != config_.infer_dims) {
      const auto& dims = config_.infer_dims;
      fail_settings(config_.path + text(": [property] infer-dims: expected %d;%d;%d, the size of "
                                        "the model's input, got %d;%d;%d. Remove the key or export "
                                        "the model with that size.",
                                        model[0], model[1], model[2], dims[0], dims[1], dims[2]));
    }
  }
  spec_.scale = config_.net_scale_factor;
  if (!config_.offsets.empty() && config_.offsets.size() != channels) {
    fail_settings(config_.path +
                  text(": [property] offsets: expected %zu numbers, one a channel of "
                       "the model, got %zu. Write one for each.",
                       channels, config_.offsets.size()));
  }
  std::ranges::copy(config_.offsets, spec_.mean);
  spec_.keep_aspect = config_.maintain_aspect_ratio;
  spec_.symmetric = config_.symmetric_padding;
  spec_.filter = filter_of(config_.scaling_filter);
  if (!config_.mean_file.empty()) {
    mean_image_ = read_mean_image(config_.mean_file, spec_);
    spec_.mean_image = mean_image_.data();
  }
  log(LogLevel::kInfo, model_ + ": input " + shape_text(inputs[0]) + ", " + format);
}

void Detector::warm_up() {
  Run* run = free_.front();
  std::fill_n(run->input_, backend_->info().inputs[0].bytes() / sizeof(float), 0.0f);
  auto begin = std::chrono::steady_clock::now();
  run->start();
  try {
    run->request_->wait();
  } catch (const std::exception& error) {
    fail_resource(model_ +
                      ": the model loads but cannot run on this machine. Check that it runs in "
                      "ONNX Runtime or with another network-mode.",
                  error.what());
  }
  seconds_a_run_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Detector::Run* Detector::acquire() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !free_.empty(); });
  Run* run = free_.back();
  free_.pop_back();
  return run;
}

void Detector::release(Run* run) {
  run->units_.clear();
  {
    std::lock_guard lock(mutex_);
    free_.push_back(run);
  }
  freed_.notify_one();
}

ClusterCounts Detector::counts() const {
  std::lock_guard lock(parse_mutex_);
  return counts_;
}

Detector::Run::Run(Detector& detector)
    : detector_(detector), request_(detector.backend_->new_request()), layers_(detector.layers_) {
  auto allocate = [](size_t bytes) { return ::operator new(bytes, std::align_val_t(kAlignment)); };
  const auto& info = detector.backend_->info();
  input_ = static_cast<float*>(allocate(info.inputs[0].bytes()));
  request_->bind_input(0, input_);
  for (size_t i = 0; i < info.outputs.size(); ++i) {
    size_t bytes = info.outputs[i].bytes();
    outputs_.push_back(bytes ? allocate(bytes) : nullptr);
    if (bytes) request_->bind_output(i, outputs_[i]);
  }
  results_.resize(detector.frames_a_run_);
}

Detector::Run::~Run() {
  request_.reset();
  for (void* memory : outputs_) ::operator delete(memory, std::align_val_t(kAlignment));
  ::operator delete(input_, std::align_val_t(kAlignment));
}

void Detector::Run::add(const Frame& frame) {
  const auto& spec = detector_.spec_;
  size_t floats = size_t(spec.channels) * size_t(spec.width) * size_t(spec.height);
  Rect whole{0, 0, frame.width(), frame.height()};
  auto geometry = fill_tensor(frame, whole, spec, input_ + units_.size() * floats);
  units_.push_back({frame.width(), frame.height(), geometry});
}

void Detector::Run::start() { request_->start(); }

std::span<const std::vector<Detection>> Detector::Run::finish() {
  try {
    request_->wait();
  } catch (const std::exception& error) {
    fail_resource(
        detector_.model_ + ": inference failed. Check that the model runs in ONNX Runtime.",
        error.what());
  }
  // Custom parsers are written for one caller at a time.
  std::lock_guard lock(detector_.parse_mutex_);
  const auto& outputs = detector_.backend_->info().outputs;
  for (size_t unit = 0; unit < units_.size(); ++unit) {
    for (size_t i = 0; i < outputs.size(); ++i) {
      auto* data = static_cast<char*>(outputs_[i]);
      size_t bytes = outputs[i].bytes();
      if (!data) {
        auto view = request_->output(i);
        TensorInfo known{outputs[i].name, outputs[i].type, view.shape};
        layers_[i] = layer_of(known, detector_.layer_names_[i], int(i));
        data = static_cast<char*>(view.data);
        bytes = known.bytes();
      }
      layers_[i].buffer = data + unit * (bytes / detector_.frames_a_run_);
    }
    candidates_.clear();
    detector_.parser_->parse(layers_, detector_.network_, detector_.params_, candidates_);
    cluster(ClusterMode(detector_.config_.cluster_mode), detector_.config_.classes, candidates_,
            detector_.counts_);
    detector_.to_frame(units_[unit], candidates_, results_[unit]);
  }
  return std::span(results_).first(units_.size());
}

void Detector::to_frame(const Run::Unit& unit, const Candidates& boxes,
                        std::vector<Detection>& out) const {
  out.clear();
  const auto& geometry = unit.geometry;
  const float frame_width = float(unit.frame_width), frame_height = float(unit.frame_height);
  // Boxes count in the network's pixels, the geometry in those of the model's input.
  const double input_x = double(spec_.width) / network_.width;
  const double input_y = double(spec_.height) / network_.height;
  for (const auto& box : boxes) {
    const auto& limits = config_.classes[box.classId];
    if (std::ranges::count(config_.filter_out_class_ids, int(box.classId))) continue;
    auto x = [&](double v) {
      return std::clamp(
          float(geometry.crop.left + (v * input_x - geometry.offset_x) / geometry.scale_x), 0.0f,
          frame_width);
    };
    auto y = [&](double v) {
      return std::clamp(
          float(geometry.crop.top + (v * input_y - geometry.offset_y) / geometry.scale_y), 0.0f,
          frame_height);
    };
    Detection d{int(box.classId), x(box.left), y(box.top), 0, 0, box.detectionConfidence};
    d.width = x(double(box.left) + double(box.width)) - d.left;
    d.height = y(double(box.top) + double(box.height)) - d.top;
    bool inside = d.width > 0 && d.height > 0 && d.top >= float(limits.roi_top_offset) &&
                  d.top + d.height <= frame_height - float(limits.roi_bottom_offset);
    bool sized = d.width >= float(limits.min_width) && d.height >= float(limits.min_height) &&
                 (!limits.max_width || d.width <= float(limits.max_width)) &&
                 (!limits.max_height || d.height <= float(limits.max_height));
    if (inside && sized) out.push_back(d);
  }
}

std::vector<float> read_mean_image(const std::string& path, const TensorSpec& spec) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    fail_settings(path + ": cannot read the mean image. Correct mean-file or remove it.");
  }
  std::string magic;
  int sizes[3] = {};
  stream >> magic;
  for (int& size : sizes) {
    while ((stream >> std::ws).peek() == '#') stream.ignore(1 << 20, '\n');
    stream >> size;
  }
  stream.get();
  if (!stream || magic != "P6" || sizes[0] != spec.width || sizes[1] != spec.height ||
      sizes[2] != 255) {
    fail_settings(path + text(": expected a binary PPM (P6) of %dx%d with 255 levels, the size of "
                              "the network, got \"%.8s\" of %dx%d with %d. Convert the image.",
                              spec.width, spec.height, magic.c_str(), sizes[0], sizes[1],
                              sizes[2]));
  }
  const size_t plane = size_t(spec.width) * size_t(spec.height);
  std::vector<unsigned char> rgb(plane * 3);
  if (!stream.read(reinterpret_cast<char*>(rgb.data()), std::streamsize(rgb.size()))) {
    fail_settings(path + text(": expected %zu bytes of pixels, got %zd. Copy the file again.",
                              rgb.size(), ssize_t(stream.gcount())));
  }
  const size_t channels = size_t(spec.channels);
  std::vector<float> tensor(plane * channels);
  for (size_t i = 0; i < plane; ++i) {
    const unsigned char* pixel = &rgb[i * 3];
    for (size_t c = 0; c < channels; ++c) {
      float value =
          spec.gray ? 0.299f * float(pixel[0]) + 0.587f * float(pixel[1]) + 0.114f * float(pixel[2])
                    : float(pixel[spec.bgr ? 2 - c : c]);
      tensor[spec.nhwc ? i * channels + c : c * plane + i] = value;
    }
  }
  return tensor;
}

}  // namespace thalweg
