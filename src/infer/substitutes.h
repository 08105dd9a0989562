#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace thalweg {

/// What models/substitutes.ini says of a model that upstream's programs use.
struct UpstreamModel {
  std::string name;       ///< "TrafficCamNet"
  std::string published;  ///< where its owner publishes it
  std::string nearest;    ///< what comes nearest here, in words; may be empty
  std::string model;      ///< path of the ONNX file that can take its place; "" where there is none
  std::string labels;     ///< path of the labels that come with it, or ""
  std::array<int, 2> network_size{};  ///< InferConfig's, of the ONNX file

  /// "It is NAME, published at URL; the nearest model here is ..., which --substitute-models ...".
  /// `secondary`: whether it works on objects, so that frames may pass without it.
  std::string sentence(bool secondary) const;
};

/// The table of the installed package; "" outside of one.
std::string substitutes_table();

/// The entry for a model that has one of the `files`, or nothing. An entry's name fits the end of a
/// path, from a folder's or the file's first letter on, with the ending of a model's format or
/// without: "Secondary_CarMake/resnet18" fits "/x/Secondary_CarMake/resnet18.caffemodel".
/// @throws InferError when the table is there and cannot be read.
std::optional<UpstreamModel> find_upstream_model(const std::vector<std::string>& files,
                                                 const std::string& table = substitutes_table());

/// Whether a model that is not there may be replaced: THALWEG_SUBSTITUTE_MODELS is 1.
bool may_substitute();

}  // namespace thalweg
