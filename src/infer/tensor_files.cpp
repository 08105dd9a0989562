#include "infer/tensor_files.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include "infer/backend.h"
#include "infer/error.h"

namespace thalweg {
namespace {

constexpr const char* kInput = "";

std::string file_name(std::string layer) {
  std::ranges::replace(layer, '/', '-');
  return layer;
}

/// The layer whose name the file's begins with; the longest one, or null.
const NvDsInferLayerInfo* layer_of(const std::string& path, const Layers& layers) {
  const std::string name = std::filesystem::path(path).filename();
  const NvDsInferLayerInfo* found = nullptr;
  for (const auto& layer : layers) {
    const bool longer = !found || std::strlen(layer.layerName) > std::strlen(found->layerName);
    if (name.starts_with(file_name(layer.layerName)) && longer) found = &layer;
  }
  return found;
}

}  // namespace

bool TensorFiles::wanted(const InferConfig& config) {
  return config.dump_input_tensor || config.dump_output_tensor || config.overwrite_input_tensor ||
         config.overwrite_output_tensor;
}

TensorFiles::TensorFiles(const InferConfig& config, const Layers& outputs)
    : config_path_(config.path) {
  const auto to_write = std::ios::out | std::ios::app | std::ios::binary;
  const auto to_read = std::ios::in | std::ios::binary;
  if (config.dump_input_tensor) written_[kInput] = open("ip_tensor_dump.bin", to_write);
  for (const auto& layer : outputs) {
    if (!config.dump_output_tensor) break;
    written_[layer.layerName] = open(file_name(layer.layerName) + "_op_tensor.bin", to_write);
  }
  if (config.overwrite_input_tensor) {
    if (config.ip_tensor_file.empty()) {
      fail_settings(config.path +
                    ": [property] overwrite-input-tensor=1: expected the file with the tensors in "
                    "ip-tensor-file, got none. Write both, or neither.");
    }
    read_[kInput] = open(config.ip_tensor_file, to_read);
  }
  if (!config.overwrite_output_tensor) return;
  for (const auto& path : config.op_tensor_files) {
    const auto* layer = layer_of(path, outputs);
    if (!layer) {
      fail_settings(config.path +
                    ": [property] op-tensor-files: expected files whose names begin with that of "
                    "an output layer (" +
                    describe(outputs) + "), got " + path + ". Rename the file.");
    }
    read_[layer->layerName] = open(path, to_read);
  }
  if (config.op_tensor_files.empty()) {
    fail_settings(config.path +
                  ": [property] overwrite-output-tensor=1: expected the files with the tensors in "
                  "op-tensor-files, got none. Write both, or neither.");
  }
}

TensorFiles::File TensorFiles::open(const std::string& path, std::ios::openmode mode) {
  File file{path, std::fstream(path, mode)};
  if (!file.stream) {
    fail_resource(path + ": cannot open the file of tensors: " + std::strerror(errno) +
                  ". Correct the configuration or the folder that the program runs in.");
  }
  return file;
}

void TensorFiles::write(File& file, const void* data, size_t bytes) const {
  file.stream.write(static_cast<const char*>(data), std::streamsize(bytes)).flush();
  if (!file.stream) {
    fail_resource(file.path + ": cannot write tensors: " + std::strerror(errno) +
                  ". Free some space, or remove dump-input-tensor and dump-output-tensor from " +
                  config_path_ + ".");
  }
}

void TensorFiles::read(File& file, void* data, size_t bytes) const {
  if (!file.stream.read(static_cast<char*>(data), std::streamsize(bytes))) {
    fail_resource(file.path + ": expected " + std::to_string(bytes) +
                  " bytes for each frame or object, got the end of the file after " +
                  std::to_string(file.units) + " of them. Write a longer file, or play less.");
  }
  ++file.units;
}

void TensorFiles::input(std::span<float> values) {
  if (auto at = written_.find(kInput); at != written_.end())
    write(at->second, values.data(), values.size_bytes());
  if (auto at = read_.find(kInput); at != read_.end())
    read(at->second, values.data(), values.size_bytes());
}

void TensorFiles::outputs(const Layers& layers) {
  for (const auto& layer : layers) {
    const size_t bytes = bytes_of(layer);
    if (auto at = written_.find(layer.layerName); at != written_.end())
      write(at->second, layer.buffer, bytes);
    if (auto at = read_.find(layer.layerName); at != read_.end())
      read(at->second, layer.buffer, bytes);
  }
}

}  // namespace thalweg
