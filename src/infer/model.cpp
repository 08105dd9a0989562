#include "infer/model.h"

#include <glib.h>

#include <algorithm>
#include <chrono>

#include "infer/error.h"

namespace thalweg {
namespace {

/// The name by which a configuration knows an output. TensorFlow's have ":0" at the end, which the
/// output-blob-names of older models lack.
std::string layer_name(const std::string& tensor, const std::string& blob_names) {
  const bool known = (";" + blob_names + ";").find(";" + tensor + ";") != std::string::npos;
  if (known || !tensor.ends_with(":0")) return tensor;
  const std::string plain = tensor.substr(0, tensor.size() - 2);
  return (";" + blob_names + ";").find(";" + plain + ";") == std::string::npos ? tensor : plain;
}

}  // namespace

Model::Model(const InferConfig& config, const InferLog& log) : config_(config) {
  std::vector<std::string> warnings;
  path_ = model_path(config_, warnings);
  check_config(config_);
  for (const auto& sentence : idle_keys(config_)) log(LogLevel::kInfo, sentence);
  const bool detects = config_.network_type == 0 || config_.network_type == 3;
  if (detects) labels_.resize(config_.num_detected_classes);
  if (detects && !config_.labelfile_path.empty()) {
    labels_ = read_labels(config_.labelfile_path, config_.num_detected_classes, warnings);
  }
  const bool ungrouped = std::ranges::any_of(
      config_.classes, [](const ClassAttributes& c) { return c.group_threshold == 0; });
  if (detects && config_.cluster_mode == int(ClusterMode::kGroupRectangles) && ungrouped) {
    log(LogLevel::kInfo, config_.path +
                             ": cluster-mode=0 without group-threshold acts as NMS with IoU 0.5 "
                             "and topk 20.");
  }

  ModelOptions options{path_,
                       config_.network_mode == int(NetworkMode::kFp32),
                       /*batch=*/1,
                       {config_.infer_dims.begin(), config_.infer_dims.end()}};
  if (config_.network_input_order == 1 && !options.dims.empty()) {
    std::rotate(options.dims.begin(), options.dims.begin() + 1,
                options.dims.end());  // c;h;w -> h;w;c
  }
  backend_ = load_backend(options, [&](const std::string& text) { log(LogLevel::kInfo, text); });
  const auto& info = backend_->info();
  input_ = describe_input(config_, path_, info.inputs);
  const char* formats[] = {"RGB", "BGR", "GRAY"};
  log(LogLevel::kInfo, path_ + ": input " + shape_text(info.inputs[input_.index]) + ", " +
                           formats[config_.model_color_format]);
  describe_outputs();
  if (detects) {
    reader_ = make_detection_reader(config_, input_, layers_, warnings);
  } else if (config_.network_type == 1) {
    reader_ = make_classification_reader(config_, input_, layers_, warnings);
  } else if (config_.network_type == 2) {
    reader_ = make_segmentation_reader(config_, input_, layers_);
  }
  extra_inputs_ = std::make_unique<ExtraInputs>(config_, path_, info.inputs, input_);
  if (TensorFiles::wanted(config_)) files_ = std::make_unique<TensorFiles>(config_, layers_);
  for (const auto& warning : warnings) log(LogLevel::kWarning, warning);

  // One run computes on each core while the next one waits, filled, behind it.
  for (size_t i = 0; i < 2 * backend_->parallel_requests(); ++i) {
    runs_.emplace_back(new Run(*this));
    free_.push_back(runs_.back().get());
  }
  warm_up();
}

Model::~Model() = default;

void Model::describe_outputs() {
  const auto& outputs = backend_->info().outputs;
  for (const auto& output : outputs) {
    const std::string name = layer_name(output.name, config_.output_blob_names);
    layer_names_.push_back(g_intern_string(name.c_str()));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i].shape.size() > NVDSINFER_MAX_DIMS + 1) {
      fail_settings(path_ + ": expected outputs of at most " + std::to_string(NVDSINFER_MAX_DIMS) +
                    " dimensions, got " + shape_text(outputs[i]) + ". Reshape it at export.");
    }
    layers_.push_back(layer_of(outputs[i], layer_names_[i], int(i)));
  }
}

