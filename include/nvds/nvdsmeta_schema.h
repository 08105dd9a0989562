// Payloads of messages to a broker: what happened to which object. Strings are heap strings; the
// copy and release hooks of the user meta that carries an NvDsEventMsgMeta own them.
#pragma once

#include <assert.h>
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum NvDsEventType {
  NVDS_EVENT_ENTRY,
  NVDS_EVENT_EXIT,
  NVDS_EVENT_MOVING,
  NVDS_EVENT_STOPPED,
  NVDS_EVENT_EMPTY,
  NVDS_EVENT_PARKED,
  NVDS_EVENT_RESET,
  NVDS_EVENT_RESERVED = 0x100,
  NVDS_EVENT_CUSTOM = 0x101,
  NVDS_EVENT_FORCE32 = 0x7FFFFFFF,
} NvDsEventType;

typedef enum NvDsObjectType {
  NVDS_OBJECT_TYPE_VEHICLE,
  NVDS_OBJECT_TYPE_PERSON,
  NVDS_OBJECT_TYPE_FACE,
  NVDS_OBJECT_TYPE_BAG,
  NVDS_OBJECT_TYPE_BICYCLE,
  NVDS_OBJECT_TYPE_ROADSIGN,
  NVDS_OBJECT_TYPE_VEHICLE_EXT,
  NVDS_OBJECT_TYPE_PERSON_EXT,
  NVDS_OBJECT_TYPE_FACE_EXT,
  NVDS_OBJECT_TYPE_3D,
  NVDS_OBJECT_TYPE_DUMMY,
  NVDS_OBJECT_TYPE_PRODUCT,
  NVDS_OBJECT_TYPE_PRODUCT_EXT,
  NVDS_OBJECT_TYPE_RESERVED = 0x100,
  NVDS_OBJECT_TYPE_CUSTOM = 0x101,
  NVDS_OBJECT_TYPE_UNKNOWN = 0x102,
  NVDS_OBEJCT_TYPE_FORCE32 = 0x7FFFFFFF,
} NvDsObjectType;

typedef enum NvDsPayloadType {
  NVDS_PAYLOAD_DEEPSTREAM,
  NVDS_PAYLOAD_DEEPSTREAM_MINIMAL,
  NVDS_PAYLOAD_DEEPSTREAM_PROTOBUF,
  NVDS_PAYLOAD_RESERVED = 0x100,
  NVDS_PAYLOAD_CUSTOM = 0x101,
  NVDS_PAYLOAD_FORCE32 = 0x7FFFFFFF,
} NvDsPayloadType;

typedef struct NvDsRect {
  float top;
  float left;
  float width;
  float height;
} NvDsRect;

/** Latitude and longitude in degrees, altitude in metres. */
typedef struct NvDsGeoLocation {
  gdouble lat;
  gdouble lon;
  gdouble alt;
} NvDsGeoLocation;

typedef struct NvDsCoordinate {
  gdouble x;
  gdouble y;
  gdouble z;
} NvDsCoordinate;

/** Array of `size` values. */
typedef struct NvDsObjectSignature {
  gdouble* signature;
  guint size;
} NvDsObjectSignature;

typedef struct NvDsProductObjectExt {
  gchar* brand;
  gchar* type;
  gchar* shape;
  GList* mask;
} NvDsProductObjectExt;

typedef struct NvDsVehicleObject {
  gchar* type;
  gchar* make;
  gchar* model;
  gchar* color;
  gchar* region;
  gchar* license;
} NvDsVehicleObject;

typedef struct NvDsPersonObject {
  gchar* gender;
  gchar* hair;
  gchar* cap;
  gchar* apparel;
  guint age;
} NvDsPersonObject;

typedef struct NvDsFaceObject {
  gchar* gender;
  gchar* hair;
  gchar* cap;
  gchar* glasses;
  gchar* facialhair;
  gchar* name;
  gchar* eyecolor;
  guint age;
} NvDsFaceObject;

/** The _Ext kinds carry a list of polygons as well. */
typedef struct NvDsVehicleObjectExt {
  gchar* type;
  gchar* make;
  gchar* model;
  gchar* color;
  gchar* region;
  gchar* license;
  GList* mask;
} NvDsVehicleObjectExt;

