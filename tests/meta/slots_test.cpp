// What libnvds_meta has beside the C interface: slots that are never unmapped, generations, pins,
// the list epoch (src/meta/slots.h).
#include "meta/slots.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gstnvdsmeta.h"

namespace {

uint64_t load(const uint64_t* counter) { return __atomic_load_n(counter, __ATOMIC_ACQUIRE); }

uint64_t generation(const void* meta) { return load(thalweg_slot_generation(meta)); }

std::atomic<int> releases;
void count_release(gpointer, gpointer) { ++releases; }

class Slots : public testing::Test {
 protected:
  void SetUp() override {
    releases = 0;
    batch = nvds_create_batch_meta(2);
    frame = nvds_acquire_frame_meta_from_pool(batch);
    nvds_add_frame_meta_to_batch(batch, frame);
  }
  void TearDown() override {
    if (batch != nullptr) nvds_destroy_batch_meta(batch);
  }
  NvDsObjectMeta* add_object() {
    NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
    nvds_add_obj_meta_to_frame(frame, object, nullptr);
    return object;
  }
  NvDsUserMeta* add_user() {
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch);
    user->base_meta.release_func = count_release;
    nvds_add_user_meta_to_frame(frame, user);
    return user;
  }
  NvDsBatchMeta* batch = nullptr;
  NvDsFrameMeta* frame = nullptr;
};

// ---- registry

TEST_F(Slots, EveryKindIsOurs) {
  const void* metas[] = {batch,
                         frame,
                         nvds_acquire_obj_meta_from_pool(batch),
                         nvds_acquire_classifier_meta_from_pool(batch),
                         nvds_acquire_label_info_meta_from_pool(batch),
                         nvds_acquire_display_meta_from_pool(batch),
                         nvds_acquire_user_meta_from_pool(batch)};
  for (const void* meta : metas) EXPECT_NE(thalweg_slot_generation(meta), nullptr);
}

TEST_F(Slots, OtherAddressesAreForeign) {
  int on_stack = 0;
  static int in_data = 0;
  const std::vector<char> on_heap(1 << 21);
  const void* foreign[] = {nullptr,
                           &on_stack,
                           &in_data,
                           on_heap.data(),
                           on_heap.data() + (1 << 20),
                           reinterpret_cast<const void*>(&nvds_create_batch_meta),
                           reinterpret_cast<const void*>(~std::uintptr_t{0}),
                           reinterpret_cast<const void*>(std::uintptr_t{1} << 48),
                           reinterpret_cast<const void*>(std::uintptr_t{1})};
  for (const void* address : foreign) {
    EXPECT_EQ(thalweg_slot_generation(address), nullptr) << address;
    EXPECT_EQ(thalweg_batch_epoch(address), nullptr) << address;
    EXPECT_EQ(thalweg_batch_pin(address, 1), 0) << address;
  }
}

TEST_F(Slots, AddressesInsideStandForTheirStruct) {
  NvDsObjectMeta* object = add_object();
  const uint64_t* wanted = thalweg_slot_generation(object);
  EXPECT_EQ(thalweg_slot_generation(&object->rect_params), wanted);
  EXPECT_EQ(thalweg_slot_generation(reinterpret_cast<char*>(object) + sizeof *object - 1), wanted);
}

TEST_F(Slots, AddressesBetweenStructsAreForeign) {
  const auto* object = reinterpret_cast<const char*>(add_object());
  EXPECT_EQ(thalweg_slot_generation(object - 1), nullptr);
  EXPECT_EQ(thalweg_slot_generation(object + sizeof(NvDsObjectMeta)), nullptr);
}

// ---- generations

TEST_F(Slots, LiveIsOddAndFreeIsEven) {
  NvDsObjectMeta* object = add_object();
  EXPECT_EQ(generation(object) % 2, 1u);
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(generation(object) % 2, 0u);
}

