// GstMemory of type "nvmm": a Batch inside a GstBuffer.
#include <exception>
#include <mutex>
#include <new>
#include <thread>

#include "surface/batch.h"
#include "surface/text.h"

namespace thalweg {
namespace {

GstDebugCategory* category() {
  static GstDebugCategory* const made =
      _gst_debug_category_new("nvmm", 0, "memory:NVMM buffers of Thalweg");
  return made;
}

struct NvmmMemory {
  GstMemory memory;  // first: GStreamer sees only this
  std::shared_ptr<Batch> batch;
};

NvmmMemory* nvmm(GstMemory* memory) { return reinterpret_cast<NvmmMemory*>(memory); }

struct NvmmAllocator {
  GstAllocator parent;
};
struct NvmmAllocatorClass {
  GstAllocatorClass parent_class;
};

gpointer map(GstMemory* memory, GstMapInfo* info, gsize) {
  try {
    Batch& batch = *nvmm(memory)->batch;
    return info->flags & GST_MAP_WRITE ? batch.writable_surface() : batch.surface();
  } catch (const std::exception& error) {
    GST_CAT_ERROR(category(), "cannot make the pixels of a batch: %s", error.what());
    return nullptr;
  }
}

void unmap(GstMemory*, GstMapInfo*) {}

GstMemory* copy(GstMemory* memory, gssize, gssize) {
  try {
    return new_nvmm_memory(nvmm(memory)->batch->copy());
  } catch (const std::exception& error) {
    GST_CAT_ERROR(category(), "cannot copy a batch: %s", error.what());
    return nullptr;
  }
}

GstMemory* alloc(GstAllocator*, gsize, GstAllocationParams*) { return nullptr; }

void free_memory(GstAllocator*, GstMemory* memory) { delete nvmm(memory); }

void class_init(gpointer klass, gpointer) {
  auto* allocator_class = static_cast<GstAllocatorClass*>(klass);
  allocator_class->alloc = alloc;
  allocator_class->free = free_memory;
}

void init(GTypeInstance* instance, gpointer) {
  auto* allocator = reinterpret_cast<GstAllocator*>(instance);
  allocator->mem_type = kNvmmMemoryType;
  allocator->mem_map_full = map;
  allocator->mem_unmap_full = unmap;
  allocator->mem_copy = copy;
  GST_OBJECT_FLAG_SET(allocator, GST_ALLOCATOR_FLAG_CUSTOM_ALLOC);
}

GstAllocator* allocator() {
  static GstAllocator* const shared = [] {
    const GType type = g_type_register_static_simple(GST_TYPE_ALLOCATOR, "ThalwegNvmmAllocator",
                                                     sizeof(NvmmAllocatorClass), class_init,
                                                     sizeof(NvmmAllocator), init, GTypeFlags(0));
    auto* made = static_cast<GstAllocator*>(g_object_new(type, nullptr));
    gst_object_ref_sink(made);
    GST_OBJECT_FLAG_SET(made, GST_OBJECT_FLAG_MAY_BE_LEAKED);
    return made;
  }();
  return shared;
}

/// The NvBufSurface of foreign NVMM memory: what upstream's own allocators map to.
NvBufSurface* foreign_surface(GstMemory* memory) {
  if (gst_memory_is_type(memory, GST_ALLOCATOR_SYSMEM) || memory->size != sizeof(NvBufSurface))
    return nullptr;
  GstMapInfo info;
  if (!gst_memory_map(memory, &info, GST_MAP_READ)) return nullptr;
  auto* surface = reinterpret_cast<NvBufSurface*>(info.data);
  gst_memory_unmap(memory, &info);  // the address stays good while the memory lives
  return surface->surfaceList && surface->numFilled <= surface->batchSize ? surface : nullptr;
}

/// @throws std::runtime_error why its pixels cannot be had.
std::shared_ptr<Batch> adopted_batch(GstMemory* memory) {
  static const GQuark quark = g_quark_from_static_string("thalweg-adopted-batch");
  static std::mutex mutex;  // two threads may see the buffer for the first time at once
  std::lock_guard lock(mutex);
  auto* object = GST_MINI_OBJECT_CAST(memory);
  using Held = std::shared_ptr<Batch>;
  if (auto* known = static_cast<Held*>(gst_mini_object_get_qdata(object, quark))) return *known;
  NvBufSurface* surface = foreign_surface(memory);
  if (!surface) return nullptr;
  auto* held = new Held(Batch::adopt(surface));
  gst_mini_object_set_qdata(object, quark, held, [](gpointer data) {
    const std::weak_ptr<Batch> readers = *static_cast<Held*>(data);
    delete static_cast<Held*>(data);
    // The memory goes next: let those who are reading finish.
    while (!readers.expired()) std::this_thread::yield();
  });
  return *held;
}

GstMemory* only_memory(GstBuffer* buffer) {
  return gst_buffer_n_memory(buffer) == 1 ? gst_buffer_peek_memory(buffer, 0) : nullptr;
}

}  // namespace

GstMemory* new_nvmm_memory(std::unique_ptr<Batch> batch) {
  auto* memory = new NvmmMemory{};
  gst_memory_init(&memory->memory, GST_MEMORY_FLAG_NO_SHARE, allocator(), nullptr,
                  sizeof(NvBufSurface), 0, 0, sizeof(NvBufSurface));
  memory->batch = std::move(batch);
  return &memory->memory;
}

Batch* batch_of(GstBuffer* buffer) { return weak_batch_of(buffer).lock().get(); }

std::weak_ptr<Batch> weak_batch_of(GstBuffer* buffer) {
  GstMemory* memory = only_memory(buffer);
  if (!memory) return {};
  if (memory->allocator == allocator()) return nvmm(memory)->batch;
  try {
    return adopted_batch(memory);
  } catch (const std::runtime_error& error) {
    GST_CAT_INFO(category(), "%s", error.what());
    return {};
  }
}

std::string why_not_batch(GstBuffer* buffer) {
  GstMemory* memory = only_memory(buffer);
  if (!memory)
    return text(
        "expected a buffer of memory:NVMM with one memory, got %u memories; put "
        "nvvideoconvert before",
        gst_buffer_n_memory(buffer));
  try {
    if (memory->allocator != allocator() && !adopted_batch(memory))
      return text(
          "expected a buffer of memory:NVMM, got one of memory type '%s' with %" G_GSIZE_FORMAT
          " bytes; put nvvideoconvert before",
          memory->allocator ? memory->allocator->mem_type : "unknown", memory->size);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

}  // namespace thalweg