typedef struct NvDsPersonObjectExt {
  gchar* gender;
  gchar* hair;
  gchar* cap;
  gchar* apparel;
  guint age;
  GList* mask;
} NvDsPersonObjectExt;

typedef struct NvDsFaceObjectWithExt {
  gchar* gender;
  gchar* hair;
  gchar* cap;
  gchar* glasses;
  gchar* facialhair;
  gchar* name;
  gchar* eyecolor;
  guint age;
  GList* mask;
} NvDsFaceObjectExt;

typedef struct NvDsJoint {
  float x;
  float y;
  float z;
  float confidence;
} NvDsJoint;

typedef struct NvDsJoints {
  NvDsJoint* joints;
  int num_joints;
  int pose_type;
} NvDsJoints;

typedef struct NvDsEmbedding {
  float* embedding_vector;
  guint embedding_length;
} NvDsEmbedding;

typedef struct NvDsProductObject {
  gchar* brand;
  gchar* type;
  gchar* shape;
} NvDsProductObject;

typedef struct NvDsConvexHull {
  gint* points;
  guint numFilled;
} NvDsConvexHull;

typedef struct _NvDsBbox3dObject {
  float boxes_3d[12];
  float scores_3d;
  gchar* labels_3d;
  gchar* embedding_filter;
  float cls_scores;
  guint instance_ids;
  NvDsEmbedding* instance_feats;
  gchar* ocr_label;
} NvDsBbox3dObject;

#define MAX_SOURCE_ID_LEN 128

typedef struct {
  gchar source_id[MAX_SOURCE_ID_LEN];
  guint64 timestamp;
} SourceTimePair;

#define MAX_NUM_OBJECTS 600
#define MAX_ENTRIES 100

typedef struct _NvDsBbox3dObjectList {
  NvDsBbox3dObject objects[MAX_NUM_OBJECTS];
  guint num_objects;
  guint64 timestamp;
  gint frame_num;
  guint camera_id;
  gchar* sensorStr;
  SourceTimePair entries[MAX_ENTRIES];
  int count;
} NvDsBbox3dObjectList;

typedef struct NvDs3DTracking {
  gfloat ptWorldFeet[2];
  gfloat ptImgFeet[2];
  NvDsConvexHull convexHull;
  NvDsBbox3dObject bbox3d;
} NvDs3DTracking;

typedef struct {
  gchar* id;
  gchar* query;
  gchar* response;
} NvDsConversationObject;

typedef struct {
  GHashTable* info;
  NvDsConversationObject* conversations;
  guint num_conversations;
  NvDsEmbedding* embeddings;
  guint num_embeddings;
} NvDsLLMObject;

typedef struct {
  gchar* id;
  gchar** objectIds;
  guint num_objectIds;
  NvDsCoordinate* coordinates;
  guint num_coordinates;
  gchar* description;
  GHashTable* info;
  gint64 timestamp;
} NvDsInteractionObject;

typedef struct {
  gchar* id;
  gchar** objectIds;
  guint num_objectIds;
  float amount;
  GHashTable* info;
  gint64 timestamp;
} NvDsCongestionObject;

typedef struct {
  gchar* id;
  gchar* type;
  gint32 count;
  NvDsCoordinate* coordinates;
  guint num_coordinates;
  gchar** objectIds;
  guint num_objectIds;
  GHashTable* info;
} NvDsTypeMetricsObject;

typedef struct {
  gint32* mask;
  guint mask_size;
  GHashTable* info;
} NvDsSegmentationObject;

/** One event; `extMsg` points to the object struct that `objType` names. */
typedef struct NvDsEventMsgMeta {
  NvDsEventType type;
  NvDsObjectType objType;
  NvDsRect bbox;
  NvDsGeoLocation location;
  NvDsCoordinate coordinate;
  NvDsObjectSignature objSignature;
  gint objClassId;
  gint sensorId;
  gint moduleId;
  gint placeId;
  gint componentId;
  gint frameId;
  gdouble confidence;
  guint64 trackingId;
  gchar* ts;
  gchar* objectId;
  gchar* sensorStr;
  SourceTimePair entries[MAX_ENTRIES];
  int count;
  NvDsBbox3dObject* bbox3d;
  NvDsLLMObject* llm;
  gint num_interactions;
  NvDsInteractionObject* interactions;
  gint num_congestions;
  NvDsCongestionObject* congestions;
  gint num_fov;
  NvDsTypeMetricsObject* fov;
  NvDsSegmentationObject* segmentation;
  gchar* otherAttrs;
  gchar* videoPath;
  gpointer extMsg;
  guint extMsgSize;
  NvDsJoints pose;
  NvDsEmbedding embedding;
  bool has3DTracking;
  NvDs3DTracking singleView3DTracking;
  gfloat visibility;
} NvDsEventMsgMeta;

