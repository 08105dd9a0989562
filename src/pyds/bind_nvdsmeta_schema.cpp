#include <chrono>

#include "nvdsmeta_schema.h"
#include "pyds/bindings.h"
#include "pyds/c_function.h"
#include "pyds/enum_names.h"
#include "pyds/event_message.h"
#include "pyds/memory.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// A zeroed struct on the C heap, the program's own.
template <class T>
nb::object new_block() {
  Allocations::instance().collect();
  auto* block = static_cast<T*>(Allocations::instance().allocate_struct(struct_info<T>));
  if (!block) throw std::bad_alloc();
  return wrap(block);
}

template <class T>
void def_alloc(nb::module_& module, const char* name) {
  const std::string doc = std::string("A zeroed ") + struct_info<T>.name +
                          " on the C heap (shared): store it in a meta, which frees it, or call "
                          "free_gbuffer.";
  module.def(
      name, [] { return Reference<T>{new_block<T>()}; }, doc.c_str());
}

void write_timestamp(Given<Address> buffer, Given<int> size) {
  const Site site{"generate_ts_rfc3339", "buffer"};
  auto* text = static_cast<char*>(to_address(buffer.value, site, "int address (of alloc_buffer)"));
  size_t room = to_unsigned(size.value, UINT64_MAX, {site.owner, "size"});
  const size_t known = Allocations::instance().size_of(text);
  if (known) room = std::min(room, known);
  if (room == 0) return;
  char probe;
  if (!known && !read_memory(text, &probe, 1)) {
    throw_error(PyExc_ValueError, "%s.%s: expected the address of a buffer, got 0x%zx", site.owner,
                site.name, reinterpret_cast<uintptr_t>(text));
  }
  timespec now{};
  std::timespec_get(&now, TIME_UTC);
  tm utc{};
  gmtime_r(&now.tv_sec, &utc);
  char day[24];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc);
  std::snprintf(text, room, "%s.%03ldZ", day, now.tv_nsec / 1000000);
}

