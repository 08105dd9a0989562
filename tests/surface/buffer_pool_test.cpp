#include <gtest/gtest.h>

#include "decoded.h"
#include "gstnvdsbufferpool.h"
#include "surface/batch.h"

namespace thalweg {
namespace {

using testing::paint;

class BufferPool : public ::testing::Test {
 protected:
  BufferPool() : pool_(gst_nvds_buffer_pool_new()) {}
  ~BufferPool() override {
    gst_buffer_pool_set_active(pool_, FALSE);
    gst_object_unref(pool_);
  }

  bool configure(const char* description, guint batch_size) {
    GstCaps* caps = gst_caps_from_string(description);
    GstStructure* config = gst_buffer_pool_get_config(pool_);
    gst_buffer_pool_config_set_params(config, caps, 0, 1, 1);
    gst_structure_set(config, "batch-size", G_TYPE_UINT, batch_size, "memtype", G_TYPE_UINT, 3,
                      "gpu-id", G_TYPE_UINT, 0, nullptr);
    gst_caps_unref(caps);
    return gst_buffer_pool_set_config(pool_, config);
  }

  GstBuffer* acquire() {
    GstBuffer* buffer = nullptr;
    EXPECT_EQ(gst_buffer_pool_acquire_buffer(pool_, &buffer, nullptr), GST_FLOW_OK);
    return buffer;
  }

  GstBufferPool* pool_;
};

TEST_F(BufferPool, GivesTheSameBatchAgain) {
  ASSERT_TRUE(configure("video/x-raw(memory:NVMM),format=NV12,width=64,height=48", 3));
  ASSERT_TRUE(gst_buffer_pool_set_active(pool_, TRUE));
  GstBuffer* buffer = acquire();
  Batch* batch = batch_of(buffer);
  ASSERT_NE(batch, nullptr);
  EXPECT_EQ(batch->size(), 3);
  EXPECT_EQ(batch->frame(2).width(), 64);
  EXPECT_EQ(batch->frame(2).format(), NVBUF_COLOR_FORMAT_NV12);
  paint(batch->frame(1).write(), 7);
  const uint8_t* memory = batch->frame(1).read().planes[0].data;
  gst_buffer_unref(buffer);
  buffer = acquire();
  EXPECT_EQ(batch_of(buffer), batch);
  EXPECT_EQ(batch->frame(1).write().planes[0].data, memory);
  gst_buffer_unref(buffer);
}

TEST_F(BufferPool, ACopyKeepsItsPixelsWhenTheBufferIsUsedAgain) {
  ASSERT_TRUE(configure("video/x-raw,format=GRAY8,width=64,height=48", 1));
  ASSERT_TRUE(gst_buffer_pool_set_active(pool_, TRUE));
  GstBuffer* buffer = acquire();
  paint(batch_of(buffer)->frame(0).write(), 7);
  GstBuffer* copy = gst_buffer_copy(buffer);
  gst_buffer_unref(buffer);
  buffer = acquire();
  paint(batch_of(buffer)->frame(0).write(), 8);
  EXPECT_EQ(batch_of(copy)->frame(0).read().planes[0].data[0], 7);
  gst_buffer_unref(copy);
  gst_buffer_unref(buffer);
}

TEST_F(BufferPool, RefusesWhatPicturesCannotBe) {
  EXPECT_FALSE(configure("video/x-raw,format=I420_10LE,width=64,height=48", 1));
  EXPECT_FALSE(configure("audio/x-raw", 1));
}

}  // namespace
}  // namespace thalweg
