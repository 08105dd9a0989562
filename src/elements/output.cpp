#include "elements/output.h"

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <stdexcept>
#include <vector>

namespace thalweg {
namespace {

struct Part {
  const char* factory;
  const char* package;
  void (*prepare)(GstElement*) = nullptr;
};

/// A bin of the elements in a row, with a ghost pad "sink"; floating.
GstElement* chain_of(std::initializer_list<Part> parts, GstElement* last) {
  GstElement* bin = gst_bin_new(nullptr);
  GstElement *first = nullptr, *previous = nullptr;
  const auto add = [&](GstElement* element) {
    gst_bin_add(GST_BIN(bin), element);
    if (previous) gst_element_link(previous, element);
    if (!first) first = element;
    previous = element;
  };
  for (const Part& part : parts) {
    GstElement* element = gst_element_factory_make(part.factory, nullptr);
    if (!element) {
      gst_object_unref(bin);
      if (last) gst_object_unref(last);
      throw std::runtime_error(std::string("the GStreamer element ") + part.factory +
                               " is not installed; install " + part.package);
    }
    if (part.prepare) part.prepare(element);
    add(element);
  }
  if (last) add(last);
  GstPad* pad = gst_element_get_static_pad(first, "sink");
  gst_element_add_pad(bin, gst_ghost_pad_new("sink", pad));
  gst_object_unref(pad);
  return bin;
}

void set_if_there(GstElement* element, const char* property, gboolean value) {
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), property))
    g_object_set(element, property, value, nullptr);
}

/// Value of an environment variable, null where it is unset or empty.
const char* variable(const char* name) {
  const char* value = std::getenv(name);
  return value && *value ? value : nullptr;
}

/// A sink that opens a window, in state READY; nullptr when none can.
GstElement* open_window_sink() {
  std::vector<const char*> names;
  if (variable("WAYLAND_DISPLAY")) names.push_back("waylandsink");
  if (variable("DISPLAY")) names.insert(names.end(), {"ximagesink", "xvimagesink"});
  names.push_back("glimagesink");
  for (const char* name : names) {
    GstElement* sink = gst_element_factory_make(name, nullptr);
    if (!sink) continue;
    gst_object_ref_sink(sink);
    if (gst_element_set_state(sink, GST_STATE_READY) != GST_STATE_CHANGE_FAILURE) return sink;
    gst_element_set_state(sink, GST_STATE_NULL);
    gst_object_unref(sink);
  }
  return nullptr;
}

/// Nobody empties the bus but fail() and finish().
GstBusSyncReply keep_ends(GstBus*, GstMessage* message, gpointer) {
  const GstMessageType type = GST_MESSAGE_TYPE(message);
  if (type == GST_MESSAGE_ERROR || type == GST_MESSAGE_EOS) return GST_BUS_PASS;
  gst_message_unref(message);
  return GST_BUS_DROP;
}

}  // namespace

std::unique_ptr<Output> Output::window(bool force_aspect_ratio, std::string& why_not) {
  if (!variable("DISPLAY") && !variable("WAYLAND_DISPLAY")) {
    why_not = "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)";
    return nullptr;
  }
  GstElement* sink = open_window_sink();
  if (!sink) {
    const char* display = variable("DISPLAY");
    why_not = std::string("no window can be opened on display ") +
              (display ? display : variable("WAYLAND_DISPLAY")) +
              " (tried waylandsink, ximagesink, xvimagesink and glimagesink; the package "
              "gstreamer1.0-x brings ximagesink)";
    return nullptr;
  }
  g_object_set(sink, "sync", FALSE, "async", FALSE, "qos", FALSE, nullptr);
  set_if_there(sink, "force-aspect-ratio", force_aspect_ratio);
  GstElement* chain;
  try {
    chain = chain_of({{"videoconvert", "gstreamer1.0-plugins-base"},
                      {"videoscale", "gstreamer1.0-plugins-base"}},
                     sink);
  } catch (const std::exception& error) {
    why_not = error.what();
    return nullptr;
  }
  gst_object_unref(sink);
  return std::unique_ptr<Output>(new Output(chain));
}

std::unique_ptr<Output> Output::file(const std::string& path) {
  const auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty() && !std::filesystem::is_directory(folder))
    throw std::runtime_error("there is no folder " + folder.string() + " to write " + path + " to");
  GstElement* sink = gst_element_factory_make("filesink", nullptr);
  g_object_set(sink, "location", path.c_str(), "async", FALSE, nullptr);
  GstElement* chain = chain_of({{"videoconvert", "gstreamer1.0-plugins-base"},
                                {"nvv4l2h264enc", "Thalweg's plugins (see thalweg doctor)"},
                                {"h264parse", "gstreamer1.0-plugins-bad"},
                                {"mp4mux", "gstreamer1.0-plugins-good"}},
                               sink);
  return std::unique_ptr<Output>(new Output(chain));
}