/// What newer versions of a message can hold. Arrays behind pointers show their first element.
void bind_newer_parts(nb::module_& module) {
  StructBinder<NvDsJoint>(module, "NvDsJoint", "A joint of a body.")
      .field("x", &NvDsJoint::x, "First coordinate.")
      .field("y", &NvDsJoint::y, "Second coordinate.")
      .field("z", &NvDsJoint::z, "Third coordinate.")
      .field("confidence", &NvDsJoint::confidence, "0 to 1.");
  StructBinder<NvDsJoints>(module, "NvDsJoints", "Joints of a body.")
      .field("joints", &NvDsJoints::joints, "First joint (shared) or None.")
      .field("num_joints", &NvDsJoints::num_joints, "How many joints.")
      .field("pose_type", &NvDsJoints::pose_type, "0 on the picture, 1 in space.");
  StructBinder<NvDsEmbedding>(module, "NvDsEmbedding",
                              "Numbers that say what something looks like.")
      .first("embedding_vector", &NvDsEmbedding::embedding_vector,
             "First number or None. Set it from the address of floats (taken) or None.")
      .field("embedding_length", &NvDsEmbedding::embedding_length, "How many numbers.");
  StructBinder<NvDsConvexHull>(module, "NvDsConvexHull", "A polygon round an object.")
      .first("points", &NvDsConvexHull::points,
             "First number or None. Set it from the address of int32 pairs (taken) or None.")
      .field("numFilled", &NvDsConvexHull::numFilled, "How many points.");
  using Box = NvDsBbox3dObject;
  StructBinder<Box>(module, "NvDsBbox3dObject", "A box in space.")
      .field("boxes_3d", &Box::boxes_3d,
             "Centre, size, rotation and speed, three numbers each: float32 array of 12 (view).")
      .field("scores_3d", &Box::scores_3d, "Confidence of the box, 0 to 1.")
      .decoded("labels_3d", &Box::labels_3d, "Name of the class (copy) or None.")
      .decoded("embedding_filter", &Box::embedding_filter, "Which embedding it is (copy) or None.")
      .field("cls_scores", &Box::cls_scores, "Confidence of the class, 0 to 1.")
      .field("instance_ids", &Box::instance_ids, "Number of the object.")
      .field("instance_feats", &Box::instance_feats, "What it looks like (shared) or None.")
      .decoded("ocr_label", &Box::ocr_label, "Text that was read on it (copy) or None.");
  StructBinder<SourceTimePair>(module, "SourceTimePair", "A source and a time.")
      .field("source_id", &SourceTimePair::source_id,
             "Id of the source (copy); up to 127 bytes of UTF-8, longer ones are cut.")
      .field("timestamp", &SourceTimePair::timestamp, "Time.");
  StructBinder<NvDs3DTracking>(module, "NvDs3DTracking", "Track of an object in space.")
      .field("ptWorldFeet", &NvDs3DTracking::ptWorldFeet,
             "Where it stands in the world: float32 array of x and y (view).")
      .field("ptImgFeet", &NvDs3DTracking::ptImgFeet,
             "Where it stands on the picture: float32 array of x and y (view).")
      .field("convexHull", &NvDs3DTracking::convexHull, "Polygon round it (view).")
      .field("bbox3d", &NvDs3DTracking::bbox3d, "Box in space (view).");
  using Talk = NvDsConversationObject;
  StructBinder<Talk>(module, "NvDsConversationObject", "A question and its answer.")
      .decoded("id", &Talk::id, "Id (copy) or None.")
      .decoded("query", &Talk::query, "The question (copy) or None.")
      .decoded("response", &Talk::response, "The answer (copy) or None.");
  using Llm = NvDsLLMObject;
  StructBinder<Llm>(module, "NvDsLLMObject", "A language model's answers.")
      .address("info", &Llm::info, "GHashTable of texts (shared) or None.")
      .field("conversations", &Llm::conversations, "First conversation (shared) or None.")
      .field("num_conversations", &Llm::num_conversations, "How many conversations.")
      .field("embeddings", &Llm::embeddings, "First embedding (shared) or None.")
      .field("num_embeddings", &Llm::num_embeddings, "How many embeddings.");
  using Interaction = NvDsInteractionObject;
  StructBinder<Interaction>(module, "NvDsInteractionObject",
                            "Objects that have to do with each other.")
      .decoded("id", &Interaction::id, "Id (copy) or None.")
      .address("objectIds", &Interaction::objectIds, "Ids of the objects, char** (shared) or None.")
      .field("num_objectIds", &Interaction::num_objectIds, "How many ids.")
      .field("coordinates", &Interaction::coordinates, "First place (shared) or None.")
      .field("num_coordinates", &Interaction::num_coordinates, "How many places.")
      .decoded("description", &Interaction::description, "What happens (copy) or None.")
      .address("info", &Interaction::info, "GHashTable of texts (shared) or None.")
      .field("timestamp", &Interaction::timestamp, "Time.");
  using Congestion = NvDsCongestionObject;
  StructBinder<Congestion>(module, "NvDsCongestionObject", "Objects that are in each other's way.")
      .decoded("id", &Congestion::id, "Id (copy) or None.")
      .address("objectIds", &Congestion::objectIds, "Ids of the objects, char** (shared) or None.")
      .field("num_objectIds", &Congestion::num_objectIds, "How many ids.")
      .field("amount", &Congestion::amount, "How much.")
      .address("info", &Congestion::info, "GHashTable of texts (shared) or None.")
      .field("timestamp", &Congestion::timestamp, "Time.");
  using Metrics = NvDsTypeMetricsObject;
  StructBinder<Metrics>(module, "NvDsTypeMetricsObject", "How many objects of a kind.")
      .decoded("id", &Metrics::id, "Id (copy) or None.")
      .decoded("type", &Metrics::type, "Kind of the objects (copy) or None.")
      .field("count", &Metrics::count, "How many objects.")
      .field("coordinates", &Metrics::coordinates, "First place (shared) or None.")
      .field("num_coordinates", &Metrics::num_coordinates, "How many places.")
      .address("objectIds", &Metrics::objectIds, "Ids of the objects, char** (shared) or None.")
      .field("num_objectIds", &Metrics::num_objectIds, "How many ids.")
      .address("info", &Metrics::info, "GHashTable of texts (shared) or None.");
  using Mask = NvDsSegmentationObject;
  StructBinder<Mask>(module, "NvDsSegmentationObject", "Mask of an object.")
      .first("mask", &Mask::mask,
             "First value or None. Set it from the address of int32 values (taken) or None.")
      .field("mask_size", &Mask::mask_size, "How many values.")
      .address("info", &Mask::info, "GHashTable of texts (shared) or None.");
}

}  // namespace

