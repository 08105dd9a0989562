#include "elements/nvinfer/raw_output.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "infer/error.h"
#include "surface/text.h"

namespace thalweg {

void RawOutput::add(RawUnits& units, const Origin& origin, Model::Run& run, size_t unit) {
  units.layers = run.layers(unit);
  units.layers.insert(units.layers.begin(), run.input(unit));
  units.values.resize(units.layers.size());
  for (size_t i = 0; i < units.layers.size(); ++i) {
    auto& layer = units.layers[i];
    layer.bindingIndex = int(i);
    const auto* from = static_cast<const char*>(layer.buffer);
    units.values[i].insert(units.values[i].end(), from, from + bytes_of(layer));
  }
  if (++units.count == origin.model.config().batch_size) finish(units, origin);
}

void RawOutput::finish(RawUnits& units, const Origin& origin) {
  if (units.count == 0) return;
  for (size_t i = 0; i < units.layers.size(); ++i) units.layers[i].buffer = units.values[i].data();
  if (origin.model.config().raw_output_file_write) write_files(units, origin.unique_id);
  if (origin.callback.function) {
    auto network = origin.model.network();
    origin.callback.function(origin.buffer, &network, units.layers.data(),
                             guint(units.layers.size()), units.count, origin.callback.user_data);
  }
  for (auto& values : units.values) values.clear();
  units.count = 0;
}

void RawOutput::write_files(const RawUnits& units, int unique_id) {
  const auto& [layers, values, count] = units;
  for (size_t i = 0; i < layers.size(); ++i) {
    std::string name =
        text("gstnvdsinfer_uid-%02d_layer-%s_batch-%010llu_batchsize-%02u.bin", unique_id,
             layers[i].layerName, static_cast<unsigned long long>(number_), count);
    std::ranges::replace(name, '/', '_');
    std::ofstream file(name, std::ios::binary);
    file.write(values[i].data(), std::streamsize(values[i].size())).flush();
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
