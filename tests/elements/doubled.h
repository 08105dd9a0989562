// A payload of user metas whose copies say that they are copies: each has twice the value.
#pragma once

#include <atomic>

#include "nvdsmeta.h"

namespace thalweg::testing {

struct Doubled {
  int value;
  static inline std::atomic<int> alive{0};
  explicit Doubled(int v) : value(v) { ++alive; }
  ~Doubled() { --alive; }
};
inline gpointer copy_doubled(gpointer data, gpointer) {
  return new Doubled(
      static_cast<Doubled*>(static_cast<NvDsUserMeta*>(data)->user_meta_data)->value * 2);
}
inline void release_doubled(gpointer data, gpointer) {
  auto* user = static_cast<NvDsUserMeta*>(data);
  delete static_cast<Doubled*>(user->user_meta_data);
  user->user_meta_data = nullptr;
}
inline NvDsUserMeta* new_user_meta(NvDsBatchMeta* batch, int value) {
  NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch);
  user->user_meta_data = new Doubled(value);
  user->base_meta.meta_type = NVDS_USER_META;
  user->base_meta.copy_func = copy_doubled;
  user->base_meta.release_func = release_doubled;
  return user;
}
inline int value_of(const GList* list) {
  return static_cast<Doubled*>(static_cast<NvDsUserMeta*>(list->data)->user_meta_data)->value;
}

}  // namespace thalweg::testing
