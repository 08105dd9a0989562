// Recordings that are cut, twisted or huge end in an error, under a sanitizer too.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "../infer/scratch_folder.h"
#include "elements/thalwegreplay/recording.h"

namespace thalweg {
namespace {

const std::string kRecording = R"({
  "frames": [
    {"frame_num": 4, "source_id": 1, "objects": [
      {"class_id": 2, "label": "person", "confidence": 0.5, "xyxy": [10, 20, 60, 120],
       "track_id": 9223372036854775809, "component_id": 3, "text": "person 7",
       "border_width": 1, "border_color": [0, 1, 0, 0.5],
       "classifiers": [{"component_id": 2, "labels": [
         {"class_id": 3, "label": "blue", "confidence": 0.75}]}]},
      {"xyxy": [0, 0, 1, 1]}], "drawings": [{"kind": "text", "xy": [1, 2]}]},
    {"frame_num": -5}
  ]
})";

class RecordingTest : public testing::Test {
 protected:
  ScratchFolder folder;

  Recording read(const std::string& content) {
    return Recording::read(folder.file("recording.json", content));
  }
};

TEST_F(RecordingTest, HasWhatWasWritten) {
  const Recording recording = read(kRecording);
  EXPECT_EQ(recording.frames(), 2);
  EXPECT_EQ(recording.first(), std::pair(0U, -5));
  EXPECT_EQ(recording.find(0, 4), nullptr);
  EXPECT_TRUE(recording.find(0, -5)->empty());
  const auto* objects = recording.find(1, 4);
  ASSERT_TRUE(objects);
  ASSERT_EQ(objects->size(), 2);
  const RecordedObject& person = objects->front();
  EXPECT_EQ(person.class_id, 2);
  EXPECT_EQ(person.component_id, 3);
  EXPECT_EQ(person.track_id, 9223372036854775809U);
  EXPECT_EQ(person.box.width, 50);
  EXPECT_EQ(person.text, "person 7");
  EXPECT_EQ(person.border_color.alpha, 0.5);
  EXPECT_EQ(person.classifiers[0].labels[0].label, "blue");
  EXPECT_EQ(objects->back().track_id, UNTRACKED_OBJECT_ID);
  EXPECT_EQ(objects->back().border_width, 3);
}

TEST_F(RecordingTest, CutAnywhereItIsAnError) {
  for (size_t size = 0; size < kRecording.size(); ++size)
    EXPECT_THROW(read(kRecording.substr(0, size)), RecordingError) << size;
}

TEST_F(RecordingTest, WithAnyByteChangedItIsReadOrAnError) {
  for (size_t i = 0; i < kRecording.size(); ++i) {
    for (const char byte : {'\0', '\xff', '"', '{', ']', '9', '-'}) {
      std::string content = kRecording;
      content[i] = byte;
      try {
        read(content);
      } catch (const RecordingError& error) {
        EXPECT_NE(std::string(error.what()).find("recording.json: "), std::string::npos);
      }
    }
  }
}

TEST_F(RecordingTest, HasABound) {
  const std::string path = folder.file("recording.json", "");
  std::filesystem::resize_file(path, (64 << 20) + 1);
  try {
    Recording::read(path);
    FAIL();
  } catch (const RecordingError& error) {
    EXPECT_EQ(error.what(), path + ": expected at most 67108864 bytes, got 67108865; split it");
  }
}

TEST_F(RecordingTest, ObjectsComeIntoTheFrame) {
  const Recording recording = read(kRecording);
  NvDsBatchMeta* batch = nvds_create_batch_meta(1);
  NvDsFrameMeta* frame = nvds_acquire_frame_meta_from_pool(batch);
  nvds_add_frame_meta_to_batch(batch, frame);
  add_objects(frame, *recording.find(1, 4));
  ASSERT_EQ(frame->num_obj_meta, 2);
  const auto* person = static_cast<NvDsObjectMeta*>(frame->obj_meta_list->next->data);
  EXPECT_STREQ(person->obj_label, "person");
  EXPECT_STREQ(person->text_params.display_text, "person 7");
  EXPECT_EQ(person->object_id, 9223372036854775809U);
  EXPECT_EQ(person->tracker_bbox_info.org_bbox_coords.height, 100);
  ASSERT_TRUE(person->classifier_meta_list);
  const auto* classifier = static_cast<NvDsClassifierMeta*>(person->classifier_meta_list->data);
  EXPECT_EQ(classifier->num_labels, 1);
  nvds_destroy_batch_meta(batch);
}

}  // namespace
}  // namespace thalweg
