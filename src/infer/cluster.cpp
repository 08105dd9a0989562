#include "infer/cluster.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

using Box = NvDsInferObjectDetectionInfo;

bool stronger(const Box& a, const Box& b) { return a.detectionConfidence > b.detectionConfidence; }

/// Keeps the first boxes that overlap no kept one by more than `limit`; `boxes` best first.
std::span<Box> suppress(std::span<Box> boxes, float limit) {
  size_t kept = 0;
  for (const Box box : boxes) {
    auto before = boxes.first(kept);
    if (std::ranges::none_of(before, [&](const Box& k) { return iou(k, box) > limit; })) {
      boxes[kept++] = box;
    }
  }
  return boxes.first(kept);
}

bool near(const Box& a, const Box& b, float eps) {
  float reach = eps * 0.5f * (std::min(a.width, b.width) + std::min(a.height, b.height));
  return std::abs(a.left - b.left) <= reach && std::abs(a.top - b.top) <= reach &&
         std::abs(a.left + a.width - b.left - b.width) <= reach &&
         std::abs(a.top + a.height - b.top - b.height) <= reach;
}

/// Density clusters of `boxes`, each replaced by its mean box. `merge` false keeps the members of
/// clusters (for NMS after it) and drops the noise only.
std::span<Box> dbscan(std::span<Box> boxes, const ClassAttributes& attributes, bool merge) {
  if (attributes.min_boxes <= 0) return boxes;
  constexpr int kUnseen = -1, kNoise = -2;
  std::vector<int> label(boxes.size(), kUnseen);
  std::vector<size_t> neighbours, reach;
  auto look = [&](size_t of) {
    neighbours.clear();
    float score = 0;
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (!near(boxes[of], boxes[i], attributes.eps)) continue;
      neighbours.push_back(i);
      score += boxes[i].detectionConfidence;
    }
    return neighbours.size() >= size_t(attributes.min_boxes) &&
           score >= attributes.dbscan_min_score;
  };
  int clusters = 0;
  for (size_t seed = 0; seed < boxes.size(); ++seed) {
    if (label[seed] != kUnseen) continue;
    if (!look(seed)) {
      label[seed] = kNoise;
      continue;
    }
    int id = clusters++;
    label[seed] = id;
    reach = neighbours;
    while (!reach.empty()) {
      size_t at = reach.back();
      reach.pop_back();
      bool was_unseen = label[at] == kUnseen;
      if (label[at] < 0) label[at] = id;
      if (!was_unseen || !look(at)) continue;
      for (size_t next : neighbours) {
        if (label[next] < 0) reach.push_back(next);
      }
    }
  }
  std::vector<Box> out;
  if (!merge) {
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (label[i] >= 0) out.push_back(boxes[i]);
    }
  }
  for (int id = 0; merge && id < clusters; ++id) {
    Box mean{};
    float members = 0;
    for (size_t i = 0; i < boxes.size(); ++i) {
      if (label[i] != id) continue;
      mean.classId = boxes[i].classId;
      mean.left += boxes[i].left;
      mean.top += boxes[i].top;
      mean.width += boxes[i].width;
      mean.height += boxes[i].height;
      mean.detectionConfidence = std::max(mean.detectionConfidence, boxes[i].detectionConfidence);
      ++members;
    }
    mean.left /= members, mean.top /= members, mean.width /= members, mean.height /= members;
    out.push_back(mean);
  }
  std::ranges::copy(out, boxes.begin());
  return boxes.first(out.size());
}

/// A box in whole pixels, and how many boxes it stands for.
struct Group {
  int left, top, width, height, members;
  int right() const { return left + width; }
  int bottom() const { return top + height; }
};

/// Whether `inner` lies in `outer`, whose edges may be `slack` of its size further out, and is weak
/// enough beside it to go.
bool is_inside(const Group& inner, const Group& outer, float slack) {
  const int dx = int(std::lrint(float(outer.width) * slack));
  const int dy = int(std::lrint(float(outer.height) * slack));
  return inner.left >= outer.left - dx && inner.top >= outer.top - dy &&
         inner.right() <= outer.right() + dx && inner.bottom() <= outer.bottom() + dy &&
         (outer.members > std::max(3, inner.members) || inner.members < 3);
}

