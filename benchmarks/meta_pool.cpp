// Cost of acquiring and releasing metadata, ours beside NVIDIA's in one run. Each library is opened
// in a process of its own, because the two have the same names.
//
//   meta_pool LIB_FOLDER [NVIDIA_LIB_FOLDER]
//
// Prints one line of JSON: nanoseconds of the fastest of several rounds, and the ratios.
#include <dlfcn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "nvdsmeta.h"

namespace {

struct Api {
  decltype(&nvds_create_batch_meta) create;
  decltype(&nvds_destroy_batch_meta) destroy;
  decltype(&nvds_acquire_frame_meta_from_pool) frame;
  decltype(&nvds_add_frame_meta_to_batch) add_frame;
  decltype(&nvds_acquire_obj_meta_from_pool) object;
  decltype(&nvds_add_obj_meta_to_frame) add_object;
  decltype(&nvds_remove_obj_meta_from_frame) remove_object;
};

struct Costs {
  double object;  // acquire + add + remove of one object
  double batch;   // a batch of 4 frames with 20 objects each, created, filled, destroyed
};

void* open_library(const std::string& folder) {
  void* library = dlopen((folder + "/libnvds_meta.so").c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::fprintf(stderr, "meta_pool: cannot open %s\n", dlerror());
    std::exit(1);
  }
  return library;
}

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) {
    std::fprintf(stderr, "meta_pool: %s\n", dlerror());
    std::exit(1);
  }
}

template <typename Work>
double fastest(int rounds, int times, Work work) {
  double best = 1e30;
  for (int r = 0; r < rounds; ++r) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < times; ++i) work();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    best = std::min(best, took.count() / times);
  }
  return best;
}

Costs measure(const std::string& folder) {
  void* library = open_library(folder);
  Api api;
  find(library, "nvds_create_batch_meta", api.create);
  find(library, "nvds_destroy_batch_meta", api.destroy);
  find(library, "nvds_acquire_frame_meta_from_pool", api.frame);
  find(library, "nvds_add_frame_meta_to_batch", api.add_frame);
  find(library, "nvds_acquire_obj_meta_from_pool", api.object);
  find(library, "nvds_add_obj_meta_to_frame", api.add_object);
  find(library, "nvds_remove_obj_meta_from_frame", api.remove_object);

  NvDsBatchMeta* batch = api.create(4);
  NvDsFrameMeta* frame = api.frame(batch);
  api.add_frame(batch, frame);
  Costs costs;
  costs.object = fastest(20, 20000, [&] {
    NvDsObjectMeta* object = api.object(batch);
    api.add_object(frame, object, nullptr);
    api.remove_object(frame, object);
  });
  api.destroy(batch);
  costs.batch = fastest(20, 500, [&] {
    NvDsBatchMeta* one = api.create(4);
    for (int f = 0; f < 4; ++f) {
      NvDsFrameMeta* of = api.frame(one);
      api.add_frame(one, of);
      for (int i = 0; i < 20; ++i) api.add_object(of, api.object(one), nullptr);
    }
    api.destroy(one);
  });
  return costs;
}

Costs measure_in_child(const std::string& folder) {
  int ends[2];
  if (pipe(ends) != 0) std::exit(1);
  const pid_t child = fork();
  if (child == 0) {
    const Costs costs = measure(folder);
    _exit(write(ends[1], &costs, sizeof costs) == sizeof costs ? 0 : 1);
  }
  close(ends[1]);
  Costs costs;
  if (read(ends[0], &costs, sizeof costs) != sizeof costs) std::exit(1);
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return costs;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    std::fprintf(stderr, "usage: %s LIB_FOLDER [NVIDIA_LIB_FOLDER]\n", argv[0]);
    return 2;
  }
  const Costs ours = measure_in_child(argv[1]);
  if (argc == 2) {
    std::printf("{\"object_ns\": %.1f, \"batch_ns\": %.0f}\n", ours.object, ours.batch);
    return 0;
  }
  const Costs theirs = measure_in_child(argv[2]);
  std::printf(
      "{\"object_ns\": %.1f, \"batch_ns\": %.0f, \"nvidia_object_ns\": %.1f, "
      "\"nvidia_batch_ns\": %.0f, \"object_ratio\": %.2f, \"batch_ratio\": %.2f}\n",
      ours.object, ours.batch, theirs.object, theirs.batch, ours.object / theirs.object,
      ours.batch / theirs.batch);
  return 0;
}