typedef struct _NvDsEvent {
  NvDsEventType eventType;
  NvDsEventMsgMeta* metadata;
} NvDsEvent;

/** A message of the program's own format. */
typedef struct _NvDsCustomMsgInfo {
  void* message;
  guint size;
} NvDsCustomMsgInfo;

/** Bytes ready to be sent. */
typedef struct NvDsPayload {
  gpointer payload;
  guint payloadSize;
  guint componentId;
} NvDsPayload;

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsRect) == 16, "NvDsRect: size");
static_assert(offsetof(NvDsRect, top) == 0, "NvDsRect.top: offset");
static_assert(offsetof(NvDsRect, left) == 4, "NvDsRect.left: offset");
static_assert(offsetof(NvDsRect, width) == 8, "NvDsRect.width: offset");
static_assert(offsetof(NvDsRect, height) == 12, "NvDsRect.height: offset");
static_assert(sizeof(NvDsGeoLocation) == 24, "NvDsGeoLocation: size");
static_assert(offsetof(NvDsGeoLocation, lat) == 0, "NvDsGeoLocation.lat: offset");
static_assert(offsetof(NvDsGeoLocation, lon) == 8, "NvDsGeoLocation.lon: offset");
static_assert(offsetof(NvDsGeoLocation, alt) == 16, "NvDsGeoLocation.alt: offset");
static_assert(sizeof(NvDsCoordinate) == 24, "NvDsCoordinate: size");
static_assert(offsetof(NvDsCoordinate, x) == 0, "NvDsCoordinate.x: offset");
static_assert(offsetof(NvDsCoordinate, y) == 8, "NvDsCoordinate.y: offset");
static_assert(offsetof(NvDsCoordinate, z) == 16, "NvDsCoordinate.z: offset");
static_assert(sizeof(NvDsObjectSignature) == 16, "NvDsObjectSignature: size");
static_assert(offsetof(NvDsObjectSignature, signature) == 0,
              "NvDsObjectSignature.signature: offset");
