// Elements of DeepStream that this version does not have, under their names.
//
// A program that makes one gets an element with its pads and properties, so that it comes as far as
// starting its pipeline; there one element error says what is missing. Without them it would get
// None from ElementFactory.make, and "no element" from a launch line.
#include <gst/gst.h>

#include <charconv>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "elements/kept_properties.h"
#include "elements/thalweg_absent/table.h"

GST_DEBUG_CATEGORY_STATIC(absent_debug);
#define GST_CAT_DEFAULT absent_debug

namespace {

using namespace thalweg;

/// What a row of the table comes to. Lives as long as the process.
struct Absent {
  const AbsentElement& row;
  std::vector<KeptProperty> properties;
  bool has_sink = false, has_source = false;

  explicit Absent(const AbsentElement& row);
  std::string sentence() const;
};

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, separator);) {
    part.erase(0, part.find_first_not_of(' '));
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

/// For ever: GObject keeps pointers to names and defaults.
const char* kept(const std::string& text) { return g_intern_string(text.c_str()); }

/// "off,on,8 auto" with the numbers 0, 1 and 8.
const GEnumValue* enum_values(const std::string& nicks) {
  auto* values = new std::vector<GEnumValue>;  // lives as long as the enum, which is for ever
  int next = 0;
  for (std::string nick : split(nicks, ',')) {
    if (const size_t blank = nick.find(' '); blank != std::string::npos) {
      std::from_chars(nick.data(), nick.data() + blank, next);
      nick.erase(0, blank + 1);
    }
    values->push_back({next++, kept(nick), kept(nick)});
  }
  values->push_back({0, nullptr, nullptr});
  return values->data();
}

GType type_of(std::string_view name) {
  constexpr std::pair<std::string_view, GType> kTypes[] = {
      {"uint", G_TYPE_UINT},     {"int", G_TYPE_INT},         {"uint64", G_TYPE_UINT64},
      {"int64", G_TYPE_INT64},   {"boolean", G_TYPE_BOOLEAN}, {"float", G_TYPE_FLOAT},
      {"string", G_TYPE_STRING}, {"enum", G_TYPE_ENUM},       {"pointer", G_TYPE_POINTER},
  };
  for (const auto& [known, type] : kTypes)
    if (known == name) return type;
  g_error("the table of absent elements has a property of type %s", std::string(name).c_str());
}

KeptProperty parse_property(const AbsentElement& row, std::string text) {
  KeptProperty property{
      .value = nullptr, .meaning = "Accepted; the element is not there", .used = true};
  if (text.ends_with(" ro")) {
    property.flags = G_PARAM_READABLE;
    text.resize(text.size() - 3);
  }
  const size_t blank = text.find(' '), equals = text.find('=');
  property.type = type_of(std::string_view(text).substr(0, blank));
  property.name = kept(text.substr(blank + 1, equals - blank - 1));
  std::string value = equals == std::string::npos ? "" : text.substr(equals + 1);
  if (property.type == G_TYPE_ENUM) {
    const size_t colon = value.find(':');
    property.enum_values = enum_values(value.substr(colon + 1));
    property.enum_name = kept(std::string("ThalwegAbsent-") + row.name + "-" + property.name);
    value.resize(colon);
  }
  if (equals != std::string::npos) property.value = kept(value);
  return property;
}

bool is_input(const std::string& pad) { return pad.starts_with("sink"); }

Absent::Absent(const AbsentElement& row) : row(row) {
  for (const std::string& pad : split(row.pads, ' '))
    (is_input(pad) ? has_sink : has_source) = true;
  for (const std::string& text : split(row.properties, ';'))
    properties.push_back(parse_property(row, text));
  // What these kinds of elements inherit from GStreamer.
  const char* inherited = has_sink && has_source ? "boolean qos=false"
                          : has_sink ? "boolean sync=true; boolean async=true; boolean qos=false; "
                                       "boolean enable-last-sample=true; int64 max-lateness=-1; "
                                       "int64 ts-offset=0"
                                     : "";
  for (const std::string& text : split(inherited, ';'))
    properties.push_back(parse_property(row, text));
}

std::string Absent::sentence() const {
  const std::string name = row.name, instead = row.instead;
  if (row.fate == AbsentElement::kLater)
    return name + " is not part of this version of Thalweg: it " + row.what +
           ", and comes with a later version. " +
           (instead.empty() ? "Until then, take it out of the pipeline."
                            : "Until then: " + instead + ".");
  return name + " is not part of Thalweg: it " + row.what + ". " +
         (instead.empty() ? "Take it out of the pipeline." : "Instead: " + instead + ".");
}

// ---- the element

GQuark quark() { return g_quark_from_static_string("thalweg-absent"); }

const Absent& absent_of(gpointer object) {
  return *static_cast<const Absent*>(g_type_get_qdata(G_OBJECT_TYPE(object), quark()));
}

KeptProperties& properties_of(gpointer object) {
  return *static_cast<KeptProperties*>(g_object_get_qdata(G_OBJECT(object), quark()));
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  if (!properties_of(object).set(object, id, value, GST_CAT_DEFAULT))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  if (!properties_of(object).get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

GstPad* request_pad(GstElement* element, GstPadTemplate* pad_template, const char* name,
                    const GstCaps*) {
  GstPad* pad = gst_pad_new_from_template(pad_template, name);
  if (!gst_element_add_pad(element, pad)) return nullptr;
  return pad;
}

void release_pad(GstElement* element, GstPad* pad) { gst_element_remove_pad(element, pad); }

/// " nvmsgconv and nvmsgbroker, in the same pipeline, are not there either.": a program should not
/// have to be started once for each.
std::string others_in_pipeline(GstElement* element) {
  auto* top = GST_OBJECT(gst_object_ref(element));
  while (GstObject* parent = gst_object_get_parent(top)) {
    gst_object_unref(top);
    top = parent;
  }
  std::set<std::string> names;
  if (GST_IS_BIN(top)) {
    const auto add = [](const GValue* item, gpointer data) {
      const GType type = G_OBJECT_TYPE(g_value_get_object(item));
      if (const auto* absent = static_cast<const Absent*>(g_type_get_qdata(type, quark())))
        static_cast<std::set<std::string>*>(data)->insert(absent->row.name);
    };
    GstIterator* elements = gst_bin_iterate_recurse(GST_BIN(top));
    while (gst_iterator_foreach(elements, add, &names) == GST_ITERATOR_RESYNC)
      gst_iterator_resync(elements);
    gst_iterator_free(elements);
  }
  gst_object_unref(top);
  names.erase(absent_of(element).row.name);
  std::string list;
  for (const std::string& name : names)
    list += (list.empty() ? " " : name == *names.rbegin() ? " and " : ", ") + name;
  if (list.empty()) return "";
  return list + ", in the same pipeline, " + (names.size() > 1 ? "are" : "is") +
         " not there either.";
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  if (change == GST_STATE_CHANGE_NULL_TO_READY) {
    const std::string sentence = absent_of(element).sentence() + others_in_pipeline(element);
    GST_ELEMENT_ERROR(element, CORE, MISSING_PLUGIN, ("%s", sentence.c_str()), (nullptr));
    return GST_STATE_CHANGE_FAILURE;
  }
  auto* parent = static_cast<GstElementClass*>(g_type_class_peek_parent(
      G_TYPE_INSTANCE_GET_CLASS(element, G_OBJECT_TYPE(element), GstElementClass)));
  return parent->change_state(element, change);
}

void class_init(gpointer klass, gpointer data) {
  const Absent& absent = *static_cast<const Absent*>(data);
  auto* object = static_cast<GObjectClass*>(klass);
  auto* element = static_cast<GstElementClass*>(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  element->change_state = change_state;
  element->request_new_pad = request_pad;
  element->release_pad = release_pad;
  KeptProperties::install(object, 1, absent.properties);
  GstCaps* any = gst_caps_new_any();
  for (const std::string& pad : split(absent.row.pads, ' ')) {
    const bool numbered = pad.find('%') != std::string::npos;
    gst_element_class_add_pad_template(
        element, gst_pad_template_new(kept(pad), is_input(pad) ? GST_PAD_SINK : GST_PAD_SRC,
                                      !numbered         ? GST_PAD_ALWAYS
                                      : absent.has_sink ? GST_PAD_REQUEST
                                                        : GST_PAD_SOMETIMES,
                                      any));
  }
  gst_caps_unref(any);
  gst_element_class_set_metadata(element, kept(std::string("No ") + absent.row.name), "Generic",
                                 kept(absent.sentence()), "Thalweg");
}

void instance_init(GTypeInstance* instance, gpointer) {
  auto* element = reinterpret_cast<GstElement*>(instance);
  const Absent& absent = absent_of(element);
  g_object_set_qdata_full(G_OBJECT(element), quark(), new KeptProperties(1, absent.properties),
                          [](gpointer data) { delete static_cast<KeptProperties*>(data); });
  for (const std::string& name : split(absent.row.pads, ' ')) {
    if (name.find('%') != std::string::npos) continue;
    GstPadTemplate* pad_template =
        gst_element_class_get_pad_template(GST_ELEMENT_GET_CLASS(element), name.c_str());
    gst_element_add_pad(element, gst_pad_new_from_template(pad_template, name.c_str()));
  }
  if (!absent.has_source) GST_OBJECT_FLAG_SET(element, GST_ELEMENT_FLAG_SINK);
  if (!absent.has_sink) GST_OBJECT_FLAG_SET(element, GST_ELEMENT_FLAG_SOURCE);
}

/// The type Gst<name>, so that elements are called <name>0; a bin where the element is one, since
/// programs connect to the signals of bins.
GType type_for(const Absent& absent) {
  const bool is_bin = std::string_view(absent.row.name).ends_with("bin");
  GTypeQuery parent;
  g_type_query(is_bin ? GST_TYPE_BIN : GST_TYPE_ELEMENT, &parent);
  const GTypeInfo info = {.class_size = guint16(parent.class_size),
                          .class_init = class_init,
                          .class_data = &absent,
                          .instance_size = guint16(parent.instance_size),
                          .instance_init = instance_init};
  const std::string name = std::string("Gst") + absent.row.name;
  const GType type = g_type_register_static(parent.type, name.c_str(), &info, GTypeFlags(0));
  g_type_set_qdata(type, quark(), const_cast<Absent*>(&absent));
  return type;
}

}  // namespace

static gboolean plugin_init(GstPlugin* plugin) {
  GST_DEBUG_CATEGORY_INIT(absent_debug, "thalweg-absent", 0, "elements that are not there");
  for (const AbsentElement& row : absent_elements()) {
    const auto* absent = new Absent(row);  // lives as long as its type, which is for ever
    if (!gst_element_register(plugin, row.name, GST_RANK_NONE, type_for(*absent))) return FALSE;
  }
  return TRUE;
}

GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, thalweg_absent,
                  "Thalweg: names of elements that it does not have", plugin_init, THALWEG_VERSION,
                  "Apache 2.0", "Thalweg", "https://github.com")
