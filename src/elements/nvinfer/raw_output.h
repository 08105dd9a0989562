#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <string>
#include <vector>

#include "gstnvdsinfer.h"
#include "infer/model.h"

namespace thalweg {

/// A program's function for the layers of each batch.
struct RawOutputCallback {
  gst_nvinfer_raw_output_generated_callback function = nullptr;
  gpointer user_data = nullptr;
};

/// The layers of the units of one buffer that were not handed on yet.
struct RawUnits {
  std::vector<NvDsInferLayerInfo> layers;
  std::vector<std::vector<char>> values;  ///< of each layer
  unsigned count = 0;
};

/// Hands the layers of the units of a buffer on in batches of batch-size: to files
/// (raw-output-file-write) and to a program's function (raw-output-generated-callback).
///
/// A file is gstnvdsinfer_uid-ID_layer-NAME_batch-NUMBER_batchsize-UNITS.bin in the process's
/// folder, with / in the name written _: the values of the units, one after the other. The input is
/// a layer as well, the first.
///
/// One thread at a time.
class RawOutput {
 public:
  /// Whose units they are. The buffer is alive until they are handed on.
  struct Origin {
    const Model& model;
    GstBuffer* buffer;
    int unique_id;
    RawOutputCallback callback;
  };
  /// Adds a unit of a finished run to `units`, and hands them on when they are a batch.
  /// @throws InferError when a file cannot be written.
  void add(RawUnits& units, const Origin& origin, Model::Run& run, size_t unit);
  /// Hands on what is left. @throws InferError
  void finish(RawUnits& units, const Origin& origin);

 private:
  void write_files(const RawUnits& units, int unique_id);

  uint64_t number_ = 0;  // of the next file
};

}  // namespace thalweg