static_assert(offsetof(NvDsObjectSignature, size) == 8, "NvDsObjectSignature.size: offset");
static_assert(sizeof(NvDsProductObjectExt) == 32, "NvDsProductObjectExt: size");
static_assert(offsetof(NvDsProductObjectExt, brand) == 0, "NvDsProductObjectExt.brand: offset");
static_assert(offsetof(NvDsProductObjectExt, type) == 8, "NvDsProductObjectExt.type: offset");
static_assert(offsetof(NvDsProductObjectExt, shape) == 16, "NvDsProductObjectExt.shape: offset");
static_assert(offsetof(NvDsProductObjectExt, mask) == 24, "NvDsProductObjectExt.mask: offset");
static_assert(sizeof(NvDsVehicleObject) == 48, "NvDsVehicleObject: size");
static_assert(offsetof(NvDsVehicleObject, type) == 0, "NvDsVehicleObject.type: offset");
static_assert(offsetof(NvDsVehicleObject, make) == 8, "NvDsVehicleObject.make: offset");
static_assert(offsetof(NvDsVehicleObject, model) == 16, "NvDsVehicleObject.model: offset");
static_assert(offsetof(NvDsVehicleObject, color) == 24, "NvDsVehicleObject.color: offset");
static_assert(offsetof(NvDsVehicleObject, region) == 32, "NvDsVehicleObject.region: offset");
static_assert(offsetof(NvDsVehicleObject, license) == 40, "NvDsVehicleObject.license: offset");
static_assert(sizeof(NvDsPersonObject) == 40, "NvDsPersonObject: size");
static_assert(offsetof(NvDsPersonObject, gender) == 0, "NvDsPersonObject.gender: offset");
static_assert(offsetof(NvDsPersonObject, hair) == 8, "NvDsPersonObject.hair: offset");
static_assert(offsetof(NvDsPersonObject, cap) == 16, "NvDsPersonObject.cap: offset");
static_assert(offsetof(NvDsPersonObject, apparel) == 24, "NvDsPersonObject.apparel: offset");
static_assert(offsetof(NvDsPersonObject, age) == 32, "NvDsPersonObject.age: offset");
static_assert(sizeof(NvDsFaceObject) == 64, "NvDsFaceObject: size");
static_assert(offsetof(NvDsFaceObject, gender) == 0, "NvDsFaceObject.gender: offset");
static_assert(offsetof(NvDsFaceObject, hair) == 8, "NvDsFaceObject.hair: offset");
static_assert(offsetof(NvDsFaceObject, cap) == 16, "NvDsFaceObject.cap: offset");
static_assert(offsetof(NvDsFaceObject, glasses) == 24, "NvDsFaceObject.glasses: offset");
static_assert(offsetof(NvDsFaceObject, facialhair) == 32, "NvDsFaceObject.facialhair: offset");
static_assert(offsetof(NvDsFaceObject, name) == 40, "NvDsFaceObject.name: offset");
static_assert(offsetof(NvDsFaceObject, eyecolor) == 48, "NvDsFaceObject.eyecolor: offset");
static_assert(offsetof(NvDsFaceObject, age) == 56, "NvDsFaceObject.age: offset");
static_assert(sizeof(NvDsVehicleObjectExt) == 56, "NvDsVehicleObjectExt: size");
static_assert(offsetof(NvDsVehicleObjectExt, type) == 0, "NvDsVehicleObjectExt.type: offset");
static_assert(offsetof(NvDsVehicleObjectExt, make) == 8, "NvDsVehicleObjectExt.make: offset");
static_assert(offsetof(NvDsVehicleObjectExt, model) == 16, "NvDsVehicleObjectExt.model: offset");
static_assert(offsetof(NvDsVehicleObjectExt, color) == 24, "NvDsVehicleObjectExt.color: offset");
static_assert(offsetof(NvDsVehicleObjectExt, region) == 32, "NvDsVehicleObjectExt.region: offset");
static_assert(offsetof(NvDsVehicleObjectExt, license) == 40,
              "NvDsVehicleObjectExt.license: offset");
static_assert(offsetof(NvDsVehicleObjectExt, mask) == 48, "NvDsVehicleObjectExt.mask: offset");
static_assert(sizeof(NvDsPersonObjectExt) == 48, "NvDsPersonObjectExt: size");
static_assert(offsetof(NvDsPersonObjectExt, gender) == 0, "NvDsPersonObjectExt.gender: offset");
static_assert(offsetof(NvDsPersonObjectExt, hair) == 8, "NvDsPersonObjectExt.hair: offset");
static_assert(offsetof(NvDsPersonObjectExt, cap) == 16, "NvDsPersonObjectExt.cap: offset");
static_assert(offsetof(NvDsPersonObjectExt, apparel) == 24, "NvDsPersonObjectExt.apparel: offset");
static_assert(offsetof(NvDsPersonObjectExt, age) == 32, "NvDsPersonObjectExt.age: offset");
static_assert(offsetof(NvDsPersonObjectExt, mask) == 40, "NvDsPersonObjectExt.mask: offset");
static_assert(sizeof(struct NvDsFaceObjectWithExt) == 72, "NvDsFaceObjectWithExt: size");
static_assert(offsetof(struct NvDsFaceObjectWithExt, gender) == 0,
              "NvDsFaceObjectWithExt.gender: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, hair) == 8,
              "NvDsFaceObjectWithExt.hair: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, cap) == 16,
              "NvDsFaceObjectWithExt.cap: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, glasses) == 24,
              "NvDsFaceObjectWithExt.glasses: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, facialhair) == 32,
              "NvDsFaceObjectWithExt.facialhair: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, name) == 40,
              "NvDsFaceObjectWithExt.name: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, eyecolor) == 48,
              "NvDsFaceObjectWithExt.eyecolor: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, age) == 56,
              "NvDsFaceObjectWithExt.age: offset");
