#include <algorithm>
#include <map>
#include <tuple>

#include "infer/error.h"
#include "infer/output_reader.h"

namespace thalweg {
namespace {

class DetectionReader : public OutputReader {
 public:
  DetectionReader(const InferConfig& config, const ModelInput& input, const Layers& layers,
                  std::vector<std::string>& warnings)
      : config_(config),
        input_(input),
        mode_(ClusterMode(config.cluster_mode)),
        classes_(config.classes) {
    if (config.network_type == 3) {
      instance_parser_ = make_instance_parser(config, input.network, layers, warnings);
      thin_out();
    } else {
      parser_ = make_detector_parser(config, input.network, layers, warnings);
    }
    params_.numClassesConfigured = config.num_detected_classes;
    for (const auto& attributes : config.classes) {
      params_.perClassPreclusterThreshold.push_back(attributes.pre_cluster_threshold);
      params_.perClassPostclusterThreshold.push_back(attributes.post_cluster_threshold);
    }
  }

  void read(const Layers& layers, const UnitPlace& place, Result& result) override {
    candidates_.clear();
    if (instance_parser_) return read_instances(layers, place, result);
    parser_->parse(layers, input_.network, params_, candidates_);
    cluster(mode_, classes_, candidates_, counts_);
    for (const auto& box : candidates_) to_frame(box, place, result.detections);
  }
  ClusterCounts counts() const override { return counts_; }

 private:
  using Values = std::tuple<unsigned, float, float, float, float, float>;
  static Values values_of(const NvDsInferObjectDetectionInfo& box) {
    return {box.classId, box.left, box.top, box.width, box.height, box.detectionConfidence};
  }

  void read_instances(const Layers& layers, const UnitPlace& place, Result& result) {
    std::vector<Instance> instances;
    instance_parser_->parse(layers, input_.network, params_, instances);
    for (const auto& instance : instances) candidates_.push_back(instance.box);
    cluster(mode_, classes_, candidates_, counts_);
    // The modes of instance segmentations leave out boxes and change none, so each is found again
    // by its values, all of which are numbers.
    std::multimap<Values, const Instance*> by_box;
    for (const auto& instance : instances) {
      const auto values = values_of(instance.box);
      const bool ordered = values == values;  // no NaN
      if (ordered) by_box.emplace(values, &instance);
    }
    size_t mask_bytes = 0;
    for (const auto& box : candidates_) {
      const auto found = by_box.find(values_of(box));
      if (found == by_box.end()) continue;
      const size_t before = result.detections.size();
      to_frame(box, place, result.detections);
      const Instance& instance = *found->second;
      if (result.detections.size() > before) {
        const bool make = instance.make_mask && config_.output_instance_mask;
        result.detections.back().mask =
            make ? instance.make_mask(to_network(result.detections.back(), place)) : instance.mask;
        const auto& mask = result.detections.back().mask;
        mask_bytes += mask ? mask->size_bytes : 0;
        if (mask_bytes > kMaxMaskBytes) fail_masks(candidates_.size());
      }
      by_box.erase(found);
    }
  }

  /// A few numbers of a model become a mask, so what all of them take is no matter of its outputs.
  static constexpr size_t kMaxMaskBytes = size_t(256) << 20;
  [[noreturn]] void fail_masks(size_t objects) const {
    fail_settings(config_.path + ": [property] output-instance-mask: expected masks of at most " +
                  std::to_string(kMaxMaskBytes) + " bytes a frame, got more with " +
                  std::to_string(objects) +
                  " objects. Raise pre-cluster-threshold, or write topk for the classes.");
  }

  /// Where nothing clusters and the parser leaves that to others: one box an object all the same.
  void thin_out() {
    constexpr float kOverlap = 0.45f;
    if (mode_ != ClusterMode::kNone || !instance_parser_->overlapping()) return;
    mode_ = ClusterMode::kNms;
    for (auto& attributes : classes_) attributes.nms_iou_threshold = kOverlap;
  }

  /// The box of an object in the frame, in network pixels.
  NvDsInferObjectDetectionInfo to_network(const Detection& d, const UnitPlace& place) const {
    const auto& geometry = place.geometry;
    const double unit_x = double(input_.network.width) / input_.spec.width;
    const double unit_y = double(input_.network.height) / input_.spec.height;
    const auto x = [&](double v) {
      return float(((v - geometry.crop.left) * geometry.scale_x + geometry.offset_x) * unit_x);
    };
    const auto y = [&](double v) {
      return float(((v - geometry.crop.top) * geometry.scale_y + geometry.offset_y) * unit_y);
    };
    const float left = x(d.left), top = y(d.top);
    return {unsigned(d.class_id),
            left,
            top,
            x(double(d.left) + double(d.width)) - left,
            y(double(d.top) + double(d.height)) - top,
            d.confidence,
            0};
  }

  void to_frame(const NvDsInferObjectDetectionInfo& box, const UnitPlace& place,
                std::vector<Detection>& out) const {
    if (std::ranges::count(config_.filter_out_class_ids, int(box.classId))) return;
    const auto& limits = config_.classes[box.classId];
    const auto& geometry = place.geometry;
    const Region limit =
        place.limits.value_or(Region{0, 0, float(place.frame_width), float(place.frame_height)});
    // Boxes count in the network's pixels, the geometry in those of the model's input.
    const double input_x = double(input_.spec.width) / input_.network.width;
    const double input_y = double(input_.spec.height) / input_.network.height;
    auto x = [&](double v) {
      return std::clamp(
          float(geometry.crop.left + (v * input_x - geometry.offset_x) / geometry.scale_x),
          limit.left, limit.right);
    };
    auto y = [&](double v) {
      return std::clamp(
          float(geometry.crop.top + (v * input_y - geometry.offset_y) / geometry.scale_y),
          limit.top, limit.bottom);
    };
    Detection d{int(box.classId), x(box.left), y(box.top), 0, 0, box.detectionConfidence, nullptr};
    d.width = x(double(box.left) + double(box.width)) - d.left;
    d.height = y(double(box.top) + double(box.height)) - d.top;
    bool sized = d.width >= float(limits.min_width) && d.height >= float(limits.min_height) &&
                 (!limits.max_width || d.width <= float(limits.max_width)) &&
                 (!limits.max_height || d.height <= float(limits.max_height));
    const float highest = float(limits.roi_top_offset);
    const float lowest = float(place.frame_height) - float(limits.roi_bottom_offset);
    if (config_.crop_objects_to_roi) {
      const float bottom = std::min(d.top + d.height, lowest);
      d.top = std::max(d.top, highest);
      d.height = bottom - d.top;
    }
    bool inside = d.width > 0 && d.height > 0 && d.top >= highest && d.top + d.height <= lowest;
    if (inside && sized) out.push_back(d);
  }

  const InferConfig& config_;
  const ModelInput& input_;
  ClusterMode mode_;
  std::vector<ClassAttributes> classes_;
  std::unique_ptr<DetectorParser> parser_;           // null for an instance segmentation
  std::unique_ptr<InstanceParser> instance_parser_;  // null for a detector
  NvDsInferParseDetectionParams params_{};
  Candidates candidates_;
  ClusterCounts counts_;
};

}  // namespace

std::unique_ptr<OutputReader> make_detection_reader(const InferConfig& config,
                                                    const ModelInput& input, const Layers& layers,
                                                    std::vector<std::string>& warnings) {
  return std::make_unique<DetectionReader>(config, input, layers, warnings);
}

}  // namespace thalweg
