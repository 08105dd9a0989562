#include "encode/object_encoder.h"

#include <fcntl.h>
#include <turbojpeg.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "meta/slots.h"
#include "surface/convert.h"
#include "surface/text.h"

namespace thalweg {
namespace {

constexpr int kDefaultQuality = 80;
constexpr unsigned kMostThreads = 4;

/// The payload of NVDS_CROP_IMAGE_META. Copies of a meta share the bytes.
struct EncodedPicture {
  NvDsObjEncOutParams out;
  GBytes* jpeg;
  const void* tag;  // tells it from other payloads
};
const char kTag = 0;
std::mutex payload_mutex;  // between readers of `jpeg` and release functions

EncodedPicture* new_payload(GBytes* jpeg) {
  auto* payload = static_cast<EncodedPicture*>(thalweg_payload_new(sizeof(EncodedPicture)));
  gsize size = 0;
  payload->jpeg = g_bytes_ref(jpeg);
  payload->out.outBuffer =
      static_cast<uint8_t*>(const_cast<void*>(g_bytes_get_data(payload->jpeg, &size)));
  payload->out.outLen = size;
  payload->tag = &kTag;
  return payload;
}

gpointer copy_payload(gpointer data, gpointer) {
  const auto* from = static_cast<EncodedPicture*>(static_cast<NvDsUserMeta*>(data)->user_meta_data);
  return from ? new_payload(from->jpeg) : nullptr;
}

void release_payload(gpointer data, gpointer) {
  auto* user_meta = static_cast<NvDsUserMeta*>(data);
  auto* payload = static_cast<EncodedPicture*>(user_meta->user_meta_data);
  user_meta->user_meta_data = nullptr;
  if (!payload) return;
  GBytes* jpeg = nullptr;
  {
    std::lock_guard lock(payload_mutex);
    std::swap(jpeg, payload->jpeg);
    thalweg_payload_free(payload, sizeof(EncodedPicture));
  }
  g_bytes_unref(jpeg);
}

std::string base_name(const NvDsFrameMeta& frame) {
  return text("%d_%u", frame.frame_num, frame.pad_index);
}

/// What the file is called when the program does not say. A label may hold anything.
std::string default_file(const NvDsObjEncUsrArgs& args, const NvDsObjectMeta* object,
                         const NvDsFrameMeta& frame, int width, int height) {
  std::string name = base_name(frame);
  if (object) {
    std::string label(object->obj_label, strnlen(object->obj_label, sizeof object->obj_label));
    std::replace(label.begin(), label.end(), '/', '_');
    name += text("_%d_%s", args.objNum, label.c_str());
  }
  return name + text("_%dx%d.jpg", width, height);
}

/// The object's box in whole pixels, cut to the frame.
Rect box_of(const NvOSD_RectParams& rect, int width, int height) {
  const Rect box = whole_pixels(rect.left, rect.top, rect.width, rect.height, width, height);
  if (box.width < 1 || box.height < 1)
    throw std::invalid_argument(
        text("obj_meta.rect_params left %g, top %g, %g x %g has no pixel in the frame of %d x "
             "%d; give a box that lies in the frame",
             rect.left, rect.top, rect.width, rect.height, width, height));
  return box;
}

void write_file(const std::string& file, const uint8_t* data, size_t size) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category());
  int failure = 0;
  while (size > 0 && !failure) {
    const ssize_t written = write(descriptor, data, size);
    if (written < 0) {
      failure = errno == EINTR ? 0 : errno;
      continue;
    }
    data += written;
    size -= size_t(written);
  }
  if (close(descriptor) != 0 && !failure) failure = errno;
  if (failure) throw std::system_error(failure, std::generic_category());
}

}  // namespace

GstDebugCategory* encode_category() {
  static GstDebugCategory* const made =
      _gst_debug_category_new("nvdsobjenc", 0, "JPEG pictures of objects and frames");
  return made;
}

GBytes* jpeg_of(const NvDsObjEncOutParams* result) {
  std::lock_guard lock(payload_mutex);
  const uint64_t* generation = thalweg_slot_generation(result);
  if (!generation || !(__atomic_load_n(generation, __ATOMIC_ACQUIRE) & 1)) return nullptr;
  const auto* payload = reinterpret_cast<const EncodedPicture*>(result);
  return payload->tag == &kTag ? g_bytes_ref(payload->jpeg) : nullptr;
}