static_assert(offsetof(struct NvDsFaceObjectWithExt, mask) == 64,
              "NvDsFaceObjectWithExt.mask: offset");
static_assert(sizeof(NvDsJoint) == 16, "NvDsJoint: size");
static_assert(offsetof(NvDsJoint, x) == 0, "NvDsJoint.x: offset");
static_assert(offsetof(NvDsJoint, y) == 4, "NvDsJoint.y: offset");
static_assert(offsetof(NvDsJoint, z) == 8, "NvDsJoint.z: offset");
static_assert(offsetof(NvDsJoint, confidence) == 12, "NvDsJoint.confidence: offset");
static_assert(sizeof(NvDsJoints) == 16, "NvDsJoints: size");
static_assert(offsetof(NvDsJoints, joints) == 0, "NvDsJoints.joints: offset");
static_assert(offsetof(NvDsJoints, num_joints) == 8, "NvDsJoints.num_joints: offset");
static_assert(offsetof(NvDsJoints, pose_type) == 12, "NvDsJoints.pose_type: offset");
static_assert(sizeof(NvDsEmbedding) == 16, "NvDsEmbedding: size");
static_assert(offsetof(NvDsEmbedding, embedding_vector) == 0,
              "NvDsEmbedding.embedding_vector: offset");
static_assert(offsetof(NvDsEmbedding, embedding_length) == 8,
              "NvDsEmbedding.embedding_length: offset");
static_assert(sizeof(NvDsProductObject) == 24, "NvDsProductObject: size");
static_assert(offsetof(NvDsProductObject, brand) == 0, "NvDsProductObject.brand: offset");
static_assert(offsetof(NvDsProductObject, type) == 8, "NvDsProductObject.type: offset");
static_assert(offsetof(NvDsProductObject, shape) == 16, "NvDsProductObject.shape: offset");
static_assert(sizeof(NvDsConvexHull) == 16, "NvDsConvexHull: size");
static_assert(offsetof(NvDsConvexHull, points) == 0, "NvDsConvexHull.points: offset");
static_assert(offsetof(NvDsConvexHull, numFilled) == 8, "NvDsConvexHull.numFilled: offset");
static_assert(sizeof(NvDsBbox3dObject) == 96, "NvDsBbox3dObject: size");
static_assert(offsetof(NvDsBbox3dObject, boxes_3d) == 0, "NvDsBbox3dObject.boxes_3d: offset");
static_assert(offsetof(NvDsBbox3dObject, scores_3d) == 48, "NvDsBbox3dObject.scores_3d: offset");
static_assert(offsetof(NvDsBbox3dObject, labels_3d) == 56, "NvDsBbox3dObject.labels_3d: offset");
static_assert(offsetof(NvDsBbox3dObject, embedding_filter) == 64,
              "NvDsBbox3dObject.embedding_filter: offset");
static_assert(offsetof(NvDsBbox3dObject, cls_scores) == 72, "NvDsBbox3dObject.cls_scores: offset");
static_assert(offsetof(NvDsBbox3dObject, instance_ids) == 76,
              "NvDsBbox3dObject.instance_ids: offset");
static_assert(offsetof(NvDsBbox3dObject, instance_feats) == 80,
              "NvDsBbox3dObject.instance_feats: offset");
static_assert(offsetof(NvDsBbox3dObject, ocr_label) == 88, "NvDsBbox3dObject.ocr_label: offset");
static_assert(sizeof(SourceTimePair) == 136, "SourceTimePair: size");
static_assert(offsetof(SourceTimePair, source_id) == 0, "SourceTimePair.source_id: offset");
static_assert(offsetof(SourceTimePair, timestamp) == 128, "SourceTimePair.timestamp: offset");
static_assert(sizeof(NvDsBbox3dObjectList) == 71240, "NvDsBbox3dObjectList: size");
static_assert(offsetof(NvDsBbox3dObjectList, objects) == 0, "NvDsBbox3dObjectList.objects: offset");
static_assert(offsetof(NvDsBbox3dObjectList, num_objects) == 57600,
              "NvDsBbox3dObjectList.num_objects: offset");
static_assert(offsetof(NvDsBbox3dObjectList, timestamp) == 57608,
              "NvDsBbox3dObjectList.timestamp: offset");
