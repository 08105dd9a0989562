// The element message of gst-nvmessage.h and the queries of gst-nvquery.h.
#include "gst-nvmessage.h"
#include "gst-nvquery.h"

namespace {

constexpr char kStreamEos[] = "stream-eos";
constexpr char kStreamId[] = "stream-id";

// One kind of query: a structure name and the field that holds the answer.
struct Kind {
  const char* name;
  const char* answer;
};
constexpr Kind kBatchSize{"nv-batch-size", "batch-size"};
constexpr Kind kNumStreams{"nv-numStreams-size", "numStreams-size"};
constexpr Kind kPoolSize{"nv-preprocess-poolsize", "nv-preprocess-poolsize"};
constexpr Kind kSourceId{"nv-source-id", "source-id"};
constexpr Kind kUri{"nv-uri-from-streamid", "uri"};
constexpr char kGieId[] = "gie-id";

GstQuery* new_query(const Kind& kind) {
  return gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty(kind.name));
}

bool is_query(GstQuery* query, const Kind& kind) {
  if (query == nullptr || GST_QUERY_TYPE(query) != GST_QUERY_CUSTOM) return false;
  const GstStructure* fields = gst_query_get_structure(query);
  return fields != nullptr && gst_structure_has_name(fields, kind.name);
}

void set_answer(GstQuery* query, const Kind& kind, guint value) {
  g_return_if_fail(is_query(query, kind));
  gst_structure_set(gst_query_writable_structure(query), kind.answer, G_TYPE_UINT, value, nullptr);
}

bool parse_uint(GstQuery* query, const Kind& kind, const char* field, guint* value) {
  return is_query(query, kind) && value != nullptr &&
         gst_structure_get_uint(gst_query_get_structure(query), field, value);
}

}  // namespace

#pragma GCC visibility push(default)

GstMessage* gst_nvmessage_new_stream_eos(GstObject* obj, guint eos_stream_id) {
  return gst_message_new_element(
      obj, gst_structure_new(kStreamEos, kStreamId, G_TYPE_UINT, eos_stream_id, nullptr));
}

gboolean gst_nvmessage_is_stream_eos(GstMessage* message) {
  g_return_val_if_fail(GST_IS_MESSAGE(message), FALSE);
  if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ELEMENT) return FALSE;
  const GstStructure* fields = gst_message_get_structure(message);
  return fields != nullptr && gst_structure_has_name(fields, kStreamEos);
}

gboolean gst_nvmessage_parse_stream_eos(GstMessage* message, guint* eos_stream_id) {
  return gst_nvmessage_is_stream_eos(message) && eos_stream_id != nullptr &&
         gst_structure_get_uint(gst_message_get_structure(message), kStreamId, eos_stream_id);
}

GstQuery* gst_nvquery_batch_size_new() { return new_query(kBatchSize); }

gboolean gst_nvquery_is_batch_size(GstQuery* query) { return is_query(query, kBatchSize); }

void gst_nvquery_batch_size_set(GstQuery* query, guint batch_size) {
  set_answer(query, kBatchSize, batch_size);
}

gboolean gst_nvquery_batch_size_parse(GstQuery* query, guint* batch_size) {
  return parse_uint(query, kBatchSize, kBatchSize.answer, batch_size);
}

GstQuery* gst_nvquery_numStreams_size_new() { return new_query(kNumStreams); }

gboolean gst_nvquery_is_numStreams_size(GstQuery* query) { return is_query(query, kNumStreams); }

void gst_nvquery_numStreams_size_set(GstQuery* query, guint numStreams_size) {
  set_answer(query, kNumStreams, numStreams_size);
}

gboolean gst_nvquery_numStreams_size_parse(GstQuery* query, guint* numStreams_size) {
  return parse_uint(query, kNumStreams, kNumStreams.answer, numStreams_size);
}

GstQuery* gst_nvquery_preprocess_poolsize_new(guint gieid) {
  GstQuery* query = new_query(kPoolSize);
  gst_structure_set(gst_query_writable_structure(query), kGieId, G_TYPE_UINT, gieid, nullptr);
  return query;
}

gboolean gst_nvquery_is_preprocess_poolsize(GstQuery* query) { return is_query(query, kPoolSize); }

void gst_nvquery_preprocess_poolsize_set(GstQuery* query, guint preprocess_poolsize) {
  set_answer(query, kPoolSize, preprocess_poolsize);
}

gboolean gst_nvquery_preprocess_poolsize_parse(GstQuery* query, guint* preprocess_poolsize) {
  return parse_uint(query, kPoolSize, kPoolSize.answer, preprocess_poolsize);
}

gboolean gst_nvquery_preprocess_poolsize_gieid_parse(GstQuery* query, guint* gieId) {
  return parse_uint(query, kPoolSize, kGieId, gieId);
}

GstQuery* gst_nvquery_sourceid_new() { return new_query(kSourceId); }

gboolean gst_nvquery_is_sourceid(GstQuery* query) { return is_query(query, kSourceId); }

void gst_nvquery_sourceid_set(GstQuery* query, guint sourceid) {
  set_answer(query, kSourceId, sourceid);
}

gboolean gst_nvquery_sourceid_parse(GstQuery* query, guint* sourceid) {
  return parse_uint(query, kSourceId, kSourceId.answer, sourceid);
}

GstQuery* gst_nvquery_uri_from_streamid_new(guint streamid) {
  return gst_query_new_custom(
      GST_QUERY_CUSTOM, gst_structure_new(kUri.name, kStreamId, G_TYPE_UINT, streamid, nullptr));
}

gboolean gst_nvquery_is_uri_from_streamid(GstQuery* query) { return is_query(query, kUri); }

void gst_nvquery_uri_from_streamid_set(GstQuery* query, const gchar* uri) {
  g_return_if_fail(is_query(query, kUri));
  gst_structure_set(gst_query_writable_structure(query), kUri.answer, G_TYPE_STRING, uri, nullptr);
}

gboolean gst_nvquery_uri_from_streamid_parse(GstQuery* query, const gchar** uri) {
  if (!is_query(query, kUri) || uri == nullptr) return FALSE;
  const gchar* answer = gst_structure_get_string(gst_query_get_structure(query), kUri.answer);
  if (answer == nullptr) return FALSE;
  *uri = answer;
  return TRUE;
}

gboolean gst_nvquery_uri_from_streamid_parse_streamid(GstQuery* query, guint* streamid) {
  return parse_uint(query, kUri, kStreamId, streamid);
}

#pragma GCC visibility pop