void bind_nvdsmeta_schema(nb::module_& module) {
  bind_enum<NvDsEventType>(module, "NvDsEventType", "What happened to an object.")
      .value("NVDS_EVENT_ENTRY", NVDS_EVENT_ENTRY)
      .value("NVDS_EVENT_EXIT", NVDS_EVENT_EXIT)
      .value("NVDS_EVENT_MOVING", NVDS_EVENT_MOVING)
      .value("NVDS_EVENT_STOPPED", NVDS_EVENT_STOPPED)
      .value("NVDS_EVENT_EMPTY", NVDS_EVENT_EMPTY)
      .value("NVDS_EVENT_PARKED", NVDS_EVENT_PARKED)
      .value("NVDS_EVENT_RESET", NVDS_EVENT_RESET)
      .value("NVDS_EVENT_RESERVED", NVDS_EVENT_RESERVED)
      .value("NVDS_EVENT_CUSTOM", NVDS_EVENT_CUSTOM)
      .value("NVDS_EVENT_FORCE32", NVDS_EVENT_FORCE32);
  bind_enum<NvDsObjectType>(module, "NvDsObjectType", "Which struct a message's extMsg is.")
      .value("NVDS_OBJECT_TYPE_VEHICLE", NVDS_OBJECT_TYPE_VEHICLE)
      .value("NVDS_OBJECT_TYPE_PERSON", NVDS_OBJECT_TYPE_PERSON)
      .value("NVDS_OBJECT_TYPE_FACE", NVDS_OBJECT_TYPE_FACE)
      .value("NVDS_OBJECT_TYPE_BAG", NVDS_OBJECT_TYPE_BAG)
      .value("NVDS_OBJECT_TYPE_BICYCLE", NVDS_OBJECT_TYPE_BICYCLE)
      .value("NVDS_OBJECT_TYPE_ROADSIGN", NVDS_OBJECT_TYPE_ROADSIGN)
      .value("NVDS_OBJECT_TYPE_VEHICLE_EXT", NVDS_OBJECT_TYPE_VEHICLE_EXT)
      .value("NVDS_OBJECT_TYPE_PERSON_EXT", NVDS_OBJECT_TYPE_PERSON_EXT)
      .value("NVDS_OBJECT_TYPE_FACE_EXT", NVDS_OBJECT_TYPE_FACE_EXT)
      .value("NVDS_OBJECT_TYPE_3D", NVDS_OBJECT_TYPE_3D)
      .value("NVDS_OBJECT_TYPE_DUMMY", NVDS_OBJECT_TYPE_DUMMY)
      .value("NVDS_OBJECT_TYPE_PRODUCT", NVDS_OBJECT_TYPE_PRODUCT)
      .value("NVDS_OBJECT_TYPE_PRODUCT_EXT", NVDS_OBJECT_TYPE_PRODUCT_EXT)
      .value("NVDS_OBJECT_TYPE_RESERVED", NVDS_OBJECT_TYPE_RESERVED)
      .value("NVDS_OBJECT_TYPE_CUSTOM", NVDS_OBJECT_TYPE_CUSTOM)
      .value("NVDS_OBJECT_TYPE_UNKNOWN", NVDS_OBJECT_TYPE_UNKNOWN)
      .value("NVDS_OBEJCT_TYPE_FORCE32", NVDS_OBEJCT_TYPE_FORCE32);
  bind_enum<NvDsPayloadType>(module, "NvDsPayloadType", "Form of a message.")
      .value("NVDS_PAYLOAD_DEEPSTREAM", NVDS_PAYLOAD_DEEPSTREAM)
      .value("NVDS_PAYLOAD_DEEPSTREAM_MINIMAL", NVDS_PAYLOAD_DEEPSTREAM_MINIMAL)
      .value("NVDS_PAYLOAD_DEEPSTREAM_PROTOBUF", NVDS_PAYLOAD_DEEPSTREAM_PROTOBUF)
      .value("NVDS_PAYLOAD_RESERVED", NVDS_PAYLOAD_RESERVED)
      .value("NVDS_PAYLOAD_CUSTOM", NVDS_PAYLOAD_CUSTOM)
      .value("NVDS_PAYLOAD_FORCE32", NVDS_PAYLOAD_FORCE32);

  StructBinder<NvDsRect>(module, "NvDsRect", "A box in pixels.")
      .field("top", &NvDsRect::top, "Top edge, pixels.")
      .field("left", &NvDsRect::left, "Left edge, pixels.")
      .field("width", &NvDsRect::width, "Width, pixels.")
      .field("height", &NvDsRect::height, "Height, pixels.");
  StructBinder<NvDsGeoLocation>(module, "NvDsGeoLocation", "A place on Earth.")
      .field("lat", &NvDsGeoLocation::lat, "Latitude, degrees.")
      .field("lon", &NvDsGeoLocation::lon, "Longitude, degrees.")
      .field("alt", &NvDsGeoLocation::alt, "Altitude, metres.");
  StructBinder<NvDsCoordinate>(module, "NvDsCoordinate", "A point in space.")
      .field("x", &NvDsCoordinate::x, "First coordinate.")
      .field("y", &NvDsCoordinate::y, "Second coordinate.")
      .field("z", &NvDsCoordinate::z, "Third coordinate.");
  StructBinder<NvDsObjectSignature>(module, "NvDsObjectSignature",
                                    "Numbers that identify an object.")
      .first("signature", &NvDsObjectSignature::signature,
             "First number or None. Set it from the address of float64 values (taken) or None.")
      .heap_member(&NvDsObjectSignature::signature,
                   [](const void* signature, const void*) -> size_t {
                     return static_cast<const NvDsObjectSignature*>(signature)->size *
                            sizeof(double);
                   })
      .field("size", &NvDsObjectSignature::size, "How many numbers.");

  StructBinder<NvDsVehicleObject>(module, "NvDsVehicleObject", "A vehicle.")
      .text("type", &NvDsVehicleObject::type, "Kind, address of a text; set from a str (copy).")
      .text("make", &NvDsVehicleObject::make, "Maker, address of a text; set from a str (copy).")
      .text("model", &NvDsVehicleObject::model, "Model, address of a text; set from a str (copy).")
      .text("color", &NvDsVehicleObject::color, "Colour, address of a text; set from a str (copy).")
      .text("region", &NvDsVehicleObject::region,
            "Region of the licence, address of a text; set from a str (copy).")
      .text("license", &NvDsVehicleObject::license,
            "Licence plate, address of a text; set from a str (copy).");
  StructBinder<NvDsPersonObject>(module, "NvDsPersonObject", "A person.")
      .text("gender", &NvDsPersonObject::gender,
            "Gender, address of a text; set from a str (copy).")
      .text("hair", &NvDsPersonObject::hair, "Hair, address of a text; set from a str (copy).")
      .text("cap", &NvDsPersonObject::cap, "Headgear, address of a text; set from a str (copy).")
      .text("apparel", &NvDsPersonObject::apparel,
            "Clothes, address of a text; set from a str (copy).")
      .field("age", &NvDsPersonObject::age, "Age, years.");
  StructBinder<NvDsFaceObject>(module, "NvDsFaceObject", "A face.")
      .text("gender", &NvDsFaceObject::gender, "Gender, address of a text; set from a str (copy).")
      .text("hair", &NvDsFaceObject::hair, "Hair, address of a text; set from a str (copy).")
      .text("cap", &NvDsFaceObject::cap, "Headgear, address of a text; set from a str (copy).")
      .text("glasses", &NvDsFaceObject::glasses,
            "Glasses, address of a text; set from a str (copy).")
      .text("facialhair", &NvDsFaceObject::facialhair,
            "Beard, address of a text; set from a str (copy).")
      .text("name", &NvDsFaceObject::name, "Name, address of a text; set from a str (copy).")
      .text("eyecolor", &NvDsFaceObject::eyecolor,
            "Colour of the eyes, address of a text; set from a str (copy).")
      .field("age", &NvDsFaceObject::age, "Age, years.");

  StructBinder<NvDsVehicleObjectExt>(module, "NvDsVehicleObjectExt", "A vehicle with polygons.")
      .decoded("type", &NvDsVehicleObjectExt::type, "Kind (copy) or None.")
      .decoded("make", &NvDsVehicleObjectExt::make, "Maker (copy) or None.")
      .decoded("model", &NvDsVehicleObjectExt::model, "Model (copy) or None.")
      .decoded("color", &NvDsVehicleObjectExt::color, "Colour (copy) or None.")
      .decoded("region", &NvDsVehicleObjectExt::region, "Region of the licence (copy) or None.")
      .decoded("license", &NvDsVehicleObjectExt::license, "Licence plate (copy) or None.")
      .field("mask", &NvDsVehicleObjectExt::mask, "Polygons: GList (view) or None.");
  StructBinder<NvDsPersonObjectExt>(module, "NvDsPersonObjectExt", "A person with polygons.")
      .decoded("gender", &NvDsPersonObjectExt::gender, "Gender (copy) or None.")
      .decoded("hair", &NvDsPersonObjectExt::hair, "Hair (copy) or None.")
      .decoded("cap", &NvDsPersonObjectExt::cap, "Headgear (copy) or None.")
      .decoded("apparel", &NvDsPersonObjectExt::apparel, "Clothes (copy) or None.")
      .field("age", &NvDsPersonObjectExt::age, "Age, years.")
      .field("mask", &NvDsPersonObjectExt::mask, "Polygons: GList (view) or None.");
  StructBinder<NvDsFaceObjectExt>(module, "NvDsFaceObjectWithExt", "A face with polygons.")
      .decoded("gender", &NvDsFaceObjectExt::gender, "Gender (copy) or None.")
      .decoded("hair", &NvDsFaceObjectExt::hair, "Hair (copy) or None.")
      .decoded("cap", &NvDsFaceObjectExt::cap, "Headgear (copy) or None.")
      .decoded("glasses", &NvDsFaceObjectExt::glasses, "Glasses (copy) or None.")
      .decoded("facialhair", &NvDsFaceObjectExt::facialhair, "Beard (copy) or None.")
      .decoded("name", &NvDsFaceObjectExt::name, "Name (copy) or None.")
      .decoded("eyecolor", &NvDsFaceObjectExt::eyecolor, "Colour of the eyes (copy) or None.")
      .field("age", &NvDsFaceObjectExt::age, "Age, years.")
      .field("mask", &NvDsFaceObjectExt::mask, "Polygons: GList (view) or None.");

  bind_newer_parts(module);
  StructBinder<NvDsEventMsgMeta>(module, "NvDsEventMsgMeta",
                                 "One event of one object, to be sent to a broker.")
      .field("type", &NvDsEventMsgMeta::type, "What happened.")
      .field("objType", &NvDsEventMsgMeta::objType, "What `extMsg` is.")
      .field("bbox", &NvDsEventMsgMeta::bbox, "Box of the object, pixels (view).")
      .field("location", &NvDsEventMsgMeta::location, "Where on Earth (view).")
      .field("coordinate", &NvDsEventMsgMeta::coordinate, "Where in space (view).")
      .field("objSignature", &NvDsEventMsgMeta::objSignature, "Numbers that identify it (view).")
      .field("objClassId", &NvDsEventMsgMeta::objClassId, "Class of the object.")
      .field("sensorId", &NvDsEventMsgMeta::sensorId, "Number of the sensor.")
      .field("moduleId", &NvDsEventMsgMeta::moduleId, "Number of the analysis module.")
      .field("placeId", &NvDsEventMsgMeta::placeId, "Number of the place.")
      .field("componentId", &NvDsEventMsgMeta::componentId, "Number of the component.")
      .field("frameId", &NvDsEventMsgMeta::frameId, "Number of the frame.")
      .field("confidence", &NvDsEventMsgMeta::confidence, "0 to 1.")
      .field("trackingId", &NvDsEventMsgMeta::trackingId, "Number that the tracker gave.")
      .buffer("ts", &NvDsEventMsgMeta::ts,
              "Time, address of a text. Set it from the address of a buffer (taken): alloc_buffer, "
              "then generate_ts_rfc3339.")
      .text("objectId", &NvDsEventMsgMeta::objectId,
            "Id of the object, address of a text; set from a str (copy).")
      .text("sensorStr", &NvDsEventMsgMeta::sensorStr,
            "Id of the sensor, address of a text; set from a str (copy).")
      .text("otherAttrs", &NvDsEventMsgMeta::otherAttrs,
            "More about the object, address of a text; set from a str (copy).")
      .text("videoPath", &NvDsEventMsgMeta::videoPath,
            "Recording, address of a text; set from a str (copy).")
      .field("extMsg", &NvDsEventMsgMeta::extMsg,
             "The object's struct (taken), as `objType` says, or None.")
      .field("extMsgSize", &NvDsEventMsgMeta::extMsgSize, "Not 0 if `extMsg` is to be used.")
      .field("entries", &NvDsEventMsgMeta::entries, "Sources of a fused object, 100 (views).")
      .field("count", &NvDsEventMsgMeta::count, "How many of `entries` count.")
      .field("bbox3d", &NvDsEventMsgMeta::bbox3d, "Box in space (shared) or None.")
      .field("llm", &NvDsEventMsgMeta::llm, "A language model's answers (shared) or None.")
      .field("num_interactions", &NvDsEventMsgMeta::num_interactions, "How many interactions.")
      .field("interactions", &NvDsEventMsgMeta::interactions, "First interaction (shared) or None.")
      .field("num_congestions", &NvDsEventMsgMeta::num_congestions, "How many congestions.")
      .field("congestions", &NvDsEventMsgMeta::congestions, "First congestion (shared) or None.")
      .field("num_fov", &NvDsEventMsgMeta::num_fov, "How many counts of the field of view.")
      .field("fov", &NvDsEventMsgMeta::fov, "First count of the field of view (shared) or None.")
      .field("segmentation", &NvDsEventMsgMeta::segmentation, "Mask (shared) or None.")
      .field("pose", &NvDsEventMsgMeta::pose, "Joints of the body (view).")
      .field("embedding", &NvDsEventMsgMeta::embedding, "What it looks like, as numbers (view).")
      .field("has3DTracking", &NvDsEventMsgMeta::has3DTracking,
             "True if `singleView3DTracking` counts.")
      .field("singleView3DTracking", &NvDsEventMsgMeta::singleView3DTracking,
             "Track in space (view).")
      .field("visibility", &NvDsEventMsgMeta::visibility, "Visible part of the object, 0 to 1.");

  StructBinder<NvDsEvent>(module, "NvDsEvent", "An event and its message.")
      .field("eventType", &NvDsEvent::eventType, "What happened.")
      .field("metadata", &NvDsEvent::metadata, "The message (shared) or None.");
  StructBinder<NvDsPayload>(module, "NvDsPayload", "Bytes ready to be sent.")
      .field("payload", &NvDsPayload::payload, "The bytes (shared) or None.")
      .field("payloadSize", &NvDsPayload::payloadSize, "How many bytes.")
      .field("componentId", &NvDsPayload::componentId, "Number of the component.");

  def_alloc<NvDsVehicleObject>(module, "alloc_nvds_vehicle_object");
  def_alloc<NvDsPersonObject>(module, "alloc_nvds_person_object");
  def_alloc<NvDsFaceObject>(module, "alloc_nvds_face_object");
  def_alloc<NvDsEvent>(module, "alloc_nvds_event");
  def_alloc<NvDsPayload>(module, "alloc_nvds_payload");
  module.def(
      "alloc_nvds_event_msg_meta",
      [](StructRef<NvDsUserMeta>* user_meta) {
        if (user_meta) install_event_message_hooks(user_meta->get());
        return Reference<NvDsEventMsgMeta>{new_block<NvDsEventMsgMeta>()};
      },
      nb::arg("user_meta") = nb::none(),
      "A zeroed message on the C heap (shared). `user_meta` learns to copy and free it, with its "
      "texts and its extMsg; make it the user meta's payload yourself. Without it, set functions "
      "of your own.");
  module.def("generate_ts_rfc3339", &write_timestamp, nb::arg("buffer").none(),
             nb::arg("size").none(),
             "Writes the time now, UTC, as 2024-01-31T12:00:00.000Z into the block at the address "
             "`buffer` (view); `size` is the room in bytes, 25 for all of it.");
  def_glist_get<NvDsEventMsgMeta, true>(module, "glist_get_nvds_event_msg_meta");
  def_glist_get<NvDsVehicleObject>(module, "glist_get_nvds_vehicle_object");
  def_glist_get<NvDsPersonObject>(module, "glist_get_nvds_person_object");
}

}  // namespace thalweg::pyds
