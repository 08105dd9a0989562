// What libnvds_meta and libnvdsgst_meta do, observed from outside. The same program runs against
// our libraries and (ctest meta_nvidia) against NVIDIA's own; where the two differ on purpose, the
// test says so by `ours()` and gives the reason.
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gstnvdsmeta.h"
#include "nvds_latency_meta_internal.h"

namespace {

bool ours() {
  static const bool result = dlsym(RTLD_DEFAULT, "thalweg_slot_generation") != nullptr;
  return result;
}

// Some things crash NVIDIA's library; there the test only says why it does not look.
#define ONLY_OURS(reason) \
  if (!ours()) GTEST_SKIP() << "known exception: " reason

// Counts what GLib's g_return_if_fail complains about while it lives.
class Criticals {
 public:
  Criticals() { g_log_set_default_handler(&Criticals::count, this); }
  ~Criticals() { g_log_set_default_handler(g_log_default_handler, nullptr); }
  int seen = 0;

 private:
  static void count(const gchar*, GLogLevelFlags level, const gchar*, gpointer self) {
    if (level & G_LOG_LEVEL_CRITICAL) ++static_cast<Criticals*>(self)->seen;
  }
};

std::vector<NvDsUserMeta> released;
std::vector<NvDsUserMeta> copied;

void note_release(gpointer data, gpointer) {
  released.push_back(*static_cast<NvDsUserMeta*>(data));
}

gpointer note_copy(gpointer data, gpointer) {
  const auto* user = static_cast<NvDsUserMeta*>(data);
  copied.push_back(*user);
  return static_cast<char*>(user->user_meta_data) + 1;
}

gpointer pointer(std::uintptr_t number) { return reinterpret_cast<gpointer>(number); }

template <typename T>
std::vector<T*> items(GList* list) {
  std::vector<T*> result;
  for (; list != nullptr; list = list->next) result.push_back(static_cast<T*>(list->data));
  return result;
}

struct Counts {
  guint max, empty, full;
  bool operator==(const Counts&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Counts& c) {
  return out << "{max " << c.max << ", empty " << c.empty << ", full " << c.full << "}";
}

// The pool's numbers; they must agree with its lists.
Counts counts(const NvDsMetaPool* pool) {
  EXPECT_EQ(pool->num_empty_elements, g_list_length(pool->empty_list));
  EXPECT_EQ(pool->num_full_elements, g_list_length(pool->full_list));
  return {pool->max_elements_in_pool, pool->num_empty_elements, pool->num_full_elements};
}

// A batch of up to four frames with one frame in it.
class Meta : public testing::Test {
 protected:
  void SetUp() override {
    gst_init(nullptr, nullptr);
    released.clear();
    copied.clear();
    batch = new_batch(4);
    frame = add_frame(batch);
  }
  void TearDown() override {
    if (batch != nullptr) nvds_destroy_batch_meta(batch);
  }

  static NvDsBatchMeta* new_batch(guint frames) {
    NvDsBatchMeta* result = nvds_create_batch_meta(frames);
    result->max_frames_in_batch = frames;  // the muxer's task
    return result;
  }
  static NvDsFrameMeta* add_frame(NvDsBatchMeta* to) {
    NvDsFrameMeta* result = nvds_acquire_frame_meta_from_pool(to);
    nvds_add_frame_meta_to_batch(to, result);
    return result;
  }
  NvDsObjectMeta* add_object(NvDsObjectMeta* parent = nullptr) {
    NvDsObjectMeta* result = nvds_acquire_obj_meta_from_pool(batch);
    nvds_add_obj_meta_to_frame(frame, result, parent);
    return result;
  }
  NvDsClassifierMeta* add_classifier(NvDsObjectMeta* object) {
    NvDsClassifierMeta* result = nvds_acquire_classifier_meta_from_pool(batch);
    nvds_add_classifier_meta_to_object(object, result);
    return result;
  }
  NvDsLabelInfo* add_label(NvDsClassifierMeta* classifier) {
    NvDsLabelInfo* result = nvds_acquire_label_info_meta_from_pool(batch);
    nvds_add_label_info_meta_to_classifier(classifier, result);
    return result;
  }
  NvDsDisplayMeta* add_display() {
    NvDsDisplayMeta* result = nvds_acquire_display_meta_from_pool(batch);
    nvds_add_display_meta_to_frame(frame, result);
    return result;
  }
  NvDsUserMeta* new_user(int number) {
    NvDsUserMeta* result = nvds_acquire_user_meta_from_pool(batch);
    result->base_meta.meta_type = static_cast<NvDsMetaType>(NVDS_START_USER_META + number);
    result->base_meta.copy_func = note_copy;
    result->base_meta.release_func = note_release;
    result->user_meta_data = pointer(1000 + 10 * number);
    return result;
  }
  NvDsBatchMeta* copy() {
    return static_cast<NvDsBatchMeta*>(nvds_batch_meta_copy_func(batch, nullptr));
  }
  static NvDsFrameMeta* first_frame(NvDsBatchMeta* of) {
    return static_cast<NvDsFrameMeta*>(of->frame_meta_list->data);
  }
  static std::vector<int> numbers(const std::vector<NvDsUserMeta>& users) {
    std::vector<int> result;
    result.reserve(users.size());
    for (const NvDsUserMeta& user : users) {
      result.push_back(user.base_meta.meta_type - NVDS_START_USER_META);
    }
    return result;
  }
  // A buffer that carries a batch of its own.
  static GstBuffer* buffer_with(NvDsBatchMeta* with) {
    GstBuffer* buffer = gst_buffer_new();
    NvDsMeta* meta = gst_buffer_add_nvds_meta(buffer, with, nullptr, nvds_batch_meta_copy_func,
                                              nvds_batch_meta_release_func);
    meta->meta_type = NVDS_BATCH_GST_META;
    return buffer;
  }

  NvDsBatchMeta* batch = nullptr;
  NvDsFrameMeta* frame = nullptr;
};
using Ints = std::vector<int>;

// ---- which library

TEST(Library, IsTheOneThatTheRunNames) {
  Dl_info info;
  ASSERT_NE(dladdr(reinterpret_cast<void*>(&nvds_create_batch_meta), &info), 0);
  const char* wanted = std::getenv("THALWEG_NVDS_LIBS");
  if (wanted == nullptr) GTEST_SKIP() << "THALWEG_NVDS_LIBS is not set";
  EXPECT_EQ(std::string(info.dli_fname).rfind(wanted, 0), 0u) << info.dli_fname;
}

TEST(Library, IsOursExactlyWhenItIsNotNvidias) {
  const char* wanted = std::getenv("THALWEG_NVDS_LIBS");
  if (wanted == nullptr) GTEST_SKIP() << "THALWEG_NVDS_LIBS is not set";
  EXPECT_EQ(ours(), std::string(wanted).find("nvidia") == std::string::npos);
}

// ---- batch

TEST_F(Meta, NewBatchIsItsOwnBatch) { EXPECT_EQ(batch->base_meta.batch_meta, batch); }

TEST_F(Meta, NewBatchHasBatchType) { EXPECT_EQ(batch->base_meta.meta_type, NVDS_BATCH_META); }

TEST_F(Meta, NewBatchCountsNoFrames) {
  NvDsBatchMeta* fresh = nvds_create_batch_meta(4);
  EXPECT_EQ(fresh->num_frames_in_batch, 0u);
  EXPECT_EQ(fresh->frame_meta_list, nullptr);
  EXPECT_EQ(fresh->batch_user_meta_list, nullptr);
  nvds_destroy_batch_meta(fresh);
}

TEST_F(Meta, NewBatchLeavesMaxFramesToTheMuxer) {
  NvDsBatchMeta* fresh = nvds_create_batch_meta(4);
  EXPECT_EQ(fresh->max_frames_in_batch, 0u);
  nvds_destroy_batch_meta(fresh);
}

TEST_F(Meta, NewBatchHasTheCopyHook) {
  EXPECT_EQ(batch->base_meta.copy_func, &nvds_batch_meta_copy_func);
}

TEST_F(Meta, NewBatchHasTheReleaseHook) {
  EXPECT_EQ(batch->base_meta.release_func, &nvds_batch_meta_release_func);
}

TEST_F(Meta, NewBatchHasZeroMiscInfo) {
  for (const gint64 value : batch->misc_batch_info) EXPECT_EQ(value, 0);
}

TEST_F(Meta, DestroyReturnsTrue) {
  EXPECT_EQ(nvds_destroy_batch_meta(batch), TRUE);
  batch = nullptr;
}

class PoolSizes : public testing::TestWithParam<guint> {};
TEST_P(PoolSizes, FollowTheBatchSize) {
  const guint n = GetParam();
  NvDsBatchMeta* batch = nvds_create_batch_meta(n);
  EXPECT_EQ(counts(batch->frame_meta_pool), (Counts{n, n, 0}));
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{8 * n, 8 * n, 0}));
  EXPECT_EQ(counts(batch->classifier_meta_pool), (Counts{8 * n, 8 * n, 0}));
  EXPECT_EQ(counts(batch->label_info_meta_pool), (Counts{8 * n, 8 * n, 0}));
  EXPECT_EQ(counts(batch->display_meta_pool), (Counts{8, 8, 0}));
  EXPECT_EQ(counts(batch->user_meta_pool), (Counts{8, 8, 0}));
  nvds_destroy_batch_meta(batch);
}
INSTANTIATE_TEST_SUITE_P(Meta, PoolSizes, testing::Values(0, 1, 3, 16, 100));

TEST_F(Meta, PoolsKnowTypeAndSize) {
  const std::map<NvDsMetaPool*, std::pair<int, guint>> wanted = {
      {batch->frame_meta_pool, {NVDS_FRAME_META, sizeof(NvDsFrameMeta)}},
      {batch->obj_meta_pool, {NVDS_OBJ_META, sizeof(NvDsObjectMeta)}},
      {batch->classifier_meta_pool, {NVDS_CLASSIFIER_META, sizeof(NvDsClassifierMeta)}},
      {batch->display_meta_pool, {NVDS_DISPLAY_META, sizeof(NvDsDisplayMeta)}},
      {batch->user_meta_pool, {NVDS_USER_META, sizeof(NvDsUserMeta)}},
      {batch->label_info_meta_pool, {NVDS_LABEL_INFO_META, sizeof(NvDsLabelInfo)}}};
  for (const auto& [pool, type_and_size] : wanted) {
    EXPECT_EQ(pool->meta_type, type_and_size.first);
    EXPECT_EQ(pool->element_size, type_and_size.second);
    EXPECT_EQ(pool->copy_func, nullptr);
    EXPECT_EQ(pool->release_func == nullptr, pool == batch->user_meta_pool);
  }
}

TEST_F(Meta, SecondBatchAfterDestroyStartsFresh) {
  for (int i = 0; i < 100; ++i) add_object();
  batch->misc_batch_info[0] = 5;
  nvds_destroy_batch_meta(batch);
  batch = nvds_create_batch_meta(4);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 32, 0}));
  EXPECT_EQ(batch->frame_meta_list, nullptr);
  EXPECT_EQ(batch->misc_batch_info[0], 0);
}

