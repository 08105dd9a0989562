// Custom queries between elements of a batched pipeline.
//
// *_new: a query, owned by the caller. *_set: the answering element's half. *_parse: FALSE when the
// query is another one or was not answered.
#pragma once

#include <gst/base/gstbasetransform.h>
#include <gst/gst.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Batch size of the muxer upstream. */
GstQuery* gst_nvquery_batch_size_new(void);
gboolean gst_nvquery_is_batch_size(GstQuery* query);
void gst_nvquery_batch_size_set(GstQuery* query, guint batch_size);
gboolean gst_nvquery_batch_size_parse(GstQuery* query, guint* batch_size);

/** Number of sources of the muxer upstream. */
GstQuery* gst_nvquery_numStreams_size_new(void);
gboolean gst_nvquery_is_numStreams_size(GstQuery* query);
void gst_nvquery_numStreams_size_set(GstQuery* query, guint numStreams_size);
gboolean gst_nvquery_numStreams_size_parse(GstQuery* query, guint* numStreams_size);

/** Size of the tensor pool of the preprocessing element that feeds inference `gieid`. */
GstQuery* gst_nvquery_preprocess_poolsize_new(guint gieid);
gboolean gst_nvquery_is_preprocess_poolsize(GstQuery* query);
void gst_nvquery_preprocess_poolsize_set(GstQuery* query, guint preprocess_poolsize);
gboolean gst_nvquery_preprocess_poolsize_parse(GstQuery* query, guint* preprocess_poolsize);
gboolean gst_nvquery_preprocess_poolsize_gieid_parse(GstQuery* query, guint* gieId);

/** source_id for the frames of a pad, which a muxer asks upstream for; unanswered, the pad's
 * number. */
GstQuery* gst_nvquery_sourceid_new(void);
gboolean gst_nvquery_is_sourceid(GstQuery* query);
void gst_nvquery_sourceid_set(GstQuery* query, guint sourceid);
gboolean gst_nvquery_sourceid_parse(GstQuery* query, guint* sourceid);

/** URI of the source on pad `streamid` of the muxer upstream. *_parse: a view, alive while the
 * query is unchanged. */
GstQuery* gst_nvquery_uri_from_streamid_new(guint streamid);
gboolean gst_nvquery_is_uri_from_streamid(GstQuery* query);
void gst_nvquery_uri_from_streamid_set(GstQuery* query, const gchar* uri);
gboolean gst_nvquery_uri_from_streamid_parse(GstQuery* query, const gchar** uri);
gboolean gst_nvquery_uri_from_streamid_parse_streamid(GstQuery* query, guint* streamid);

#ifdef __cplusplus
}
#endif