static_assert(offsetof(NvDsBbox3dObjectList, frame_num) == 57616,
              "NvDsBbox3dObjectList.frame_num: offset");
static_assert(offsetof(NvDsBbox3dObjectList, camera_id) == 57620,
              "NvDsBbox3dObjectList.camera_id: offset");
static_assert(offsetof(NvDsBbox3dObjectList, sensorStr) == 57624,
              "NvDsBbox3dObjectList.sensorStr: offset");
static_assert(offsetof(NvDsBbox3dObjectList, entries) == 57632,
              "NvDsBbox3dObjectList.entries: offset");
static_assert(offsetof(NvDsBbox3dObjectList, count) == 71232, "NvDsBbox3dObjectList.count: offset");
static_assert(sizeof(NvDs3DTracking) == 128, "NvDs3DTracking: size");
static_assert(offsetof(NvDs3DTracking, ptWorldFeet) == 0, "NvDs3DTracking.ptWorldFeet: offset");
static_assert(offsetof(NvDs3DTracking, ptImgFeet) == 8, "NvDs3DTracking.ptImgFeet: offset");
static_assert(offsetof(NvDs3DTracking, convexHull) == 16, "NvDs3DTracking.convexHull: offset");
static_assert(offsetof(NvDs3DTracking, bbox3d) == 32, "NvDs3DTracking.bbox3d: offset");
static_assert(sizeof(NvDsConversationObject) == 24, "NvDsConversationObject: size");
static_assert(offsetof(NvDsConversationObject, id) == 0, "NvDsConversationObject.id: offset");
static_assert(offsetof(NvDsConversationObject, query) == 8, "NvDsConversationObject.query: offset");
static_assert(offsetof(NvDsConversationObject, response) == 16,
              "NvDsConversationObject.response: offset");
static_assert(sizeof(NvDsLLMObject) == 40, "NvDsLLMObject: size");
static_assert(offsetof(NvDsLLMObject, info) == 0, "NvDsLLMObject.info: offset");
static_assert(offsetof(NvDsLLMObject, conversations) == 8, "NvDsLLMObject.conversations: offset");
static_assert(offsetof(NvDsLLMObject, num_conversations) == 16,
              "NvDsLLMObject.num_conversations: offset");
static_assert(offsetof(NvDsLLMObject, embeddings) == 24, "NvDsLLMObject.embeddings: offset");
static_assert(offsetof(NvDsLLMObject, num_embeddings) == 32,
              "NvDsLLMObject.num_embeddings: offset");
static_assert(sizeof(NvDsInteractionObject) == 64, "NvDsInteractionObject: size");
static_assert(offsetof(NvDsInteractionObject, id) == 0, "NvDsInteractionObject.id: offset");
static_assert(offsetof(NvDsInteractionObject, objectIds) == 8,
              "NvDsInteractionObject.objectIds: offset");
static_assert(offsetof(NvDsInteractionObject, num_objectIds) == 16,
              "NvDsInteractionObject.num_objectIds: offset");
static_assert(offsetof(NvDsInteractionObject, coordinates) == 24,
              "NvDsInteractionObject.coordinates: offset");
static_assert(offsetof(NvDsInteractionObject, num_coordinates) == 32,
              "NvDsInteractionObject.num_coordinates: offset");
static_assert(offsetof(NvDsInteractionObject, description) == 40,
              "NvDsInteractionObject.description: offset");
static_assert(offsetof(NvDsInteractionObject, info) == 48, "NvDsInteractionObject.info: offset");
static_assert(offsetof(NvDsInteractionObject, timestamp) == 56,
              "NvDsInteractionObject.timestamp: offset");
static_assert(sizeof(NvDsCongestionObject) == 40, "NvDsCongestionObject: size");
static_assert(offsetof(NvDsCongestionObject, id) == 0, "NvDsCongestionObject.id: offset");
static_assert(offsetof(NvDsCongestionObject, objectIds) == 8,
              "NvDsCongestionObject.objectIds: offset");
static_assert(offsetof(NvDsCongestionObject, num_objectIds) == 16,
              "NvDsCongestionObject.num_objectIds: offset");
