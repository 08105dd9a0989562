#include "elements/thalwegreplay/recording.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>

namespace thalweg {
namespace {

using Json = nlohmann::json;

constexpr std::uintmax_t kMostBytes = 64 << 20;

/// A value and the way to it from the top of the file, for messages.
class Field {
 public:
  Field(const Json& value, const std::string& file, std::string path)
      : value_(value), file_(file), path_(std::move(path)) {}

  [[noreturn]] void fail(const std::string& expected) const {
    std::string got = value_.dump(-1, ' ', false, Json::error_handler_t::replace);
    if (got.size() > 80) got = got.substr(0, 77) + "...";
    const std::string where = path_.empty() ? file_ : file_ + ": " + path_;
    throw RecordingError(where + ": expected " + expected + ", got " + got);
  }

  /// The member `name` of an object; null where it has none.
  Field operator[](const char* name) const {
    static const Json none;
    if (!value_.is_object()) fail("an object");
    const auto found = value_.find(name);
    return {found == value_.end() ? none : *found, file_,
            path_.empty() ? name : path_ + "." + name};
  }
  /// Calls visit(field) with each element of an array; with none if it is null.
  template <class Visit>
  void for_each(Visit visit) const {
    if (value_.is_null()) return;
    if (!value_.is_array()) fail("an array");
    for (size_t i = 0; i < value_.size(); ++i)
      visit(Field{value_[i], file_, path_ + "[" + std::to_string(i) + "]"});
  }

  template <class Number>
  Number integer(Number otherwise) const {
    if (value_.is_null()) return otherwise;
    using Limits = std::numeric_limits<Number>;
    const bool fits =
        value_.is_number_unsigned()
            ? value_.get<uint64_t>() <= uint64_t(Limits::max())
            : value_.is_number_integer() && value_.get<int64_t>() >= int64_t(Limits::min());
    if (!fits) {
      fail("an integer from " + std::to_string(Limits::min()) + " to " +
           std::to_string(Limits::max()));
    }
    return value_.get<Number>();
  }
  float number(float otherwise) const {
    if (value_.is_null()) return otherwise;
    if (!value_.is_number() || !std::isfinite(value_.get<float>())) fail("a number");
    return value_.get<float>();
  }
  std::string text(const std::string& otherwise = {}) const {
    if (value_.is_null()) return otherwise;
    if (!value_.is_string()) fail("a string");
    return value_.get<std::string>();
  }
  /// Four numbers.
  std::array<float, 4> four(const char* meaning) const {
    const std::string expected = std::string("four numbers, ") + meaning;
    if (!value_.is_array() || value_.size() != 4) fail(expected);
    std::array<float, 4> numbers{};
    for (size_t i = 0; i < 4; ++i) {
      if (!value_[i].is_number() || !std::isfinite(value_[i].get<float>())) fail(expected);
      numbers[i] = value_[i].get<float>();
    }
    return numbers;
  }
  bool given() const { return !value_.is_null(); }

