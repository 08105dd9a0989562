// Where RTSP sources get told to keep the sender's time.
#include "nvdsgstutils.h"

namespace {

GstDebugCategory* category() {
  static GstDebugCategory* const made =
      _gst_debug_category_new("nvdsgstutils", 0, "Set-up of sources");
  return made;
}

bool is_rtspsrc(GstElement* element) {
  const GstElementFactory* factory = gst_element_get_factory(element);
  return factory != nullptr && g_str_equal(GST_OBJECT_NAME(factory), "rtspsrc");
}

void configure(GstElement* element) {
  if (!is_rtspsrc(element)) return;
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "add-reference-timestamp-meta") ==
      nullptr) {
    GST_CAT_WARNING_OBJECT(category(), element,
                           "this GStreamer cannot keep the sender's time, so ntp_timestamp will be "
                           "0; GStreamer 1.22 can");
    return;
  }
  GST_CAT_INFO_OBJECT(category(), element, "keeps the sender's time");
  g_object_set(element, "add-reference-timestamp-meta", TRUE, nullptr);
}

void on_added(GstBin*, GstBin*, GstElement* element, gpointer) { configure(element); }

}  // namespace

#pragma GCC visibility push(default)

void configure_source_for_ntp_sync(GstElement* src_elem) {
  g_return_if_fail(GST_IS_ELEMENT(src_elem));
  configure(src_elem);
  if (is_rtspsrc(src_elem) || !GST_IS_BIN(src_elem)) return;
  // First the signal, so that no element is missed in between.
  if (g_signal_handler_find(src_elem, G_SIGNAL_MATCH_FUNC, 0, 0, nullptr,
                            reinterpret_cast<gpointer>(on_added), nullptr) == 0) {
    g_signal_connect(src_elem, "deep-element-added", G_CALLBACK(on_added), nullptr);
  }
  GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(src_elem));
  const auto each = [](const GValue* item, gpointer) {
    configure(GST_ELEMENT(g_value_get_object(item)));
  };
  while (gst_iterator_foreach(elements, each, nullptr) == GST_ITERATOR_RESYNC) {
    gst_iterator_resync(elements);
  }
  gst_iterator_free(elements);
}

#pragma GCC visibility pop