static_assert(offsetof(NvDsCongestionObject, amount) == 20, "NvDsCongestionObject.amount: offset");
static_assert(offsetof(NvDsCongestionObject, info) == 24, "NvDsCongestionObject.info: offset");
static_assert(offsetof(NvDsCongestionObject, timestamp) == 32,
              "NvDsCongestionObject.timestamp: offset");
static_assert(sizeof(NvDsTypeMetricsObject) == 64, "NvDsTypeMetricsObject: size");
static_assert(offsetof(NvDsTypeMetricsObject, id) == 0, "NvDsTypeMetricsObject.id: offset");
static_assert(offsetof(NvDsTypeMetricsObject, type) == 8, "NvDsTypeMetricsObject.type: offset");
static_assert(offsetof(NvDsTypeMetricsObject, count) == 16, "NvDsTypeMetricsObject.count: offset");
static_assert(offsetof(NvDsTypeMetricsObject, coordinates) == 24,
              "NvDsTypeMetricsObject.coordinates: offset");
static_assert(offsetof(NvDsTypeMetricsObject, num_coordinates) == 32,
              "NvDsTypeMetricsObject.num_coordinates: offset");
static_assert(offsetof(NvDsTypeMetricsObject, objectIds) == 40,
              "NvDsTypeMetricsObject.objectIds: offset");
static_assert(offsetof(NvDsTypeMetricsObject, num_objectIds) == 48,
              "NvDsTypeMetricsObject.num_objectIds: offset");
static_assert(offsetof(NvDsTypeMetricsObject, info) == 56, "NvDsTypeMetricsObject.info: offset");
static_assert(sizeof(NvDsSegmentationObject) == 24, "NvDsSegmentationObject: size");
static_assert(offsetof(NvDsSegmentationObject, mask) == 0, "NvDsSegmentationObject.mask: offset");
static_assert(offsetof(NvDsSegmentationObject, mask_size) == 8,
              "NvDsSegmentationObject.mask_size: offset");
static_assert(offsetof(NvDsSegmentationObject, info) == 16, "NvDsSegmentationObject.info: offset");
static_assert(sizeof(NvDsEventMsgMeta) == 14040, "NvDsEventMsgMeta: size");
static_assert(offsetof(NvDsEventMsgMeta, type) == 0, "NvDsEventMsgMeta.type: offset");
static_assert(offsetof(NvDsEventMsgMeta, objType) == 4, "NvDsEventMsgMeta.objType: offset");
static_assert(offsetof(NvDsEventMsgMeta, bbox) == 8, "NvDsEventMsgMeta.bbox: offset");
static_assert(offsetof(NvDsEventMsgMeta, location) == 24, "NvDsEventMsgMeta.location: offset");
static_assert(offsetof(NvDsEventMsgMeta, coordinate) == 48, "NvDsEventMsgMeta.coordinate: offset");
static_assert(offsetof(NvDsEventMsgMeta, objSignature) == 72,
              "NvDsEventMsgMeta.objSignature: offset");
static_assert(offsetof(NvDsEventMsgMeta, objClassId) == 88, "NvDsEventMsgMeta.objClassId: offset");
static_assert(offsetof(NvDsEventMsgMeta, sensorId) == 92, "NvDsEventMsgMeta.sensorId: offset");
static_assert(offsetof(NvDsEventMsgMeta, moduleId) == 96, "NvDsEventMsgMeta.moduleId: offset");
static_assert(offsetof(NvDsEventMsgMeta, placeId) == 100, "NvDsEventMsgMeta.placeId: offset");
static_assert(offsetof(NvDsEventMsgMeta, componentId) == 104,
              "NvDsEventMsgMeta.componentId: offset");
