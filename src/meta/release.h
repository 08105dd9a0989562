// Functions that NVIDIA's libnvds_meta exports beside its headers, under the same names and
// signatures. Programs have no business with them; tests compare the list of names.
#pragma once

#include "nvdsmeta.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Default release functions: free what the struct holds, and release what is below it. */
void release_frame_meta(gpointer data, gpointer user_data);
void release_obj_meta(gpointer data, gpointer user_data);
void release_classifier_meta(gpointer data, gpointer user_data);
void release_label_meta(gpointer data, gpointer user_data);
void release_display_meta(gpointer data, gpointer user_data);

/** What the typed functions are made of. Lists: the result is the list's new head. */
gpointer nvds_acquire_meta_from_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
NvDsMetaList* nvds_add_meta_to_parent(NvDsMetaList* list, gpointer meta, gboolean append);
NvDsMetaList* nvds_remove_meta_from_parent(NvDsMetaList* list, gpointer meta, NvDsMetaPool* pool);

NvDsBatchMeta* batch_meta_copy(NvDsBatchMeta* src);
void copy_user_meta(NvDsUserMeta* src, NvDsUserMeta* dst);
/** `level`: 1 batch, 2 frame, 3 object. */
void copy_user_meta_list(NvDsUserMetaList* src, gpointer dst_parent, gint level);

/** Pools beside a batch's own; `element_size` includes the NvDsBaseMeta each element begins with.
 */
NvDsMetaPool* nvds_create_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements,
                                    guint element_size, NvDsMetaCopyFunc copy_func,
                                    NvDsMetaReleaseFunc release_func, NvDsMetaType meta_type);
NvDsMetaPool* nvds_create_frame_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements);
NvDsMetaPool* nvds_create_obj_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements);
NvDsMetaPool* nvds_create_classifier_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements);
NvDsMetaPool* nvds_create_display_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements);
NvDsMetaPool* nvds_create_user_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements);
NvDsMetaPool* nvds_create_label_info_meta_pool(NvDsBatchMeta* batch_meta, guint max_elements);
/** FALSE for one of the batch's own pools, which live as long as the batch. */
gboolean nvds_destroy_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
gboolean nvds_destroy_frame_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
gboolean nvds_destroy_obj_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
gboolean nvds_destroy_classifier_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
gboolean nvds_destroy_display_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
gboolean nvds_destroy_user_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
gboolean nvds_destroy_label_info_meta_pool(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
void increase_pool_size(NvDsBatchMeta* batch_meta, NvDsMetaPool* pool);
void get_meta_pool_status(NvDsMetaPool* pool);

#ifdef __cplusplus
}
#endif