TEST_F(Slots, RecyclingMovesTheGeneration) {
  NvDsObjectMeta* object = add_object();
  const uint64_t before = generation(object);
  nvds_remove_obj_meta_from_frame(frame, object);
  NvDsObjectMeta* again = nvds_acquire_obj_meta_from_pool(batch);
  ASSERT_EQ(again, object);
  EXPECT_EQ(generation(again), before + 2);
}

TEST_F(Slots, DestroyingABatchEndsEverythingInIt) {
  NvDsObjectMeta* object = add_object();
  const uint64_t* of_batch = thalweg_slot_generation(batch);
  const uint64_t* of_frame = thalweg_slot_generation(frame);
  const uint64_t* of_object = thalweg_slot_generation(object);
  const uint64_t before[] = {load(of_batch), load(of_frame), load(of_object)};
  nvds_destroy_batch_meta(batch);
  batch = nullptr;
  EXPECT_EQ(load(of_batch), before[0] + 1);
  EXPECT_EQ(load(of_frame), before[1] + 1);
  EXPECT_EQ(load(of_object), before[2] + 1);
}

TEST_F(Slots, CounterStaysReadableAfterManyBatches) {
  const uint64_t* counter = thalweg_slot_generation(add_object());
  nvds_destroy_batch_meta(batch);
  for (int i = 0; i < 1000; ++i) nvds_destroy_batch_meta(nvds_create_batch_meta(i % 7));
  batch = nullptr;
  EXPECT_EQ(load(counter) % 2, 0u);
}

TEST_F(Slots, FindNamesTheBatch) {
  NvDsObjectMeta* object = add_object();
  NvDsBatchMeta* found = nullptr;
  EXPECT_EQ(thalweg_slot_find(&object->rect_params, &found), thalweg_slot_generation(object));
  EXPECT_EQ(found, batch);
  void* payload = thalweg_payload_new(64);
  EXPECT_NE(thalweg_slot_find(payload, &found), nullptr);
  EXPECT_EQ(found, nullptr);
  thalweg_payload_free(payload, 64);
}

// ---- blocks that somebody looks at

std::vector<void*> kept_blocks;

TEST_F(Slots, AKeeperTakesTextsAndMasksOver) {
  NvDsObjectMeta* object = add_object();
  object->text_params.display_text = g_strdup("text");
  object->mask_params.data = g_new0(float, 4);
  object->mask_params.size = 4 * sizeof(float);
  void* const blocks[] = {object->text_params.display_text, object->mask_params.data};
  thalweg_set_block_keeper([](void* block) {
    kept_blocks.push_back(block);
    return 1;
  });
  nvds_remove_obj_meta_from_frame(frame, object);
  thalweg_set_block_keeper(nullptr);
  ASSERT_EQ(kept_blocks.size(), 2u);
  EXPECT_EQ(kept_blocks[0], blocks[0]);
  EXPECT_EQ(kept_blocks[1], blocks[1]);
  EXPECT_STREQ(static_cast<char*>(kept_blocks[0]), "text");
  for (void* block : kept_blocks) g_free(block);
}

TEST_F(Slots, APoolAdoptsAMetaOfItsType) {
  auto* made = static_cast<NvDsObjectMeta*>(thalweg_payload_new(sizeof(NvDsObjectMeta)));
  const guint before = batch->obj_meta_pool->num_full_elements;
  EXPECT_EQ(thalweg_pool_adopt(batch, NVDS_BATCH_META, made), 0);  // no pool has that type
  ASSERT_EQ(thalweg_pool_adopt(batch, NVDS_OBJ_META, made), 1);
  EXPECT_EQ(thalweg_pool_adopt(batch, NVDS_OBJ_META, made), 0);  // it is in one already
  EXPECT_EQ(batch->obj_meta_pool->num_full_elements, before + 1);
  EXPECT_EQ(made->base_meta.batch_meta, batch);
  EXPECT_EQ(made->base_meta.release_func, batch->obj_meta_pool->release_func);
  made->text_params.display_text = g_strdup("text");
  nvds_add_obj_meta_to_frame(frame, made, nullptr);
  nvds_remove_obj_meta_from_frame(frame, made);
  EXPECT_EQ(generation(made) % 2, 0u);
  EXPECT_EQ(batch->obj_meta_pool->num_full_elements, before);
}

