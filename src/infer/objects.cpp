#include "infer/objects.h"

#include <algorithm>
#include <cmath>

namespace thalweg {
namespace {

constexpr float kGrowth = 1.2f;         // of the area, from which on a track is asked again
constexpr int kRememberedFrames = 300;  // without being seen

/// The object's box in whole pixels, cut to the frame; nothing below the 2 x 2 pixels of a chroma
/// sample.
std::optional<Rect> crop_of(const NvOSD_RectParams& box, int width, int height) {
  const auto whole = [](float value, int limit) {
    return int(std::clamp(value, 0.0f, float(limit)));  // a box may be anywhere
  };
  if (!std::isfinite(box.left + box.top + box.width + box.height)) return {};
  Rect crop{whole(box.left, width), whole(box.top, height), 0, 0};
  crop.width = whole(box.left + box.width, width) - crop.left;
  crop.height = whole(box.top + box.height, height) - crop.top;
  const int even_width = std::min(crop.width, width - ((crop.left + 1) & ~1));
  const int even_height = std::min(crop.height, height - ((crop.top + 1) & ~1));
  if (even_width < 2 || even_height < 2) return {};
  return crop;
}

}  // namespace

SecondaryObjects::SecondaryObjects(const InferConfig& config) : config_(config) {}

bool SecondaryObjects::is_for(const NvDsObjectMeta& object) const {
  if (config_.operate_on_gie_id >= 0 && object.unique_component_id != config_.operate_on_gie_id) {
    return false;
  }
  const auto& classes = config_.operate_on_class_ids;
  if (!classes.empty() && !std::ranges::count(classes, object.class_id)) return false;
  const auto& box = object.rect_params;
  return box.width >= float(config_.input_object_min_width) &&
         box.height >= float(config_.input_object_min_height) &&
         (!config_.input_object_max_width || box.width <= float(config_.input_object_max_width)) &&
         (!config_.input_object_max_height || box.height <= float(config_.input_object_max_height));
}

bool SecondaryObjects::ask_again(const Memory& memory, int frame, float area) const {
  if (!memory.asked) return true;
  const bool old = frame - memory.asked_frame > config_.secondary_reinfer_interval;
  if (config_.network_type == 100) return true;
  // What a detector found is not kept: without an interval it looks at every frame.
  if (config_.network_type != 1) {
    return old || config_.secondary_reinfer_interval == InferConfig::kNoReinference;
  }
  // Frames that wait for their results get the same ones at any speed; only others must not ask
  // twice.
  if (config_.classifier_async_mode && memory.under_way) return false;
  return old || area > memory.asked_area * kGrowth;
}

std::vector<SecondaryObjects::Unit> SecondaryObjects::choose(NvDsBatchMeta* meta, Batch& batch) {
  std::vector<Unit> units;
  nvds_acquire_meta_lock(meta);
  std::lock_guard lock(mutex_);
  for (GList* frames = meta->frame_meta_list; frames; frames = frames->next) {
    auto* frame = static_cast<NvDsFrameMeta*>(frames->data);
    begin_frame(frame->source_id, frame->frame_num);
    const Frame& picture = batch.frame(int(frame->batch_id));
    const int width = picture.width(), height = picture.height();
    for (GList* objects = frame->obj_meta_list; objects; objects = objects->next) {
      auto* object = static_cast<NvDsObjectMeta*>(objects->data);
      if (!is_for(*object)) continue;
      const auto crop = crop_of(object->rect_params, width, height);
      if (!crop) continue;
      Unit unit{frame, object, {}, *crop, true};
      if (object->object_id != UNTRACKED_OBJECT_ID) {
        unit.track = Track{frame->source_id, object->object_id};
        auto& memory = tracks_[*unit.track];
        memory.seen_frame = frame->frame_num;
        const float area = object->rect_params.width * object->rect_params.height;
        unit.infer = ask_again(memory, frame->frame_num, area);
        if (unit.infer) {
          memory.under_way = memory.asked = true;
          memory.asked_frame = frame->frame_num;
          memory.asked_area = area;
        }
      }
      units.push_back(unit);
    }
  }
  nvds_release_meta_lock(meta);
  return units;
}

void SecondaryObjects::begin_frame(unsigned source_id, int number) {
  Clock& clock = clocks_[source_id];
  if (number < clock.frame) {  // the source began again, and its tracker with it
    std::erase_if(tracks_, [&](const auto& entry) { return entry.first.source_id == source_id; });
    clock.cleaned = number;
  }
  clock.frame = number;
  if (number - clock.cleaned < kRememberedFrames / 4) return;
  clock.cleaned = number;
  std::erase_if(tracks_, [&](const auto& entry) {
    return entry.first.source_id == source_id &&
           number - entry.second.seen_frame > kRememberedFrames;
  });
}

void SecondaryObjects::keep(const Track& track, std::shared_ptr<const Result> result) {
  std::lock_guard lock(mutex_);
  auto found = tracks_.find(track);
  if (found == tracks_.end()) return;  // forgotten meanwhile
  found->second.under_way = false;
  found->second.result = std::move(result);
}

void SecondaryObjects::give_up(const Track& track) {
  std::lock_guard lock(mutex_);
  auto found = tracks_.find(track);
  if (found == tracks_.end()) return;
  found->second.under_way = found->second.asked = false;
}

std::shared_ptr<const Result> SecondaryObjects::known(const Track& track) const {
  std::lock_guard lock(mutex_);
  auto found = tracks_.find(track);
  return found == tracks_.end() ? nullptr : found->second.result;
}

void SecondaryObjects::forget_source(unsigned source_id) {
  std::lock_guard lock(mutex_);
  std::erase_if(tracks_, [&](const auto& entry) { return entry.first.source_id == source_id; });
  clocks_.erase(source_id);
}

size_t SecondaryObjects::size() const {
  std::lock_guard lock(mutex_);
  return tracks_.size();
}

}  // namespace thalweg
