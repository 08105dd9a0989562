// Questions about metadata structs by address, for wrappers that outlive them (the Python module).
//
// Every batch, frame, object, classifier, label, display and user meta lies in a *slot* that is
// recycled but never unmapped while the process runs. A slot counts how often it was acquired and
// released: its generation. A wrapper stores (address, generation) and is stale as soon as the two
// no longer match.
//
// Payloads that Thalweg's own libraries put into user metas may lie in slots too, so that a wrapper
// knows when they are gone.
//
// All functions take any address. One inside a struct (an embedded rect_params, say) stands for the
// struct around it. Any thread may call any of them without a lock, and none waits for one but
// thalweg_list_detach.
//
// Functions of nvdsmeta.h that acquire, remove, clear or copy wait for the batch's lock, and may
// call copy and release functions of user metas while they hold it. A caller that holds another
// lock which those functions need (Python's) must not wait for the batch's: try
// g_rec_mutex_trylock(&batch->meta_mutex) first, and give up the other lock while waiting. Unlock
// with nvds_release_meta_lock, which frees what other threads have released meanwhile. Destroying a
// batch never waits, since a buffer's last reference may go in a thread that holds Python's lock.
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "nvdsmeta.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * The slot's generation counter: odd while the struct is live, even while it is free. NULL for an
 * address that is not ours. The pointer stays readable for ever; read it with an acquire load.
 */
const uint64_t* thalweg_slot_generation(const void* abi_struct);

/** The same, and in `batch` the batch in whose pool (or as which) the struct lies; NULL for none.
 */
const uint64_t* thalweg_slot_find(const void* address, NvDsBatchMeta** batch);

/**
 * Pins the batch of a struct if the struct still has this generation: until the unpin, strings,
 * list nodes and payloads that the batch releases stay readable, and its slots are not reused.
 * Pins nest and never block; releasing threads go on and leave the work to the last unpin.
 *
 * Returns 1 when pinned, 0 when the struct is stale or foreign (then there is nothing to unpin).
 */
int thalweg_batch_pin(const void* abi_struct, uint64_t generation);

/**
 * Undoes one pin; takes the address given to thalweg_batch_pin, or its batch. The last unpin
 * finishes what was released meanwhile, in the calling thread: it may run release functions of
 * user metas. If another thread has the lock, that one does it when it unlocks.
 */
void thalweg_batch_unpin(const void* batch);

/**
 * Counter that moves whenever the library takes nodes out of a list of the struct's batch: until
 * then a node that was in a list is there still, with the data that it had. NULL for a foreign
 * address; valid as long as the generation is. Read it with an acquire load.
 */
const uint64_t* thalweg_batch_epoch(const void* abi_struct);

/**
 * A zeroed payload of `size` bytes in a slot of its own, in no batch; the caller owns it, and gives
 * it back with thalweg_payload_free (in the user meta's release function).
 */
void* thalweg_payload_new(size_t size);
/** Ends a payload's life; `size` as it was made. A payload that is not live is left alone. */
void thalweg_payload_free(void* payload, size_t size);
/** The same in two steps: 1 if it was live; its memory is not used again before it is given back.
 */
int thalweg_payload_end(void* payload);
void thalweg_payload_give(void* payload, size_t size);

/**
 * Makes a live payload that is a meta of a type an element of that pool of the batch, in use: its
 * batch gives it back from now on, by the pool's release function if it has none of its own. 0 for
 * anything else.
 */
int thalweg_pool_adopt(NvDsBatchMeta* batch, NvDsMetaType type, void* meta);

/**
 * What a live struct of a batch is, and in `start` where it begins. NVDS_INVALID_META for an
 * address that is in none.
 */
NvDsMetaType thalweg_slot_type(const void* address, const void** start);

/**
 * Empties a list field of a struct of a batch; its metas stay acquired until the batch is
 * destroyed. Does nothing for any other address.
 */
void thalweg_list_detach(GList** head);

/**
 * `keep` is asked before the library frees a text or a mask of a meta: 1 if it takes the block over
 * and will g_free it, because somebody still looks at it. It is called from any thread, with the
 * batch's lock. Set once, before any metadata is released.
 */
void thalweg_set_block_keeper(int (*keep)(void* block));

#ifdef __cplusplus
}

namespace thalweg {

/** The type of the pool that structs of a kind lie in; of the batch itself for a batch. */
template <typename T>
inline constexpr NvDsMetaType kMetaType = NVDS_INVALID_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsBatchMeta> = NVDS_BATCH_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsFrameMeta> = NVDS_FRAME_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsObjectMeta> = NVDS_OBJ_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsClassifierMeta> = NVDS_CLASSIFIER_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsLabelInfo> = NVDS_LABEL_INFO_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsDisplayMeta> = NVDS_DISPLAY_META;
template <>
inline constexpr NvDsMetaType kMetaType<NvDsUserMeta> = NVDS_USER_META;

}  // namespace thalweg
#endif