TEST_F(Slots, PoolsCannotBeExchanged) {
  std::swap(batch->frame_meta_pool, batch->obj_meta_pool);
  const NvDsFrameMeta* acquired = nvds_acquire_frame_meta_from_pool(batch);
  EXPECT_EQ(acquired->base_meta.meta_type, NVDS_FRAME_META);
}

TEST_F(Slots, ClearingFreesNodesWithTheirOwnBatch) {
  add_object();
  frame->base_meta.batch_meta = nullptr;
  nvds_clear_obj_meta_list(frame, frame->obj_meta_list);
  EXPECT_EQ(frame->obj_meta_list, nullptr);
  EXPECT_EQ(frame->num_obj_meta, 0u);
}

TEST_F(Slots, NoTwoBatchesShareASlot) {
  std::set<void*> seen;
  std::vector<NvDsBatchMeta*> batches;
  for (int i = 0; i < 20; ++i) {
    batches.push_back(nvds_create_batch_meta(1));
    for (int k = 0; k < 50; ++k) {
      EXPECT_TRUE(seen.insert(nvds_acquire_obj_meta_from_pool(batches.back())).second);
    }
  }
  for (NvDsBatchMeta* one : batches) nvds_destroy_batch_meta(one);
}

#if defined(__SANITIZE_ADDRESS__)
TEST_F(Slots, FreeStructsArePoisoned) {
  NvDsObjectMeta* object = add_object();
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_DEATH(object->class_id = 1, "use-after-poison");
}
#endif

// ---- pins

TEST_F(Slots, PinNeedsTheRightGeneration) {
  const uint64_t now = generation(frame);
  EXPECT_EQ(thalweg_batch_pin(frame, now - 1), 0);
  EXPECT_EQ(thalweg_batch_pin(frame, now + 1), 0);
  ASSERT_EQ(thalweg_batch_pin(frame, now), 1);
  thalweg_batch_unpin(batch);
}

TEST_F(Slots, AFreeStructCannotBePinned) {
  NvDsObjectMeta* object = add_object();
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(thalweg_batch_pin(object, generation(object)), 0);
}

TEST_F(Slots, PinKeepsAStringUntilTheUnpin) {
  NvDsObjectMeta* object = add_object();
  object->text_params.display_text = g_strdup("still here");
  const uint64_t now = generation(object);
  ASSERT_EQ(thalweg_batch_pin(object, now), 1);
  const char* text = object->text_params.display_text;
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(frame->obj_meta_list, nullptr);
  EXPECT_EQ(frame->num_obj_meta, 0u);
  EXPECT_NE(generation(object), now);
  EXPECT_STREQ(text, "still here");
  EXPECT_NE(nvds_acquire_obj_meta_from_pool(batch), object);
  EXPECT_EQ(batch->obj_meta_pool->num_empty_elements, 14u);
  thalweg_batch_unpin(object);
  EXPECT_EQ(batch->obj_meta_pool->num_empty_elements, 15u);
}

TEST_F(Slots, PinKeepsListNodesUntilTheUnpin) {
  add_object();
  add_object();
  ASSERT_EQ(thalweg_batch_pin(frame, generation(frame)), 1);
  GList* list = frame->obj_meta_list;
  nvds_clear_obj_meta_list(frame, list);
  EXPECT_EQ(frame->obj_meta_list, nullptr);
  EXPECT_EQ(g_list_length(list), 2u);
  thalweg_batch_unpin(frame);
}

TEST_F(Slots, PinDelaysReleaseHooks) {
  NvDsUserMeta* user = add_user();
  ASSERT_EQ(thalweg_batch_pin(user, generation(user)), 1);
  nvds_remove_user_meta_from_frame(frame, user);
  EXPECT_EQ(releases, 0);
  thalweg_batch_unpin(user);
  EXPECT_EQ(releases, 1);
}

