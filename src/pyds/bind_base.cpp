#include "pyds/bindings.h"
#include "pyds/struct_binder.h"

namespace thalweg::pyds {

void bind_base(nb::module_& module) {
  nb::class_<Ref>(module, "Struct", nb::is_weak_referenceable(),
                  "Base of every class that stands for a C struct. An object is a view of the "
                  "struct; reading one whose memory was given back raises ReferenceError.");

  nb::class_<StructArray> array(module, "StructArray", nb::is_generic(), nb::pooled(32),
                                "Array of structs inside another struct: a sequence of views, "
                                "made when asked for.");
  array.def("__len__", &StructArray::size)
      .def("__getitem__", &StructArray::item, nb::arg("index"),
           "View of one element, or a list of views for a slice.");
  // A collections.abc.Sequence, with what that class makes of the two methods.
  const nb::object sequence = nb::module_::import_("collections.abc").attr("Sequence");
  sequence.attr("register")(array);
  for (const char* name : {"index", "count"}) array.attr(name) = sequence.attr(name);

  struct_info<GList>.name = "GList";
  struct_info<GList>.size = sizeof(GList);
  nb::class_<ListNode, Ref> list(module, "GList", nb::is_weak_referenceable(), nb::pooled(64),
                                 "Node of a list of metas. `next` is None at the end:\n\n"
                                 "    node = frame.obj_meta_list\n"
                                 "    while node is not None:\n"
                                 "        obj = pyds.NvDsObjectMeta.cast(node.data)\n"
                                 "        node = node.next\n\n"
                                 "Iterating gives the data of this node and of those after it; its "
                                 "length is how many they are.");
  struct_info<GList>.type = reinterpret_cast<PyTypeObject*>(list.ptr());
  list.def("__init__", [](nb::pointer_and_handle<ListNode> self) {
    Allocations::instance().collect();
    auto* memory = static_cast<GList*>(Allocations::instance().allocate_struct(struct_info<GList>));
    if (!memory) throw std::bad_alloc();
    new (self.p) ListNode(self.h.ptr(), {memory, nullptr, nullptr, 0}, lifetime_of(memory), nullptr,
                          nullptr, nullptr);
    self.p->take_ownership();
  });
  def_field<ListNode>(
      list, "data", [](ListNode& self) { return Capsule{self.data()}; },
      [](ListNode& self, Given<Capsule> given) { self.set_data(given.value); },
      "Address of the meta as a capsule (view), None for none; cast it to its class. Set from "
      "a capsule, a pyds object (taken) or None.");
  def_field<ListNode>(
      list, "next", [](ListNode& self) { return ListReference{self.next()}; },
      [](ListNode& self, Given<ListReference> given) { self.set_next(given.value); },
      "The next node (view), None at the end.");
  def_field<ListNode>(
      list, "prev", [](ListNode& self) { return ListReference{self.prev()}; },
      [](ListNode& self, Given<ListReference> given) { self.set_prev(given.value); },
      "The previous node (view), None at the head.");
  list.def("__bool__", [](const ListNode&) { return true; })
      .def("__len__", &ListNode::count)
      .def("__iter__", [](nb::handle self) { return ListIterator(nb::borrow(self)); });
  nb::class_<ListIterator>(module, "GListIterator", "Iterator over the data of a GList.")
      .def("__iter__", [](nb::handle self) { return nb::borrow(self); })
      .def("__next__", [](ListIterator& self) { return Capsule{self.next()}; });
}

}  // namespace thalweg::pyds
