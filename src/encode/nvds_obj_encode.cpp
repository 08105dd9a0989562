// The C interface: handles, and errors as a false result and a line in the log.
#include "nvds_obj_encode.h"

#include <map>
#include <stdexcept>

#include "encode/checked.h"
#include "encode/object_encoder.h"
#include "surface/text.h"

namespace {

using thalweg::Batch;
using thalweg::EncodeFailure;
using thalweg::ObjectEncoder;
using thalweg::text;

/// The live contexts. A handle is a number that is never given again, so a stale one is noticed; a
/// context that is destroyed lives on while another thread uses it.
class Contexts {
 public:
  static Contexts& instance() {
    static Contexts& contexts = *new Contexts;
    return contexts;
  }

  NvDsObjEncCtxHandle add() {
    std::lock_guard lock(mutex_);
    auto* handle = reinterpret_cast<NvDsObjEncCtxHandle>(++last_);
    live_.emplace(handle, std::make_shared<ObjectEncoder>());
    return handle;
  }

  /// @throws std::invalid_argument for a handle that is not live.
  std::shared_ptr<ObjectEncoder> get(NvDsObjEncCtxHandle handle) {
    std::lock_guard lock(mutex_);
    const auto found = live_.find(handle);
    if (found == live_.end())
      throw std::invalid_argument(
          text("ctx: %ju is no live encoder context (destroyed already, or not made by "
               "nvds_obj_enc_create_context)",
               reinterpret_cast<uintmax_t>(handle)));
    return found->second;
  }

  std::shared_ptr<ObjectEncoder> remove(NvDsObjEncCtxHandle handle) {
    std::lock_guard lock(mutex_);
    auto found = live_.extract(handle);
    return found ? std::move(found.mapped()) : nullptr;
  }

  std::map<NvDsObjEncCtxHandle, std::shared_ptr<ObjectEncoder>> remove_all() {
    std::lock_guard lock(mutex_);
    return std::move(live_);
  }

 private:
  std::mutex mutex_;
  uintptr_t last_ = 0;
  std::map<NvDsObjEncCtxHandle, std::shared_ptr<ObjectEncoder>> live_;
};

void process(NvDsObjEncCtxHandle context, const NvDsObjEncUsrArgs* args, Batch& batch,
             NvDsObjectMeta* object_meta, NvDsFrameMeta* frame_meta) {
  const auto encoder = Contexts::instance().get(context);
  if (!args) throw std::invalid_argument("args: expected NvDsObjEncUsrArgs, got NULL");
  if (!frame_meta) throw std::invalid_argument("frame_meta: expected NvDsFrameMeta, got NULL");
  if (frame_meta->batch_id >= unsigned(batch.size()))
    throw std::invalid_argument(
        text("frame_meta.batch_id: expected 0 to %d, which the buffer has, got %u; give the "
             "buffer that the frame is in",
             batch.size() - 1, frame_meta->batch_id));
  encoder->process(*args, batch.frame(int(frame_meta->batch_id)), object_meta, frame_meta);
}

}  // namespace

#pragma GCC visibility push(default)

extern "C" {

NvDsObjEncCtxHandle nvds_obj_enc_create_context(int) { return Contexts::instance().add(); }

bool nvds_obj_enc_process(NvDsObjEncCtxHandle context, NvDsObjEncUsrArgs* args,
                          NvBufSurface* surface, NvDsObjectMeta* object_meta,
                          NvDsFrameMeta* frame_meta) {
  try {
    if (!surface) throw std::invalid_argument("surface: expected NvBufSurface, got NULL");
    std::unique_ptr<Batch> adopted;
    Batch* batch = Batch::of(surface);
    if (!batch) {
      adopted = Batch::adopt(surface);
      batch = adopted.get();
    }
    process(context, args, *batch, object_meta, frame_meta);
    return true;
  } catch (const std::exception& error) {
    GST_CAT_ERROR(thalweg::encode_category(), "nvds_obj_enc_process: %s", error.what());
    return false;
  }
}

void nvds_obj_enc_finish(NvDsObjEncCtxHandle context) {
  try {
    for (const EncodeFailure& failure : Contexts::instance().get(context)->finish())
      GST_CAT_ERROR(thalweg::encode_category(), "nvds_obj_enc_finish: %s",
                    failure.sentence.c_str());
  } catch (const std::exception& error) {
    GST_CAT_ERROR(thalweg::encode_category(), "nvds_obj_enc_finish: %s", error.what());
  }
}

void nvds_obj_enc_destroy_context(NvDsObjEncCtxHandle context) {
  Contexts::instance().remove(context).reset();
}

gboolean thalweg_obj_enc_process(NvDsObjEncCtxHandle context, const NvDsObjEncUsrArgs* args,
                                 Batch* batch, NvDsObjectMeta* object_meta,
                                 NvDsFrameMeta* frame_meta, GError** error) {
  try {
    process(context, args, *batch, object_meta, frame_meta);
    return TRUE;
  } catch (const std::invalid_argument& wrong) {
    g_set_error_literal(error, THALWEG_OBJ_ENC_ARGUMENT, 0, wrong.what());
  } catch (const std::exception& failure) {
    g_set_error_literal(error, g_quark_from_static_string("thalweg-obj-enc"), 0, failure.what());
  }
  return FALSE;
}

gboolean thalweg_obj_enc_finish(NvDsObjEncCtxHandle context, GError** error) {
  try {
    const std::vector<EncodeFailure> failures = Contexts::instance().get(context)->finish();
    if (failures.empty()) return TRUE;
    const int number = failures.front().error_number;
    std::string all;
    for (const EncodeFailure& failure : failures)
      all += (all.empty() ? "" : "\n") + failure.sentence;
    g_set_error_literal(
        error, number ? THALWEG_OBJ_ENC_FILE : g_quark_from_static_string("thalweg-obj-enc"),
        number, all.c_str());
  } catch (const std::invalid_argument& wrong) {
    g_set_error_literal(error, THALWEG_OBJ_ENC_ARGUMENT, 0, wrong.what());
  }
  return FALSE;
}

gboolean thalweg_obj_enc_destroy(NvDsObjEncCtxHandle context, GError** error) {
  try {
    Contexts::instance().get(context);
    Contexts::instance().remove(context).reset();
    return TRUE;
  } catch (const std::invalid_argument& wrong) {
    g_set_error_literal(error, THALWEG_OBJ_ENC_ARGUMENT, 0, wrong.what());
  }
  return FALSE;
}

GBytes* thalweg_obj_enc_bytes(const NvDsObjEncOutParams* result) {
  return thalweg::jpeg_of(result);
}

void thalweg_obj_enc_destroy_all() { Contexts::instance().remove_all(); }
}

#pragma GCC visibility pop