TEST_F(Slots, OnlyTheLastUnpinFinishes) {
  NvDsUserMeta* user = add_user();
  ASSERT_EQ(thalweg_batch_pin(user, generation(user)), 1);
  ASSERT_EQ(thalweg_batch_pin(frame, generation(frame)), 1);
  nvds_remove_user_meta_from_frame(frame, user);
  thalweg_batch_unpin(user);
  EXPECT_EQ(releases, 0);
  thalweg_batch_unpin(frame);
  EXPECT_EQ(releases, 1);
}

TEST_F(Slots, PinOutlivesTheBatch) {
  add_user();
  NvDsObjectMeta* object = add_object();
  object->text_params.display_text = g_strdup("outlives");
  const char* text = object->text_params.display_text;
  ASSERT_EQ(thalweg_batch_pin(object, generation(object)), 1);
  EXPECT_EQ(nvds_destroy_batch_meta(batch), TRUE);
  EXPECT_EQ(generation(batch) % 2, 0u);
  EXPECT_EQ(releases, 0);
  EXPECT_STREQ(text, "outlives");
  NvDsBatchMeta* other = nvds_create_batch_meta(2);
  EXPECT_NE(other, batch);
  thalweg_batch_unpin(object);
  EXPECT_EQ(releases, 1);
  NvDsBatchMeta* recycled = nvds_create_batch_meta(2);
  EXPECT_EQ(recycled, batch);
  nvds_destroy_batch_meta(other);
  nvds_destroy_batch_meta(recycled);
  batch = nullptr;
}

TEST_F(Slots, ReleaseInAnotherThreadDoesNotWaitForAPin) {
  NvDsUserMeta* user = add_user();
  ASSERT_EQ(thalweg_batch_pin(frame, generation(frame)), 1);
  std::thread([&] { nvds_remove_user_meta_from_frame(frame, user); }).join();
  EXPECT_EQ(releases, 0);
  thalweg_batch_unpin(frame);
  EXPECT_EQ(releases, 1);
}

TEST_F(Slots, PinningDoesNotNeedTheLock) {
  nvds_acquire_meta_lock(batch);
  int pinned = 0;
  std::thread([&] {
    pinned = thalweg_batch_pin(frame, generation(frame));
    thalweg_batch_unpin(frame);
  }).join();
  EXPECT_EQ(pinned, 1);
  nvds_release_meta_lock(batch);
}

// ---- destroying

TEST_F(Slots, PinnedStructsOfADestroyedBatchAreOver) {
  const NvDsObjectMeta *pinned = add_object(), *other = add_object();
  ASSERT_EQ(thalweg_batch_pin(pinned, generation(pinned)), 1);
  nvds_destroy_batch_meta(batch);
  for (const void* meta : {static_cast<const void*>(frame), static_cast<const void*>(pinned),
                           static_cast<const void*>(other)}) {
    EXPECT_EQ(generation(meta) % 2, 0u);
  }
  thalweg_batch_unpin(pinned);
  batch = nullptr;
}

TEST_F(Slots, AnEmptyBatchThatIsPinnedIsKept) {
  NvDsBatchMeta* empty = nvds_create_batch_meta(5);
  ASSERT_EQ(thalweg_batch_pin(empty, generation(empty)), 1);
  nvds_destroy_batch_meta(empty);
  NvDsBatchMeta* another = nvds_create_batch_meta(5);
  EXPECT_NE(another, empty);
  EXPECT_EQ(empty->base_meta.meta_type, NVDS_BATCH_META);
  thalweg_batch_unpin(empty);
  nvds_destroy_batch_meta(another);
}

TEST_F(Slots, DestroyingDoesNotWaitForTheLock) {
  add_user();
  nvds_acquire_meta_lock(batch);
  std::thread([&] { EXPECT_EQ(nvds_destroy_batch_meta(batch), TRUE); }).join();
  EXPECT_EQ(generation(batch) % 2, 0u);
  EXPECT_EQ(releases, 0);
  nvds_release_meta_lock(batch);
  EXPECT_EQ(releases, 1);
  batch = nullptr;
}