// ---- acquire

TEST_F(Meta, AcquiredFrameHasItsHead) {
  EXPECT_EQ(frame->base_meta.batch_meta, batch);
  EXPECT_EQ(frame->base_meta.meta_type, NVDS_FRAME_META);
  EXPECT_EQ(frame->base_meta.uContext, nullptr);
  EXPECT_EQ(frame->base_meta.copy_func, nullptr);
  EXPECT_NE(frame->base_meta.release_func, nullptr);
}

TEST_F(Meta, AcquiredObjectHasItsHead) {
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
  EXPECT_EQ(object->base_meta.batch_meta, batch);
  EXPECT_EQ(object->base_meta.meta_type, NVDS_OBJ_META);
}

TEST_F(Meta, AcquiredClassifierHasItsHead) {
  NvDsClassifierMeta* classifier = nvds_acquire_classifier_meta_from_pool(batch);
  EXPECT_EQ(classifier->base_meta.batch_meta, batch);
  EXPECT_EQ(classifier->base_meta.meta_type, NVDS_CLASSIFIER_META);
}

TEST_F(Meta, AcquiredLabelHasItsHead) {
  NvDsLabelInfo* label = nvds_acquire_label_info_meta_from_pool(batch);
  EXPECT_EQ(label->base_meta.batch_meta, batch);
  EXPECT_EQ(label->base_meta.meta_type, NVDS_LABEL_INFO_META);
}

TEST_F(Meta, AcquiredDisplayHasItsHead) {
  NvDsDisplayMeta* display = nvds_acquire_display_meta_from_pool(batch);
  EXPECT_EQ(display->base_meta.batch_meta, batch);
  EXPECT_EQ(display->base_meta.meta_type, NVDS_DISPLAY_META);
}

TEST_F(Meta, AcquiredUserHasItsHeadAndNoHooks) {
  NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(batch);
  EXPECT_EQ(user->base_meta.batch_meta, batch);
  EXPECT_EQ(user->base_meta.meta_type, NVDS_USER_META);
  EXPECT_EQ(user->base_meta.copy_func, nullptr);
  EXPECT_EQ(user->base_meta.release_func, nullptr);
  EXPECT_EQ(user->user_meta_data, nullptr);
}

TEST_F(Meta, AcquiredObjectIsZero) {
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
  const NvDsObjectMeta zero{};
  EXPECT_EQ(std::memcmp(&object->parent, &zero.parent, sizeof zero - sizeof(NvDsBaseMeta)), 0);
}

TEST_F(Meta, AcquireMovesAnElementFromEmptyToFull) {
  nvds_acquire_obj_meta_from_pool(batch);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 31, 1}));
}

TEST_F(Meta, AcquireGivesDistinctAddresses) {
  std::set<NvDsObjectMeta*> seen;
  for (int i = 0; i < 500; ++i) seen.insert(nvds_acquire_obj_meta_from_pool(batch));
  EXPECT_EQ(seen.size(), 500u);
}

TEST_F(Meta, AcquireDoesNotAddToTheParent) {
  nvds_acquire_obj_meta_from_pool(batch);
  nvds_acquire_frame_meta_from_pool(batch);
  EXPECT_EQ(frame->num_obj_meta, 0u);
  EXPECT_EQ(batch->num_frames_in_batch, 1u);
}

TEST_F(Meta, LastReleasedIsFirstAcquired) {
  NvDsObjectMeta* object = add_object();
  add_object();
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(nvds_acquire_obj_meta_from_pool(batch), object);
}

class PoolGrowth : public testing::TestWithParam<std::pair<int, Counts>> {};
TEST_P(PoolGrowth, TriplesAndThenGrowsBy128) {
  NvDsBatchMeta* batch = nvds_create_batch_meta(1);
  for (int i = 0; i < GetParam().first; ++i) nvds_acquire_obj_meta_from_pool(batch);
  EXPECT_EQ(counts(batch->obj_meta_pool), GetParam().second);
  nvds_destroy_batch_meta(batch);
}
INSTANTIATE_TEST_SUITE_P(Meta, PoolGrowth,
                         testing::Values(std::pair{8, Counts{8, 0, 8}},
                                         std::pair{9, Counts{24, 15, 9}},
                                         std::pair{25, Counts{72, 47, 25}},
                                         std::pair{73, Counts{200, 127, 73}},
                                         std::pair{300, Counts{328, 28, 300}}));

TEST_F(Meta, FramePoolGrowsBeyondTheBatchSize) {
  NvDsBatchMeta* small = nvds_create_batch_meta(1);
  for (int i = 0; i < 40; ++i) ASSERT_NE(nvds_acquire_frame_meta_from_pool(small), nullptr);
  EXPECT_EQ(counts(small->frame_meta_pool), (Counts{81, 41, 40}));
  nvds_destroy_batch_meta(small);
}

TEST_F(Meta, DisplayPoolGrows) {
  for (int i = 0; i < 40; ++i) nvds_acquire_display_meta_from_pool(batch);
  EXPECT_EQ(counts(batch->display_meta_pool), (Counts{72, 32, 40}));
}

TEST_F(Meta, EmptyBatchGrowsToo) {
  ONLY_OURS("its pools of no elements double to no elements, and acquire crashes");
  NvDsBatchMeta* none = nvds_create_batch_meta(0);
  EXPECT_NE(nvds_acquire_frame_meta_from_pool(none), nullptr);
  nvds_destroy_batch_meta(none);
}

// ---- add

TEST_F(Meta, FramesAreAppended) {
  NvDsFrameMeta* second = add_frame(batch);
  EXPECT_EQ(items<NvDsFrameMeta>(batch->frame_meta_list), (std::vector{frame, second}));
  EXPECT_EQ(batch->num_frames_in_batch, 2u);
}

TEST_F(Meta, ObjectsArePrepended) {
  NvDsObjectMeta* first = add_object();
  NvDsObjectMeta* second = add_object();
  EXPECT_EQ(items<NvDsObjectMeta>(frame->obj_meta_list), (std::vector{second, first}));
  EXPECT_EQ(frame->num_obj_meta, 2u);
}

TEST_F(Meta, ObjectGetsItsParent) {
  NvDsObjectMeta* car = add_object();
  EXPECT_EQ(car->parent, nullptr);
  EXPECT_EQ(add_object(car)->parent, car);
}

TEST_F(Meta, AddingWithoutParentClearsIt) {
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
  object->parent = object;
  nvds_add_obj_meta_to_frame(frame, object, nullptr);
  EXPECT_EQ(object->parent, nullptr);
}

TEST_F(Meta, ClassifiersArePrepended) {
  NvDsObjectMeta* object = add_object();
  NvDsClassifierMeta* first = add_classifier(object);
  NvDsClassifierMeta* second = add_classifier(object);
  EXPECT_EQ(items<NvDsClassifierMeta>(object->classifier_meta_list), (std::vector{second, first}));
}

TEST_F(Meta, LabelsArePrependedAndCounted) {
  NvDsClassifierMeta* classifier = add_classifier(add_object());
  NvDsLabelInfo* first = add_label(classifier);
  NvDsLabelInfo* second = add_label(classifier);
  EXPECT_EQ(items<NvDsLabelInfo>(classifier->label_info_list), (std::vector{second, first}));
  EXPECT_EQ(classifier->num_labels, 2u);
}

TEST_F(Meta, DisplaysArePrepended) {
  NvDsDisplayMeta* first = add_display();
  NvDsDisplayMeta* second = add_display();
  EXPECT_EQ(items<NvDsDisplayMeta>(frame->display_meta_list), (std::vector{second, first}));
}

TEST_F(Meta, BatchUsersAreAppended) {
  NvDsUserMeta *first = new_user(1), *second = new_user(2);
  nvds_add_user_meta_to_batch(batch, first);
  nvds_add_user_meta_to_batch(batch, second);
  EXPECT_EQ(items<NvDsUserMeta>(batch->batch_user_meta_list), (std::vector{first, second}));
}

TEST_F(Meta, FrameUsersArePrepended) {
  NvDsUserMeta *first = new_user(1), *second = new_user(2);
  nvds_add_user_meta_to_frame(frame, first);
  nvds_add_user_meta_to_frame(frame, second);
  EXPECT_EQ(items<NvDsUserMeta>(frame->frame_user_meta_list), (std::vector{second, first}));
}

TEST_F(Meta, ObjectUsersArePrepended) {
  NvDsObjectMeta* object = add_object();
  NvDsUserMeta *first = new_user(1), *second = new_user(2);
  nvds_add_user_meta_to_obj(object, first);
  nvds_add_user_meta_to_obj(object, second);
  EXPECT_EQ(items<NvDsUserMeta>(object->obj_user_meta_list), (std::vector{second, first}));
}

TEST_F(Meta, ListsAreDoublyLinked) {
  for (int i = 0; i < 5; ++i) add_object();
  GList* last = g_list_last(frame->obj_meta_list);
  EXPECT_EQ(g_list_first(last), frame->obj_meta_list);
  EXPECT_EQ(frame->obj_meta_list->prev, nullptr);
}

TEST_F(Meta, GLibMayReorderAList) {
  NvDsObjectMeta* first = add_object();
  NvDsObjectMeta* second = add_object();
  frame->obj_meta_list = g_list_reverse(frame->obj_meta_list);
  EXPECT_EQ(items<NvDsObjectMeta>(frame->obj_meta_list), (std::vector{first, second}));
  nvds_remove_obj_meta_from_frame(frame, second);
  EXPECT_EQ(items<NvDsObjectMeta>(frame->obj_meta_list), (std::vector{first}));
}

// ---- regions of interest

TEST_F(Meta, RoiClassifiersArePrepended) {
  NvDsRoiMeta roi{};
  NvDsClassifierMeta* first = nvds_acquire_classifier_meta_from_pool(batch);
  NvDsClassifierMeta* second = nvds_acquire_classifier_meta_from_pool(batch);
  nvds_add_classifier_meta_to_roi(&roi, first);
  nvds_add_classifier_meta_to_roi(&roi, second);
  EXPECT_EQ(items<NvDsClassifierMeta>(roi.classifier_meta_list), (std::vector{second, first}));
  g_list_free(roi.classifier_meta_list);
}

TEST_F(Meta, RoiClassifierRemovalReleases) {
  NvDsRoiMeta roi{};
  NvDsClassifierMeta* classifier = nvds_acquire_classifier_meta_from_pool(batch);
  nvds_add_classifier_meta_to_roi(&roi, classifier);
  add_label(classifier);
  nvds_remove_classifier_meta_from_roi(&roi, classifier);
  EXPECT_EQ(roi.classifier_meta_list, nullptr);
  EXPECT_EQ(counts(batch->classifier_meta_pool), (Counts{32, 32, 0}));
  EXPECT_EQ(counts(batch->label_info_meta_pool), (Counts{32, 32, 0}));
}

