#include "gst-nvdscustomevent.h"
#include "gst-nvevent.h"
#include "pyds/bindings.h"
#include "pyds/element.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

namespace {

/// Sends without the GIL: a pad probe in Python may run in another thread meanwhile.
bool send(const ElementPtr& element, GstEvent* event) {
  const WithoutGil released;
  return gst_element_send_event(element.get(), event) != FALSE;
}

/// The Gst.Event of PyGObject, which takes the event.
nb::object to_python(GstEvent* event) {
  const nb::object value_class = nb::module_::import_("gi.repository.GObject").attr("Value");
  const nb::object value = value_class(nb::module_::import_("gi.repository.Gst").attr("Event"));
  // The hash of a boxed value is its address.
  auto* boxed = reinterpret_cast<GValue*>(PyObject_Hash(value.ptr()));
  g_value_take_boxed(boxed, event);
  return value.attr("get_boxed")();
}

}  // namespace

void bind_gst_nvevent(nb::module_& module) {
  module.def(
      "gst_element_send_nvevent_new_stream_reset",
      [](nb::handle gst_element, Given<int> source_id) {
        static constexpr const char* kName = "gst_element_send_nvevent_new_stream_reset";
        const ElementPtr element = to_element(gst_element, {kName, "gst_element"});
        const auto source = to_integer<guint>(source_id.value, {kName, "source_id"});
        return int{send(element, gst_nvevent_new_stream_reset(source))};
      },
      nb::arg("gst_element").none(), nb::arg("source_id").none(),
      "Sends the stream-reset event of a source to an element (shared: a Gst.Element or its "
      "hash()), "
      "which passes it downstream; 1 if it was handled.");
  module.def(
      "gst_element_send_nvevent_interval_update",
      [](nb::handle gst_element, Given<TextOrBytes> stream_id, Given<int> interval) {
        static constexpr const char* kName = "gst_element_send_nvevent_interval_update";
        const ElementPtr element = to_element(gst_element, {kName, "gst_element"});
        std::string stream(to_text(stream_id.value, {kName, "stream_id"}));
        const auto batches = to_integer<guint>(interval.value, {kName, "interval"});
        return send(element, gst_nvevent_infer_interval_update(stream.data(), batches));
      },
      nb::arg("gst_element").none(), nb::arg("stream_id").none(), nb::arg("interval").none(),
      "Sets the `interval` of an nvinfer (shared: a Gst.Element or its hash()) while it plays: the "
      "batches to pass without inference after each inferred one. True if it was handled.");
  module.def(
      "gst_nvevent_new_stream_reset",
      [](Given<int> source_id) {
        const Site site{"gst_nvevent_new_stream_reset", "source_id"};
        return to_python(gst_nvevent_new_stream_reset(to_integer<guint>(source_id.value, site)));
      },
      nb::arg("source_id").none(),
      "A stream-reset event, as a Gst.Event (taken: yours) to be sent with "
      "element.send_event(event).");
}

}  // namespace thalweg::pyds