TEST_F(Slots, DestroyingDoesNotWaitForTheLockNorForAPin) {
  add_user();
  ASSERT_EQ(thalweg_batch_pin(frame, generation(frame)), 1);
  nvds_acquire_meta_lock(batch);
  std::thread([&] { nvds_destroy_batch_meta(batch); }).join();
  nvds_release_meta_lock(batch);
  EXPECT_EQ(generation(frame) % 2, 0u);
  EXPECT_EQ(releases, 0);
  thalweg_batch_unpin(frame);
  EXPECT_EQ(releases, 1);
  batch = nullptr;
}

TEST_F(Slots, TheNextLifeOfABatchThatWasDestroyedUnderItsLockIsNotLocked) {
  NvDsBatchMeta* locked = nvds_create_batch_meta(7);
  nvds_acquire_meta_lock(locked);
  EXPECT_EQ(nvds_destroy_batch_meta(locked), TRUE);
  EXPECT_EQ(generation(locked) % 2, 0u);
  NvDsBatchMeta* next = nvds_create_batch_meta(7);
  EXPECT_NE(next, locked);  // which waits for the lock
  std::thread([&] {
    EXPECT_TRUE(g_rec_mutex_trylock(&next->meta_mutex));
    g_rec_mutex_unlock(&next->meta_mutex);
  }).join();
  nvds_release_meta_lock(locked);
  EXPECT_EQ(nvds_create_batch_meta(7), locked);
  nvds_destroy_batch_meta(next);
  nvds_destroy_batch_meta(locked);
}

TEST_F(Slots, ABatchIsDestroyedOnce) {
  std::atomic<int> destroyed{0};
  std::vector<std::thread> threads;
  g_log_set_handler(
      "nvds_meta", G_LOG_LEVEL_CRITICAL, [](auto...) {}, nullptr);
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { destroyed += nvds_destroy_batch_meta(batch); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(destroyed, 1);
  batch = nullptr;
}

// ---- release and copy functions that change what is being worked on

TEST_F(Slots, AReleaseFunctionMayRemoveTheFrame) {
  static NvDsBatchMeta* in;
  static NvDsFrameMeta* removed;
  in = batch, removed = frame;
  NvDsObjectMeta* object = add_object();
  NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch);
  user->base_meta.release_func = [](gpointer, gpointer) {
    nvds_remove_frame_meta_from_batch(in, removed);
  };
  nvds_add_user_meta_to_obj(object, user);
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(batch->num_frames_in_batch, 0u);
  EXPECT_EQ(batch->frame_meta_pool->num_full_elements, 0u);
}

TEST_F(Slots, AReleaseFunctionMayDestroyTheBatch) {
  static NvDsBatchMeta* destroyed;
  destroyed = batch;
  NvDsUserMeta* user = add_user();
  user->base_meta.release_func = [](gpointer, gpointer) { nvds_destroy_batch_meta(destroyed); };
  for (int i = 0; i < 20; ++i) add_object();
  for (int i = 0; i < 3; ++i) add_user();
  nvds_clear_frame_user_meta_list(frame, frame->frame_user_meta_list);
  EXPECT_EQ(releases, 3);
  EXPECT_EQ(generation(frame) % 2, 0u);
  EXPECT_EQ(nvds_create_batch_meta(2), batch);
}

TEST_F(Slots, ACopyFunctionMayEmptyTheSource) {
  static NvDsFrameMeta* source;
  source = frame;
  for (int i = 0; i < 5; ++i) add_object()->class_id = i;
  NvDsUserMeta* user = add_user();
  user->base_meta.copy_func = [](gpointer, gpointer) -> gpointer {
    nvds_clear_obj_meta_list(source, source->obj_meta_list);
    return nullptr;
  };
  auto* first = static_cast<NvDsObjectMeta*>(frame->obj_meta_list->data);
  nvds_add_user_meta_to_obj(first, user);
  NvDsFrameMeta* into = nvds_acquire_frame_meta_from_pool(batch);
  nvds_copy_obj_meta_list(frame->obj_meta_list, into);
  EXPECT_EQ(into->num_obj_meta, 5u);
  EXPECT_EQ(static_cast<NvDsObjectMeta*>(into->obj_meta_list->data)->class_id, 0);
  EXPECT_EQ(frame->obj_meta_list, nullptr);
}

