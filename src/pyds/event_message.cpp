#include "pyds/event_message.h"

#include <cstring>
#include <initializer_list>
#include <string>
#include <utility>

#include "pyds/allocations.h"
#include "pyds/memory.h"
#include "pyds/ref.h"

namespace thalweg::pyds {

namespace {

Allocations& blocks() { return Allocations::instance(); }

/// The struct of a kind that a program put somewhere; nullptr if it is another, or gone.
template <class T>
T* as(void* address) {
  const bool is_one = address && blocks().take_for(address, struct_info<T>) == &struct_info<T>;
  return is_one ? static_cast<T*>(address) : nullptr;
}

/// A text that `field` gets from elsewhere becomes a copy of its own.
void own_text(char** field, const Lifetime& lifetime) {
  std::string text;
  const bool readable = *field && read_text(*field, &text);
  *field = readable ? blocks().copy_text(text, field, lifetime) : nullptr;
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

/// A copy of a block of bytes; nullptr for what pyds does not know.
void* copy_block(void* address) {
  const size_t size = blocks().size_of(address);
  void* copy = size ? blocks().allocate(size) : nullptr;
  if (copy) std::memcpy(copy, address, size);
  return copy;
}

template <class T, class Texts>
T* copy_with_texts(void* structure, const Texts& texts) {
  const T* from = as<T>(structure);
  auto* copy = from ? static_cast<T*>(blocks().allocate_struct(struct_info<T>)) : nullptr;
  if (!copy) return nullptr;
  *copy = *from;
  const Lifetime lifetime = lifetime_of(copy);
  for (auto text : texts) own_text(&(copy->*text), lifetime);
  return copy;
}

template <class T, class Texts>
void free_with_texts(void* structure, const Texts& texts) {
  T* freed = as<T>(structure);
  if (!freed) return;  // not ours, or freed by the program already
  for (auto text : texts) free_text(&(freed->*text));
  blocks().release(structure);
}

/// The object that a message is about. Kinds that pyds has no allocator for belong to the program.
void* copy_object(const NvDsEventMsgMeta& message) {
  void* object = message.extMsg;
  switch (message.objType) {
    case NVDS_OBJECT_TYPE_VEHICLE:
      return copy_with_texts<NvDsVehicleObject>(object, kVehicleTexts);
    case NVDS_OBJECT_TYPE_PERSON:
      return copy_with_texts<NvDsPersonObject>(object, kPersonTexts);
    case NVDS_OBJECT_TYPE_FACE:
      return copy_with_texts<NvDsFaceObject>(object, kFaceTexts);
    default:
      return copy_block(object);
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
  const auto reading = blocks().reading();
  void* payload = static_cast<NvDsUserMeta*>(data)->user_meta_data;
  auto* copy = copy_with_texts<NvDsEventMsgMeta>(payload, kMessageTexts);
  if (!copy) return nullptr;
  forget_foreign_members(*copy);
  double*& signature = copy->objSignature.signature;
  signature = static_cast<double*>(copy_block(signature));
  if (signature) blocks().hold(signature, &signature, lifetime_of(copy));
  copy->extMsg = copy->extMsg && copy->extMsgSize ? copy_object(*copy) : nullptr;
  if (!copy->extMsg) copy->extMsgSize = 0;
  return copy;
}

void release_message(void* data, void*) {
  const auto reading = blocks().reading();
  auto* user_meta = static_cast<NvDsUserMeta*>(data);
  auto* message = as<NvDsEventMsgMeta>(std::exchange(user_meta->user_meta_data, nullptr));
  if (!message) return;
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
  const auto reading = blocks().reading();
  return copy_with_texts<CustomDataStruct>(static_cast<NvDsUserMeta*>(data)->user_meta_data,
                                           kCustomTexts);
}

void release_custom_struct(void* data, void*) {
  const auto reading = blocks().reading();
  void* payload = std::exchange(static_cast<NvDsUserMeta*>(data)->user_meta_data, nullptr);
  free_with_texts<CustomDataStruct>(payload, kCustomTexts);
}

void install_custom_struct_hooks(NvDsUserMeta* user_meta) {
  user_meta->base_meta.copy_func = copy_custom_struct;
  user_meta->base_meta.release_func = release_custom_struct;
}

}  // namespace thalweg::pyds
