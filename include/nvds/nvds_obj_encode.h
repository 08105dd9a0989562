// JPEG encoding of objects and frames.
#pragma once

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "nvbufsurface.h"
#include "nvdsmeta.h"

#ifdef __cplusplus
extern "C" {
#endif

#define FILE_NAME_SIZE (1024)

struct _NvDsObjEncCtx;
typedef struct _NvDsObjEncCtx* NvDsObjEncCtxHandle;

/** JPEG bytes; payload of NVDS_CROP_IMAGE_META, owned by the meta. */
typedef struct _NvDsObjEncOutParams {
  uint8_t* outBuffer;
  uint64_t outLen;
} NvDsObjEncOutParams;

/** What to encode and where to put it: file, user meta, or both; `quality` 1 to 100. */
typedef struct _NvDsObjEncUsrArgs {
  bool saveImg;
  bool attachUsrMeta;
  bool scaleImg;
  int scaledWidth;
  int scaledHeight;
  char fileNameImg[FILE_NAME_SIZE];
  int objNum;
  int quality;
  bool isFrame;
  bool calcEncodeTime;
} NvDsObjEncUsrArgs;

/** An encoder with threads of its own, for any number of callers; `gpu_id` is ignored on the CPU.
 */
NvDsObjEncCtxHandle nvds_obj_enc_create_context(int gpu_id);
/**
 * Queues the box of an object, or with isFrame the frame, as its pixels are now; true when
 * accepted. Waits while 64 pictures are queued. A `quality` of 0 is 80. What is wrong with a
 * refused one is in GStreamer's log (category nvdsobjenc).
 */
bool nvds_obj_enc_process(NvDsObjEncCtxHandle context, NvDsObjEncUsrArgs* args,
                          NvBufSurface* surface, NvDsObjectMeta* object_meta,
                          NvDsFrameMeta* frame_meta);
/**
 * Waits until everything queued is encoded and written, and attaches the pictures as user metas of
 * type NVDS_CROP_IMAGE_META. To be called while the metas live: by the probe that queued them.
 */
void nvds_obj_enc_finish(NvDsObjEncCtxHandle context);
/** Waits for the files; pictures that were not attached are dropped. */
void nvds_obj_enc_destroy_context(NvDsObjEncCtxHandle context);

// The layout is the promise: binaries built against the originals read these fields.
static_assert(sizeof(NvDsObjEncOutParams) == 16, "NvDsObjEncOutParams: size");
static_assert(offsetof(NvDsObjEncOutParams, outBuffer) == 0,
              "NvDsObjEncOutParams.outBuffer: offset");
static_assert(offsetof(NvDsObjEncOutParams, outLen) == 8, "NvDsObjEncOutParams.outLen: offset");
static_assert(sizeof(NvDsObjEncUsrArgs) == 1048, "NvDsObjEncUsrArgs: size");
static_assert(offsetof(NvDsObjEncUsrArgs, saveImg) == 0, "NvDsObjEncUsrArgs.saveImg: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, attachUsrMeta) == 1,
              "NvDsObjEncUsrArgs.attachUsrMeta: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, scaleImg) == 2, "NvDsObjEncUsrArgs.scaleImg: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, scaledWidth) == 4,
              "NvDsObjEncUsrArgs.scaledWidth: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, scaledHeight) == 8,
              "NvDsObjEncUsrArgs.scaledHeight: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, fileNameImg) == 12,
              "NvDsObjEncUsrArgs.fileNameImg: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, objNum) == 1036, "NvDsObjEncUsrArgs.objNum: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, quality) == 1040, "NvDsObjEncUsrArgs.quality: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, isFrame) == 1044, "NvDsObjEncUsrArgs.isFrame: offset");
static_assert(offsetof(NvDsObjEncUsrArgs, calcEncodeTime) == 1045,
              "NvDsObjEncUsrArgs.calcEncodeTime: offset");

#ifdef __cplusplus
}
#endif