TEST_F(Slots, AListIsCopiedIntoItself) {
  add_object();
  nvds_copy_frame_meta_list(batch->frame_meta_list, batch);
  EXPECT_EQ(batch->num_frames_in_batch, 2u);
  nvds_copy_obj_meta_list(frame->obj_meta_list, frame);
  EXPECT_EQ(frame->num_obj_meta, 2u);
}

TEST_F(Slots, MetasThatAreOverAreNotCopied) {
  NvDsObjectMeta* object = add_object();
  NvDsFrameMeta* other = nvds_acquire_frame_meta_from_pool(batch);
  nvds_add_obj_meta_to_frame(other, object, nullptr);
  nvds_remove_obj_meta_from_frame(frame, object);
  nvds_copy_obj_meta_list(other->obj_meta_list, frame);
  EXPECT_EQ(frame->num_obj_meta, 0u);
  EXPECT_EQ(nvds_get_current_metadata_info(batch), TRUE);
}

TEST_F(Slots, ACopyHasThePoolsOfItsSource) {
  batch->max_frames_in_batch = 1000000;
  auto* copy = static_cast<NvDsBatchMeta*>(nvds_batch_meta_copy_func(batch, nullptr));
  EXPECT_EQ(copy->frame_meta_pool->max_elements_in_pool, 2u);
  nvds_destroy_batch_meta(copy);
}

// ---- lists

TEST_F(Slots, AnotherParentsListIsNotCleared) {
  add_object();
  NvDsFrameMeta* other = nvds_acquire_frame_meta_from_pool(batch);
  g_log_set_handler(
      "nvds_meta", G_LOG_LEVEL_CRITICAL, [](auto...) {}, nullptr);
  nvds_clear_obj_meta_list(other, frame->obj_meta_list);
  EXPECT_EQ(frame->num_obj_meta, 1u);
  EXPECT_EQ(batch->obj_meta_pool->num_full_elements, 1u);
}

TEST_F(Slots, ADetachedListLeavesItsMetasAcquired) {
  NvDsObjectMeta* object = add_object();
  const uint64_t before = load(thalweg_batch_epoch(frame));
  thalweg_list_detach(&frame->obj_meta_list);
  EXPECT_EQ(frame->obj_meta_list, nullptr);
  EXPECT_EQ(generation(object) % 2, 1u);
  EXPECT_NE(load(thalweg_batch_epoch(frame)), before);
  GList* foreign = nullptr;
  thalweg_list_detach(&foreign);
}

TEST_F(Slots, TypesByAddress) {
  const void* start = nullptr;
  NvDsObjectMeta* object = add_object();
  EXPECT_EQ(thalweg_slot_type(&object->rect_params, &start), NVDS_OBJ_META);
  EXPECT_EQ(start, object);
  EXPECT_EQ(thalweg_slot_type(batch, &start), NVDS_BATCH_META);
  EXPECT_EQ(thalweg_slot_type(batch->frame_meta_pool, &start), NVDS_INVALID_META);
  EXPECT_EQ(thalweg_slot_type(&start, &start), NVDS_INVALID_META);
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(thalweg_slot_type(object, &start), NVDS_INVALID_META);
}

// ---- epoch

