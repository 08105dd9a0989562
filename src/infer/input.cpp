#include "infer/input.h"

#include <algorithm>
#include <fstream>

#include "infer/error.h"
#include "surface/text.h"

namespace thalweg {

std::string shape_text(const TensorInfo& tensor) {
  std::string text;
  for (size_t size : tensor.shape) text += (text.empty() ? "[" : ",") + std::to_string(size);
  return tensor.name + " " + text + "]";
}

NvDsInferLayerInfo layer_of(const TensorInfo& tensor, const char* name, int index, bool has_batch) {
  NvDsInferLayerInfo layer{};
  layer.dataType = tensor.type;
  layer.bindingIndex = index;
  layer.layerName = name;
  layer.inferDims.numElements = 1;
  for (size_t i = has_batch; i < tensor.shape.size(); ++i) {
    if (layer.inferDims.numDims == NVDSINFER_MAX_DIMS) break;
    layer.inferDims.d[layer.inferDims.numDims++] = unsigned(tensor.shape[i]);
    layer.inferDims.numElements *= unsigned(tensor.shape[i]);
  }
  return layer;
}

ModelInput describe_input(const InferConfig& config, const std::string& model,
                          const std::vector<TensorInfo>& inputs) {
  ModelInput input;
  TensorSpec& spec = input.spec;
  const char* formats[] = {"RGB", "BGR", "GRAY"};
  const char* format = formats[config.model_color_format];
  const bool nhwc = config.network_input_order == 1;
  const auto image =
      std::ranges::find_if(inputs, [](const auto& one) { return one.shape.size() == 4; });
  if (image == inputs.end()) {
    std::string got;
    for (const auto& one : inputs) got += (got.empty() ? "" : ", ") + shape_text(one);
    fail_settings(model + ": expected an image input of 4 dimensions, got " +
                  (got.empty() ? "no input" : got) + ". Export the model with one.");
  }
  input.index = size_t(image - inputs.begin());
  const auto& shape = image->shape;
  const size_t channels = nhwc ? shape[3] : shape[1];
  spec.height = int(nhwc ? shape[1] : shape[2]);
  spec.width = int(nhwc ? shape[2] : shape[3]);
  if (spec.height < 1 || spec.width < 1) {
    fail_settings(model + ": expected an image input with sides of at least 1, got " +
                  shape_text(*image) + ". Export the model with a size.");
  }
  spec.channels = int(channels);
  spec.gray = config.model_color_format == 2;
  spec.bgr = config.model_color_format == 1;
  spec.nhwc = nhwc;
  input.batch = shape[0];
  if (channels != (spec.gray ? 1 : 3)) {
    const size_t other = nhwc ? shape[1] : shape[3];
    std::string fix = channels == 1   ? "Write model-color-format=2."
                      : channels == 3 ? "Write model-color-format=0 (RGB) or 1 (BGR)."
                      : other == 3 || other == 1
                          ? std::string("Write network-input-order=") + (nhwc ? "0." : "1.")
                          : "Use a model with 1 or 3 channels.";
    fail_settings(config.path + ": [property] model-color-format: " + format + " in " +
                  (nhwc ? "NHWC" : "NCHW") + " order needs " +
                  (spec.gray ? "1 channel" : "3 channels") + ", but the input of " + model +
                  " is " + shape_text(*image) + ". " + fix);
  }
  input.network = {unsigned(spec.width), unsigned(spec.height), unsigned(channels)};
  if (const auto& [width, height] = config.network_size; width > 0) {
    input.network.width = unsigned(width), input.network.height = unsigned(height);
    spec.pixel_aspect = (double(width) / spec.width) / (double(height) / spec.height);
  }
  if (!config.infer_dims.empty()) {
    std::vector<int> expected = {int(channels), int(input.network.height),
                                 int(input.network.width)};
    if (expected != config.infer_dims) {
      const auto& dims = config.infer_dims;
      fail_settings(config.path + text(": [property] infer-dims: expected %d;%d;%d, the size of "
                                       "the model's input, got %d;%d;%d. Remove the key or export "
                                       "the model with that size.",
                                       expected[0], expected[1], expected[2], dims[0], dims[1],
                                       dims[2]));
    }
  }
  spec.scale = config.net_scale_factor;
  if (!config.offsets.empty() && config.offsets.size() != channels) {
    fail_settings(config.path + text(": [property] offsets: expected %zu numbers, one a channel of "
                                     "the model, got %zu. Write one for each.",
                                     channels, config.offsets.size()));
  }
  std::ranges::copy(config.offsets, spec.mean);
  spec.keep_aspect = config.maintain_aspect_ratio;
  spec.symmetric = config.symmetric_padding;
  spec.filter = filter_of(config.scaling_filter);
  if (!config.mean_file.empty()) {
    input.mean_image = read_mean_image(config.mean_file, spec);
    spec.mean_image = input.mean_image.data();
  }
  return input;
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