TEST_F(Meta, RoiUsersArePrepended) {
  NvDsRoiMeta roi{};
  NvDsUserMeta *first = new_user(1), *second = new_user(2);
  nvds_add_user_meta_to_roi(&roi, first);
  nvds_add_user_meta_to_roi(&roi, second);
  EXPECT_EQ(items<NvDsUserMeta>(roi.roi_user_meta_list), (std::vector{second, first}));
  g_list_free(roi.roi_user_meta_list);
}

TEST_F(Meta, RoiUserRemovalReleases) {
  ONLY_OURS("it takes the user meta for its batch when it looks for the pool, and crashes");
  NvDsRoiMeta roi{};
  NvDsUserMeta* user = new_user(1);
  nvds_add_user_meta_to_roi(&roi, user);
  nvds_remove_user_meta_from_roi(&roi, user);
  EXPECT_EQ(roi.roi_user_meta_list, nullptr);
  EXPECT_EQ(numbers(released), Ints{1});
  EXPECT_EQ(counts(batch->user_meta_pool), (Counts{8, 8, 0}));
}

TEST_F(Meta, UsersOfARoiAreReleasedWithTheBatch) {
  NvDsRoiMeta roi{};
  nvds_add_user_meta_to_roi(&roi, new_user(1));
  nvds_destroy_batch_meta(batch);
  batch = nullptr;
  EXPECT_EQ(numbers(released), Ints{1});
  g_list_free(roi.roi_user_meta_list);
}

// ---- remove

TEST_F(Meta, RemovedFrameGoesBack) {
  nvds_remove_frame_meta_from_batch(batch, frame);
  EXPECT_EQ(batch->frame_meta_list, nullptr);
  EXPECT_EQ(batch->num_frames_in_batch, 0u);
  EXPECT_EQ(counts(batch->frame_meta_pool), (Counts{4, 4, 0}));
}

TEST_F(Meta, RemovedFrameTakesEverythingBelowAlong) {
  NvDsObjectMeta* object = add_object();
  add_label(add_classifier(object));
  add_display();
  nvds_add_user_meta_to_obj(object, new_user(1));
  nvds_add_user_meta_to_frame(frame, new_user(2));
  nvds_remove_frame_meta_from_batch(batch, frame);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 32, 0}));
  EXPECT_EQ(counts(batch->classifier_meta_pool), (Counts{32, 32, 0}));
  EXPECT_EQ(counts(batch->label_info_meta_pool), (Counts{32, 32, 0}));
  EXPECT_EQ(counts(batch->user_meta_pool), (Counts{8, 8, 0}));
  EXPECT_EQ(numbers(released), (Ints{1, 2}));
}

TEST_F(Meta, RemovedFrameGivesItsDisplaysBack) {
  ONLY_OURS("it gives a frame's displays to the pool of objects, whose counts then are wrong");
  add_display();
  nvds_remove_frame_meta_from_batch(batch, frame);
  EXPECT_EQ(counts(batch->display_meta_pool), (Counts{8, 8, 0}));
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 32, 0}));
}

TEST_F(Meta, RemovedObjectLeavesTheList) {
  NvDsObjectMeta* first = add_object();
  NvDsObjectMeta* second = add_object();
  NvDsObjectMeta* third = add_object();
  nvds_remove_obj_meta_from_frame(frame, second);
  EXPECT_EQ(items<NvDsObjectMeta>(frame->obj_meta_list), (std::vector{third, first}));
  EXPECT_EQ(frame->num_obj_meta, 2u);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 30, 2}));
}

TEST_F(Meta, RemovedFirstObjectMovesTheHead) {
  NvDsObjectMeta* first = add_object();
  NvDsObjectMeta* second = add_object();
  nvds_remove_obj_meta_from_frame(frame, second);
  ASSERT_NE(frame->obj_meta_list, nullptr);
  EXPECT_EQ(frame->obj_meta_list->data, first);
  EXPECT_EQ(frame->obj_meta_list->prev, nullptr);
}

TEST_F(Meta, RemovedParentStaysInItsChildren) {
  NvDsObjectMeta* car = add_object();
  NvDsObjectMeta* plate = add_object(car);
  nvds_remove_obj_meta_from_frame(frame, car);
  EXPECT_EQ(plate->parent, car);
}

TEST_F(Meta, RemovedObjectIsZeroWhenAcquiredAgain) {
  NvDsObjectMeta* object = add_object();
  object->object_id = 7;
  std::strcpy(object->obj_label, "person");
  object->rect_params.left = 3;
  nvds_remove_obj_meta_from_frame(frame, object);
  NvDsObjectMeta* again = nvds_acquire_obj_meta_from_pool(batch);
  ASSERT_EQ(again, object);
  const NvDsObjectMeta zero{};
  EXPECT_EQ(std::memcmp(&again->parent, &zero.parent, sizeof zero - sizeof(NvDsBaseMeta)), 0);
}

TEST_F(Meta, RemovedFrameIsZeroWhenAcquiredAgain) {
  frame->frame_num = 9;
  frame->source_id = 2;
  nvds_remove_frame_meta_from_batch(batch, frame);
  NvDsFrameMeta* again = nvds_acquire_frame_meta_from_pool(batch);
  ASSERT_EQ(again, frame);
  EXPECT_EQ(again->frame_num, 0);
  EXPECT_EQ(again->source_id, 0u);
}

TEST_F(Meta, RemovedContextIsForgotten) {
  ONLY_OURS("it leaves base_meta.uContext of the last user in a recycled meta");
  NvDsObjectMeta* object = add_object();
  object->base_meta.uContext = pointer(5);
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(nvds_acquire_obj_meta_from_pool(batch)->base_meta.uContext, nullptr);
}

TEST_F(Meta, RemovedUserIsForgotten) {
  ONLY_OURS("it hands out recycled user metas with the last user's payload, type and hooks");
  NvDsUserMeta* user = new_user(1);
  nvds_add_user_meta_to_frame(frame, user);
  nvds_remove_user_meta_from_frame(frame, user);
  NvDsUserMeta* again = nvds_acquire_user_meta_from_pool(batch);
  ASSERT_EQ(again, user);
  EXPECT_EQ(again->base_meta.meta_type, NVDS_USER_META);
  EXPECT_EQ(again->base_meta.release_func, nullptr);
  EXPECT_EQ(again->user_meta_data, nullptr);
}

TEST_F(Meta, RemovedClassifierGoesBackWithItsLabels) {
  NvDsObjectMeta* object = add_object();
  NvDsClassifierMeta* classifier = add_classifier(object);
  add_label(classifier);
  add_label(classifier);
  nvds_remove_classifier_meta_from_obj(object, classifier);
  EXPECT_EQ(object->classifier_meta_list, nullptr);
  EXPECT_EQ(counts(batch->label_info_meta_pool), (Counts{32, 32, 0}));
}

TEST_F(Meta, RemovedLabelIsNoLongerCounted) {
  NvDsClassifierMeta* classifier = add_classifier(add_object());
  NvDsLabelInfo* first = add_label(classifier);
  NvDsLabelInfo* second = add_label(classifier);
  nvds_remove_label_info_meta_from_classifier(classifier, first);
  EXPECT_EQ(classifier->num_labels, 1u);
  EXPECT_EQ(items<NvDsLabelInfo>(classifier->label_info_list), (std::vector{second}));
}

TEST_F(Meta, RemovedDisplayGoesBack) {
  nvds_remove_display_meta_from_frame(frame, add_display());
  EXPECT_EQ(frame->display_meta_list, nullptr);
  EXPECT_EQ(counts(batch->display_meta_pool), (Counts{8, 8, 0}));
}

TEST_F(Meta, RemovedUserOfBatchIsReleasedOnce) {
  NvDsUserMeta* user = new_user(1);
  nvds_add_user_meta_to_batch(batch, user);
  nvds_remove_user_meta_from_batch(batch, user);
  EXPECT_EQ(numbers(released), Ints{1});
  EXPECT_EQ(batch->batch_user_meta_list, nullptr);
}

TEST_F(Meta, RemovedUserOfFrameIsReleasedOnce) {
  NvDsUserMeta* user = new_user(1);
  nvds_add_user_meta_to_frame(frame, user);
  nvds_remove_user_meta_from_frame(frame, user);
  EXPECT_EQ(numbers(released), Ints{1});
  EXPECT_EQ(frame->frame_user_meta_list, nullptr);
}

TEST_F(Meta, RemovedUserOfObjectIsReleasedOnce) {
  NvDsObjectMeta* object = add_object();
  NvDsUserMeta* user = new_user(1);
  nvds_add_user_meta_to_obj(object, user);
  nvds_remove_user_meta_from_object(object, user);
  EXPECT_EQ(numbers(released), Ints{1});
  EXPECT_EQ(object->obj_user_meta_list, nullptr);
}

TEST_F(Meta, ReleaseHookSeesThePayload) {
  NvDsUserMeta* user = new_user(3);
  nvds_add_user_meta_to_frame(frame, user);
  nvds_remove_user_meta_from_frame(frame, user);
  ASSERT_EQ(released.size(), 1u);
  EXPECT_EQ(released[0].user_meta_data, pointer(1030));
  EXPECT_EQ(released[0].base_meta.batch_meta, batch);
}

TEST_F(Meta, RemovingAnObjectThatWasNeverAdded) {
  NvDsObjectMeta* object = nvds_acquire_obj_meta_from_pool(batch);
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 32, 0}));
  // It counts below zero, which every loop over num_obj_meta then believes.
  EXPECT_EQ(frame->num_obj_meta, ours() ? 0u : G_MAXUINT);
  frame->num_obj_meta = 0;
}

TEST_F(Meta, RemovingAnObjectTwice) {
  ONLY_OURS("it puts the object into the pool twice");
  NvDsObjectMeta* object = add_object();
  add_object();
  nvds_remove_obj_meta_from_frame(frame, object);
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(frame->num_obj_meta, 1u);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 31, 1}));
}

bool hook_ran = false;
TEST_F(Meta, ReleaseHookOfAnObjectReplacesTheDefault) {
  NvDsObjectMeta* object = add_object();
  hook_ran = false;
  object->base_meta.release_func = [](gpointer, gpointer) { hook_ran = true; };
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_TRUE(hook_ran);
  NvDsObjectMeta* again = nvds_acquire_obj_meta_from_pool(batch);
  ASSERT_EQ(again, object);
  if (!ours()) again->base_meta.release_func = nullptr;  // it keeps the hook for the next user
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 31, 1}));
}

// ---- who frees what

// malloc_usable_size would read freed memory, so watch GLib's strings by their content instead: a
// string that the library must not free is still the same afterwards.
TEST_F(Meta, FontNamesAreNotFreed) {
  static char name[] = "Serif";  // freeing it would abort
  NvDsObjectMeta* object = add_object();
  object->text_params.font_params.font_name = name;
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_STREQ(name, "Serif");
}

