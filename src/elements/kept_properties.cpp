#include "elements/kept_properties.h"

#include <algorithm>
#include <mutex>

namespace thalweg {
namespace {

GType value_type(const KeptProperty& property) {
  if (property.type == G_TYPE_BOXED) return GST_TYPE_STRUCTURE;
  if (property.type == G_TYPE_FLAGS) return GST_TYPE_BUFFER_FLAGS;
  return property.type == G_TYPE_ENUM ? enum_type(property.enum_name, property.enum_values)
                                      : property.type;
}

gint64 default_number(const KeptProperty& property) {
  return property.value ? g_ascii_strtoll(property.value, nullptr, 10) : 0;
}

guint64 default_unsigned(const KeptProperty& property) {
  // "-1" as a default of an unsigned property means its largest value, as upstream writes it.
  return property.value ? g_ascii_strtoull(property.value, nullptr, 10) : 0;
}

GParamSpec* param_spec(const KeptProperty& property) {
  const char* name = property.name;
  std::string meaning = property.meaning;
  if (property.why_no_effect)
    meaning += std::string(KeptProperty::kNoEffectBecause) + property.why_no_effect;
  else if (!property.used)
    meaning += KeptProperty::kNoEffect;
  const char* blurb = meaning.c_str();
  const int access = property.flags & (G_PARAM_READABLE | G_PARAM_WRITABLE);
  const auto flags = GParamFlags(property.flags | (access ? 0 : G_PARAM_READWRITE) |
                                 G_PARAM_STATIC_NAME | G_PARAM_STATIC_NICK);
  const auto low = [&](gint64 least) { return std::max(property.minimum, least); };
  const auto high = [&](gint64 most) { return std::min(property.maximum, most); };
  switch (property.type) {
    case G_TYPE_BOOLEAN:
      return g_param_spec_boolean(name, name, blurb, g_strcmp0(property.value, "true") == 0, flags);
    case G_TYPE_INT:
      return g_param_spec_int(name, name, blurb, low(G_MININT), high(G_MAXINT),
                              default_number(property), flags);
    case G_TYPE_UINT:
      return g_param_spec_uint(name, name, blurb, low(0), high(G_MAXUINT),
                               guint(default_unsigned(property)), flags);
    case G_TYPE_UINT64:
      return g_param_spec_uint64(name, name, blurb, low(0), G_MAXUINT64, default_unsigned(property),
                                 flags);
    case G_TYPE_INT64:
      return g_param_spec_int64(name, name, blurb, property.minimum, property.maximum,
                                default_number(property), flags);
    case G_TYPE_FLOAT:
      return g_param_spec_float(name, name, blurb, float(property.minimum), float(property.maximum),
                                float(g_ascii_strtod(property.value, nullptr)), flags);
    case G_TYPE_FLAGS:
      return g_param_spec_flags(name, name, blurb, value_type(property),
                                guint(default_number(property)), flags);
    case G_TYPE_STRING:
      return g_param_spec_string(name, name, blurb, property.value, flags);
    case G_TYPE_ENUM:
      return g_param_spec_enum(name, name, blurb, value_type(property), default_number(property),
                               flags);
    case G_TYPE_POINTER:
      return g_param_spec_pointer(name, name, blurb, flags);
    case G_TYPE_BOXED:
      return g_param_spec_boxed(name, name, blurb, GST_TYPE_STRUCTURE, flags);
    default:
      g_assert_not_reached();
  }
}

bool is_default(const KeptProperty& property, const GValue* value) {
  GParamSpec* spec = g_param_spec_ref_sink(param_spec(property));
  const bool is = g_param_value_defaults(spec, value);
  g_param_spec_unref(spec);
  return is;
}

}  // namespace

GType enum_type(const char* name, const GEnumValue* values) {
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  const GType known = g_type_from_name(name);
  return known ? known : g_enum_register_static(name, values);
}

void KeptProperties::install(GObjectClass* klass, guint first_id,
                             std::span<const KeptProperty> table) {
  for (const KeptProperty& property : table)
    g_object_class_install_property(klass, first_id++, param_spec(property));
}

KeptProperties::KeptProperties(guint first_id, std::span<const KeptProperty> table)
    : first_id_(first_id),
      table_(table),
      values_(table.size(), GValue(G_VALUE_INIT)),
      told_(table.size()) {
  for (size_t i = 0; i < table_.size(); ++i) {
    GParamSpec* spec = g_param_spec_ref_sink(param_spec(table_[i]));
    g_value_init(&values_[i], value_type(table_[i]));
    g_param_value_set_default(spec, &values_[i]);
    g_param_spec_unref(spec);
  }
}

KeptProperties::~KeptProperties() {
  for (GValue& value : values_) g_value_unset(&value);
}

bool KeptProperties::set(GObject* object, guint id, const GValue* value,
                         GstDebugCategory* category) {
  const size_t i = id - first_id_;
  if (id < first_id_ || i >= table_.size()) return false;
  const KeptProperty& property = table_[i];
  const bool tells = !property.used && !(property.why_no_effect && is_default(property, value));
  GST_OBJECT_LOCK(object);
  g_value_copy(value, &values_[i]);
  const bool first = tells && !told_[i];
  told_[i] = told_[i] || tells;
  GST_OBJECT_UNLOCK(object);
  if (first && property.why_no_effect)
    GST_CAT_WARNING_OBJECT(category, object, "property '%s' is kept but has no effect: %s",
                           property.name, property.why_no_effect);
  else if (first)
    GST_CAT_INFO_OBJECT(category, object, "property '%s' is kept but has no effect on a CPU",
                        property.name);
  return true;
}

bool KeptProperties::get(GObject* object, guint id, GValue* value) const {
  const size_t i = id - first_id_;
  if (id < first_id_ || i >= table_.size()) return false;
  GST_OBJECT_LOCK(object);
  g_value_copy(&values_[i], value);
  GST_OBJECT_UNLOCK(object);
  return true;
}

gint64 KeptProperties::number(GObject* object, guint id) const {
  const GValue& value = values_[id - first_id_];
  GST_OBJECT_LOCK(object);
  gint64 number = 0;
  switch (G_TYPE_FUNDAMENTAL(G_VALUE_TYPE(&value))) {
    case G_TYPE_BOOLEAN:
      number = g_value_get_boolean(&value);
      break;
    case G_TYPE_INT:
      number = g_value_get_int(&value);
      break;
    case G_TYPE_UINT:
      number = g_value_get_uint(&value);
      break;
    case G_TYPE_UINT64:
      number = gint64(g_value_get_uint64(&value));
      break;
    case G_TYPE_ENUM:
      number = g_value_get_enum(&value);
      break;
    default:
      g_assert_not_reached();
  }
  GST_OBJECT_UNLOCK(object);
  return number;
}

std::string KeptProperties::text(GObject* object, guint id) const {
  GST_OBJECT_LOCK(object);
  const char* value = g_value_get_string(&values_[id - first_id_]);
  std::string text = value ? value : "";
  GST_OBJECT_UNLOCK(object);
  return text;
}

}  // namespace thalweg
