#pragma once

#include <optional>
#include <string>
#include <vector>

#include "infer/ini.h"

namespace thalweg {

/// What models/substitutes.ini says of a model that upstream's programs use.
struct UpstreamModel {
  std::string name;       ///< "TrafficCamNet"
  std::string published;  ///< where its owner publishes it
  std::string nearest;    ///< what comes nearest here, in words; may be empty
  std::string model;      ///< path of the ONNX file that can take its place; "" where there is none
  IniGroup keys;          ///< keys of nvinfer that come with it and replace the program's
  std::string table;      ///< path of the file that says so

  /// "It is NAME, published at URL; the nearest model here is ..., which --substitute-models ...".
  std::string sentence() const;
};

/// The table of the installed package; "" outside of one.
std::string substitutes_table();

/// The entry for a model that has one of the `files` (folders in them are ignored), or nothing.
/// @throws InferError when the table is there and cannot be read.
std::optional<UpstreamModel> find_upstream_model(const std::vector<std::string>& files,
                                                 const std::string& table = substitutes_table());

/// Whether a model that is not there may be replaced: THALWEG_SUBSTITUTE_MODELS is 1.
bool may_substitute();

}  // namespace thalweg
