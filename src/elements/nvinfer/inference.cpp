#include "elements/nvinfer/inference.h"

#include <utility>

#include "elements/nvinfer/prepared_tensors.h"
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

std::vector<Inference::Unit> Inference::units_of(const Passing& passing) {
  if (is_secondary_) return objects_.choose(passing.meta, passing.batch);
  std::vector<Unit> units;
  for (GList* node = passing.meta->frame_meta_list; node; node = node->next) {
    auto* frame = static_cast<NvDsFrameMeta*>(node->data);
    const Frame& picture = passing.batch.frame(int(frame->batch_id));
    units.push_back({frame, nullptr, {}, {0, 0, picture.width(), picture.height()}, true});
  }
  return units;
}

void Inference::process(const Passing& passing, OutputQueue& queue) {
  {
    std::lock_guard lock(mutex_);
    if (background_error_) std::rethrow_exception(std::exchange(background_error_, nullptr));
  }
  if (model_.config().input_tensor_from_meta) {
    process_prepared(passing, queue);
  } else if (background_) {
    process_in_background(passing);
  } else {
    process_at_once(passing, queue);
  }
}

/// Fills runs with units; starts each that is full, and the last one at finish().
class Inference::Feeder {
 public:
  Feeder(Inference& inference, const Passing& passing, OutputQueue& queue)
      : self_(inference.shared_from_this()), passing_(passing), queue_(queue) {
    if (passing.raw_output) raw_units_ = std::make_shared<RawUnits>();
  }

  /// `add` adds the unit to the run that it gets.
  template <class Add>
  void feed(const Fed& unit, Add add) {
    if (!run_) {
      run_ = {self_->model_.acquire(),
              [self = self_](Model::Run* done) { self->model_.release(done); }};
    }
    add(*run_);
    fed_.push_back(unit);
    if (run_->full()) launch();
  }
  void finish() {
    if (run_) launch();
    if (!raw_units_) return;
    queue_.add([self = self_, passing = passing_, units = raw_units_] {
      passing.raw_output->finish(*units, self->origin_of(passing));
    });
  }

 private:
  void launch() {
    run_->start();
    queue_.add([self = self_, passing = passing_, run = std::exchange(run_, nullptr),
                fed = std::exchange(fed_, {}),
                units = raw_units_] { self->finish(passing, *run, fed, units.get()); });
  }

  std::shared_ptr<Inference> self_;
  const Passing& passing_;
  OutputQueue& queue_;
  Lease run_;
  std::vector<Fed> fed_;
  std::shared_ptr<RawUnits> raw_units_;  // null where nobody wants them
};

void Inference::process_prepared(const Passing& passing, OutputQueue& queue) {
  Feeder feeder(*this, passing, queue);
  for (const auto& unit : prepared_units(model_, passing.unique_id, passing.meta, passing.batch)) {
    feeder.feed({unit.subject, {}}, [&](Model::Run& run) { run.add(unit.values, unit.place); });
  }
  feeder.finish();
}

void Inference::process_at_once(const Passing& passing, OutputQueue& queue) {
  Feeder feeder(*this, passing, queue);
  std::vector<Unit> known;
  for (const auto& unit : units_of(passing)) {
    if (!unit.infer) {
      known.push_back(unit);
      continue;
    }
    feeder.feed({{unit.frame, unit.object}, unit.track}, [&](Model::Run& run) {
      run.add(passing.batch.frame(int(unit.frame->batch_id)), unit.crop);
    });
  }
  feeder.finish();
  if (known.empty()) return;
  // What an earlier batch asked for has been answered when the queue comes to this.
  const auto self = shared_from_this();
  queue.add([self, known = std::move(known), unique_id = passing.unique_id] {
    for (const auto& unit : known) {
      const auto result = self->objects_.known(*unit.track);
      if (result) write_result(self->model_, unique_id, {unit.frame, unit.object}, *result);
    }
  });
}

void Inference::process_in_background(const Passing& passing) {
  Lease run;
  std::vector<Fed> fed;
  auto launch = [&] {
    run->start();
    background_->add([this, run = std::exchange(run, nullptr), fed = std::exchange(fed, {})] {
      keep(*run, fed);
    });
  };
  for (const auto& unit : units_of(passing)) {
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
      write_result(model_, passing.unique_id, {unit.frame, unit.object}, *result);
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
    run->add(passing.batch.frame(int(unit.frame->batch_id)), unit.crop);
    fed.push_back({{unit.frame, unit.object}, unit.track});
    if (run->full()) launch();
  }
  if (run) launch();
}

RawOutput::Origin Inference::origin_of(const Passing& passing) const {
  return {model_, passing.buffer, passing.unique_id, passing.raw_callback};
}

void Inference::finish(const Passing& passing, Model::Run& run, std::span<const Fed> units,
                       RawUnits* raw_units) {
  const auto results = run.finish();
  for (size_t i = 0; i < results.size(); ++i) {
    const auto& [subject, track] = units[i];
    if (raw_units) passing.raw_output->add(*raw_units, origin_of(passing), run, i);
    write_result(model_, passing.unique_id, subject, results[i]);
    if (model_.config().output_tensor_meta) {
      write_tensors(model_, passing.unique_id, subject, run.layers(i));
    }
    if (track) objects_.keep(*track, std::make_shared<Result>(results[i]));
  }
  warn_of_candidates();
}

void Inference::keep(Model::Run& run, std::span<const Fed> units) {
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
       model_.config().path +
           text(": boxes were left out: %zu not finite or of negative size, %zu of classes beyond "
                "num-detected-classes=%u, %zu beyond %zu candidates a frame. Check that the parser "
                "and num-detected-classes belong to this model, and that pre-cluster-threshold is "
                "not too low.",
                counts.bad_value, counts.bad_class, model_.config().num_detected_classes,
                counts.over_limit, kMaxCandidates));
}

}  // namespace thalweg
