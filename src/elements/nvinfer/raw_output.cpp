#include "elements/nvinfer/raw_output.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "infer/error.h"
#include "surface/text.h"

namespace thalweg {

void RawOutput::add(const Model& model, Model::Run& run, size_t unit, GstBuffer* buffer,
                    int unique_id, const RawOutputCallback& callback) {
  Layers layers = run.layers(unit);
  layers.insert(layers.begin(), run.input(unit));
  values_.resize(layers.size());
  for (size_t i = 0; i < layers.size(); ++i) {
    layers[i].bindingIndex = int(i);
    const auto* from = static_cast<const char*>(layers[i].buffer);
    values_[i].insert(values_[i].end(), from, from + bytes_of(layers[i]));
  }
  layers_ = layers;
  if (++units_ == model.config().batch_size) hand_on(model, buffer, unique_id, callback);
}

void RawOutput::finish(const Model& model, GstBuffer* buffer, int unique_id,
                       const RawOutputCallback& callback) {
  if (units_ > 0) hand_on(model, buffer, unique_id, callback);
}

void RawOutput::hand_on(const Model& model, GstBuffer* buffer, int unique_id,
                        const RawOutputCallback& callback) {
  for (size_t i = 0; i < layers_.size(); ++i) layers_[i].buffer = values_[i].data();
  if (model.config().raw_output_file_write) write_files(unique_id);
  if (callback.function) {
    auto network = model.network();
    callback.function(buffer, &network, layers_.data(), guint(layers_.size()), units_,
                      callback.user_data);
  }
  for (auto& values : values_) values.clear();
  units_ = 0;
}

void RawOutput::write_files(int unique_id) {
  for (size_t i = 0; i < layers_.size(); ++i) {
    std::string name =
        text("gstnvdsinfer_uid-%02d_layer-%s_batch-%010llu_batchsize-%02u.bin", unique_id,
             layers_[i].layerName, static_cast<unsigned long long>(number_), units_);
    std::ranges::replace(name, '/', '_');
    std::ofstream file(name, std::ios::binary);
    file.write(values_[i].data(), std::streamsize(values_[i].size())).flush();
    if (!file) {
      fail_resource("raw-output-file-write=1: cannot write " + name +
                    " in the folder of the "
                    "process: " +
                    std::strerror(errno) + ". Run it in another folder.");
    }
  }
  ++number_;
}

}  // namespace thalweg