TEST_F(Meta, FontNamesOfDisplaysAreNotFreed) {
  static char name[] = "Serif";
  NvDsDisplayMeta* display = add_display();
  display->num_labels = 1;
  display->text_params[0].font_params.font_name = name;
  nvds_remove_display_meta_from_frame(frame, display);
  EXPECT_STREQ(name, "Serif");
}

TEST_F(Meta, ClassifierTypeIsNotFreed) {
  static char type[] = "colour";
  NvDsObjectMeta* object = add_object();
  NvDsClassifierMeta* classifier = add_classifier(object);
  classifier->classifier_type = type;
  nvds_remove_classifier_meta_from_obj(object, classifier);
  EXPECT_STREQ(type, "colour");
}

// Heap strings that the library frees: under AddressSanitizer a leak or double free shows.
TEST_F(Meta, TextOfAnObjectIsFreedWithIt) {
  NvDsObjectMeta* object = add_object();
  object->text_params.display_text = g_strdup("a text that is freed");
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(nvds_acquire_obj_meta_from_pool(batch)->text_params.display_text, nullptr);
}

TEST_F(Meta, MaskOfAnObjectIsFreedWithIt) {
  NvDsObjectMeta* object = add_object();
  object->mask_params.data = g_new0(float, 16);
  object->mask_params.size = 64;
  nvds_remove_obj_meta_from_frame(frame, object);
  EXPECT_EQ(nvds_acquire_obj_meta_from_pool(batch)->mask_params.data, nullptr);
}

TEST_F(Meta, LongLabelIsFreedWithItsLabel) {
  NvDsClassifierMeta* classifier = add_classifier(add_object());
  NvDsLabelInfo* label = add_label(classifier);
  label->pResult_label = g_strdup("a long label");
  nvds_remove_label_info_meta_from_classifier(classifier, label);
  EXPECT_EQ(nvds_acquire_label_info_meta_from_pool(batch)->pResult_label, nullptr);
}

TEST_F(Meta, TextsOfADisplayAreFreedBeyondItsNumber) {
  NvDsDisplayMeta* display = add_display();
  display->num_labels = 1;
  display->text_params[0].display_text = g_strdup("first");
  display->text_params[15].display_text = g_strdup("beyond num_labels");
  nvds_remove_display_meta_from_frame(frame, display);
  NvDsDisplayMeta* again = nvds_acquire_display_meta_from_pool(batch);
  ASSERT_EQ(again, display);
  EXPECT_EQ(again->text_params[15].display_text, nullptr);
}

TEST_F(Meta, SensorStringsAreFreedWithTheFrame) {
  frame->sensorInfo_meta = {1, g_strdup("file:///a"), g_strdup("id"), g_strdup("name")};
  nvds_remove_frame_meta_from_batch(batch, frame);
  NvDsFrameMeta* again = nvds_acquire_frame_meta_from_pool(batch);
  ASSERT_EQ(again, frame);
  EXPECT_EQ(again->sensorInfo_meta.uri, nullptr);
  EXPECT_EQ(again->sensorInfo_meta.sensor_name, nullptr);
}

// ---- clear

TEST_F(Meta, ClearObjects) {
  for (int i = 0; i < 5; ++i) add_object();
  nvds_clear_obj_meta_list(frame, frame->obj_meta_list);
  EXPECT_EQ(frame->obj_meta_list, nullptr);
  EXPECT_EQ(frame->num_obj_meta, 0u);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 32, 0}));
}

TEST_F(Meta, ClearFrames) {
  add_frame(batch);
  nvds_clear_frame_meta_list(batch, batch->frame_meta_list);
  EXPECT_EQ(batch->frame_meta_list, nullptr);
  EXPECT_EQ(batch->num_frames_in_batch, 0u);
  EXPECT_EQ(counts(batch->frame_meta_pool), (Counts{4, 4, 0}));
}

TEST_F(Meta, ClearClassifiers) {
  NvDsObjectMeta* object = add_object();
  add_classifier(object);
  add_classifier(object);
  nvds_clear_classifier_meta_list(object, object->classifier_meta_list);
  EXPECT_EQ(object->classifier_meta_list, nullptr);
  EXPECT_EQ(counts(batch->classifier_meta_pool), (Counts{32, 32, 0}));
}

TEST_F(Meta, ClearLabels) {
  NvDsClassifierMeta* classifier = add_classifier(add_object());
  add_label(classifier);
  add_label(classifier);
  nvds_clear_label_info_meta_list(classifier, classifier->label_info_list);
  EXPECT_EQ(classifier->label_info_list, nullptr);
  EXPECT_EQ(classifier->num_labels, 0u);
}

TEST_F(Meta, ClearDisplays) {
  add_display();
  add_display();
  nvds_clear_display_meta_list(frame, frame->display_meta_list);
  EXPECT_EQ(frame->display_meta_list, nullptr);
  // It gives them to the pool of objects.
  EXPECT_EQ(batch->display_meta_pool->num_full_elements, ours() ? 0u : 2u);
}

TEST_F(Meta, ClearBatchUsers) {
  nvds_add_user_meta_to_batch(batch, new_user(1));
  nvds_add_user_meta_to_batch(batch, new_user(2));
  nvds_clear_batch_user_meta_list(batch, batch->batch_user_meta_list);
  EXPECT_EQ(batch->batch_user_meta_list, nullptr);
  EXPECT_EQ(numbers(released), (Ints{1, 2}));
}

TEST_F(Meta, ClearFrameUsers) {
  nvds_add_user_meta_to_frame(frame, new_user(1));
  nvds_add_user_meta_to_frame(frame, new_user(2));
  nvds_clear_frame_user_meta_list(frame, frame->frame_user_meta_list);
  EXPECT_EQ(frame->frame_user_meta_list, nullptr);
  EXPECT_EQ(numbers(released), (Ints{2, 1}));
}

TEST_F(Meta, ClearObjectUsers) {
  NvDsObjectMeta* object = add_object();
  nvds_add_user_meta_to_obj(object, new_user(1));
  nvds_add_user_meta_to_obj(object, new_user(2));
  nvds_clear_obj_user_meta_list(object, object->obj_user_meta_list);
  EXPECT_EQ(object->obj_user_meta_list, nullptr);
  EXPECT_EQ(numbers(released), (Ints{2, 1}));
}

TEST_F(Meta, ClearAnyListByItsPool) {
  for (int i = 0; i < 3; ++i) add_object();
  EXPECT_EQ(nvds_clear_meta_list(batch, frame->obj_meta_list, batch->obj_meta_pool), nullptr);
  frame->obj_meta_list = nullptr;
  frame->num_obj_meta = 0;
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 32, 0}));
}

TEST_F(Meta, ClearingEmptyListsIsFine) {
  NvDsObjectMeta* object = add_object();
  NvDsClassifierMeta* classifier = add_classifier(object);
  nvds_clear_label_info_meta_list(classifier, nullptr);
  nvds_clear_obj_user_meta_list(object, nullptr);
  nvds_clear_frame_user_meta_list(frame, nullptr);
  nvds_clear_display_meta_list(frame, nullptr);
  nvds_clear_batch_user_meta_list(batch, nullptr);
  EXPECT_EQ(nvds_clear_meta_list(batch, nullptr, batch->obj_meta_pool), nullptr);
  EXPECT_EQ(counts(batch->obj_meta_pool), (Counts{32, 31, 1}));
}

// ---- destroy

TEST_F(Meta, DestroyReleasesEveryUserOnce) {
  NvDsObjectMeta* object = add_object();
  nvds_add_user_meta_to_obj(object, new_user(1));
  nvds_add_user_meta_to_obj(object, new_user(2));
  nvds_add_user_meta_to_frame(frame, new_user(3));
  nvds_add_user_meta_to_frame(frame, new_user(4));
  nvds_add_user_meta_to_batch(batch, new_user(5));
  nvds_add_user_meta_to_batch(batch, new_user(6));
  nvds_destroy_batch_meta(batch);
  batch = nullptr;
  // Objects before their frame; the batch's own, last come first served.
  EXPECT_EQ(numbers(released), (Ints{2, 1, 4, 3, 6, 5}));
}

TEST_F(Meta, DestroyReleasesLaterFramesFirst) {
  nvds_add_user_meta_to_frame(frame, new_user(1));
  nvds_add_user_meta_to_frame(add_frame(batch), new_user(2));
  nvds_destroy_batch_meta(batch);
  batch = nullptr;
  EXPECT_EQ(numbers(released), (Ints{2, 1}));
}

TEST_F(Meta, DestroyReleasesUsersThatWereNeverAdded) {
  new_user(1);
  nvds_destroy_batch_meta(batch);
  batch = nullptr;
  EXPECT_EQ(numbers(released), Ints{1});
}

TEST_F(Meta, DestroyReleasesUsersOfObjectsThatWereNeverAdded) {
  nvds_add_user_meta_to_obj(nvds_acquire_obj_meta_from_pool(batch), new_user(1));
  nvds_destroy_batch_meta(batch);
  batch = nullptr;
  EXPECT_EQ(numbers(released), Ints{1});
}

TEST_F(Meta, ReleaseFuncDestroys) {
  nvds_add_user_meta_to_batch(batch, new_user(1));
  nvds_batch_meta_release_func(batch, nullptr);
  batch = nullptr;
  EXPECT_EQ(numbers(released), Ints{1});
}

// ---- copies

