// nvds_obj_encode.h with reasons: what the Python module calls, having opened the library.
#pragma once

#include <glib.h>

#include "nvds_obj_encode.h"
#include "surface/batch.h"

extern "C" {

/// Domains of the errors below. An error of any other kind has the library's own domain.
#define THALWEG_OBJ_ENC_ARGUMENT (g_quark_from_static_string("thalweg-obj-enc-argument"))
/// The code is errno.
#define THALWEG_OBJ_ENC_FILE (g_quark_from_static_string("thalweg-obj-enc-file"))

/** As nvds_obj_enc_process, for the pixels of a buffer. Does not make those of other frames. */
gboolean thalweg_obj_enc_process(NvDsObjEncCtxHandle context, const NvDsObjEncUsrArgs* args,
                                 thalweg::Batch* batch, NvDsObjectMeta* object_meta,
                                 NvDsFrameMeta* frame_meta, GError** error);

/** As nvds_obj_enc_finish; FALSE when a picture since the last call failed. */
gboolean thalweg_obj_enc_finish(NvDsObjEncCtxHandle context, GError** error);

/** As nvds_obj_enc_destroy_context; FALSE for a context that is not live. */
gboolean thalweg_obj_enc_destroy(NvDsObjEncCtxHandle context, GError** error);

/** The bytes of a live result (a reference of the caller's); NULL for any other address. */
GBytes* thalweg_obj_enc_bytes(const NvDsObjEncOutParams* result);

/** Ends every context, having waited for its files; for the end of the process. */
void thalweg_obj_enc_destroy_all(void);
}