static_assert(offsetof(NvDsEventMsgMeta, frameId) == 108, "NvDsEventMsgMeta.frameId: offset");
static_assert(offsetof(NvDsEventMsgMeta, confidence) == 112, "NvDsEventMsgMeta.confidence: offset");
static_assert(offsetof(NvDsEventMsgMeta, trackingId) == 120, "NvDsEventMsgMeta.trackingId: offset");
static_assert(offsetof(NvDsEventMsgMeta, ts) == 128, "NvDsEventMsgMeta.ts: offset");
static_assert(offsetof(NvDsEventMsgMeta, objectId) == 136, "NvDsEventMsgMeta.objectId: offset");
static_assert(offsetof(NvDsEventMsgMeta, sensorStr) == 144, "NvDsEventMsgMeta.sensorStr: offset");
static_assert(offsetof(NvDsEventMsgMeta, entries) == 152, "NvDsEventMsgMeta.entries: offset");
static_assert(offsetof(NvDsEventMsgMeta, count) == 13752, "NvDsEventMsgMeta.count: offset");
static_assert(offsetof(NvDsEventMsgMeta, bbox3d) == 13760, "NvDsEventMsgMeta.bbox3d: offset");
static_assert(offsetof(NvDsEventMsgMeta, llm) == 13768, "NvDsEventMsgMeta.llm: offset");
static_assert(offsetof(NvDsEventMsgMeta, num_interactions) == 13776,
              "NvDsEventMsgMeta.num_interactions: offset");
static_assert(offsetof(NvDsEventMsgMeta, interactions) == 13784,
              "NvDsEventMsgMeta.interactions: offset");
static_assert(offsetof(NvDsEventMsgMeta, num_congestions) == 13792,
              "NvDsEventMsgMeta.num_congestions: offset");
static_assert(offsetof(NvDsEventMsgMeta, congestions) == 13800,
              "NvDsEventMsgMeta.congestions: offset");
static_assert(offsetof(NvDsEventMsgMeta, num_fov) == 13808, "NvDsEventMsgMeta.num_fov: offset");
static_assert(offsetof(NvDsEventMsgMeta, fov) == 13816, "NvDsEventMsgMeta.fov: offset");
static_assert(offsetof(NvDsEventMsgMeta, segmentation) == 13824,
              "NvDsEventMsgMeta.segmentation: offset");
static_assert(offsetof(NvDsEventMsgMeta, otherAttrs) == 13832,
              "NvDsEventMsgMeta.otherAttrs: offset");
static_assert(offsetof(NvDsEventMsgMeta, videoPath) == 13840, "NvDsEventMsgMeta.videoPath: offset");
static_assert(offsetof(NvDsEventMsgMeta, extMsg) == 13848, "NvDsEventMsgMeta.extMsg: offset");
static_assert(offsetof(NvDsEventMsgMeta, extMsgSize) == 13856,
              "NvDsEventMsgMeta.extMsgSize: offset");
static_assert(offsetof(NvDsEventMsgMeta, pose) == 13864, "NvDsEventMsgMeta.pose: offset");
static_assert(offsetof(NvDsEventMsgMeta, embedding) == 13880, "NvDsEventMsgMeta.embedding: offset");
static_assert(offsetof(NvDsEventMsgMeta, has3DTracking) == 13896,
              "NvDsEventMsgMeta.has3DTracking: offset");
static_assert(offsetof(NvDsEventMsgMeta, singleView3DTracking) == 13904,
              "NvDsEventMsgMeta.singleView3DTracking: offset");
static_assert(offsetof(NvDsEventMsgMeta, visibility) == 14032,
              "NvDsEventMsgMeta.visibility: offset");
static_assert(sizeof(NvDsEvent) == 16, "NvDsEvent: size");
static_assert(offsetof(NvDsEvent, eventType) == 0, "NvDsEvent.eventType: offset");
static_assert(offsetof(NvDsEvent, metadata) == 8, "NvDsEvent.metadata: offset");
static_assert(sizeof(NvDsCustomMsgInfo) == 16, "NvDsCustomMsgInfo: size");
static_assert(offsetof(NvDsCustomMsgInfo, message) == 0, "NvDsCustomMsgInfo.message: offset");
static_assert(offsetof(NvDsCustomMsgInfo, size) == 8, "NvDsCustomMsgInfo.size: offset");
static_assert(sizeof(NvDsPayload) == 16, "NvDsPayload: size");
static_assert(offsetof(NvDsPayload, payload) == 0, "NvDsPayload.payload: offset");
static_assert(offsetof(NvDsPayload, payloadSize) == 8, "NvDsPayload.payloadSize: offset");
static_assert(offsetof(NvDsPayload, componentId) == 12, "NvDsPayload.componentId: offset");

#ifdef __cplusplus
}
#endif