TEST_F(Meta, CopyKeepsTheNumbersOfTheBatch) {
  add_frame(batch);
  batch->misc_batch_info[3] = 13;
  batch->reserved[0] = 23;
  NvDsBatchMeta* other = copy();
  EXPECT_EQ(other->max_frames_in_batch, 4u);
  EXPECT_EQ(other->num_frames_in_batch, 2u);
  EXPECT_EQ(other->misc_batch_info[3], 13);
  EXPECT_EQ(other->reserved[0], 23);
  EXPECT_EQ(other->base_meta.batch_meta, other);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsTheOrderOfFrames) {
  frame->frame_num = 1;
  add_frame(batch)->frame_num = 2;
  NvDsBatchMeta* other = copy();
  const auto frames = items<NvDsFrameMeta>(other->frame_meta_list);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0]->frame_num, 1);
  EXPECT_EQ(frames[1]->frame_num, 2);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsTheFieldsOfAFrame) {
  frame->pad_index = 1;
  frame->batch_id = 2;
  frame->frame_num = 3;
  frame->buf_pts = 4;
  frame->ntp_timestamp = 5;
  frame->source_id = 6;
  frame->num_surfaces_per_frame = 7;
  frame->source_frame_width = 8;
  frame->source_frame_height = 9;
  frame->surface_type = 10;
  frame->surface_index = 11;
  frame->bInferDone = TRUE;
  frame->misc_frame_info[1] = 12;
  frame->reserved[2] = 13;
  NvDsBatchMeta* other = copy();
  const NvDsFrameMeta* twin = first_frame(other);
  EXPECT_EQ(twin->base_meta.batch_meta, other);
  EXPECT_EQ(twin->pad_index, 1u);
  EXPECT_EQ(twin->batch_id, 2u);
  EXPECT_EQ(twin->frame_num, 3);
  EXPECT_EQ(twin->buf_pts, 4u);
  EXPECT_EQ(twin->ntp_timestamp, 5u);
  EXPECT_EQ(twin->source_id, 6u);
  EXPECT_EQ(twin->num_surfaces_per_frame, 7);
  EXPECT_EQ(twin->source_frame_width, 8u);
  EXPECT_EQ(twin->source_frame_height, 9u);
  EXPECT_EQ(twin->surface_type, 10u);
  EXPECT_EQ(twin->surface_index, 11u);
  EXPECT_EQ(twin->bInferDone, TRUE);
  EXPECT_EQ(twin->misc_frame_info[1], 12);
  EXPECT_EQ(twin->reserved[2], 13);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsThePipelineSize) {
  frame->pipeline_width = 1920;
  frame->pipeline_height = 1080;
  NvDsBatchMeta* other = copy();
  // Its copies lose the size that all coordinates refer to.
  EXPECT_EQ(first_frame(other)->pipeline_width, ours() ? 1920u : 0u);
  EXPECT_EQ(first_frame(other)->pipeline_height, ours() ? 1080u : 0u);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyDuplicatesSensorStrings) {
  frame->sensorInfo_meta = {3, g_strdup("file:///a"), nullptr, g_strdup("door")};
  NvDsBatchMeta* other = copy();
  const NvDsSensorInfo_meta& twin = first_frame(other)->sensorInfo_meta;
  EXPECT_EQ(twin.source_id, 3u);
  EXPECT_STREQ(twin.uri, "file:///a");
  EXPECT_NE(twin.uri, frame->sensorInfo_meta.uri);
  EXPECT_EQ(twin.sensor_id, nullptr);
  EXPECT_STREQ(twin.sensor_name, "door");
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyReversesObjects) {
  add_object()->object_id = 1;
  add_object()->object_id = 2;
  NvDsBatchMeta* other = copy();
  const auto objects = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list);
  ASSERT_EQ(objects.size(), 2u);
  EXPECT_EQ(objects[0]->object_id, 1u);
  EXPECT_EQ(objects[1]->object_id, 2u);
  EXPECT_EQ(first_frame(other)->num_obj_meta, 2u);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsTheFieldsOfAnObject) {
  NvDsObjectMeta* object = add_object();
  object->unique_component_id = 1;
  object->class_id = 2;
  object->object_id = 3;
  object->detector_bbox_info.org_bbox_coords = {1, 2, 3, 4};
  object->tracker_bbox_info.org_bbox_coords = {5, 6, 7, 8};
  object->confidence = 0.5f;
  object->tracker_confidence = 0.25f;
  object->rect_params.left = 9;
  object->rect_params.border_color = {0.1, 0.2, 0.3, 0.4};
  object->rect_params.rotation_angle = 1.5f;
  std::strcpy(object->obj_label, "person");
  object->misc_obj_info[0] = 10;
  object->reserved[3] = 11;
  NvDsBatchMeta* other = copy();
  const auto* twin = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0);
  EXPECT_EQ(twin->base_meta.batch_meta, other);
  EXPECT_EQ(std::memcmp(&twin->unique_component_id, &object->unique_component_id,
                        offsetof(NvDsObjectMeta, mask_params) -
                            offsetof(NvDsObjectMeta, unique_component_id)),
            0);
  EXPECT_STREQ(twin->obj_label, "person");
  EXPECT_EQ(twin->misc_obj_info[0], 10);
  EXPECT_EQ(twin->reserved[3], 11);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyDuplicatesTheText) {
  NvDsObjectMeta* object = add_object();
  object->text_params.display_text = g_strdup("Person 7");
  object->text_params.x_offset = 5;
  NvDsBatchMeta* other = copy();
  const auto* twin = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0);
  EXPECT_STREQ(twin->text_params.display_text, "Person 7");
  EXPECT_NE(twin->text_params.display_text, object->text_params.display_text);
  EXPECT_EQ(twin->text_params.x_offset, 5u);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopySharesTheFontName) {
  static char name[] = "Serif";
  add_object()->text_params.font_params.font_name = name;
  NvDsBatchMeta* other = copy();
  const auto* twin = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0);
  EXPECT_EQ(twin->text_params.font_params.font_name, name);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyDuplicatesTheMask) {
  NvDsObjectMeta* object = add_object();
  object->mask_params.data = g_new0(float, 4);
  object->mask_params.data[2] = 0.5f;
  object->mask_params.size = 16;
  object->mask_params.width = object->mask_params.height = 2;
  object->mask_params.threshold = 0.3f;
  NvDsBatchMeta* other = copy();
  const auto* twin = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0);
  EXPECT_NE(twin->mask_params.data, object->mask_params.data);
  EXPECT_EQ(twin->mask_params.data[2], 0.5f);
  EXPECT_EQ(twin->mask_params.size, 16u);
  EXPECT_EQ(twin->mask_params.width, 2u);
  EXPECT_EQ(twin->mask_params.threshold, 0.3f);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsParents) {
  NvDsObjectMeta* car = add_object();
  car->object_id = 1;
  add_object(car)->object_id = 2;
  NvDsBatchMeta* other = copy();
  const auto objects = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list);
  // It sets every parent to NULL; behind a tee a plate no longer knows its car.
  EXPECT_EQ(objects.at(1)->parent, ours() ? objects.at(0) : nullptr);
  EXPECT_EQ(objects.at(0)->parent, nullptr);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyForgetsTheContextOfObjectsAndFrames) {
  frame->base_meta.uContext = pointer(1);
  add_object()->base_meta.uContext = pointer(2);
  NvDsBatchMeta* other = copy();
  EXPECT_EQ(first_frame(other)->base_meta.uContext, nullptr);
  EXPECT_EQ(items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0)->base_meta.uContext,
            nullptr);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyOfClassifiersAndLabels) {
  NvDsClassifierMeta* classifier = add_classifier(add_object());
  classifier->unique_component_id = 4;
  NvDsLabelInfo* label = add_label(classifier);
  std::strcpy(label->result_label, "red");
  label->pResult_label = g_strdup("a very long red");
  label->num_classes = 3;
  label->result_class_id = 2;
  label->label_id = 1;
  label->result_prob = 0.75f;
  NvDsBatchMeta* other = copy();
  const auto* object = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0);
  const auto* twin = items<NvDsClassifierMeta>(object->classifier_meta_list).at(0);
  EXPECT_EQ(twin->unique_component_id, 4);
  EXPECT_EQ(twin->num_labels, 1u);
  const auto* twin_label = items<NvDsLabelInfo>(twin->label_info_list).at(0);
  EXPECT_STREQ(twin_label->result_label, "red");
  EXPECT_STREQ(twin_label->pResult_label, "a very long red");
  EXPECT_NE(twin_label->pResult_label, label->pResult_label);
  EXPECT_EQ(twin_label->num_classes, 3u);
  EXPECT_EQ(twin_label->result_class_id, 2u);
  EXPECT_EQ(twin_label->label_id, 1u);
  EXPECT_EQ(twin_label->result_prob, 0.75f);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsTheClassifierType) {
  add_classifier(add_object())->classifier_type = "colour";
  NvDsBatchMeta* other = copy();
  const auto* object = items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0);
  const auto* twin = items<NvDsClassifierMeta>(object->classifier_meta_list).at(0);
  // It loses the type.
  EXPECT_STREQ(twin->classifier_type, ours() ? "colour" : nullptr);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyOfDisplays) {
  NvDsDisplayMeta* display = add_display();
  display->num_labels = 1;
  display->num_rects = 1;
  display->rect_params[0].width = 17;
  display->text_params[0].display_text = g_strdup("text");
  display->text_params[9].display_text = g_strdup("beyond");
  display->circle_params[15].radius = 4;
  display->misc_osd_data[1] = 5;
  display->base_meta.uContext = pointer(6);
  NvDsDisplayMeta* twin = nvds_acquire_display_meta_from_pool(batch);
  nvds_copy_display_meta(display, twin);
  EXPECT_EQ(twin->num_labels, 1u);
  EXPECT_EQ(twin->rect_params[0].width, 17);
  EXPECT_STREQ(twin->text_params[0].display_text, "text");
  EXPECT_NE(twin->text_params[0].display_text, display->text_params[0].display_text);
  EXPECT_STREQ(twin->text_params[9].display_text, "beyond");
  EXPECT_EQ(twin->circle_params[15].radius, 4u);
  EXPECT_EQ(twin->misc_osd_data[1], 5);
  EXPECT_EQ(twin->base_meta.uContext, pointer(6));
}

TEST_F(Meta, CopyCallsEachUserCopyOnce) {
  NvDsObjectMeta* object = add_object();
  nvds_add_user_meta_to_batch(batch, new_user(1));
  nvds_add_user_meta_to_batch(batch, new_user(2));
  nvds_add_user_meta_to_frame(frame, new_user(3));
  nvds_add_user_meta_to_obj(object, new_user(4));
  nvds_add_user_meta_to_obj(object, new_user(5));
  NvDsBatchMeta* other = copy();
  EXPECT_EQ(numbers(copied), (Ints{5, 4, 3, 1, 2}));
  EXPECT_TRUE(released.empty());
  nvds_destroy_batch_meta(other);
  EXPECT_EQ(numbers(released), (Ints{4, 5, 3, 2, 1}));
}