TEST_F(Slots, EpochMovesWhenNodesLeaveAList) {
  NvDsObjectMeta* object = add_object();
  NvDsClassifierMeta* classifier = nvds_acquire_classifier_meta_from_pool(batch);
  nvds_add_classifier_meta_to_object(object, classifier);
  NvDsLabelInfo* label = nvds_acquire_label_info_meta_from_pool(batch);
  nvds_add_label_info_meta_to_classifier(classifier, label);
  add_user();

  const uint64_t* epoch = thalweg_batch_epoch(frame);
  ASSERT_NE(epoch, nullptr);
  EXPECT_EQ(thalweg_batch_epoch(batch), epoch);
  uint64_t last = load(epoch);
  const auto moved = [&] {
    const uint64_t now = load(epoch);
    const bool result = now != last;
    last = now;
    return result;
  };
  nvds_remove_label_info_meta_from_classifier(classifier, label);
  EXPECT_TRUE(moved());
  nvds_clear_frame_user_meta_list(frame, frame->frame_user_meta_list);
  EXPECT_TRUE(moved());
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_TRUE(moved());
  object = nvds_acquire_obj_meta_from_pool(batch);
  object->class_id = 3;
  EXPECT_FALSE(moved());
}

// So that whoever walks a list and adds to it, or to others, need not look for its node again.
TEST_F(Slots, EpochStaysWhenNodesAreAdded) {
  const GList* node = batch->frame_meta_list;
  const uint64_t before = load(thalweg_batch_epoch(batch));
  add_object();
  add_user();
  nvds_add_frame_meta_to_batch(batch, nvds_acquire_frame_meta_from_pool(batch));
  EXPECT_EQ(load(thalweg_batch_epoch(batch)), before);
  EXPECT_EQ(node->data, frame);
}

TEST_F(Slots, EpochsOfBatchesAreIndependent) {
  NvDsBatchMeta* other = nvds_create_batch_meta(1);
  const uint64_t before = load(thalweg_batch_epoch(other));
  nvds_remove_obj_meta_from_frame(frame, add_object());
  EXPECT_EQ(load(thalweg_batch_epoch(other)), before);
  nvds_destroy_batch_meta(other);
}

// ---- many batches

long resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.rfind("VmRSS:", 0) == 0) return std::stol(line.substr(6));
  }
  return -1;
}

void one_batch(int objects) {
  NvDsBatchMeta* batch = nvds_create_batch_meta(4);
  for (int f = 0; f < 4; ++f) {
    NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(batch);
    nvds_add_frame_meta_to_batch(batch, frame);
    for (int i = 0; i < objects; ++i) {
      NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
      object->text_params.display_text = g_strdup("person");
      nvds_add_obj_meta_to_frame(frame, object, nullptr);
    }
    NvDsDisplayMeta* display = nvds_acquire_display_meta_from_pool(batch);
    display->text_params[0].display_text = g_strdup("Frame");
    nvds_add_display_meta_to_frame(frame, display);
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch);
    user->base_meta.release_func = count_release;
    nvds_add_user_meta_to_frame(frame, user);
  }
  nvds_destroy_batch_meta(batch);
}

TEST_F(Slots, TenThousandBatchesKeepTheirMemory) {
  for (int i = 0; i < 200; ++i) one_batch(i % 40);
  const long before = resident_kib();
  for (int i = 0; i < 10000; ++i) one_batch(i % 40);
  EXPECT_EQ(releases, 4 * 10200);
  EXPECT_GT(before, 0);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  EXPECT_LT(resident_kib() - before, 512);
#endif
}

// ---- threads