 private:
  const Json& value_;
  const std::string& file_;
  std::string path_;
};

RecordedClassifier to_classifier(const Field& field) {
  RecordedClassifier classifier;
  classifier.component_id = field["component_id"].integer(classifier.component_id);
  field["labels"].for_each([&](const Field& label) {
    classifier.labels.push_back({.class_id = label["class_id"].integer(0U),
                                 .label = label["label"].text(),
                                 .confidence = label["confidence"].number(1)});
  });
  return classifier;
}

RecordedObject to_object(const Field& field) {
  RecordedObject object;
  object.class_id = field["class_id"].integer(object.class_id);
  object.component_id = field["component_id"].integer(object.component_id);
  object.track_id = field["track_id"].integer(object.track_id);
  object.confidence = field["confidence"].number(object.confidence);
  object.label = field["label"].text();
  object.text = field["text"].text(object.label);
  object.border_width = field["border_width"].integer(object.border_width);
  constexpr auto kBox = "left, top, right, bottom, with left <= right and top <= bottom";
  const auto [left, top, right, bottom] = field["xyxy"].four(kBox);
  if (right < left || bottom < top) field["xyxy"].fail(std::string("four numbers, ") + kBox);
  object.box = {left, top, right - left, bottom - top};
  if (field["border_color"].given()) {
    const auto [red, green, blue, alpha] = field["border_color"].four("red, green, blue, alpha");
    object.border_color = {red, green, blue, alpha};
  }
  field["classifiers"].for_each(
      [&](const Field& classifier) { object.classifiers.push_back(to_classifier(classifier)); });
  return object;
}

std::string content_of(const std::string& path) {
  std::error_code error;
  const auto size = std::filesystem::file_size(path, error);
  if (error) throw RecordingError("cannot read " + path + ": " + error.message());
  if (size > kMostBytes) {
    throw RecordingError(path + ": expected at most " + std::to_string(kMostBytes) +
                         " bytes, got " + std::to_string(size) + "; split it");
  }
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (!file) throw RecordingError("cannot read " + path + ": " + std::strerror(errno));
  return text;
}

Json parse(const std::string& path) {
  const std::string text = content_of(path);
  // The file comes from people: what nests deeper than a recording does is none.
  constexpr int kDeepest = 16;
  const auto check_depth = [&](int depth, Json::parse_event_t, Json&) {
    if (depth > kDeepest) throw RecordingError(path + ": expected a recording, got deep nesting");
    return true;
  };
  try {
    return Json::parse(text, check_depth);
  } catch (const Json::parse_error& error) {
    const size_t at = std::min(error.byte, text.size());
    const auto line = 1 + std::count(text.begin(), text.begin() + ptrdiff_t(at), '\n');
    throw RecordingError(path + ": line " + std::to_string(line) + ": no JSON: " + error.what());
  } catch (const Json::exception& error) {  // numbers beyond every range
    throw RecordingError(path + ": no JSON: " + error.what());
  }
}

}  // namespace

Recording Recording::read(const std::string& path) {
  const Json json = parse(path);
  const Field top(json, path, "");
  if (!top["frames"].given()) top.fail("an object with frames");
  Recording recording;
  top["frames"].for_each([&](const Field& frame) {
    const auto source_id = frame["source_id"].integer(0U);
    const auto number = frame["frame_num"].integer(0);
    const auto [place, is_new] = recording.frames_.try_emplace({source_id, number});
    if (!is_new) {
      frame["frame_num"].fail("each frame of source " + std::to_string(source_id) + " once");
    }
    std::vector<RecordedObject>& objects = place->second;
    frame["objects"].for_each([&](const Field& object) { objects.push_back(to_object(object)); });
  });
  return recording;
}

const std::vector<RecordedObject>* Recording::find(unsigned source_id, int frame_num) const {
  const auto found = frames_.find({source_id, frame_num});
  return found == frames_.end() ? nullptr : &found->second;
}

void add_objects(NvDsFrameMeta* frame, const std::vector<RecordedObject>& objects) {
  NvDsBatchMeta* batch = frame->base_meta.batch_meta;
  nvds_acquire_meta_lock(batch);
  for (const RecordedObject& recorded : objects) {
    NvDsObjectMeta* object = new_object(batch, recorded.box, recorded.label, recorded.text);
    object->unique_component_id = recorded.component_id;
    object->class_id = recorded.class_id;
    object->object_id = recorded.track_id;
    object->confidence = recorded.confidence;
    if (recorded.track_id != UNTRACKED_OBJECT_ID) {
      object->tracker_bbox_info = object->detector_bbox_info;
      object->tracker_confidence = recorded.confidence;
    }
    object->rect_params.border_width = recorded.border_width;
    object->rect_params.border_color = recorded.border_color;
    for (const RecordedClassifier& from : recorded.classifiers) {
      NvDsClassifierMeta* classifier = nvds_acquire_classifier_meta_from_pool(batch);
      classifier->unique_component_id = from.component_id;
      for (size_t i = 0; i < from.labels.size(); ++i) {
        NvDsLabelInfo* label = nvds_acquire_label_info_meta_from_pool(batch);
        label->label_id = guint(i);
        label->result_class_id = from.labels[i].class_id;
        label->result_prob = from.labels[i].confidence;
        copy_label(from.labels[i].label, label->result_label);
        nvds_add_label_info_meta_to_classifier(classifier, label);
      }
      nvds_add_classifier_meta_to_object(object, classifier);
    }
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
  }
  nvds_release_meta_lock(batch);
}

}  // namespace thalweg