TEST_F(Meta, CopyOfAUserHasTheHooksAndThePayloadOfItsCopyFunc) {
  NvDsUserMeta* user = new_user(1);
  user->base_meta.uContext = pointer(9);
  nvds_add_user_meta_to_frame(frame, user);
  NvDsBatchMeta* other = copy();
  const auto* twin = items<NvDsUserMeta>(first_frame(other)->frame_user_meta_list).at(0);
  EXPECT_EQ(twin->base_meta.batch_meta, other);
  EXPECT_EQ(twin->base_meta.meta_type, user->base_meta.meta_type);
  EXPECT_EQ(twin->base_meta.copy_func, &note_copy);
  EXPECT_EQ(twin->base_meta.release_func, &note_release);
  EXPECT_EQ(twin->base_meta.uContext, pointer(9));
  EXPECT_EQ(twin->user_meta_data, pointer(1011));
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyLeavesOutUsersWithoutCopyFunc) {
  NvDsUserMeta* user = new_user(1);
  user->base_meta.copy_func = nullptr;
  nvds_add_user_meta_to_frame(frame, user);
  NvDsBatchMeta* other = copy();
  EXPECT_EQ(first_frame(other)->frame_user_meta_list, nullptr);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyKeepsUsersWhosePayloadIsNull) {
  NvDsUserMeta* user = new_user(1);
  user->base_meta.copy_func = [](gpointer, gpointer) -> gpointer { return nullptr; };
  nvds_add_user_meta_to_frame(frame, user);
  NvDsBatchMeta* other = copy();
  const auto users = items<NvDsUserMeta>(first_frame(other)->frame_user_meta_list);
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users[0]->user_meta_data, nullptr);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyIsIndependentOfItsSource) {
  add_object()->class_id = 1;
  NvDsBatchMeta* other = copy();
  nvds_clear_obj_meta_list(frame, frame->obj_meta_list);
  EXPECT_EQ(items<NvDsObjectMeta>(first_frame(other)->obj_meta_list).at(0)->class_id, 1);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyGrowsPools) {
  for (int i = 0; i < 200; ++i) add_object();
  NvDsBatchMeta* other = copy();
  EXPECT_EQ(g_list_length(first_frame(other)->obj_meta_list), 200u);
  EXPECT_EQ(counts(other->obj_meta_pool).full, 200u);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyWithoutMaxFrames) {
  ONLY_OURS("a batch whose max_frames_in_batch nobody set is copied into one without room: crash");
  batch->max_frames_in_batch = 0;
  NvDsBatchMeta* other = copy();
  EXPECT_EQ(other->num_frames_in_batch, 1u);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyOneObject) {
  NvDsObjectMeta* object = add_object();
  object->class_id = 5;
  object->parent = object;
  NvDsObjectMeta* twin = nvds_acquire_obj_meta_from_pool(batch);
  nvds_copy_obj_meta(object, twin);
  EXPECT_EQ(twin->class_id, 5);
  EXPECT_EQ(twin->parent, nullptr);
}

TEST_F(Meta, CopyFrameKeepsTheCountOfItsDestination) {
  NvDsFrameMeta* twin = nvds_acquire_frame_meta_from_pool(batch);
  frame->num_obj_meta = 3;  // wrong on purpose: counts follow lists
  nvds_copy_frame_meta(frame, twin);
  EXPECT_EQ(twin->num_obj_meta, 0u);
  frame->num_obj_meta = 0;
}

TEST_F(Meta, CopyListsIntoParents) {
  NvDsObjectMeta* object = add_object();
  add_label(add_classifier(object));
  nvds_add_user_meta_to_obj(object, new_user(1));
  add_display();
  NvDsFrameMeta* twin = add_frame(batch);
  nvds_copy_obj_meta_list(frame->obj_meta_list, twin);
  nvds_copy_display_meta_list(frame->display_meta_list, twin);
  EXPECT_EQ(twin->num_obj_meta, 1u);
  EXPECT_EQ(g_list_length(twin->display_meta_list), 1u);
  auto* twin_object = static_cast<NvDsObjectMeta*>(twin->obj_meta_list->data);
  EXPECT_EQ(g_list_length(twin_object->obj_user_meta_list), 1u);
  nvds_copy_classification_list(object->classifier_meta_list, twin_object);
  EXPECT_EQ(g_list_length(twin_object->classifier_meta_list), 2u);
  auto* classifier = static_cast<NvDsClassifierMeta*>(object->classifier_meta_list->data);
  nvds_copy_label_info_list(classifier->label_info_list, classifier);
  EXPECT_EQ(classifier->num_labels, 2u);
}

TEST_F(Meta, CopyUserListsIntoParents) {
  NvDsObjectMeta* object = add_object();
  nvds_add_user_meta_to_frame(frame, new_user(1));
  nvds_copy_batch_user_meta_list(frame->frame_user_meta_list, batch);
  nvds_copy_obj_user_meta_list(frame->frame_user_meta_list, object);
  EXPECT_EQ(g_list_length(batch->batch_user_meta_list), 1u);
  EXPECT_EQ(g_list_length(object->obj_user_meta_list), 1u);
}

TEST_F(Meta, CopyFrameListIntoAnotherBatch) {
  frame->frame_num = 8;
  NvDsBatchMeta* other = new_batch(4);
  add_frame(other);
  nvds_copy_frame_meta_list(batch->frame_meta_list, other);
  EXPECT_EQ(other->num_frames_in_batch, 2u);
  EXPECT_EQ(items<NvDsFrameMeta>(other->frame_meta_list).at(1)->frame_num, 8);
  nvds_destroy_batch_meta(other);
}

TEST_F(Meta, CopyOfEmptyListsIsFine) {
  NvDsObjectMeta* object = add_object();
  NvDsClassifierMeta* classifier = add_classifier(object);
  nvds_copy_frame_meta_list(nullptr, batch);
  nvds_copy_obj_meta_list(nullptr, frame);
  nvds_copy_display_meta_list(nullptr, frame);
  nvds_copy_frame_user_meta_list(nullptr, frame);
  nvds_copy_obj_user_meta_list(nullptr, object);
  nvds_copy_batch_user_meta_list(nullptr, batch);
  nvds_copy_classification_list(nullptr, object);
  nvds_copy_label_info_list(nullptr, classifier);
  EXPECT_EQ(batch->num_frames_in_batch, 1u);
  EXPECT_EQ(frame->num_obj_meta, 1u);
}

// ---- lock

TEST_F(Meta, LockIsRecursive) {
  nvds_acquire_meta_lock(batch);
  nvds_acquire_meta_lock(batch);
  add_object();
  nvds_release_meta_lock(batch);
  nvds_release_meta_lock(batch);
  EXPECT_TRUE(g_rec_mutex_trylock(&batch->meta_mutex));
  g_rec_mutex_unlock(&batch->meta_mutex);
}

TEST_F(Meta, LockKeepsOtherThreadsOut) {
  nvds_acquire_meta_lock(batch);
  bool got = true;
  std::thread([&] { got = g_rec_mutex_trylock(&batch->meta_mutex); }).join();
  EXPECT_FALSE(got);
  nvds_release_meta_lock(batch);
  std::thread([&] {
    got = g_rec_mutex_trylock(&batch->meta_mutex);
    if (got) g_rec_mutex_unlock(&batch->meta_mutex);
  }).join();
  EXPECT_TRUE(got);
}

TEST_F(Meta, LockOrdersThreads) {
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        nvds_acquire_meta_lock(batch);
        add_object();
        nvds_release_meta_lock(batch);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(frame->num_obj_meta, 800u);
  EXPECT_EQ(g_list_length(frame->obj_meta_list), 800u);
}

TEST_F(Meta, LocksOfBatchesAreIndependent) {
  NvDsBatchMeta* other = new_batch(1);
  nvds_acquire_meta_lock(batch);
  bool got = false;
  std::thread([&] {
    got = g_rec_mutex_trylock(&other->meta_mutex);
    if (got) g_rec_mutex_unlock(&other->meta_mutex);
  }).join();
  EXPECT_TRUE(got);
  nvds_release_meta_lock(batch);
  nvds_destroy_batch_meta(other);
}

// ---- small functions

TEST_F(Meta, NthFrame) {
  NvDsFrameMeta* second = add_frame(batch);
  EXPECT_EQ(nvds_get_nth_frame_meta(batch->frame_meta_list, 0), frame);
  EXPECT_EQ(nvds_get_nth_frame_meta(batch->frame_meta_list, 1), second);
}

TEST_F(Meta, NthFramePastTheEndIsNull) {
  EXPECT_EQ(nvds_get_nth_frame_meta(batch->frame_meta_list, 1), nullptr);
  EXPECT_EQ(nvds_get_nth_frame_meta(nullptr, 0), nullptr);
}

TEST_F(Meta, UserMetaTypeIsTheQuarkOfTheString) {
  static char name[] = "THALWEG.TEST.USER_META";
  const int type = nvds_get_user_meta_type(name);
  EXPECT_EQ(type, static_cast<int>(NVDS_START_USER_META + g_quark_from_string(name)));
  EXPECT_EQ(nvds_get_user_meta_type(name), type);
}

TEST_F(Meta, UserMetaTypesOfOtherStringsDiffer) {
  static char a[] = "THALWEG.TEST.A", b[] = "THALWEG.TEST.B";
  EXPECT_NE(nvds_get_user_meta_type(a), nvds_get_user_meta_type(b));
}

TEST_F(Meta, UserMetaTypeOfNull) {
  EXPECT_EQ(nvds_get_user_meta_type(nullptr), NVDS_START_USER_META);
}

TEST_F(Meta, UserMetaTypeOfAStringThatGoesAway) {
  ONLY_OURS("it keeps the caller's pointer, so a name that lived on the stack turns into another");
  std::string name = "THALWEG.TEST.GONE";
  const int type = nvds_get_user_meta_type(name.data());
  name.replace(13, 4, "ELSE");
  EXPECT_NE(nvds_get_user_meta_type(name.data()), type);
}

TEST_F(Meta, CurrentInfoReturnsTrue) {
  add_object();
  testing::internal::CaptureStdout();  // it prints, we write to the debug log
  EXPECT_EQ(nvds_get_current_metadata_info(batch), TRUE);
  EXPECT_EQ(testing::internal::GetCapturedStdout().empty(), ours());
}

TEST_F(Meta, NullArgumentsAreCriticalWarnings) {
  ONLY_OURS("it crashes");
  Criticals criticals;
  nvds_acquire_meta_lock(nullptr);
  nvds_release_meta_lock(nullptr);
  EXPECT_EQ(nvds_destroy_batch_meta(nullptr), FALSE);
  EXPECT_EQ(nvds_acquire_frame_meta_from_pool(nullptr), nullptr);
  EXPECT_EQ(nvds_acquire_obj_meta_from_pool(nullptr), nullptr);
  nvds_add_obj_meta_to_frame(frame, nullptr, nullptr);
  nvds_add_obj_meta_to_frame(nullptr, add_object(), nullptr);
  nvds_remove_obj_meta_from_frame(frame, nullptr);
  nvds_clear_obj_meta_list(nullptr, nullptr);
  nvds_copy_obj_meta(add_object(), nullptr);
  EXPECT_EQ(nvds_batch_meta_copy_func(nullptr, nullptr), nullptr);
  EXPECT_EQ(nvds_get_current_metadata_info(nullptr), FALSE);
  EXPECT_EQ(criticals.seen, 12);
}

TEST_F(Meta, DestroyingTwiceIsACriticalWarning) {
  ONLY_OURS("it frees the memory twice");
  NvDsBatchMeta* other = new_batch(1);
  nvds_destroy_batch_meta(other);
  Criticals criticals;
  EXPECT_EQ(nvds_destroy_batch_meta(other), FALSE);
  EXPECT_EQ(criticals.seen, 1);
}

TEST_F(Meta, ABatchOnTheStackIsRefused) {
  ONLY_OURS("it crashes");
  NvDsBatchMeta foreign{};
  Criticals criticals;
  EXPECT_EQ(nvds_acquire_obj_meta_from_pool(&foreign), nullptr);
  EXPECT_EQ(criticals.seen, 1);
}

