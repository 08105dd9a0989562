#include "elements/nvinfer/inference.h"

#include <utility>

#include "elements/nvinfer/tensor_meta.h"
#include "elements/nvinfer/write_result.h"
#include "surface/text.h"

namespace thalweg {

Inference::Inference(const InferConfig& config, InferLog log)
    : log_(std::move(log)),
      model_(config, log_),
      objects_(config),
      is_secondary_(config.process_mode == 2) {
  if (!is_secondary_ || config.network_type != 1 || !config.classifier_async_mode) return;
  background_ = std::make_unique<OutputQueue>(OutputQueue::Handlers{{},
                                                                    [this](const std::exception&) {
                                                                      std::lock_guard lock(mutex_);
                                                                      background_error_ =
                                                                          std::current_exception();
                                                                    },
                                                                    {}});
}

std::vector<Inference::Unit> Inference::units_of(Batch& batch, NvDsBatchMeta* meta) {
  if (is_secondary_) return objects_.choose(meta, batch);
  std::vector<Unit> units;
  for (GList* node = meta->frame_meta_list; node; node = node->next) {
    auto* frame = static_cast<NvDsFrameMeta*>(node->data);
    const Frame& picture = batch.frame(int(frame->batch_id));
    units.push_back({frame, nullptr, {}, {0, 0, picture.width(), picture.height()}, true});
  }
  return units;
}

void Inference::process(Batch& batch, NvDsBatchMeta* meta, int unique_id, OutputQueue& queue) {
  {
    std::lock_guard lock(mutex_);
    if (background_error_) std::rethrow_exception(std::exchange(background_error_, nullptr));
  }
  const auto units = units_of(batch, meta);
  if (background_) {
    process_in_background(batch, units, unique_id);
  } else {
    process_at_once(batch, units, unique_id, queue);
  }
}

void Inference::process_at_once(Batch& batch, std::span<const Unit> units, int unique_id,
                                OutputQueue& queue) {
  const auto self = shared_from_this();
  Lease run;
  std::vector<Unit> fed, known;
  auto launch = [&] {
    run->start();
    queue.add([self, run = std::exchange(run, nullptr), fed = std::exchange(fed, {}), unique_id] {
      self->finish(*run, fed, unique_id);
    });
  };
  for (const auto& unit : units) {
    if (!unit.infer) {
      known.push_back(unit);
      continue;
    }
    if (!run) run = {model_.acquire(), [self](Model::Run* done) { self->model_.release(done); }};
    run->add(batch.frame(int(unit.frame->batch_id)), unit.crop);
    fed.push_back(unit);
    if (run->full()) launch();
  }
  if (run) launch();
  if (known.empty()) return;
  // What an earlier batch asked for has been answered when the queue comes to this.
  queue.add([self, known = std::move(known), unique_id] {
    for (const auto& unit : known) {
      const auto result = self->objects_.known(*unit.track);
      if (result) write_result(self->model_, unique_id, unit.frame, unit.object, *result);
    }
  });
}

void Inference::process_in_background(Batch& batch, std::span<const Unit> units, int unique_id) {
  Lease run;
  std::vector<Unit> fed;
  auto launch = [&] {
    run->start();
    background_->add([this, run = std::exchange(run, nullptr), fed = std::exchange(fed, {})] {
      keep(*run, fed);
    });
  };
  for (const auto& unit : units) {
    if (!unit.track) {
      if (!std::exchange(warned_of_untracked_, true)) {
        log_(LogLevel::kWarning,
             model_.config().path +
                 ": [property] classifier-async-mode=1: objects without a tracker's id are not "
                 "classified, since their results come with later frames. Put nvtracker before "
                 "this element or remove the key.");
      }
      continue;
    }
    if (const auto result = objects_.known(*unit.track)) {
      write_result(model_, unique_id, unit.frame, unit.object, *result);
    }
    if (!unit.infer) continue;
    if (!run) {
      Model::Run* free = model_.try_acquire();
      if (!free) {  // all are busy: the track is asked about in a later frame
        objects_.give_up(*unit.track);
        continue;
      }
      run = {free, [this](Model::Run* done) { model_.release(done); }};
    }
    run->add(batch.frame(int(unit.frame->batch_id)), unit.crop);
    fed.push_back(unit);
    if (run->full()) launch();
  }
  if (run) launch();
}

void Inference::finish(Model::Run& run, std::span<const Unit> units, int unique_id) {
  const auto results = run.finish();
  for (size_t i = 0; i < results.size(); ++i) {
    const auto& [frame, object, track, crop, infer] = units[i];
    write_result(model_, unique_id, frame, object, results[i]);
    if (model_.config().output_tensor_meta) {
      write_tensors(model_, unique_id, frame, object, run.layers(i));
    }
    if (track) objects_.keep(*track, std::make_shared<Result>(results[i]));
  }
  warn_of_candidates();
}

void Inference::keep(Model::Run& run, std::span<const Unit> units) {
  const auto results = run.finish();
  for (size_t i = 0; i < results.size(); ++i) {
    objects_.keep(*units[i].track, std::make_shared<Result>(results[i]));
  }
}

void Inference::warn_of_candidates() {
  const auto counts = model_.counts();
  if (counts.bad_value + counts.bad_class + counts.over_limit == 0) return;
  if (warned_of_candidates_.exchange(true)) return;
  log_(LogLevel::kWarning,
       model_.path() + text(": boxes were left out: %zu not finite or of negative size, %zu of "
                            "classes beyond num-detected-classes, %zu beyond %zu candidates a "
                            "frame. Check that the parser belongs to this model and that "
                            "pre-cluster-threshold is not too low.",
                            counts.bad_value, counts.bad_class, counts.over_limit, kMaxCandidates));
}

}  // namespace thalweg
