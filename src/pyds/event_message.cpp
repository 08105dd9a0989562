#include "pyds/event_message.h"

#include <cstring>
#include <initializer_list>

#include "pyds/allocations.h"

namespace thalweg::pyds {

namespace {

Allocations& blocks() { return Allocations::instance(); }

/// A text that `field` gets from elsewhere becomes a copy of its own.
void own_text(char** field, const Lifetime& lifetime) {
  if (*field) *field = blocks().copy_text(*field, field, lifetime);
}

void free_text(char** field) {
  if (*field) blocks().release_held(*field, field);
  *field = nullptr;
}

std::initializer_list<char* NvDsVehicleObject::*> kVehicleTexts = {
    &NvDsVehicleObject::type,  &NvDsVehicleObject::make,   &NvDsVehicleObject::model,
    &NvDsVehicleObject::color, &NvDsVehicleObject::region, &NvDsVehicleObject::license};
std::initializer_list<char* NvDsPersonObject::*> kPersonTexts = {
    &NvDsPersonObject::gender, &NvDsPersonObject::hair, &NvDsPersonObject::cap,
    &NvDsPersonObject::apparel};
std::initializer_list<char* NvDsFaceObject::*> kFaceTexts = {
    &NvDsFaceObject::gender,  &NvDsFaceObject::hair,       &NvDsFaceObject::cap,
    &NvDsFaceObject::glasses, &NvDsFaceObject::facialhair, &NvDsFaceObject::name,
    &NvDsFaceObject::eyecolor};
std::initializer_list<char* NvDsEventMsgMeta::*> kMessageTexts = {
    &NvDsEventMsgMeta::ts, &NvDsEventMsgMeta::objectId, &NvDsEventMsgMeta::sensorStr,
    &NvDsEventMsgMeta::otherAttrs, &NvDsEventMsgMeta::videoPath};

template <class T, class Texts>
T* copy_with_texts(const T* from, const Texts& texts) {
  auto* copy = static_cast<T*>(blocks().allocate(sizeof(T)));
  if (!copy) return nullptr;
  *copy = *from;
  const Lifetime lifetime = blocks().lifetime(copy);
  for (auto text : texts) own_text(&(copy->*text), lifetime);
  return copy;
}

template <class T, class Texts>
void free_with_texts(void* structure, const Texts& texts) {
  if (!blocks().live(structure)) return;  // not ours, or freed by the program already
  for (auto text : texts) free_text(&(static_cast<T*>(structure)->*text));
  blocks().release(structure);
}

/// The object that a message is about. Kinds that pyds has no allocator for belong to the program.
void* copy_object(const NvDsEventMsgMeta& message) {
  const void* object = message.extMsg;
  switch (message.objType) {
    case NVDS_OBJECT_TYPE_VEHICLE:
      return copy_with_texts(static_cast<const NvDsVehicleObject*>(object), kVehicleTexts);
    case NVDS_OBJECT_TYPE_PERSON:
      return copy_with_texts(static_cast<const NvDsPersonObject*>(object), kPersonTexts);
    case NVDS_OBJECT_TYPE_FACE:
      return copy_with_texts(static_cast<const NvDsFaceObject*>(object), kFaceTexts);
    default: {
      const size_t size = blocks().size_of(object);
      void* copy = size ? blocks().allocate(size) : nullptr;
      if (copy) std::memcpy(copy, object, size);
      return copy;
    }
  }
}

void free_object(const NvDsEventMsgMeta& message) {
  switch (message.objType) {
    case NVDS_OBJECT_TYPE_VEHICLE:
      return free_with_texts<NvDsVehicleObject>(message.extMsg, kVehicleTexts);
    case NVDS_OBJECT_TYPE_PERSON:
      return free_with_texts<NvDsPersonObject>(message.extMsg, kPersonTexts);
    case NVDS_OBJECT_TYPE_FACE:
      return free_with_texts<NvDsFaceObject>(message.extMsg, kFaceTexts);
    default:
      blocks().release(message.extMsg);
  }
}

/// Members that C programs fill and whose ownership nobody describes stay with the original.
void forget_foreign_members(NvDsEventMsgMeta& copy) {
  copy.bbox3d = nullptr;
  copy.llm = nullptr;
  copy.interactions = nullptr;
  copy.num_interactions = 0;
  copy.congestions = nullptr;
  copy.num_congestions = 0;
  copy.fov = nullptr;
  copy.num_fov = 0;
  copy.segmentation = nullptr;
  copy.pose = {};
  copy.embedding = {};
  copy.has3DTracking = false;
  copy.singleView3DTracking = {};
}

void* copy_message(void* data, void*) {
  const auto* from =
      static_cast<NvDsEventMsgMeta*>(static_cast<NvDsUserMeta*>(data)->user_meta_data);
  if (!from) return nullptr;
  NvDsEventMsgMeta* copy = copy_with_texts(from, kMessageTexts);
  if (!copy) return nullptr;
  forget_foreign_members(*copy);
  if (from->objSignature.signature && from->objSignature.size) {
    const size_t size = from->objSignature.size * sizeof(double);
    auto* numbers = static_cast<double*>(blocks().allocate(size));
    if (numbers) std::memcpy(numbers, from->objSignature.signature, size);
    copy->objSignature.signature = numbers;
  }
  copy->extMsg = from->extMsg && from->extMsgSize ? copy_object(*from) : nullptr;
  if (!copy->extMsg) copy->extMsgSize = 0;
  return copy;
}

void release_message(void* data, void*) {
  auto* user_meta = static_cast<NvDsUserMeta*>(data);
  auto* message = static_cast<NvDsEventMsgMeta*>(user_meta->user_meta_data);
  user_meta->user_meta_data = nullptr;
  if (!message || !blocks().live(message)) return;
  if (message->extMsg && message->extMsgSize) free_object(*message);
  if (message->objSignature.signature) blocks().release(message->objSignature.signature);
  free_with_texts<NvDsEventMsgMeta>(message, kMessageTexts);
}

std::initializer_list<char* CustomDataStruct::*> kCustomTexts = {&CustomDataStruct::message};

}  // namespace

void install_event_message_hooks(NvDsUserMeta* user_meta) {
  user_meta->base_meta.copy_func = copy_message;
  user_meta->base_meta.release_func = release_message;
}

void* copy_custom_struct(void* data, void*) {
  const auto* from =
      static_cast<CustomDataStruct*>(static_cast<NvDsUserMeta*>(data)->user_meta_data);
  return from ? copy_with_texts(from, kCustomTexts) : nullptr;
}

void release_custom_struct(void* data, void*) {
  auto* user_meta = static_cast<NvDsUserMeta*>(data);
  if (user_meta->user_meta_data) {
    free_with_texts<CustomDataStruct>(user_meta->user_meta_data, kCustomTexts);
  }
  user_meta->user_meta_data = nullptr;
}

void install_custom_struct_hooks(NvDsUserMeta* user_meta) {
  user_meta->base_meta.copy_func = copy_custom_struct;
  user_meta->base_meta.release_func = release_custom_struct;
}

}  // namespace thalweg::pyds