TEST_F(Meta, ForeignUserMetaIsReleasedByItsHook) {
  ONLY_OURS("it puts the foreign struct into its pool and frees it with the batch");
  NvDsUserMeta foreign{};
  foreign.base_meta.meta_type = static_cast<NvDsMetaType>(NVDS_START_USER_META + 7);
  foreign.base_meta.release_func = note_release;
  nvds_add_user_meta_to_frame(frame, &foreign);
  nvds_remove_user_meta_from_frame(frame, &foreign);
  EXPECT_EQ(numbers(released), Ints{7});
  EXPECT_EQ(frame->frame_user_meta_list, nullptr);
}

TEST_F(Meta, ForeignMetasOfADestroyedBatchAreReleased) {
  ONLY_OURS("it puts foreign structs into its pools and frees them with the batch");
  NvDsFrameMeta foreign_frame{};
  NvDsUserMeta foreign{};
  foreign.base_meta.meta_type = static_cast<NvDsMetaType>(NVDS_START_USER_META + 7);
  foreign.base_meta.release_func = note_release;
  static int frames_released;
  frames_released = 0;
  foreign_frame.base_meta.release_func = [](gpointer, gpointer) { ++frames_released; };
  NvDsBatchMeta* own = nvds_create_batch_meta(1);
  nvds_add_frame_meta_to_batch(own, &foreign_frame);
  nvds_add_user_meta_to_batch(own, &foreign);
  EXPECT_TRUE(nvds_destroy_batch_meta(own));
  EXPECT_EQ(numbers(released), Ints{7});
  EXPECT_EQ(frames_released, 1);
}

// ---- on GStreamer's buffers

gpointer gst_copy_user_data = pointer(99);
gpointer gst_copy(gpointer data, gpointer user_data) {
  gst_copy_user_data = user_data;
  return static_cast<char*>(data) + 1;
}
std::vector<std::pair<gpointer, gpointer>> gst_freed;
void gst_release(gpointer data, gpointer user_data) { gst_freed.emplace_back(data, user_data); }

class OnBuffer : public Meta {
 protected:
  void SetUp() override {
    Meta::SetUp();
    gst_freed.clear();
    buffer = gst_buffer_new();
  }
  void TearDown() override {
    gst_clear_buffer(&buffer);
    Meta::TearDown();
  }
  NvDsMeta* add(std::uintptr_t data, int type = 5000) {
    NvDsMeta* meta =
        gst_buffer_add_nvds_meta(buffer, pointer(data), pointer(data + 1), gst_copy, gst_release);
    meta->meta_type = type;
    return meta;
  }
  GstBuffer* buffer = nullptr;
};

TEST_F(OnBuffer, ApiHasItsTag) {
  const gchar* const* tags = gst_meta_api_type_get_tags(nvds_meta_api_get_type());
  ASSERT_NE(tags, nullptr);
  EXPECT_STREQ(tags[0], NVDS_META_STRING);
  EXPECT_EQ(tags[1], nullptr);
}

TEST_F(OnBuffer, ApiHasItsName) {
  EXPECT_STREQ(g_type_name(nvds_meta_api_get_type()), "NvDsMetaAPI");
}

TEST_F(OnBuffer, InfoHasNameAndSize) {
  EXPECT_STREQ(g_type_name(nvds_meta_get_info()->type), "NvDsMeta");
  EXPECT_EQ(nvds_meta_get_info()->size, sizeof(NvDsMeta));
  EXPECT_EQ(nvds_meta_get_info()->api, nvds_meta_api_get_type());
}

TEST_F(OnBuffer, AddedMetaHoldsItsArguments) {
  const NvDsMeta* meta =
      gst_buffer_add_nvds_meta(buffer, pointer(16), pointer(17), gst_copy, gst_release);
  EXPECT_EQ(meta->meta_data, pointer(16));
  EXPECT_EQ(meta->user_data, pointer(17));
  EXPECT_EQ(meta->copyfunc, &gst_copy);
  EXPECT_EQ(meta->freefunc, &gst_release);
}

TEST_F(OnBuffer, AddedMetaStartsWithoutTypeAndTransform) {
  ONLY_OURS("it leaves the fields that are not arguments uninitialised");
  const NvDsMeta* meta =
      gst_buffer_add_nvds_meta(buffer, pointer(16), pointer(17), gst_copy, gst_release);
  EXPECT_EQ(meta->meta_type, 0);
  EXPECT_EQ(meta->gst_to_nvds_meta_transform_func, nullptr);
  EXPECT_EQ(meta->gst_to_nvds_meta_release_func, nullptr);
}

TEST_F(OnBuffer, GetGivesTheFirstMeta) {
  NvDsMeta* first = add(16);
  add(32);
  EXPECT_EQ(gst_buffer_get_nvds_meta(buffer), first);
}

TEST_F(OnBuffer, GetOfAnEmptyBufferIsNull) {
  EXPECT_EQ(gst_buffer_get_nvds_meta(buffer), nullptr);
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(buffer), nullptr);
}

TEST_F(OnBuffer, GetOfNoBufferIsNull) {
  Criticals criticals;
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(nullptr), nullptr);
  EXPECT_EQ(gst_buffer_add_nvds_meta(nullptr, nullptr, nullptr, nullptr, nullptr), nullptr);
  EXPECT_GE(criticals.seen, 1);
}

TEST_F(OnBuffer, BatchIsFoundByItsType) {
  add(16);
  GstBuffer* with_batch = buffer_with(new_batch(1));
  EXPECT_NE(gst_buffer_get_nvds_batch_meta(with_batch), nullptr);
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(buffer), nullptr);
  gst_buffer_unref(with_batch);
}

TEST_F(OnBuffer, BatchIsFoundBehindOtherMetas) {
  add(16);
  NvDsMeta* meta = gst_buffer_add_nvds_meta(buffer, batch, nullptr, nvds_batch_meta_copy_func,
                                            nvds_batch_meta_release_func);
  meta->meta_type = NVDS_BATCH_GST_META;
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(buffer), batch);
  batch = nullptr;  // the buffer's now
}

TEST_F(OnBuffer, FreeRunsWithBothPointers) {
  add(16);
  gst_clear_buffer(&buffer);
  ASSERT_EQ(gst_freed.size(), 1u);
  EXPECT_EQ(gst_freed[0], (std::pair{pointer(16), pointer(17)}));
}

TEST_F(OnBuffer, RemoveRunsFree) {
  NvDsMeta* meta = add(16);
  EXPECT_TRUE(gst_buffer_remove_meta(buffer, &meta->meta));
  EXPECT_EQ(gst_freed.size(), 1u);
}

TEST_F(OnBuffer, CopyCarriesEveryMeta) {
  add(16, 5001);
  NvDsMeta* second = add(32, 5002);
  second->gst_to_nvds_meta_transform_func = gst_copy;
  second->gst_to_nvds_meta_release_func = gst_release;
  GstBuffer* twin = gst_buffer_copy(buffer);
  std::vector<NvDsMeta*> metas;
  gpointer state = nullptr;
  while (GstMeta* meta = gst_buffer_iterate_meta(twin, &state)) {
    metas.push_back(reinterpret_cast<NvDsMeta*>(meta));
  }
  ASSERT_EQ(metas.size(), 2u);
  EXPECT_EQ(metas[0]->meta_type, 5001);
  EXPECT_EQ(metas[0]->meta_data, pointer(17));
  EXPECT_EQ(metas[1]->meta_type, 5002);
  EXPECT_EQ(metas[1]->copyfunc, &gst_copy);
  EXPECT_EQ(metas[1]->freefunc, &gst_release);
  EXPECT_EQ(metas[1]->gst_to_nvds_meta_transform_func, &gst_copy);
  EXPECT_EQ(metas[1]->gst_to_nvds_meta_release_func, &gst_release);
  gst_buffer_unref(twin);
  EXPECT_EQ(gst_freed.size(), 2u);
}

TEST_F(OnBuffer, CopyDropsTheUserData) {
  add(16);
  GstBuffer* twin = gst_buffer_copy(buffer);
  EXPECT_EQ(gst_copy_user_data, nullptr);
  EXPECT_EQ(gst_buffer_get_nvds_meta(twin)->user_data, nullptr);
  gst_buffer_unref(twin);
}

TEST_F(OnBuffer, CopyWithoutCopyFuncLeavesTheMetaOut) {
  ONLY_OURS("it calls the NULL pointer");
  gst_buffer_add_nvds_meta(buffer, pointer(16), nullptr, nullptr, nullptr);
  GstBuffer* twin = gst_buffer_copy(buffer);
  EXPECT_EQ(gst_buffer_get_nvds_meta(twin), nullptr);
  gst_buffer_unref(twin);
}

TEST_F(OnBuffer, CopyCopiesTheBatch) {
  NvDsBatchMeta* source = new_batch(2);
  add_frame(source)->frame_num = 6;
  GstBuffer* original = buffer_with(source);
  GstBuffer* twin = gst_buffer_copy(original);
  NvDsBatchMeta* other = gst_buffer_get_nvds_batch_meta(twin);
  ASSERT_NE(other, nullptr);
  EXPECT_NE(other, source);
  gst_buffer_unref(original);
  EXPECT_EQ(first_frame(other)->frame_num, 6);
  gst_buffer_unref(twin);
}

TEST_F(OnBuffer, RegionAndDeepAndMetaOnlyCopiesCarryTheBatch) {
  GstBuffer* original = buffer_with(new_batch(1));
  gst_buffer_append_memory(original, gst_allocator_alloc(nullptr, 100, nullptr));
  GstBuffer* region = gst_buffer_copy_region(original, GST_BUFFER_COPY_ALL, 0, 50);
  GstBuffer* deep = gst_buffer_copy_deep(original);
  GstBuffer* only = gst_buffer_new();
  gst_buffer_copy_into(only, original, GST_BUFFER_COPY_METADATA, 0, -1);
  for (GstBuffer* twin : {region, deep, only}) {
    EXPECT_NE(gst_buffer_get_nvds_batch_meta(twin), nullptr);
    gst_buffer_unref(twin);
  }
  gst_buffer_unref(original);
}

TEST_F(OnBuffer, MakeWritableLikeATeeGivesEachBranchItsOwnBatch) {
  NvDsBatchMeta* source = new_batch(1);
  nvds_add_user_meta_to_frame(add_frame(source), [&] {
    NvDsUserMeta* user = nvds_acquire_user_meta_from_pool(source);
    user->base_meta.copy_func = note_copy;
    user->base_meta.release_func = note_release;
    return user;
  }());
  GstBuffer* one = buffer_with(source);
  GstBuffer* two = gst_buffer_ref(one);  // a tee pushes the same buffer twice
  two = gst_buffer_make_writable(two);   // one branch writes
  NvDsBatchMeta* copied_batch = gst_buffer_get_nvds_batch_meta(two);
  ASSERT_NE(copied_batch, source);
  EXPECT_EQ(copied.size(), 1u);
  first_frame(copied_batch)->frame_num = 77;
  EXPECT_EQ(first_frame(source)->frame_num, 0);
  gst_buffer_unref(one);
  EXPECT_EQ(released.size(), 1u);
  gst_buffer_unref(two);
  EXPECT_EQ(released.size(), 2u);
}

