#pragma once

#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "elements/object_meta.h"

namespace thalweg {

/// A file that is no recording; what() names the file, the line or the field, what was expected and
/// what was found.
class RecordingError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct RecordedLabel {
  unsigned class_id = 0;
  std::string label;
  float confidence = 1;
};

struct RecordedClassifier {
  int component_id = 2;
  std::vector<RecordedLabel> labels;
};

struct RecordedObject {
  int class_id = 0;
  int component_id = 1;
  uint64_t track_id = UNTRACKED_OBJECT_ID;
  ObjectBox box{};
  float confidence = 1;
  std::string label, text;
  unsigned border_width = 3;
  NvOSD_ColorParams border_color{1, 0, 0, 1};
  std::vector<RecordedClassifier> classifiers;
};

/// The objects of each frame of each source, read from the JSON that Python's thalweg.testing
/// writes; docs/how-to/test-a-probe.md has its fields. Fields about other things than objects
/// are left alone. Immutable: any thread may read.
class Recording {
 public:
  /// @throws RecordingError
  static Recording read(const std::string& path);

  /// The objects of a frame in their order (view), nullptr if the frame was not recorded.
  const std::vector<RecordedObject>* find(unsigned source_id, int frame_num) const;
  size_t frames() const { return frames_.size(); }
  /// The source and number of the first recorded frame. @pre frames() > 0
  std::pair<unsigned, int> first() const { return frames_.begin()->first; }

 private:
  std::map<std::pair<unsigned, int>, std::vector<RecordedObject>> frames_;
};

/// Adds the objects to the frame, in their order. Takes the batch's lock. Any thread.
void add_objects(NvDsFrameMeta* frame, const std::vector<RecordedObject>& objects);

}  // namespace thalweg