/// What one thread keeps between pictures.
class ObjectEncoder::Worker {
 public:
  Worker() : handle_(tjInitCompress()) {
    if (!handle_) throw std::runtime_error(tjGetErrorStr2(nullptr));
  }
  ~Worker() { tjDestroy(handle_); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  /// The JPEG of a job, valid until the next call.
  std::span<const uint8_t> encode(const Job& job) {
    const auto whole = job.picture();
    const auto part = Picture::allocate(NVBUF_COLOR_FORMAT_RGBA, job.width, job.height);
    // JPEG's YUV has the full range, ours has not; RGB is the way between the two.
    convert(whole->pixels(), job.crop, part->mutable_pixels(), {0, 0, job.width, job.height},
            Filter::kBox);
    const Plane<const uint8_t>& plane = part->pixels().planes[0];
    const unsigned long most = tjBufSize(job.width, job.height, TJSAMP_420);
    if (most == static_cast<unsigned long>(-1)) throw std::runtime_error(tjGetErrorStr2(nullptr));
    if (buffer_.size() < most) buffer_.resize(most);
    uint8_t* data = buffer_.data();
    unsigned long size = buffer_.size();
    if (tjCompress2(handle_, plane.data, job.width, plane.stride_bytes, job.height, TJPF_RGBX,
                    &data, &size, TJSAMP_420, job.quality, TJFLAG_NOREALLOC) != 0)
      throw std::runtime_error(tjGetErrorStr2(handle_));
    return {data, size};
  }

 private:
  tjhandle handle_;
  std::vector<uint8_t> buffer_;
};

bool ObjectEncoder::Target::gone() const {
  return generation_at && __atomic_load_n(generation_at, __ATOMIC_ACQUIRE) != generation;
}

ObjectEncoder::~ObjectEncoder() {
  {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return outstanding_.empty(); });
    stop_ = true;
  }
  work_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void ObjectEncoder::process(const NvDsObjEncUsrArgs& args, Frame& frame, NvDsObjectMeta* object,
                            NvDsFrameMeta* frame_meta) {
  if (args.isFrame)
    object = nullptr;
  else if (!object)
    throw std::invalid_argument(
        "obj_meta is missing; give the object to encode, or set args.isFrame for the frame");
  if (args.quality < 0 || args.quality > 100)
    throw std::invalid_argument(text("args.quality: expected 1 to 100, or 0 for %d, got %d",
                                     kDefaultQuality, args.quality));
  const int frame_width = frame.width(), frame_height = frame.height();
  Job job;
  job.crop = object ? box_of(object->rect_params, frame_width, frame_height)
                    : Rect{0, 0, frame_width, frame_height};
  job.width = job.crop.width;
  job.height = job.crop.height;
  if (args.scaleImg) {
    constexpr int kMostPixelsASide = 32768;
    job.width = args.scaledWidth;
    job.height = args.scaledHeight;
    if (std::min(job.width, job.height) < 1 || std::max(job.width, job.height) > kMostPixelsASide)
      throw std::invalid_argument(
          text("args.scaledWidth, args.scaledHeight: expected 1 to %d pixels with args.scaleImg, "
               "got %d x %d",
               kMostPixelsASide, job.width, job.height));
  }
  job.quality = args.quality ? args.quality : kDefaultQuality;
  job.timed = args.calcEncodeTime;
  job.name = object
                 ? text("object %d (%.*s) of frame %s", args.objNum, int(sizeof object->obj_label),
                        object->obj_label, base_name(*frame_meta).c_str())
                 : "frame " + base_name(*frame_meta);
  if (args.saveImg) {
    const size_t length = strnlen(args.fileNameImg, sizeof args.fileNameImg);
    if (length == sizeof args.fileNameImg)
      throw std::invalid_argument(
          text("args.fileNameImg: expected at most %zu bytes and a terminator",
               sizeof args.fileNameImg - 1));
    job.file = length ? std::string(args.fileNameImg, length)
                      : default_file(args, object, *frame_meta, job.width, job.height);
  }
  if (args.attachUsrMeta) {
    const NvDsBaseMeta& head = object ? object->base_meta : frame_meta->base_meta;
    if (!head.batch_meta)
      throw std::invalid_argument(
          text("%s is in no batch: a picture can be attached only to a meta of a buffer; clear "
               "args.attachUsrMeta and save it to a file",
               object ? "obj_meta" : "frame_meta"));
    job.target.meta = object ? static_cast<void*>(object) : frame_meta;
    job.target.is_frame = !object;
    job.target.generation_at = thalweg_slot_generation(job.target.meta);
    if (job.target.generation_at)
      job.target.generation = __atomic_load_n(job.target.generation_at, __ATOMIC_ACQUIRE);
  }
  if (!args.saveImg && !args.attachUsrMeta) return;  // nobody would see it
  job.picture = frame.snapshot();

  std::unique_lock lock(mutex_);
  room_.wait(lock, [this] { return queue_.size() < kMostQueued; });
  if (results_.size() >= sweep_at_) {  // a program that never calls finish()
    for (auto result = results_.begin(); result != results_.end();) {
      if (!result->second.target.gone()) {
        ++result;
        continue;
      }
      ++more_failures_;
      result = results_.erase(result);
    }
    sweep_at_ = std::max<size_t>(256, 2 * results_.size());
  }
  job.number = next_++;
  outstanding_.insert(job.number);
  queue_.push_back(std::move(job));
  const unsigned most = std::clamp(std::thread::hardware_concurrency(), 1u, kMostThreads);
  if (idle_ < queue_.size() && threads_.size() < most) threads_.emplace_back([this] { run(); });
  work_.notify_one();
}