TEST_F(OnBuffer, OtherTransformsLeaveTheMetaOut) {
  GstBuffer* original = buffer_with(new_batch(1));
  GstMeta* meta = gst_buffer_get_meta(original, nvds_meta_api_get_type());
  GstVideoMetaTransform scale{};
  EXPECT_TRUE(meta->info->transform_func(buffer, meta, original,
                                         gst_video_meta_transform_scale_get_quark(), &scale));
  EXPECT_EQ(gst_buffer_get_nvds_batch_meta(buffer), nullptr);
  gst_buffer_unref(original);
}

TEST_F(OnBuffer, ASharedBufferIsNotWritable) {
  ONLY_OURS("it adds to a buffer that others hold, against GStreamer's rule");
  gst_buffer_ref(buffer);
  Criticals criticals;
  EXPECT_EQ(gst_buffer_add_nvds_meta(buffer, pointer(1), nullptr, nullptr, nullptr), nullptr);
  EXPECT_EQ(criticals.seen, 1);
  gst_buffer_unref(buffer);
}

TEST_F(OnBuffer, MetasOfASourceBecomeFrameUsers) {
  NvDsMeta* plain = add(16, 5001);
  NvDsMeta* hooked = add(32, 5002);
  hooked->gst_to_nvds_meta_transform_func = note_copy;
  hooked->gst_to_nvds_meta_release_func = note_release;
  nvds_copy_gst_meta_to_frame_meta(buffer, batch, frame);
  EXPECT_EQ(gst_copy_user_data, hooked->user_data);
  const auto users = items<NvDsUserMeta>(frame->frame_user_meta_list);
  ASSERT_EQ(users.size(), 2u);
  EXPECT_EQ(users[0]->base_meta.meta_type, 5002);
  EXPECT_EQ(users[0]->user_meta_data, pointer(33));
  EXPECT_EQ(users[0]->base_meta.copy_func, &note_copy);
  EXPECT_EQ(users[0]->base_meta.release_func, &note_release);
  EXPECT_EQ(users[1]->base_meta.meta_type, 5001);
  EXPECT_EQ(users[1]->base_meta.copy_func, nullptr);
  EXPECT_EQ(plain->meta_data, pointer(16));
}

TEST_F(OnBuffer, BatchOfASourceDoesNotBecomeAFrameUser) {
  GstBuffer* source = buffer_with(new_batch(1));
  nvds_copy_gst_meta_to_frame_meta(source, batch, frame);
  EXPECT_EQ(frame->frame_user_meta_list, nullptr);
  gst_buffer_unref(source);
}

TEST_F(OnBuffer, OtherMetasOfASourceTravelOnABufferOfTheirOwn) {
  GstCaps* caps = gst_caps_new_empty_simple("timestamp/x-test");
  gst_buffer_add_reference_timestamp_meta(buffer, caps, 123, GST_CLOCK_TIME_NONE);
  nvds_copy_gst_meta_to_frame_meta(buffer, batch, frame);
  const auto users = items<NvDsUserMeta>(frame->frame_user_meta_list);
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users[0]->base_meta.meta_type, static_cast<int>(NVDS_BUFFER_GST_AS_FRAME_USER_META));
  auto* carrier = static_cast<GstBuffer*>(users[0]->user_meta_data);
  const GstReferenceTimestampMeta* stamp = gst_buffer_get_reference_timestamp_meta(carrier, caps);
  ASSERT_NE(stamp, nullptr);
  EXPECT_EQ(stamp->timestamp, 123u);
  gst_caps_unref(caps);
}

TEST_F(OnBuffer, VideoMetaOfASourceStaysWithItsPixels) {
  gst_buffer_add_video_meta(buffer, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_NV12, 64, 64);
  nvds_copy_gst_meta_to_frame_meta(buffer, batch, frame);
  EXPECT_EQ(frame->frame_user_meta_list, nullptr);
}

// ---- latency; the switches are environment variables that the library reads once

class Latency : public OnBuffer {
 protected:
  void SetUp() override {
    OnBuffer::SetUp();
    gst_clear_buffer(&buffer);
    source = new_batch(1);
    buffer = buffer_with(source);
  }
  // A stamp as the element's code makes it.
  NvDsMetaCompLatency* stamp(const char* name, guint source_id, guint frame_num) {
    NvDsUserMeta* user = nvds_set_input_system_timestamp(buffer, const_cast<char*>(name));
    if (user == nullptr) return nullptr;
    auto* entry = static_cast<NvDsMetaCompLatency*>(user->user_meta_data);
    entry->source_id = source_id;
    entry->frame_num = frame_num;
    return entry;
  }
  NvDsBatchMeta* source = nullptr;
};

TEST_F(Latency, IsOnBecauseTheTestSetsTheVariable) {
  EXPECT_TRUE(nvds_get_enable_latency_measurement());
  EXPECT_FALSE(nvds_get_enable_per_component_latency_measurement());
  EXPECT_FALSE(nvds_get_latency_measurement_silent());
}

TEST_F(Latency, ClockIsTheWallClockInMilliseconds) {
  const double now = g_get_real_time() / 1000.0;
  EXPECT_NEAR(nvds_get_current_system_timestamp(), now, 1000);
}

TEST_F(Latency, InputStampBecomesABatchUser) {
  const NvDsMetaCompLatency* entry = stamp("nvinfer0", 0, 0);
  ASSERT_NE(entry, nullptr);
  const auto users = items<NvDsUserMeta>(source->batch_user_meta_list);
  ASSERT_EQ(users.size(), 1u);
  EXPECT_EQ(users[0]->base_meta.meta_type, NVDS_LATENCY_MEASUREMENT_META);
  EXPECT_EQ(users[0]->base_meta.copy_func, &nvds_copy_latency_meta);
  EXPECT_EQ(users[0]->base_meta.release_func, &nvds_release_latency_meta);
  EXPECT_STREQ(entry->component_name, "nvinfer0");
  EXPECT_GT(entry->in_system_timestamp, 0);
  EXPECT_EQ(entry->out_system_timestamp, 0);
}

TEST_F(Latency, OutputStampFillsTheEntryOfItsName) {
  const NvDsMetaCompLatency* entry = stamp("nvinfer0", 0, 0);
  char other[] = "nvinfer1", name[] = "nvinfer0";
  EXPECT_FALSE(nvds_set_output_system_timestamp(buffer, other));
  EXPECT_EQ(entry->out_system_timestamp, 0);
  EXPECT_TRUE(nvds_set_output_system_timestamp(buffer, name));
  EXPECT_GE(entry->out_system_timestamp, entry->in_system_timestamp);
}

TEST_F(Latency, ABufferWithoutBatchIsNotStamped) {
  GstBuffer* plain = gst_buffer_new();
  char name[] = "nvinfer0";
  EXPECT_EQ(nvds_set_input_system_timestamp(plain, name), nullptr);
  EXPECT_FALSE(nvds_set_output_system_timestamp(plain, name));
  NvDsFrameLatencyInfo info[1];
  EXPECT_EQ(nvds_measure_buffer_latency(plain, info), 0u);
  gst_buffer_unref(plain);
}

TEST_F(Latency, MeasuresEachFrameOfTheMuxer) {
  stamp("nvv4l2decoder0", 7, 12);
  stamp("nvstreammux-src", 7, 12);
  stamp("nvinfer0", 0, 0);
  NvDsFrameLatencyInfo info[4] = {};
  ASSERT_EQ(nvds_measure_buffer_latency(buffer, info), 1u);
  EXPECT_EQ(info[0].source_id, 7u);
  EXPECT_EQ(info[0].frame_num, 12u);
  EXPECT_GT(info[0].comp_in_timestamp, 0);
  EXPECT_GE(info[0].latency, 0);
  EXPECT_LT(info[0].latency, 60000);
}

TEST_F(Latency, CountsFromTheMuxerWithoutADecoder) {
  ONLY_OURS("without a decoder's stamp it measures from the year 1970");
  stamp("nvstreammux-src", 1, 2);
  NvDsFrameLatencyInfo info[1] = {};
  ASSERT_EQ(nvds_measure_buffer_latency(buffer, info), 1u);
  EXPECT_LT(info[0].latency, 60000);
}

TEST_F(Latency, OtherComponentsAreNotFrames) {
  stamp("nvinfer0", 1, 2);
  stamp("nvv4l2decoder0", 1, 2);
  NvDsFrameLatencyInfo info[2];
  EXPECT_EQ(nvds_measure_buffer_latency(buffer, info), 0u);
}

TEST_F(Latency, EntryIsCopiedAndReleased) {
  auto* entry = static_cast<NvDsMetaCompLatency*>(nvds_set_latency_metadata_ptr());
  ASSERT_NE(entry, nullptr);
  EXPECT_EQ(entry->source_id, 0u);
  std::strcpy(entry->component_name, "abc");
  NvDsUserMeta user{};
  user.user_meta_data = entry;
  auto* twin = static_cast<NvDsMetaCompLatency*>(nvds_copy_latency_meta(&user, nullptr));
  EXPECT_NE(twin, entry);
  EXPECT_STREQ(twin->component_name, "abc");
  nvds_release_latency_meta(&user, nullptr);
  EXPECT_EQ(user.user_meta_data, nullptr);
  user.user_meta_data = twin;
  nvds_release_latency_meta(&user, nullptr);
}

TEST_F(Latency, ReferenceTimestampCarriesTheComponent) {
  GstBuffer* plain = gst_buffer_new();
  char name[] = "nvv4l2decoder0";
  nvds_add_reference_timestamp_meta(plain, name, 5);
  gpointer state = nullptr;
  GstMeta* meta =
      gst_buffer_iterate_meta_filtered(plain, &state, GST_REFERENCE_TIMESTAMP_META_API_TYPE);
  ASSERT_NE(meta, nullptr);
  const GstCaps* caps = reinterpret_cast<GstReferenceTimestampMeta*>(meta)->reference;
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  EXPECT_STREQ(gst_structure_get_string(fields, "component_name"), name);
  gint number = 0;
  EXPECT_TRUE(gst_structure_get_int(fields, "frame_num", &number));
  EXPECT_EQ(number, 5);
  gdouble in = 0;
  EXPECT_TRUE(gst_structure_get_double(fields, "in_timestamp", &in));
  EXPECT_GT(in, 0);
  gst_buffer_unref(plain);
}

}  // namespace

#if defined(__SANITIZE_ADDRESS__)
// GLib's constructor makes a table of quarks that it gives up when it needs a longer one.
extern "C" G_MODULE_EXPORT const char* __lsan_default_suppressions() { return "leak:call_init"; }
extern "C" G_MODULE_EXPORT const char* __asan_default_options() {
  return "fast_unwind_on_malloc=0";
}
#endif

int main(int argc, char** argv) {
  g_setenv("NVDS_ENABLE_LATENCY_MEASUREMENT", "1", TRUE);  // before the library reads it
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
