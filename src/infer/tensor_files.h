#pragma once

#include <fstream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "infer/config.h"
#include "infer/parser.h"

namespace thalweg {

/// Tensors of a model in files, unit after unit without anything between them, to look at or to
/// replace: dump-input-tensor, dump-output-tensor, overwrite-input-tensor and
/// overwrite-output-tensor. What is written is what the model had, before it is replaced.
///
/// One thread at a time calls input(), and one outputs().
class TensorFiles {
 public:
  /// Whether the configuration asks for any.
  static bool wanted(const InferConfig& config);
  /// Opens the files: ip_tensor_dump.bin and LAYER_op_tensor.bin in the process's folder are
  /// appended to, ip-tensor-file and op-tensor-files read from their beginnings. In the name of a
  /// layer that names a file, / is written -. @throws InferError
  TensorFiles(const InferConfig& config, const Layers& outputs);

  /// Writes, then replaces, the input of one unit. @throws InferError
  void input(std::span<float> values);
  /// The same for its output layers. @throws InferError
  void outputs(const Layers& layers);

 private:
  struct File {
    std::string path;
    std::fstream stream;
    size_t units = 0;  ///< read so far
  };
  static File open(const std::string& path, std::ios::openmode mode);
  void write(File& file, const void* data, size_t bytes) const;
  void read(File& file, void* data, size_t bytes) const;

  std::string config_path_;
  std::map<std::string, File> written_, read_;  // by layer; the input's is ""
};

}  // namespace thalweg
