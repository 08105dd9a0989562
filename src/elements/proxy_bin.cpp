#include "elements/proxy_bin.h"

#include <utility>

#include "elements/observed.h"

GST_DEBUG_CATEGORY_STATIC(proxy_bin_debug);
#define GST_CAT_DEFAULT proxy_bin_debug

namespace thalweg {

static void proxy_bin_init(ThalwegProxyBin*) {}
static void proxy_bin_class_init(ThalwegProxyBinClass* klass);
G_DEFINE_ABSTRACT_TYPE(ThalwegProxyBin, proxy_bin, GST_TYPE_BIN)

namespace {

ThalwegProxyBin* as_proxy(gpointer object) {
  return G_TYPE_CHECK_INSTANCE_CAST(object, proxy_bin_get_type(), ThalwegProxyBin);
}

const ThalwegProxyBinClass* class_of(gpointer object) {
  return G_TYPE_INSTANCE_GET_CLASS(object, proxy_bin_get_type(), ThalwegProxyBinClass);
}

bool is_inner(ThalwegProxyBin* self, const char* property) {
  return self->inner &&
         g_object_class_find_property(G_OBJECT_GET_CLASS(self->inner), property) != nullptr;
}

void set_property(GObject* object, guint id, const GValue* value, GParamSpec* spec) {
  ThalwegProxyBin* self = as_proxy(object);
  if (!self->properties->set(object, id, value, GST_CAT_DEFAULT)) {
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
    return;
  }
  if (is_inner(self, spec->name)) g_object_set_property(G_OBJECT(self->inner), spec->name, value);
  if (auto* changed = class_of(self)->changed) changed(self, id);
}

void get_property(GObject* object, guint id, GValue* value, GParamSpec* spec) {
  ThalwegProxyBin* self = as_proxy(object);
  if (is_inner(self, spec->name))
    g_object_get_property(G_OBJECT(self->inner), spec->name, value);
  else if (!self->properties->get(object, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, spec);
}

void constructed(GObject* object) {
  G_OBJECT_CLASS(proxy_bin_parent_class)->constructed(object);
  ThalwegProxyBin* self = as_proxy(object);
  self->properties = new KeptProperties(kFirstProxyProperty, class_of(self)->properties);
  self->inner = gst_element_factory_make(class_of(self)->inner_factory, "inner");
  if (self->inner) gst_bin_add(GST_BIN(self), self->inner);
  for (const char* name : {"sink", "src"}) {
    GstPadTemplate* pad_template = gst_element_get_pad_template(GST_ELEMENT(self), name);
    GstPad* target = self->inner ? gst_element_get_static_pad(self->inner, name) : nullptr;
    gst_element_add_pad(GST_ELEMENT(self),
                        target ? gst_ghost_pad_new_from_template(name, target, pad_template)
                               : gst_ghost_pad_new_no_target_from_template(name, pad_template));
    if (target) gst_object_unref(target);
  }
}

void finalize(GObject* object) {
  delete as_proxy(object)->properties;
  G_OBJECT_CLASS(proxy_bin_parent_class)->finalize(object);
}

GstStateChangeReturn change_state(GstElement* element, GstStateChange change) {
  ThalwegProxyBin* self = as_proxy(element);
  if (change == GST_STATE_CHANGE_NULL_TO_READY && !self->inner) {
    GST_ELEMENT_ERROR(self, CORE, MISSING_PLUGIN,
                      ("%s: the GStreamer element %s is not installed; install the package %s.",
                       GST_OBJECT_NAME(gst_element_get_factory(element)),
                       class_of(self)->inner_factory, class_of(self)->inner_package),
                      (nullptr));
    return GST_STATE_CHANGE_FAILURE;
  }
  return GST_ELEMENT_CLASS(proxy_bin_parent_class)->change_state(element, change);
}

}  // namespace

static void proxy_bin_class_init(ThalwegProxyBinClass* klass) {
  GST_DEBUG_CATEGORY_INIT(proxy_bin_debug, "thalweg-proxy", 0, "elements round another one");
  G_OBJECT_CLASS(klass)->constructed = constructed;
  G_OBJECT_CLASS(klass)->finalize = finalize;
  GST_ELEMENT_CLASS(klass)->change_state = change_state;
}

void proxy_bin_class_setup(ThalwegProxyBinClass* klass, const char* inner_factory,
                           const char* inner_package, const char* caps,
                           std::span<const KeptProperty> properties) {
  klass->inner_factory = inner_factory;
  klass->inner_package = inner_package;
  klass->properties = properties;
  auto* object = G_OBJECT_CLASS(klass);
  object->set_property = set_property;
  object->get_property = get_property;
  KeptProperties::install(object, kFirstProxyProperty, properties);
  GstCaps* taken = gst_caps_from_string(caps);
  for (const auto& [name, direction] : {std::pair{"sink", GST_PAD_SINK}, {"src", GST_PAD_SRC}})
    gst_element_class_add_pad_template(
        GST_ELEMENT_CLASS(klass), gst_pad_template_new(name, direction, GST_PAD_ALWAYS, taken));
  gst_caps_unref(taken);
  observed_class_setup(object);
}

}  // namespace thalweg