void ObjectEncoder::run() {
  pthread_setname_np(pthread_self(), "nvdsobjenc");
  std::unique_ptr<Worker> worker;
  std::unique_lock lock(mutex_);
  while (true) {
    ++idle_;
    work_.wait(lock, [this] { return stop_ || !queue_.empty(); });
    --idle_;
    if (queue_.empty()) return;
    Job job = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    room_.notify_one();

    std::shared_ptr<GBytes> jpeg;
    int error_number = 0;
    std::string why;
    try {
      const auto start = std::chrono::steady_clock::now();
      if (!worker) worker = std::make_unique<Worker>();
      const auto bytes = worker->encode(job);
      if (job.timed) {
        const std::chrono::duration<double, std::milli> took =
            std::chrono::steady_clock::now() - start;
        GST_CAT_INFO(encode_category(), "%s: %d x %d, %zu bytes, %.2f ms", job.name.c_str(),
                     job.width, job.height, bytes.size(), took.count());
      }
      if (job.target.meta) jpeg = {g_bytes_new(bytes.data(), bytes.size()), g_bytes_unref};
      if (!job.file.empty()) {
        std::lock_guard file_lock(file_mutex_);
        write_file(job.file, bytes.data(), bytes.size());
      }
    } catch (const std::system_error& error) {
      error_number = error.code().value();
      why = text(
          "cannot write '%s': %s; create its folder, or give args.fileNameImg a name that "
          "can be written",
          job.file.c_str(), error.code().message().c_str());
    } catch (const std::exception& error) {
      why = error.what();
    }
    job.picture = nullptr;  // the pixels go back before the waiters come

    lock.lock();
    if (!why.empty()) failed(job.name, error_number, why);
    if (jpeg) results_.emplace(job.number, Result{job.name, job.target, std::move(jpeg)});
    outstanding_.erase(job.number);
    done_.notify_all();
  }
}

void ObjectEncoder::failed(const std::string& name, int error_number, const std::string& why) {
  if (failures_.size() < kMostFailures)
    failures_.push_back({error_number, name + ": " + why});
  else
    ++more_failures_;
}

std::vector<EncodeFailure> ObjectEncoder::finish() {
  std::map<uint64_t, Result> ready;
  {
    std::unique_lock lock(mutex_);
    const uint64_t end = next_;
    done_.wait(lock, [&] { return outstanding_.empty() || *outstanding_.begin() >= end; });
    const auto last = results_.lower_bound(end);
    while (results_.begin() != last) ready.insert(results_.extract(results_.begin()));
  }
  std::vector<std::string> lost;
  for (const auto& [number, result] : ready)
    if (!attach(result.target, result.jpeg.get())) lost.push_back(result.name);

  std::lock_guard lock(mutex_);
  for (const std::string& name : lost)
    failed(name, 0,
           "its meta is gone, so the picture cannot be attached; call nvds_obj_enc_finish in the "
           "probe that called nvds_obj_enc_process");
  std::vector<EncodeFailure> failures;
  std::swap(failures, failures_);
  if (more_failures_) failures.push_back({0, text("%zu more pictures", more_failures_)});
  more_failures_ = 0;
  return failures;
}

bool ObjectEncoder::attach(const Target& target, GBytes* jpeg) {
  if (target.generation_at && !thalweg_batch_pin(target.meta, target.generation)) return false;
  NvDsBatchMeta* batch = static_cast<NvDsBaseMeta*>(target.meta)->batch_meta;
  nvds_acquire_meta_lock(batch);
  const bool lives = !target.gone();
  if (lives) {
    NvDsUserMeta* user_meta = nvds_acquire_user_meta_from_pool(batch);
    user_meta->user_meta_data = new_payload(jpeg);
    user_meta->base_meta.meta_type = NVDS_CROP_IMAGE_META;
    user_meta->base_meta.copy_func = copy_payload;
    user_meta->base_meta.release_func = release_payload;
    if (target.is_frame)
      nvds_add_user_meta_to_frame(static_cast<NvDsFrameMeta*>(target.meta), user_meta);
    else
      nvds_add_user_meta_to_obj(static_cast<NvDsObjectMeta*>(target.meta), user_meta);
  }
  nvds_release_meta_lock(batch);
  if (target.generation_at) thalweg_batch_unpin(batch);
  return lives;
}

}  // namespace thalweg
