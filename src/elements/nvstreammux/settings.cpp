#include "elements/nvstreammux/settings.h"

#include <algorithm>
#include <type_traits>

#include "elements/property_values.h"

namespace thalweg {

namespace {

GParamSpec* new_spec(const SettingProperty& row, const Settings& defaults) {
  const auto flags = GParamFlags(G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS);
  const auto spec = [&](auto maker, auto minimum, auto most, auto value) {
    using Number = decltype(value);
    return maker(row.name, row.name, row.meaning, Number(minimum),
                 Number(std::min<guint64>(row.maximum, most)), value, flags);
  };
  return std::visit(
      [&](auto member) {
        const auto value = defaults.*member;
        if constexpr (std::is_same_v<decltype(member), bool Settings::*>)
          return g_param_spec_boolean(row.name, row.name, row.meaning, value, flags);
        else if constexpr (std::is_same_v<decltype(member), gint Settings::*>)
          return spec(g_param_spec_int, row.minimum, guint64(G_MAXINT), value);
        else if constexpr (std::is_same_v<decltype(member), guint Settings::*>)
          return spec(g_param_spec_uint, row.minimum, guint64(G_MAXUINT), value);
        else if constexpr (std::is_same_v<decltype(member), std::string Settings::*>)
          return g_param_spec_string(row.name, row.name, row.meaning, nullptr, flags);
        else if (row.type == G_TYPE_UINT)
          return spec(g_param_spec_uint, row.minimum, guint64(G_MAXUINT), guint(value));
        else
          return spec(g_param_spec_uint64, row.minimum, G_MAXUINT64, value);
      },
      row.member);
}

/// NULL where there is none, as the specification's default.
void give(GValue* value, const std::string& from) {
  g_value_set_string(value, from.empty() ? nullptr : from.c_str());
}

}  // namespace

void install_settings(GObjectClass* klass, std::span<const SettingProperty> table,
                      const Settings& defaults) {
  guint id = 1;
  for (const SettingProperty& row : table)
    g_object_class_install_property(klass, id++, new_spec(row, defaults));
}

const SettingProperty* find_setting(std::span<const SettingProperty> table, guint id) {
  return id >= 1 && id <= table.size() ? &table[id - 1] : nullptr;
}

void set_setting(Settings& settings, const SettingProperty& property, const GValue* value) {
  std::visit([&](auto member) { take(value, settings.*member); }, property.member);
}

void get_setting(const Settings& settings, const SettingProperty& property, GValue* value) {
  std::visit([&](auto member) { give(value, settings.*member); }, property.member);
}

}  // namespace thalweg