void Model::warm_up() {
  Run* run = free_.front();
  std::fill_n(run->input_, backend_->info().inputs[input_.index].bytes() / sizeof(float), 0.0f);
  auto begin = std::chrono::steady_clock::now();
  run->start();
  try {
    run->request_->wait();
  } catch (const std::exception& error) {
    fail_resource(path_ +
                      ": the model loads but cannot run on this machine. Check that it runs in "
                      "ONNX Runtime or with another network-mode.",
                  error.what());
  }
  run->under_way_ = false;
  seconds_a_run_ = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

Model::Run* Model::acquire() {
  std::unique_lock lock(mutex_);
  freed_.wait(lock, [&] { return !free_.empty(); });
  Run* run = free_.back();
  free_.pop_back();
  return run;
}

Model::Run* Model::try_acquire() {
  std::lock_guard lock(mutex_);
  if (free_.empty()) return nullptr;
  Run* run = free_.back();
  free_.pop_back();
  return run;
}

void Model::release(Run* run) {
  if (run->under_way_) {
    try {
      run->request_->wait();
    } catch (const std::exception&) {
      // Nobody waits for this run's result.
    }
    run->under_way_ = false;
  }
  run->places_.clear();
  {
    std::lock_guard lock(mutex_);
    free_.push_back(run);
  }
  freed_.notify_one();
}

ClusterCounts Model::counts() const {
  std::lock_guard lock(reader_mutex_);
  return reader_ ? reader_->counts() : ClusterCounts{};
}

Model::Run::Run(Model& model)
    : model_(model), request_(model.backend_->new_request()), layers_(model.layers_) {
  const auto& info = model.backend_->info();
  const size_t image = model.input_.index;
  input_memory_ = allocate_tensor(info.inputs[image].bytes());
  input_ = static_cast<float*>(input_memory_.get());
  request_->bind_input(image, input_);
  model.extra_inputs_->bind(*request_);
  for (size_t i = 0; i < info.outputs.size(); ++i) {
    size_t bytes = info.outputs[i].bytes();
    outputs_.push_back(bytes ? allocate_tensor(bytes) : nullptr);
    if (bytes) request_->bind_output(i, outputs_[i].get());
  }
  results_.resize(model.input_.batch);
}

Model::Run::~Run() = default;

void Model::Run::add(const Frame& frame) { add(frame, {0, 0, frame.width(), frame.height()}); }

void Model::Run::add(const Frame& frame, Rect crop) {
  const auto geometry = fill_tensor(frame, crop, model_.input_.spec, place_of_next());
  fed({frame.width(), frame.height(), geometry});
}

void Model::Run::add(const float* tensor, const UnitPlace& place) {
  std::copy_n(tensor, model_.input_floats(), place_of_next());
  fed(place);
}

void Model::Run::fed(const UnitPlace& place) {
  if (model_.files_) model_.files_->input(std::span(place_of_next(), model_.input_floats()));
  places_.push_back(place);
}

void Model::Run::start() {
  request_->start();
  under_way_ = true;
}

std::span<const Result> Model::Run::finish() {
  try {
    under_way_ = false;
    request_->wait();
  } catch (const std::exception& error) {
    fail_resource(model_.path_ + ": inference failed. Check that the model runs in ONNX Runtime.",
                  error.what());
  }
  // Custom parsers are written for one caller at a time.
  std::lock_guard lock(model_.reader_mutex_);
  for (size_t unit = 0; unit < places_.size(); ++unit) {
    results_[unit] = {places_[unit].frame_width, places_[unit].frame_height, {}, {}, {}};
    if (model_.files_) model_.files_->outputs(layers(unit));
    if (model_.reader_) model_.reader_->read(layers(unit), places_[unit], results_[unit]);
  }
  return std::span(results_).first(places_.size());
}

const Layers& Model::Run::layers(size_t unit) {
  const auto& outputs = model_.backend_->info().outputs;
  for (size_t i = 0; i < outputs.size(); ++i) {
    auto* data = static_cast<char*>(outputs_[i].get());
    size_t bytes = outputs[i].bytes();
    if (!data) {
      auto view = request_->output(i);
      TensorInfo known{outputs[i].name, outputs[i].type, view.shape};
      layers_[i] = layer_of(known, model_.layer_names_[i], int(i));
      data = static_cast<char*>(view.data);
      bytes = known.bytes();
    }
    layers_[i].buffer = data + unit * (bytes / model_.input_.batch);
  }
  return layers_;
}

NvDsInferLayerInfo Model::Run::input(size_t unit) {
  auto layer = layer_of(model_.input(), g_intern_string(model_.input().name.c_str()), 0);
  layer.isInput = 1;
  layer.buffer = input_ + unit * model_.input_floats();
  return layer;
}

}  // namespace thalweg
