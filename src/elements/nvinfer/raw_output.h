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

/// Gathers the layers of the units of a buffer, and hands them on in batches of batch-size: to
/// files (raw-output-file-write) and to a program's function (raw-output-generated-callback).
///
/// A file is gstnvdsinfer_uid-ID_layer-NAME_batch-NUMBER_batchsize-UNITS.bin in the process's
/// folder, with / in the name written _: the values of the units, one after the other. The input is
/// a layer as well, the first.
///
/// One thread at a time.
class RawOutput {
 public:
  /// Adds a unit of a finished run. `buffer` is the one that it belongs to, alive until then.
  /// @throws InferError when a file cannot be written.
  void add(const Model& model, Model::Run& run, size_t unit, GstBuffer* buffer, int unique_id,
           const RawOutputCallback& callback);
  /// Hands on what is left of the buffer's. @throws InferError
  void finish(const Model& model, GstBuffer* buffer, int unique_id,
              const RawOutputCallback& callback);

 private:
  void hand_on(const Model& model, GstBuffer* buffer, int unique_id,
               const RawOutputCallback& callback);
  void write_files(int unique_id);

  std::vector<NvDsInferLayerInfo> layers_;
  std::vector<std::vector<char>> values_;  // of each layer
  unsigned units_ = 0;
  uint64_t number_ = 0;  // of the next file
};

}  // namespace thalweg
