// nvv4l2decoder against the decoder that it wraps: same pixels, same memory.
#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "../infer/scratch_folder.h"
#include "../surface/decoded.h"
#include "elements/nvv4l2decoder/access_unit.h"
#include "surface/batch.h"

namespace thalweg {
namespace {

using testing::for_each_sample;

/// A stream with I, P and B pictures, as H.264 access units.
std::string encoded(int frames, const std::string& caps = "format=I420") {
  return "videotestsrc num-buffers=" + std::to_string(frames) + " pattern=ball ! video/x-raw," +
         caps +
         ",width=320,height=240,framerate=25/1 ! x264enc key-int-max=10 bframes=2 b-adapt=false "
         "speed-preset=veryfast ! h264parse ! ";
}

/// Such a stream in a file, for those who compare what two decoders make of it: an encoder owes
/// nobody the same stream twice.
class EncodedOnce {
 public:
  explicit EncodedOnce(int frames) {
    std::string content;
    for_each_sample(encoded(frames) + "matroskamux ! appsink name=out", [&](GstSample* sample) {
      GstMapInfo map;
      gst_buffer_map(gst_sample_get_buffer(sample), &map, GST_MAP_READ);
      content.append(reinterpret_cast<const char*>(map.data), map.size);
      gst_buffer_unmap(gst_sample_get_buffer(sample), &map);
    });
    file_ = folder_.file("ball.mkv", content);
  }
  std::string source() const {
    return "filesrc location=" + file_ + " ! matroskademux ! h264parse ! ";
  }