/// Replaces heaps of alike boxes by their means, as OpenCV's groupRectangles does. Boxes belong to
/// one heap when a chain of neighbours joins them; heaps of up to group_threshold boxes go, and
/// those inside of a larger one.
std::span<Box> group_rectangles(std::span<Box> boxes, const ClassAttributes& attributes) {
  for (Box& box : boxes) {  // whole pixels, as there
    box.left = std::trunc(box.left), box.top = std::trunc(box.top);
    box.width = std::trunc(box.width), box.height = std::trunc(box.height);
  }
  std::vector<bool> seen(boxes.size());
  std::vector<Group> groups;
  std::vector<size_t> reach;
  for (size_t first = 0; first < boxes.size(); ++first) {
    if (seen[first]) continue;
    double left = 0, top = 0, width = 0, height = 0;
    int members = 0;
    seen[first] = true;
    reach = {first};
    while (!reach.empty()) {
      const Box& box = boxes[reach.back()];
      reach.pop_back();
      left += box.left, top += box.top, width += box.width, height += box.height;
      ++members;
      for (size_t i = first + 1; i < boxes.size(); ++i) {
        if (seen[i] || !near(box, boxes[i], attributes.eps)) continue;
        seen[i] = true;
        reach.push_back(i);
      }
    }
    auto mean = [&](double sum) { return int(std::lrint(sum / members)); };
    groups.push_back({mean(left), mean(top), mean(width), mean(height), members});
  }
  std::erase_if(groups, [&](const Group& g) { return g.members <= attributes.group_threshold; });
  size_t kept = 0;
  const unsigned id = boxes.empty() ? 0 : boxes[0].classId;
  for (const Group& group : groups) {
    const bool inside = std::ranges::any_of(groups, [&](const Group& other) {
      return &other != &group && is_inside(group, other, attributes.eps);
    });
    // A heap has no confidence; this is what DeepStream writes.
    if (!inside) {
      boxes[kept++] = {
          id, float(group.left), float(group.top), float(group.width), float(group.height), -0.1f,
          0};
    }
  }
  return boxes.first(kept);
}

std::span<Box> cluster_class(ClusterMode mode, const ClassAttributes& attributes,
                             std::span<Box> boxes) {
  auto best_first = [&] { std::ranges::stable_sort(boxes, stronger); };
  float limit = attributes.nms_iou_threshold;
  int topk = attributes.topk;
  switch (mode) {
    case ClusterMode::kGroupRectangles:
      if (attributes.group_threshold > 0) return group_rectangles(boxes, attributes);
      limit = 0.5f, topk = 20;
      [[fallthrough]];
    case ClusterMode::kNms:
      best_first();
      boxes = suppress(boxes, limit);
      break;
    case ClusterMode::kDbscan:
      boxes = dbscan(boxes, attributes, true);
      best_first();
      break;
    case ClusterMode::kDbscanNms:
      boxes = dbscan(boxes, attributes, false);
      best_first();
      boxes = suppress(boxes, limit);
      break;
    case ClusterMode::kNone:
      if (topk >= 0 && boxes.size() > size_t(topk)) best_first();
      break;
  }
  if (mode != ClusterMode::kNone) {
    auto weak = std::stable_partition(boxes.begin(), boxes.end(), [&](const Box& box) {
      return box.detectionConfidence > attributes.post_cluster_threshold;
    });
    boxes = boxes.first(size_t(weak - boxes.begin()));
  }
  return topk >= 0 && boxes.size() > size_t(topk) ? boxes.first(size_t(topk)) : boxes;
}

}  // namespace

float iou(const Box& a, const Box& b) {
  float width = std::min(a.left + a.width, b.left + b.width) - std::max(a.left, b.left);
  float height = std::min(a.top + a.height, b.top + b.height) - std::max(a.top, b.top);
  if (width <= 0 || height <= 0) return 0;
  float both = width * height;
  return both / (a.width * a.height + b.width * b.height - both);
}

void cluster(ClusterMode mode, std::span<const ClassAttributes> classes, Candidates& candidates,
             ClusterCounts& counts) {
  std::erase_if(candidates, [&](const Box& box) {
    if (box.classId >= classes.size()) return ++counts.bad_class, true;
    bool finite = std::isfinite(box.left) && std::isfinite(box.top) && std::isfinite(box.width) &&
                  std::isfinite(box.height) && std::isfinite(box.detectionConfidence);
    if (!finite || box.width < 0 || box.height < 0) return ++counts.bad_value, true;
    return box.detectionConfidence < classes[box.classId].pre_cluster_threshold;
  });
  if (candidates.size() > kMaxCandidates) {
    counts.over_limit += candidates.size() - kMaxCandidates;
    std::ranges::nth_element(candidates, candidates.begin() + kMaxCandidates, stronger);
    candidates.resize(kMaxCandidates);
  }
  std::ranges::stable_sort(candidates, {}, &Box::classId);

  size_t kept = 0;
  for (size_t at = 0; at < candidates.size();) {
    size_t end = at + 1;
    while (end < candidates.size() && candidates[end].classId == candidates[at].classId) ++end;
    const auto& attributes = classes[candidates[at].classId];
    auto result = cluster_class(mode, attributes, std::span(candidates).subspan(at, end - at));
    std::ranges::copy(result, candidates.begin() + std::ptrdiff_t(kept));
    kept += result.size();
    at = end;
  }
  candidates.resize(kept);
}

}  // namespace thalweg