std::unique_ptr<Output> Output::jpeg(std::function<void(std::string)> take) {
  using Take = std::function<void(std::string)>;
  GstElement* sink = gst_element_factory_make("fakesink", nullptr);
  g_object_set(sink, "sync", FALSE, "async", FALSE, "enable-last-sample", FALSE, nullptr);
  GstPad* pad = gst_element_get_static_pad(sink, "sink");
  gst_pad_add_probe(
      pad, GST_PAD_PROBE_TYPE_BUFFER,
      [](GstPad*, GstPadProbeInfo* info, gpointer data) {
        GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
        std::string jpeg(gst_buffer_get_size(buffer), '\0');
        gst_buffer_extract(buffer, 0, jpeg.data(), jpeg.size());
        (*static_cast<Take*>(data))(std::move(jpeg));
        return GST_PAD_PROBE_OK;
      },
      new Take(std::move(take)), [](gpointer data) { delete static_cast<Take*>(data); });
  gst_object_unref(pad);
  const auto leaky = [](GstElement* queue) {
    gst_util_set_object_arg(G_OBJECT(queue), "leaky", "downstream");
    g_object_set(queue, "max-size-buffers", 1, "max-size-bytes", 0, "max-size-time", guint64{0},
                 nullptr);
  };
  GstElement* chain = chain_of({{"queue", "libgstreamer1.0-0", leaky},
                                {"videoconvert", "gstreamer1.0-plugins-base"},
                                {"nvjpegenc", "Thalweg's plugins (see thalweg doctor)"}},
                               sink);
  return std::unique_ptr<Output>(new Output(chain));
}

Output::Output(GstElement* chain) {
  pipeline_ = gst_pipeline_new(nullptr);
  gst_bin_add(GST_BIN(pipeline_), chain);
  bus_ = gst_element_get_bus(pipeline_);
  gst_bus_set_sync_handler(bus_, keep_ends, nullptr, nullptr);
  pad_ = gst_pad_new("frames", GST_PAD_SRC);
  gst_object_ref_sink(pad_);
  gst_pad_set_event_function(pad_, [](GstPad*, GstObject*, GstEvent* event) -> gboolean {
    gst_event_unref(event);
    return TRUE;
  });
  GstPad* sink = gst_element_get_static_pad(chain, "sink");
  gst_pad_link(pad_, sink);
  gst_object_unref(sink);
  gst_element_set_state(pipeline_, GST_STATE_PLAYING);
  gst_pad_set_active(pad_, TRUE);
}

Output::~Output() {
  gst_element_set_state(pipeline_, GST_STATE_NULL);
  gst_pad_set_active(pad_, FALSE);
  gst_bus_set_sync_handler(bus_, nullptr, nullptr, nullptr);
  gst_object_unref(bus_);
  gst_object_unref(pad_);
  gst_object_unref(pipeline_);
}

void Output::set_caps(GstCaps* caps) {
  if (!started_) gst_pad_push_event(pad_, gst_event_new_stream_start("frames"));
  gst_pad_push_event(pad_, gst_event_new_caps(caps));
  if (!started_) {
    GstSegment segment;
    gst_segment_init(&segment, GST_FORMAT_TIME);
    gst_pad_push_event(pad_, gst_event_new_segment(&segment));
  }
  started_ = true;
}

void Output::push(GstBuffer* frame) {
  const GstFlowReturn flow = gst_pad_push(pad_, frame);
  if (flow != GST_FLOW_OK) fail(gst_flow_get_name(flow));
}

void Output::finish() {
  gst_pad_push_event(pad_, gst_event_new_eos());
  GstMessage* message = gst_bus_timed_pop_filtered(
      bus_, 30 * GST_SECOND, GstMessageType(GST_MESSAGE_EOS | GST_MESSAGE_ERROR));
  if (!message) throw std::runtime_error("the file was not finished within 30 seconds");
  const bool done = GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS;
  if (!done) gst_bus_post(bus_, gst_message_ref(message));
  gst_message_unref(message);
  if (!done) fail("error");
}

void Output::fail(const char* otherwise) {
  std::string reason = otherwise;
  if (GstMessage* message = gst_bus_pop_filtered(bus_, GST_MESSAGE_ERROR)) {
    GError* error = nullptr;
    gst_message_parse_error(message, &error, nullptr);
    reason = std::string(error->message) + " (" + GST_OBJECT_NAME(GST_MESSAGE_SRC(message)) + ")";
    g_error_free(error);
    gst_message_unref(message);
  }
  throw std::runtime_error(reason);
}

}  // namespace thalweg