 private:
  ScratchFolder folder_;
  std::string file_;
};

std::filesystem::path shared_clip() {
  const char* folder = std::getenv("THALWEG_SHARED");
  const std::filesystem::path shared =
      folder ? std::filesystem::path(folder)
             : std::filesystem::path(THALWEG_SOURCE_FOLDER).parent_path() / "shared";
  return shared / "media/pets09-s2l1/pets09_s2l1.mp4";
}

std::vector<uint64_t> hashes_of_avdec(const std::string& source) {
  std::vector<uint64_t> hashes;
  for_each_sample(source + "avdec_h264 ! appsink name=out max-buffers=4", [&](GstSample* sample) {
    hashes.push_back(testing::hash(
        Picture::wrap(gst_sample_get_buffer(sample), testing::info_of(sample))->pixels()));
  });
  return hashes;
}

std::vector<uint64_t> hashes_of_ours(const std::string& source) {
  std::vector<uint64_t> hashes;
  for_each_sample(source + "nvv4l2decoder ! appsink name=out max-buffers=4",
                  [&](GstSample* sample) {
                    Batch* batch = batch_of(gst_sample_get_buffer(sample));
                    ASSERT_NE(batch, nullptr);
                    ASSERT_EQ(batch->size(), 1);
                    hashes.push_back(testing::hash(batch->frame(0).read()));
                  });
  return hashes;
}

/// That both are the same, with the first pictures that are not.
void expect_equal(const std::vector<uint64_t>& ours, const std::vector<uint64_t>& theirs) {
  EXPECT_EQ(ours.size(), theirs.size());
  const auto [a, b] = std::ranges::mismatch(ours, theirs);
  EXPECT_TRUE(a == ours.end() && b == theirs.end())
      << "the first that differ are those of picture " << a - ours.begin();
}

TEST(Decoder, GivesThePixelsOfTheSoftwareDecoder) {
  const EncodedOnce file(60);
  const std::string source = file.source();
  const auto ours = hashes_of_ours(source);
  EXPECT_EQ(ours.size(), 60u);
  expect_equal(ours, hashes_of_avdec(source));
}

TEST(Decoder, GivesThePixelsOfEveryFrameOfARealClip) {
  if (!std::filesystem::exists(shared_clip())) GTEST_SKIP() << "needs " << shared_clip();
  const std::string source =
      "filesrc location=" + shared_clip().string() + " ! qtdemux ! h264parse ! ";
  const auto ours = hashes_of_ours(source);
  EXPECT_EQ(ours.size(), 795u);
  expect_equal(ours, hashes_of_avdec(source));
}

TEST(Decoder, ConvertsOnlyWhatIsNot420With8Bits) {
  for (const char* format : {"Y42B", "Y444"}) {
    int frames = 0;
    for_each_sample(
        encoded(5, std::string("format=") + format) + "nvv4l2decoder ! appsink name=out",
        [&](GstSample* sample) {
          ++frames;
          const GstStructure* caps = gst_caps_get_structure(gst_sample_get_caps(sample), 0);
          EXPECT_STREQ(gst_structure_get_string(caps, "format"), "I420");
          EXPECT_EQ(batch_of(gst_sample_get_buffer(sample))->frame(0).format(),
                    NVBUF_COLOR_FORMAT_YUV420);
        });
    EXPECT_EQ(frames, 5) << format;
  }
  int frames = 0;
  for_each_sample(
      encoded(5) + "nvv4l2decoder ! video/x-raw(memory:NVMM),format=NV12 ! appsink name=out",
      [&](GstSample* sample) {
        ++frames;
        EXPECT_EQ(batch_of(gst_sample_get_buffer(sample))->frame(0).format(),
                  NVBUF_COLOR_FORMAT_NV12);
      });
  EXPECT_EQ(frames, 5);
}

TEST(Decoder, PicturesAreTheSameWhenThoseThatNothingRefersToAreSkipped) {
  const EncodedOnce file(60);
  const auto hashes = [&](const std::string& skip) {
    std::map<GstClockTime, uint64_t> seen;
    for_each_sample(file.source() + "nvv4l2decoder skip-frames=" + skip + " ! appsink name=out",
                    [&](GstSample* sample) {
                      GstBuffer* buffer = gst_sample_get_buffer(sample);
                      seen[GST_BUFFER_PTS(buffer)] =
                          testing::hash(batch_of(buffer)->frame(0).read());
                    });
    return seen;
  };
  const auto every = hashes("decode_all"), some = hashes("decode_non_ref");
  EXPECT_EQ(every.size(), 60u);
  EXPECT_GE(some.size(), 20u);
  EXPECT_LT(some.size(), 50u);
  for (const auto& [pts, hash] : some) EXPECT_EQ(every.at(pts), hash) << pts;
}

/// The memory that comes out is the memory that the inner decoder gave: nothing is copied.
TEST(Decoder, HandsOnTheDecodersOwnMemory) {
  GError* error = nullptr;
  testing::Element pipeline(gst_parse_launch(
      (encoded(40) + "nvv4l2decoder name=d ! fakesink sync=false name=s").c_str(), &error));
  ASSERT_EQ(error, nullptr) << error->message;
  struct Seen {
    const void* decoded = nullptr;
    int same = 0, frames = 0;
  } seen;
  GstElement* bin = gst_bin_get_by_name(GST_BIN(pipeline.get()), "d");
  GstPad* out = gst_element_get_static_pad(bin, "src");
  const auto on_decoded = [](GstPad* pad, GstPadProbeInfo* info, gpointer data) {
    GstCaps* caps = gst_pad_get_current_caps(pad);
    GstVideoInfo video;
    gst_video_info_from_caps(&video, caps);
    gst_caps_unref(caps);
    GstVideoFrame frame;
    gst_video_frame_map(&frame, &video, GST_PAD_PROBE_INFO_BUFFER(info), GST_MAP_READ);
    static_cast<Seen*>(data)->decoded = frame.data[0];
    gst_video_frame_unmap(&frame);
    return GST_PAD_PROBE_OK;
  };
  using Added = void (*)(GstBin*, GstElement*, gpointer);
  static GstPadProbeCallback probe;  // a callback without a place for two data
  probe = on_decoded;
  const Added on_added = [](GstBin*, GstElement* inner, gpointer data) {
    GstPad* decoded = gst_element_get_static_pad(inner, "src");
    gst_pad_add_probe(decoded, GST_PAD_PROBE_TYPE_BUFFER, probe, data, nullptr);
    gst_object_unref(decoded);
  };
  g_signal_connect(bin, "element-added", G_CALLBACK(on_added), &seen);
  gst_pad_add_probe(
      out, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        auto& seen = *static_cast<Seen*>(data);
        Batch* batch = batch_of(GST_PAD_PROBE_INFO_BUFFER(info));
        ++seen.frames;
        seen.same += batch->frame(0).read().planes[0].data == seen.decoded;
        return GST_PAD_PROBE_OK;
      },
      &seen, nullptr);
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  GstBus* bus = gst_element_get_bus(pipeline.get());
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus, 20 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  ASSERT_NE(message, nullptr);
  EXPECT_EQ(GST_MESSAGE_TYPE(message), GST_MESSAGE_EOS);
  gst_message_unref(message);
  gst_object_unref(bus);
  EXPECT_EQ(seen.frames, 40);
  EXPECT_EQ(seen.same, 40);
  gst_object_unref(bin);
  gst_object_unref(out);
}

AccessUnit look(AccessUnit (*function)(GstBuffer*, int&), std::vector<guint8> bytes, int& memory) {
  GstBuffer* buffer =
      bytes.empty() ? gst_buffer_new() : gst_buffer_new_memdup(bytes.data(), bytes.size());
  const AccessUnit unit = function(buffer, memory);
  gst_buffer_unref(buffer);
  return unit;
}

TEST(AccessUnits, OfH264TellWhetherOthersMayReferToThem) {
  int memory = 0;
  const auto reference = [&](std::vector<guint8> bytes) {
    return look(h264_access_unit, std::move(bytes), memory).is_reference;
  };
  EXPECT_TRUE(reference({0, 0, 0, 1, 0x65, 0x88}));                           // IDR
  EXPECT_TRUE(reference({0, 0, 0, 1, 0x09, 0x30, 0, 0, 1, 0x41, 0x9a}));      // delimiter, P
  EXPECT_FALSE(reference({0, 0, 0, 1, 0x09, 0x50, 0, 0, 0, 1, 0x01, 0x9e}));  // delimiter, B
  EXPECT_FALSE(reference({0, 0, 0, 1, 0x06, 0x05, 0x80, 0, 0, 1, 0x01}));     // SEI, B
  EXPECT_TRUE(reference({}));
  EXPECT_TRUE(reference({0, 0, 1}));
  EXPECT_TRUE(reference({1, 2, 3, 4, 5}));
}

TEST(AccessUnits, OfH265TellWhetherOthersMayReferToThem) {
  int memory = 0;
  const auto unit = [&](std::vector<guint8> bytes) {
    return look(h265_access_unit, std::move(bytes), memory);
  };
  const guint8 kTrailN = 0 << 1, kTrailR = 1 << 1, kRaslN = 8 << 1, kIdr = 19 << 1, kSps = 33 << 1;
  // Parameter sets of one sub-layer, then an IDR picture.
  const AccessUnit idr = unit({0, 0, 1, kSps, 1, 0x01, 0x60, 0, 0, 1, kIdr, 1, 0xac});
  EXPECT_TRUE(idr.is_reference);
  EXPECT_TRUE(idr.gives_a_picture);
  EXPECT_TRUE(unit({0, 0, 1, kTrailR, 1, 0xd0}).is_reference);
  EXPECT_FALSE(unit({0, 0, 1, kTrailN, 1, 0xd0}).is_reference);
  EXPECT_FALSE(unit({0, 0, 1, kRaslN, 1, 0xd0}).gives_a_picture);
  // Two sub-layers: those of the lower one may be referred to from the higher one.
  unit({0, 0, 1, kSps, 1, 0x01 | 1 << 1, 0x60, 0, 0, 1, kIdr, 1, 0xac});
  EXPECT_TRUE(unit({0, 0, 1, kTrailN, 1, 0xd0}).is_reference);
  EXPECT_FALSE(unit({0, 0, 1, kTrailN, 2, 0xd0}).is_reference);
  EXPECT_TRUE(unit({}).is_reference);
  EXPECT_TRUE(unit({0, 0, 1, kTrailN}).is_reference);
}

TEST(AccessUnits, OfMpeg4TellWhetherOthersMayReferToThem) {
  int memory = 0;
  const auto reference = [&](guint8 type) {
    return look(mpeg4_access_unit, {0, 0, 1, 0xb3, 0, 0, 0, 1, 0xb6, guint8(type << 6)}, memory)
        .is_reference;
  };
  EXPECT_TRUE(reference(0));   // I
  EXPECT_TRUE(reference(1));   // P
  EXPECT_FALSE(reference(2));  // B
}

}  // namespace
}  // namespace thalweg
