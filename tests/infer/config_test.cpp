#include "infer/config.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include "infer/substitutes.h"
#include "scratch_folder.h"

namespace thalweg {
namespace {

class ConfigTest : public testing::Test {
 protected:
  InferConfig load(const std::string& text) {
    return load_config(folder_.file("c.txt", text), notes_);
  }
  std::string error(const std::string& text) {
    return error_of([&] { load(text); }, folder_.path());
  }
  ScratchFolder folder_;
  ConfigNotes notes_;
  std::vector<std::string> warnings_;
};

TEST_F(ConfigTest, ReadsAPrimaryDetector) {
  auto config = load(R"([property]
gpu-id = 0
net-scale-factor=0.00784313725490196
offsets=127.5;127.5;127.5;
onnx-file=m/model.onnx
labelfile-path=/abs/labels.txt
batch-size=4   # a comment after a blank
num-detected-classes=3
cluster-mode=2
interval=1
gie-unique-id=7
model-color-format=1
infer-dims=3;300;300
maintain-aspect-ratio=true

[program]
own-key=of the program
[class-attrs-all]
pre-cluster-threshold=0.4
topk=20
border-color=0;1;0;1
[class-attrs-1]
nms-iou-threshold=0.6
bg-color=0;0;1;0.5
)");
  EXPECT_FLOAT_EQ(config.net_scale_factor, 1 / 127.5f);
  EXPECT_EQ(config.offsets, std::vector<float>(3, 127.5f));
  EXPECT_EQ(config.onnx_file, folder_.path("m/model.onnx"));
  EXPECT_EQ(config.labelfile_path, "/abs/labels.txt");
  EXPECT_EQ(config.batch_size, 4u);
  EXPECT_EQ(config.gie_unique_id, 7u);
  EXPECT_EQ(config.interval, 1u);
  EXPECT_EQ(config.model_color_format, 1);
  EXPECT_EQ(config.infer_dims, (std::vector<int>{3, 300, 300}));
  EXPECT_TRUE(config.maintain_aspect_ratio);
  ASSERT_EQ(config.classes.size(), 3u);
  EXPECT_FLOAT_EQ(config.classes[0].pre_cluster_threshold, 0.4f);
  EXPECT_FLOAT_EQ(config.classes[0].nms_iou_threshold, 0.3f);
  EXPECT_FALSE(config.classes[0].has_bg_color);
  EXPECT_FLOAT_EQ(config.classes[1].pre_cluster_threshold, 0.4f);
  EXPECT_EQ(config.classes[1].topk, 20);
  EXPECT_FLOAT_EQ(config.classes[1].nms_iou_threshold, 0.6f);
  EXPECT_TRUE(config.classes[1].has_bg_color);
  EXPECT_EQ(config.classes[1].border_color, (Rgba{0, 1, 0, 1}));
  EXPECT_TRUE(notes_.warnings.empty());
  EXPECT_EQ(notes_.notes,
            std::vector<std::string>{
                folder_.path("c.txt") +
                ":2: [property] gpu-id: has no effect here: the model runs on the CPU."});
}

TEST_F(ConfigTest, DefaultsAreThoseOfTheDocumentation) {
  auto config = load("[property]\nnum-detected-classes=1\n");
  EXPECT_EQ(config.gie_unique_id, 15u);
  EXPECT_EQ(config.batch_size, 1u);
  EXPECT_EQ(config.process_mode, 1);
  EXPECT_EQ(config.cluster_mode, 0);
  EXPECT_EQ(config.scaling_filter, 6);
  EXPECT_FLOAT_EQ(config.net_scale_factor, 1);
  EXPECT_FLOAT_EQ(config.classes[0].pre_cluster_threshold, 0.2f);
  EXPECT_FLOAT_EQ(config.classes[0].nms_iou_threshold, 0.3f);
  EXPECT_EQ(config.classes[0].topk, -1);
}

TEST_F(ConfigTest, UnknownKeyIsAWarningWithAGuess) {
  load("[property]\nnet-scale-facter=1\nprocess_mode=1\nenable-output-landmark=1\n");
  std::string file = folder_.path("c.txt");
  EXPECT_EQ(
      notes_.warnings,
      (std::vector<std::string>{
          file + ":2: [property] net-scale-facter: unknown key, the line is ignored; did you mean "
                 "net-scale-factor?",
          file + ":3: [property] process_mode: unknown key, the line is ignored; did you mean "
                 "process-mode?",
          file + ":4: [property] enable-output-landmark: unknown key, the line is ignored."}));
}

TEST_F(ConfigTest, OldThresholdNameWarns) {
  auto config = load("[property]\nnum-detected-classes=1\n[class-attrs-all]\nthreshold=0.7\n");
  EXPECT_FLOAT_EQ(config.classes[0].pre_cluster_threshold, 0.7f);
  EXPECT_EQ(notes_.warnings,
            std::vector<std::string>{folder_.path("c.txt") +
                                     ":4: [class-attrs-all] threshold: old "
                                     "name, write pre-cluster-threshold instead."});
}

TEST_F(ConfigTest, ErrorsNameFileLineKeyExpectedGotAndFix) {
  struct {
    const char *text, *error;
  } cases[] = {
      {"[property]\nbatch-size=many\n",
       "c.txt:2: [property] batch-size: expected a whole number from 1 to 1024, got \"many\". "
       "Write "
       "for example batch-size=1."},
      {"[property]\nbatch-size=2000\n",
       "c.txt:2: [property] batch-size: expected a whole number from 1 to 1024, got \"2000\". "
       "Write "
       "for example batch-size=1."},
      {"[property]\n\ninterval=1.5\n",
       "c.txt:3: [property] interval: expected a whole number of at least 0, got \"1.5\". Write "
       "for "
       "example interval=0."},
      {"[property]\nnet-scale-factor=0\n",
       "c.txt:2: [property] net-scale-factor: expected a number above 0, got \"0\". Write for "
       "example "
       "net-scale-factor=1."},
      {"[property]\nmaintain-aspect-ratio=yes\n",
       "c.txt:2: [property] maintain-aspect-ratio: expected 0 or 1, got \"yes\". Write "
       "maintain-aspect-ratio=1."},
      {"[property]\ninfer-dims=3;300\n",
       "c.txt:2: [property] infer-dims: expected 3 whole numbers (channels;height;width), got "
       "\"3;300\". Write infer-dims=3;300;300."},
      {"[property]\noffsets=1;2;x\n",
       "c.txt:2: [property] offsets: expected a number, got \"1;2;x\". Write for example "
       "offsets=1."},
      {"[property]\noffsets=1;2;3;4;5\n",
       "c.txt:2: [property] offsets: expected at most 4 numbers, one a channel, got \"1;2;3;4;5\". "
       "Write offsets=127.5;127.5;127.5."},
      {"[property]\nnetwork-type=7\n",
       "c.txt:2: [property] network-type: expected 0 (detector), 1, 2, 3 or 100, got \"7\". Write "
       "network-type=0."},
      {"[property]\nnum-detected-classes=1\n[class-attrs-all]\nnms-iou-threshold=1.5\n",
       "c.txt:4: [class-attrs-all] nms-iou-threshold: expected a number from 0 to 1, got \"1.5\". "
       "Write for example nms-iou-threshold=0."},
      {"[property]\nnum-detected-classes=1\n[class-attrs-0]\nborder-color=1;0\n",
       "c.txt:4: [class-attrs-0] border-color: expected 4 numbers from 0 to 1 "
       "(red;green;blue;alpha), "
       "got \"1;0\". Write border-color=1;0;0;1."},
      {"[property]\nnum-detected-classes=2\n[class-attrs-2]\n",
       "c.txt:3: expected [class-attrs-all] or [class-attrs-N] with N below "
       "num-detected-classes=2, "
       "got [class-attrs-2]. Change N or num-detected-classes."},
      {"[propery]\nbatch-size=1\n",
       "c.txt: expected a group [property], got [propery]. Add the line [property] above the keys "
       "of "
       "the network."},
      {"",
       "c.txt: expected a group [property], got none. Add the line [property] above the keys of "
       "the network."},
      {"batch-size=1\n",
       "c.txt:1: expected a group such as [property] before the first key, got \"batch-size=1\". "
       "Correct the line or start it with #."},
      {"[property]\nbatch-size 1\n",
       "c.txt:2: expected [group], key=value or # comment, got \"batch-size 1\". Correct the line "
       "or "
       "start it with #."},
  };
  for (const auto& c : cases) EXPECT_EQ(error(c.text), "/" + std::string(c.error)) << c.text;
}

TEST_F(ConfigTest, MissingFile) {
  EXPECT_EQ(error_of([&] { load_config("/nowhere/c.txt", notes_); }),
            "/nowhere/c.txt: cannot read the configuration file: No such file or directory. Set "
            "config-file-path to a file with a [property] group.");
  EXPECT_EQ(error_of([&] { load_config("/nowhere/c.yml", notes_); }),
            "/nowhere/c.yml: cannot read the configuration file: No such file or directory. Set "
            "config-file-path to a file with a map property.");
}

TEST_F(ConfigTest, YamlHasTheSameKeys) {
  const std::string text = R"(property:
  gpu-id: 0
  net-scale-factor: 0.00784313725490196  # a comment
  offsets: 127.5;127.5;127.5
  onnx-file: m/model.onnx
  labelfile-path: "/abs/labels.txt"
  num-detected-classes: 3
  filter-out-class-ids: [0, 2]
  maintain-aspect-ratio: true
  symmetric-padding: 1
  interval:
program:
  own-key: {of: the program}
own-list: [1, 2]
class-attrs-all:
  pre-cluster-threshold: 0.4
  border-color: 0;1;0;1
class-attrs-1:
  nms-iou-threshold: 0.6
class-attrs-2:
)";
  for (const char* name : {"c.yml", "c.yaml"}) {
    EXPECT_EQ(error_of([&] { load_config(folder_.file(name, text), notes_); }, folder_.path()),
              std::string("/") + name +
                  ":11: [property] interval: expected a whole number of at least 0, got \"\". "
                  "Write for example interval: 0.");
    std::string valid = text;
    valid.replace(valid.find("  interval:\n"), 12, "");
    notes_ = {};
    const auto config = load_config(folder_.file(name, valid), notes_);
    EXPECT_FLOAT_EQ(config.net_scale_factor, 1 / 127.5f);
    EXPECT_EQ(config.offsets, std::vector<float>(3, 127.5f));
    EXPECT_EQ(config.onnx_file, folder_.path("m/model.onnx"));
    EXPECT_EQ(config.labelfile_path, "/abs/labels.txt");
    EXPECT_EQ(config.filter_out_class_ids, (std::vector<int>{0, 2}));
    EXPECT_TRUE(config.maintain_aspect_ratio);
    EXPECT_TRUE(config.symmetric_padding);
    ASSERT_EQ(config.classes.size(), 3u);
    EXPECT_FLOAT_EQ(config.classes[0].pre_cluster_threshold, 0.4f);
    EXPECT_FLOAT_EQ(config.classes[1].nms_iou_threshold, 0.6f);
    EXPECT_EQ(config.classes[2].border_color, (Rgba{0, 1, 0, 1}));
    EXPECT_TRUE(notes_.warnings.empty());
    ASSERT_EQ(notes_.notes.size(), 1u);
    EXPECT_EQ(notes_.notes[0],
              folder_.path(name) +
                  ":2: [property] gpu-id: has no effect here: the model runs on the CPU.");
  }
}

TEST_F(ConfigTest, YamlErrorsNameFileLineKeyExpectedGotAndFix) {
  struct {
    const char *text, *error;
  } cases[] = {
      {"property:\n  batch-size: many\n",
       "c.yml:2: [property] batch-size: expected a whole number from 1 to 1024, got \"many\". "
       "Write for example batch-size: 1."},
      {"property:\n  maintain-aspect-ratio: maybe\n",
       "c.yml:2: [property] maintain-aspect-ratio: expected 0 or 1, got \"maybe\". Write "
       "maintain-aspect-ratio: 1."},
      {"property:\n  infer-dims: 3;300\n",
       "c.yml:2: [property] infer-dims: expected 3 whole numbers (channels;height;width), got "
       "\"3;300\". Write infer-dims: 3;300;300."},
      {"property:\n  num-detected-classes: 2\nclass-attrs-2:\n  topk: 1\n",
       "c.yml:3: expected class-attrs-all: or class-attrs-N: with N below num-detected-classes: 2, "
       "got class-attrs-2:. Change N or num-detected-classes."},
      {"propery:\n  batch-size: 1\n",
       "c.yml: expected a map property:, got propery:. Add the line property: above the keys of "
       "the network."},
      {"property: 1\n",
       "c.yml:1: expected indented \"key: value\" lines below property:, got a value. Correct the "
       "line."},
      {"property:\n  batch-size:\n    deep: 1\n",
       "c.yml:3: expected a value for batch-size, got a map. Correct the line."},
      {"property:\n  offsets: [1, [2]]\n",
       "c.yml:2: expected a value in the list of offsets, got a sequence. Correct the line."},
      {"- 1\n", "c.yml:1: expected a map such as \"property:\", got a sequence. Correct the line."},
      {"", "c.yml:1: expected a map such as \"property:\", got nothing. Correct the line."},
      {"property:\n  batch-size: 1\n bad\n",
       "c.yml:3: expected YAML, got a syntax error: end of map not found. Correct the line."},
      {"[property]\nbatch-size=1\n",
       "c.yml:1: expected a map such as \"property:\", got a sequence. Correct the line."},
  };
  for (const auto& c : cases)
    EXPECT_EQ(error_of([&] { load_config(folder_.file("c.yml", c.text), notes_); }, folder_.path()),
              "/" + std::string(c.error))
        << c.text;
}

// --- files that nobody wrote by hand

TEST_F(ConfigTest, FilesThatAreNoText) {
  using namespace std::string_literals;
  const std::string utf16 = "[\0p\0r\0"s;
  EXPECT_EQ(error(utf16), "/c.txt:1: expected text, got a byte of 0. Save the file as UTF-8.");
  EXPECT_EQ(error("[property]\ninterval=1\0\n"s),
            "/c.txt:2: expected text, got a byte of 0. Save the file as UTF-8.");
  EXPECT_EQ(error_of([&] { load_config(folder_.file("c.yml", "property:\n  a: \0"s), notes_); },
                     folder_.path()),
            "/c.yml:2: expected text, got a byte of 0. Save the file as UTF-8.");
  EXPECT_EQ(error_of([&] { load_config(folder_.path(), notes_); }, folder_.path()),
            ": cannot read the configuration file: Is a directory. Set config-file-path to a file "
            "with a [property] group.");
}

TEST_F(ConfigTest, FilesThatAreTooLarge) {
  const std::string large(kMaxConfigBytes, '#');
  EXPECT_EQ(error(large + "\n"),
            "/c.txt: expected a configuration file of at most 1048576 bytes, got a larger one. Set "
            "config-file-path to a file with a [property] group.");
  // A line may take all of it.
  const std::string head = "[property]\nonnx-file=/";
  const auto config = load(head + std::string(kMaxConfigBytes - head.size(), 'a'));
  EXPECT_EQ(config.onnx_file.size(), kMaxConfigBytes - head.size() + 1);
  EXPECT_EQ(error("[property]\nnum-detected-classes=1000000\n[class-attrs-999999]\ntopk=1\n"),
            "/c.txt:2: [property] num-detected-classes: expected a whole number from 0 to 65536, "
            "got \"1000000\". Write for example num-detected-classes=0.");
}

TEST_F(ConfigTest, ManyKeysAreReadInTheirTime) {
  std::string keys = "[property]\n", groups = keys;
  for (int i = 0; keys.size() < kMaxConfigBytes - 20; ++i) keys += std::to_string(i) + "=\n";
  for (int i = 0; groups.size() < kMaxConfigBytes - 20; ++i)
    groups += "[" + std::to_string(i) + "]\n";
  load(keys);
  ASSERT_EQ(notes_.warnings.size(), ConfigNotes::kMaxWarnings + 1);
  EXPECT_GT(notes_.unsaid, 100'000u);
  EXPECT_EQ(notes_.warnings.back(),
            folder_.path("c.txt") + ": " + std::to_string(notes_.unsaid) + " more warnings.");
  load(groups);
}

TEST_F(ConfigTest, YamlThatGrowsOrNests) {
  auto yaml = [&](const std::string& text) {
    return error_of([&] { load_config(folder_.file("c.yml", text), notes_); }, folder_.path());
  };
  // Each list is ten of the one before it.
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    const std::string one = "*a" + std::to_string(i - 1), name = "a" + std::to_string(i);
    laughs += name + ": &" + name + " [";
    for (int k = 0; k < 10; ++k) laughs += (k ? "," : "") + one;
    laughs += "]\n";
  }
  EXPECT_EQ(yaml(laughs + "property:\n  offsets: *a9\n"),
            "/c.yml:9: expected a value in the list of offsets, got a sequence. Correct the line.");
  std::string many = "a: &a [";
  for (int i = 0; i < 10'000; ++i) many += "0,";
  many += "0]\nproperty:\n";
  for (int i = 0; i < 10'000; ++i) many += "  k" + std::to_string(i) + ": *a\n";
  EXPECT_EQ(yaml(many),
            "/c.yml:1: expected at most 1048576 bytes of keys and values, got more by its aliases. "
            "Correct the line.");
  EXPECT_EQ(yaml("property: " + std::string(100'000, '[')),
            "/c.yml:1: expected YAML, got a syntax error: bad file. Correct the line.");
}

TEST_F(ConfigTest, YamlWarnsAsKeyFilesDo) {
  load_config(folder_.file("c.yml", "property:\n  process_mode: 1\n  interval: 1\n  interval: 2\n"),
              notes_);
  const std::string file = folder_.path("c.yml");
  EXPECT_EQ(notes_.warnings,
            (std::vector<std::string>{
                file + ":2: [property] process_mode: unknown key, the line is ignored; did you "
                       "mean process-mode?",
                file + ":4: [property] interval: stands in line 3 as well; the last one counts. "
                       "Remove the other."}));
}

TEST_F(ConfigTest, AKeyThatStandsTwiceWarns) {
  const auto config = load("[property]\ninterval=1\n\n[other]\n[property]\ninterval=2\n");
  EXPECT_EQ(config.interval, 2u);
  EXPECT_EQ(notes_.warnings,
            std::vector<std::string>{folder_.path("c.txt") +
                                     ":6: [property] interval: stands in line 2 as well; the last "
                                     "one counts. Remove the other."});
}

TEST_F(ConfigTest, GroupsOfTheProgramMayHaveTheirOwnSyntax) {
  load("[program]\nname: value\njust words\n= nothing\n[property]\ninterval=1\n[more]\na b\n");
  EXPECT_TRUE(notes_.warnings.empty());
}

TEST_F(ConfigTest, ACommentBehindAPathIsLeftOutWithAWarning) {
  folder_.file("labels #2.txt", "x");
  auto config =
      load("[property]\nonnx-file=det.onnx  # the new one\nlabelfile-path=labels #2.txt\n");
  EXPECT_EQ(config.onnx_file, folder_.path("det.onnx"));
  EXPECT_EQ(config.labelfile_path, folder_.path("labels #2.txt"));  // that file is there
  EXPECT_EQ(notes_.warnings,
            std::vector<std::string>{folder_.path("c.txt") +
                                     ":2: [property] onnx-file: the comment behind the path is "
                                     "left out; put it on a line of its own."});
}

TEST_F(ConfigTest, ACommentBehindAPathMayBeLongerThanAName) {
  const auto config = load("[property]\nonnx-file=det.onnx # " + std::string(300, 'x') + "\n");
  EXPECT_EQ(config.onnx_file, folder_.path("det.onnx"));
}

TEST_F(ConfigTest, TheReferenceTellsOfEachKey) {
  // Rows are "| `key` | meaning | status |" below "## [group]".
  std::ifstream page(THALWEG_SOURCE_FOLDER "/docs/reference/nvinfer-keys.md");
  std::vector<std::string> told, known;
  std::string group;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) group = line.substr(3);
    if (!line.starts_with("| `") || !group.starts_with('[')) continue;
    const auto name = line.substr(3, line.find('`', 3) - 3);
    const auto status = line.substr(line.rfind("| ", line.size() - 3) + 2);
    told.push_back(group + " " + name + " " + (status.starts_with("ignored") ? status : "done |"));
  }
  for (const auto& key : known_keys()) {
    known.push_back("[" + key.group + "] " + key.name + " " +
                    (key.ignored.empty() ? "done |" : "ignored: " + key.ignored + " |"));
  }
  std::ranges::sort(told);
  std::ranges::sort(known);
  EXPECT_EQ(told, known);
}

TEST_F(ConfigTest, FilesOfTensors) {
  const auto config = load(
      "[property]\nip-tensor-file=in.bin\nop-tensor-files=a.bin;/abs/b.bin;\n"
      "overwrite-output-tensor=1\nstabilize-buffer-count=3\n");
  EXPECT_EQ(config.ip_tensor_file, folder_.path("in.bin"));
  EXPECT_EQ(config.op_tensor_files,
            (std::vector<std::string>{folder_.path("a.bin"), "/abs/b.bin"}));
  EXPECT_EQ(config.stabilize_buffer_count, 3u);
  EXPECT_EQ(idle_keys(config),
            std::vector<std::string>{folder_.path("c.txt") +
                                     ": [property] ip-tensor-file: has no effect here, it needs "
                                     "overwrite-input-tensor=1."});
}

TEST_F(ConfigTest, InstanceMasksNeedAClusteringThatKeepsBoxes) {
  const auto error = [&](const std::string& mode) {
    const auto config = load("[property]\nnetwork-type=3\nnum-detected-classes=1\n" + mode);
    return error_of([&] { check_config(config); }, folder_.path());
  };
  EXPECT_EQ(error(""),
            "/c.txt: [property] cluster-mode: expected 2 (NMS) or 4 (none) with network-type=3, "
            "since boxes that are merged have no mask, got 0. Write cluster-mode=2.");
  EXPECT_NE(error("cluster-mode=1\n"), "");
  EXPECT_NE(error("cluster-mode=3\n"), "");
  EXPECT_EQ(error("cluster-mode=2\n"), "");
  EXPECT_EQ(error("cluster-mode=4\n"), "");
}

TEST_F(ConfigTest, ReadsASecondaryClassifier) {
  auto config = load(R"([property]
process-mode=2
is-classifier=1
operate-on-gie-id=1
operate-on-class-ids=0;2;
input-object-min-width=16
input-object-min-height=17
input-object-max-width=18
input-object-max-height=19
secondary-reinfer-interval=90
classifier-threshold=0.51
classifier-async-mode=1
classifier-type=vehicletype
)");
  EXPECT_EQ(config.network_type, 1);
  EXPECT_EQ(config.operate_on_gie_id, 1);
  EXPECT_EQ(config.operate_on_class_ids, (std::vector<int>{0, 2}));
  EXPECT_EQ(config.input_object_min_width, 16u);
  EXPECT_EQ(config.input_object_min_height, 17u);
  EXPECT_EQ(config.input_object_max_width, 18u);
  EXPECT_EQ(config.input_object_max_height, 19u);
  EXPECT_EQ(config.secondary_reinfer_interval, 90);
  EXPECT_FLOAT_EQ(config.classifier_threshold, 0.51f);
  EXPECT_TRUE(config.classifier_async_mode);
  EXPECT_EQ(config.classifier_type, "vehicletype");
  EXPECT_TRUE(idle_keys(config).empty());
  EXPECT_EQ(load("[property]\n").operate_on_gie_id, -1);
  EXPECT_EQ(load("[property]\n").secondary_reinfer_interval, InferConfig::kNoReinference);
}

TEST_F(ConfigTest, KeysThatCannotApplyAreToldOf) {
  using Sentences = std::vector<std::string>;
  const std::string where = folder_.path("c.txt") + ": [property] ";
  EXPECT_EQ(idle_keys(load("[property]\noperate-on-gie-id=1\nsymmetric-padding=1\n"
                           "classifier-async-mode=1\nmean-file=m.ppm\noffsets=1;2;3\n")),
            (Sentences{where + "operate-on-gie-id: has no effect here, it needs process-mode=2.",
                       where + "classifier-async-mode: has no effect here, it needs process-mode=2 "
                               "and network-type=1.",
                       where + "symmetric-padding: has no effect here, it needs "
                               "maintain-aspect-ratio=1.",
                       where + "offsets: has no effect here, it needs no mean-file."}));
  EXPECT_EQ(idle_keys(load("[property]\nprocess-mode=2\nnetwork-type=1\ninterval=2\n"
                           "cluster-mode=2\n")),
            (Sentences{where + "interval: has no effect here, it needs process-mode=1.",
                       where + "cluster-mode: has no effect here, it needs network-type=0 or 3."}));
}

TEST_F(ConfigTest, ClassesAndLabelsAreChecked) {
  auto config = load("[property]\nonnx-file=m.onnx\n");
  EXPECT_EQ(
      error_of([&] { check_config(config); }, folder_.path()),
      "/c.txt: [property] num-detected-classes: expected the number of classes of the detector, "
      "got none. Write num-detected-classes=N with the N of the model.");
  config = load("[property]\nnum-detected-classes=1\nlabelfile-path=none.txt\n");
  EXPECT_EQ(
      error_of([&] { check_config(config); }, folder_.path()),
      "/c.txt: [property] labelfile-path: cannot read /none.txt. Relative paths count from the "
      "folder of the configuration file; correct the path or remove the key.");
}

TEST_F(ConfigTest, LabelsOfAClassifierStandInARowForEachLayer) {
  using Rows = std::vector<std::vector<std::string>>;
  auto read = [&](const std::string& text, size_t layers) {
    warnings_.clear();
    return read_layer_labels(folder_.file("l.txt", text), layers, warnings_);
  };
  EXPECT_EQ(read("female;male\r\nyoung; very old ;\n\n", 2),
            (Rows{{"female", "male"}, {"young", " very old "}}));
  EXPECT_TRUE(warnings_.empty());
  EXPECT_EQ(read("a;b", 1), (Rows{{"a", "b"}}));
  EXPECT_TRUE(warnings_.empty());
  EXPECT_EQ(read("a\nb\nc\n", 1), (Rows{{"a", "b", "c"}}));
  EXPECT_EQ(warnings_, std::vector<std::string>{
                           folder_.path("l.txt") +
                           ": a class on each line is read as the classes of the one output layer. "
                           "Write them on one line, separated by ;."});
  EXPECT_EQ(read("a;b\n", 2), (Rows{{"a", "b"}}));
  EXPECT_EQ(warnings_,
            std::vector<std::string>{folder_.path("l.txt") +
                                     ": expected 2 lines, one an output layer, its labels "
                                     "separated by ;, got 1. Correct the file; what has no label "
                                     "there is told by its number only."});
}

TEST_F(ConfigTest, ChoosesTheModel) {
  folder_.file("det.onnx", "x");
  for (const char* engine :
       {"det.onnx_b1_gpu0_fp16.engine", "det.engine", "det.onnx.engine", "det.trt", "det.plan",
        "det.onnx_b16_dla1_int8.engine", "det_b4_gpu0_fp32.engine"}) {
    auto config = load(std::string("[property]\nmodel-engine-file=") + engine + "\n");
    EXPECT_EQ(error_of([&] { EXPECT_EQ(model_path(config, warnings_), folder_.path("det.onnx")); }),
              "")
        << engine;
    EXPECT_EQ(warnings_.back(),
              folder_.path("c.txt") + ": [property] model-engine-file: " + folder_.path(engine) +
                  " is a TensorRT engine, which runs only on NVIDIA's GPUs; " +
                  folder_.path("det.onnx") + " runs instead. Write its path as onnx-file.");
  }
  auto config = load("[property]\nmodel-engine-file=other.onnx_b1_gpu0_fp16.engine\n");
  EXPECT_EQ(
      error_of([&] { model_path(config, warnings_); }, folder_.path()),
      "/c.txt: [property] model-engine-file: /other.onnx_b1_gpu0_fp16.engine is a TensorRT "
      "engine, which runs only on NVIDIA's GPUs, and there is no /other.onnx to run instead. Put "
      "the ONNX model there or write its path as onnx-file (that folder has det.onnx).");
  config = load("[property]\nonnx-file=none.onnx\nmodel-engine-file=det.engine\n");
  EXPECT_EQ(
      error_of([&] { model_path(config, warnings_); }, folder_.path()),
      "/c.txt: [property] onnx-file: cannot read /none.onnx. Relative paths count from the folder "
      "of the configuration file; correct the path or put the model there.");
  config = load("[property]\n");
  EXPECT_EQ(error_of([&] { model_path(config, warnings_); }, folder_.path()),
            "/c.txt: [property] onnx-file: expected the path of an ONNX model, got no model. Write "
            "onnx-file=model.onnx.");
  config = load("[property]\nmodel-file=net.caffemodel\nproto-file=net.prototxt\n");
  EXPECT_EQ(
      error_of([&] { model_path(config, warnings_); }, folder_.path()),
      "/c.txt: [property] onnx-file: expected the path of an ONNX model, got only "
      "model-file=net.caffemodel. Write onnx-file=model.onnx; the other formats need NVIDIA's "
      "tools.");
}

/// With a package of its own: a table of substitutes, and a file of DeepStream's.
class SubstituteTest : public ConfigTest {
 protected:
  void SetUp() override {
    folder_.file("mine.onnx", "x");
    std::filesystem::create_directories(folder_.path("models"));
    std::filesystem::create_directories(folder_.path("samples/models"));
    folder_.file("samples/models/labels.txt", "a\n");
    folder_.file("models/substitutes.ini", R"(# a comment
[FarNet]
names=far;Secondary_Far/resnet18
published=https://far
[NearNet]
names=near_pruned;near;near_old.caffemodel
published=https://near
nearest=ours, smaller
substitute=../mine.onnx
network-size=960;544
labels=../samples/models/labels.txt
[WideNet]
names=wide
published=https://wide
nearest=ours, which has other outputs
)");
    setenv("THALWEG_PACKAGE", folder_.path().c_str(), 1);
    unsetenv("THALWEG_SUBSTITUTE_MODELS");
  }
  void TearDown() override {
    unsetenv("THALWEG_PACKAGE");
    unsetenv("THALWEG_SUBSTITUTE_MODELS");
  }
  /// What is said of a model that is not there, without the folder's path.
  std::string sentence(const std::string& keys) {
    return error_of([&] { model_path(load("[property]\n" + keys), warnings_); }, folder_.path());
  }
  InferConfig substituted(const std::string& keys) {
    setenv("THALWEG_SUBSTITUTE_MODELS", "1", 1);
    auto config = load("[property]\n" + keys);
    substitute_model(config);
    return config;
  }
};

TEST_F(SubstituteTest, TheSentenceNamesModelPublisherAndTheNearest) {
  EXPECT_EQ(sentence("onnx-file=x/near.onnx\n"),
            "/c.txt: [property] onnx-file: cannot read /x/near.onnx. It is NearNet, published at "
            "https://near; the nearest model here is ours, smaller, which `thalweg run "
            "--substitute-models` (THALWEG_SUBSTITUTE_MODELS=1) uses "
            "(/docs/reference/substitute-models.md).");
  EXPECT_EQ(sentence("model-engine-file=near.onnx_b1_gpu0_int8.engine\n"),
            "/c.txt: [property] model-engine-file: /near.onnx_b1_gpu0_int8.engine is a TensorRT "
            "engine, which runs only on NVIDIA's GPUs, and there is no /near.onnx to run instead. "
            "It is NearNet, published at https://near; the nearest model here is ours, smaller, "
            "which `thalweg run --substitute-models` (THALWEG_SUBSTITUTE_MODELS=1) uses "
            "(/docs/reference/substitute-models.md).");
  EXPECT_EQ(sentence("tlt-encoded-model=far.etlt\n"),
            "/c.txt: [property] onnx-file: expected the path of an ONNX model, got only "
            "tlt-encoded-model=far.etlt. It is FarNet, published at https://far; Thalweg has no "
            "model like it (/docs/reference/substitute-models.md).");
  EXPECT_EQ(sentence("onnx-file=wide.onnx\n"),
            "/c.txt: [property] onnx-file: cannot read /wide.onnx. It is WideNet, published at "
            "https://wide; the nearest model here is ours, which has other outputs "
            "(/docs/reference/substitute-models.md).");
  EXPECT_EQ(sentence("onnx-file=far.onnx\nprocess-mode=2\n"),
            "/c.txt: [property] onnx-file: cannot read /far.onnx. It is FarNet, published at "
            "https://far; Thalweg has no model like it; with `thalweg run --substitute-models` "
            "(THALWEG_SUBSTITUTE_MODELS=1) frames pass through without it "
            "(/docs/reference/substitute-models.md).");
}

TEST_F(SubstituteTest, AModelIsKnownByTheEndOfItsPath) {
  const auto model = [](const std::string& path) {
    const auto found = find_upstream_model({path});
    return found ? found->name : "";
  };
  for (const char* path : {"near.onnx", "/a/near.etlt", "../near", "near_pruned.uff",
                           "near_old.caffemodel", "x/near_old.caffemodel"}) {
    EXPECT_EQ(model(path), "NearNet") << path;
  }
  for (const char* path : {"Secondary_Far/resnet18.caffemodel", "/a/Secondary_Far/resnet18"}) {
    EXPECT_EQ(model(path), "FarNet") << path;
  }
  for (const char* path :
       {"", "/", "nearer.onnx", "anear.onnx", "near.onnx.bak", "near.engine", "near_old.onnx",
        "resnet18.caffemodel", "Third_Far/resnet18.onnx", "NearNet.onnx"}) {
    EXPECT_EQ(model(path), "") << path;
  }
}

TEST_F(SubstituteTest, TakesThePlaceWhereThatIsWanted) {
  auto config = substituted("onnx-file=x/near.onnx\nlabelfile-path=gone.txt\n");
  EXPECT_EQ(model_path(config, warnings_), folder_.path("mine.onnx"));
  EXPECT_EQ(config.network_size, (std::array{960, 544}));
  EXPECT_EQ(config.labelfile_path, folder_.path("samples/models/labels.txt"));
  EXPECT_FALSE(config.passes_through);
  EXPECT_EQ(config.substituted, folder_.path("c.txt") + ": NearNet is not there; ours, smaller (" +
                                    folder_.path("mine.onnx") + ") takes its place.");

  config = substituted(
      "onnx-file=x/"
      "near.onnx\nnum-detected-classes=2\n[class-attrs-all]\ngroup-threshold=1\nminBoxes=3\n");
  ASSERT_FALSE(config.classes.empty());
  EXPECT_EQ(config.classes[0].group_threshold, 0);
  EXPECT_EQ(config.classes[0].min_boxes, 1);

  config = substituted(
      "model-file=near_old.caffemodel\n"
      "model-engine-file=near_old.caffemodel_b1_gpu0_int8.engine\n");
  EXPECT_EQ(model_path(config, warnings_), folder_.path("mine.onnx"));
  EXPECT_EQ(config.labelfile_path, "");
  EXPECT_EQ(config.substituted, folder_.path("c.txt") +
                                    ": NearNet cannot run here; ours, smaller (" +
                                    folder_.path("mine.onnx") + ") takes its place.");
}

TEST_F(SubstituteTest, LabelsThatAreThereStay) {
  folder_.file("own.txt", "mine\n");
  EXPECT_EQ(substituted("onnx-file=near.onnx\nlabelfile-path=own.txt\n").labelfile_path,
            folder_.path("own.txt"));
}

TEST_F(SubstituteTest, AModelThatIsThereStays) {
  folder_.file("near.onnx", "x");
  auto config = substituted("onnx-file=near.onnx\n");
  EXPECT_EQ(model_path(config, warnings_), folder_.path("near.onnx"));
  EXPECT_EQ(config.network_size, (std::array{0, 0}));
  EXPECT_EQ(config.substituted, "");
  config = substituted("onnx-file=unknown.onnx\nprocess-mode=2\n");
  EXPECT_EQ(config.onnx_file, folder_.path("unknown.onnx"));
  EXPECT_FALSE(config.passes_through);
}

TEST_F(SubstituteTest, ASecondaryThatHasNoSubstitutePasses) {
  auto config = substituted("onnx-file=far.onnx\nprocess-mode=2\n");
  EXPECT_TRUE(config.passes_through);
  EXPECT_EQ(config.substituted,
            folder_.path("c.txt") +
                ": FarNet is not there and nothing takes its place: frames pass through without "
                "it. It is published at https://far (" +
                folder_.path("docs/reference/substitute-models.md") + ").");
  config = substituted("tlt-encoded-model=wide.etlt\nprocess-mode=2\n");
  EXPECT_TRUE(config.passes_through);
  EXPECT_EQ(config.substituted,
            folder_.path("c.txt") +
                ": WideNet cannot run here and nothing takes its place: frames pass through "
                "without it. It is published at https://wide "
                "(" +
                folder_.path("docs/reference/substitute-models.md") + ").");

  // A primary is what the rest of a program lives on.
  config = substituted("onnx-file=far.onnx\n");
  EXPECT_FALSE(config.passes_through);
  EXPECT_EQ(config.substituted, "");
  EXPECT_NE(sentence("onnx-file=far.onnx\n").find("It is FarNet"), std::string::npos);
}

TEST_F(SubstituteTest, NothingIsReplacedUnlessThatIsWanted) {
  for (const char* wish : {"", "0", "yes"}) {
    setenv("THALWEG_SUBSTITUTE_MODELS", wish, 1);
    auto config = load("[property]\nonnx-file=near.onnx\n");
    substitute_model(config);
    EXPECT_EQ(config.onnx_file, folder_.path("near.onnx"));
    EXPECT_EQ(config.substituted, "");
  }
}

TEST_F(SubstituteTest, AWrongSizeInTheTableIsAnError) {
  folder_.file("models/substitutes.ini", "[A]\nnames=a\nnetwork-size=960\n");
  EXPECT_EQ(error_of([&] { find_upstream_model({"a.onnx"}); }, folder_.path()),
            "/models/substitutes.ini: network-size: expected width;height, got \"960\".");
}

TEST_F(SubstituteTest, PathsOfDeepstreamsInstallationAreFound) {
  auto config = load(
      "[property]\nlabelfile-path=../../../../samples/models/labels.txt\n"
      "onnx-file=/opt/nvidia/deepstream/deepstream/samples/models/none.onnx\n");
  EXPECT_EQ(config.labelfile_path, folder_.path("samples/models/labels.txt"));
  EXPECT_EQ(config.onnx_file, "/opt/nvidia/deepstream/deepstream/samples/models/none.onnx");
}

TEST_F(ConfigTest, Labels) {
  std::vector<std::string> warnings;
  auto read = [&](const std::string& text, unsigned classes) {
    return read_labels(folder_.file("l.txt", text), classes, warnings);
  };
  using Labels = std::vector<std::string>;
  EXPECT_EQ(read("person\r\nbi cycle \ncar", 3), (Labels{"person", "bi cycle", "car"}));
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a\nb\nc\n",
                 2),
            (Labels{"a", "b"}));
  EXPECT_EQ(read("a\n\nc\n", 3), (Labels{"a", "", "c"}));
  EXPECT_TRUE(warnings.empty());
  EXPECT_EQ(read("a\n", 3), (Labels{"a", "", ""}));
  EXPECT_EQ(warnings,
            Labels{folder_.path("l.txt") +
                   ": expected 3 labels (num-detected-classes), one a line, got 1; the classes "
                   "after them have no label."});
  warnings.clear();
  EXPECT_EQ(read("caf\xE9\n", 1), Labels{"café"});
  EXPECT_EQ(warnings, Labels{folder_.path("l.txt") +
                             ": the labels are not UTF-8, they are read as ISO-8859-1."});
  warnings.clear();
  EXPECT_EQ(read(std::string("\xFF\xFE"
                             "a\0\n\0",
                             6),
                 1),
            Labels{"a"});
  EXPECT_EQ(warnings.size(), 1u);
}

TEST(ParseIdList, TakesBothSeparators) {
  EXPECT_EQ(parse_id_list("0;2;3", "p"), (std::vector<int>{0, 2, 3}));
  EXPECT_EQ(parse_id_list("0:2:", "p"), (std::vector<int>{0, 2}));
  EXPECT_TRUE(parse_id_list("", "p").empty());
  EXPECT_EQ(
      error_of([] { parse_id_list("0;x", "filter-out-class-ids"); }),
      "filter-out-class-ids: expected class ids separated by ;, got \"0;x\". Write for example "
      "0;2.");
}

TEST(NearestName, GivesUpWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("intervall", {"interval", "batch-size"}), "interval");
  EXPECT_EQ(nearest_name("zebra", {"interval", "batch-size"}), "");
}

}  // namespace
}  // namespace thalweg