TEST_F(Slots, FourThreadsWithBatchesOfTheirOwn) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([] {
      for (int i = 0; i < 500; ++i) one_batch(i % 20);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(releases, 4 * 500 * 4);
}

// Two threads change a batch under its lock; two others, like a Python thread with a wrapper, pin
// objects that they know by address and generation, and read their strings.
TEST_F(Slots, PinnedReadersAgainstReleasers) {
  constexpr int kPlaces = 8;
  struct Place {
    std::atomic<NvDsObjectMeta*> object{nullptr};
    std::atomic<uint64_t> generation{0};
  };
  Place places[kPlaces];
  std::atomic<bool> stop{false};
  std::atomic<int> read{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 3000; ++i) {
        NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
        object->text_params.display_text = g_strdup("a string that is read while it may go away");
        nvds_acquire_meta_lock(batch);
        nvds_add_obj_meta_to_frame(frame, object, nullptr);
        nvds_release_meta_lock(batch);
        Place& place = places[(t * 3000 + i) % kPlaces];
        place.generation.store(generation(object));
        place.object.store(object);
        nvds_acquire_meta_lock(batch);
        nvds_remove_obj_meta_from_frame(frame, object);
        nvds_release_meta_lock(batch);
      }
    });
  }
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; !stop; ++i) {
        Place& place = places[i % kPlaces];
        NvDsObjectMeta* object = place.object.load();
        if (object == nullptr) continue;
        if (thalweg_batch_pin(object, place.generation.load()) == 0) continue;
        EXPECT_STREQ(object->text_params.display_text,
                     "a string that is read while it may go away");
        thalweg_batch_unpin(object);
        ++read;
      }
    });
  }
  threads[0].join();
  threads[1].join();
  stop = true;
  threads[2].join();
  threads[3].join();
  RecordProperty("reads", read.load());
  EXPECT_EQ(frame->num_obj_meta, 0u);
  EXPECT_EQ(batch->obj_meta_pool->num_full_elements, 0u);
  EXPECT_EQ(batch->obj_meta_pool->num_empty_elements, batch->obj_meta_pool->max_elements_in_pool);
}

// A reader pins whole batches that another thread creates and destroys all the time.
TEST_F(Slots, PinsAgainstDestroyers) {
  std::atomic<NvDsBatchMeta*> current{nullptr};
  std::atomic<uint64_t> current_generation{0};
  std::atomic<bool> stop{false};
  std::thread maker([&] {
    for (int i = 0; i < 3000; ++i) {
      NvDsBatchMeta* made = nvds_create_batch_meta(1);
      NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(made);
      user->base_meta.release_func = count_release;
      nvds_add_user_meta_to_batch(made, user);
      current_generation = generation(made);
      current = made;
      nvds_destroy_batch_meta(made);
    }
    stop = true;
  });
  std::vector<std::thread> readers;
  for (int t = 0; t < 2; ++t) {
    readers.emplace_back([&] {
      while (!stop) {
        NvDsBatchMeta* seen = current.load();
        if (seen == nullptr || !thalweg_batch_pin(seen, current_generation.load())) continue;
        EXPECT_NE(seen->frame_meta_pool, nullptr);
        thalweg_batch_unpin(seen);
      }
    });
  }
  maker.join();
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(releases, 3000);
}

// ---- payloads

TEST_F(Slots, APayloadKnowsWhenItIsGone) {
  // Of the size of a user meta: its slot may have been one before, and may become one again.
  constexpr size_t kSize = sizeof(NvDsUserMeta);
  nvds_destroy_batch_meta(nvds_create_batch_meta(64));
  auto* payload = static_cast<char*>(thalweg_payload_new(kSize));
  for (size_t i = 0; i < kSize; ++i) EXPECT_EQ(payload[i], 0);
  const uint64_t* counter = thalweg_slot_generation(payload + 8);
  ASSERT_NE(counter, nullptr);
  const uint64_t live = load(counter);
  EXPECT_EQ(live & 1, 1u);
  EXPECT_EQ(thalweg_batch_epoch(payload), nullptr);
  EXPECT_EQ(thalweg_batch_pin(payload, live), 0);
  std::memset(payload, 7, kSize);
  thalweg_payload_free(payload, kSize);
  EXPECT_EQ(load(counter), live + 1);
  thalweg_payload_free(payload, kSize);  // twice: nothing happens
  EXPECT_EQ(load(counter), live + 1);
  auto* again = static_cast<char*>(thalweg_payload_new(kSize));
  EXPECT_EQ(again, payload);
  EXPECT_EQ(again[0], 0);
  EXPECT_EQ(load(counter), live + 2);
  thalweg_payload_free(again, kSize);
  int local = 0;
  thalweg_payload_free(&local, sizeof local);  // foreign: left alone
}

}  // namespace
