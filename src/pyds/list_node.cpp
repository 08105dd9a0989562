#include "pyds/list_node.h"

#include "pyds/slots.h"

namespace thalweg::pyds {

ListNode::ListNode(PyObject* self, GList* node, const Lifetime& lifetime, PyObject* parent,
                   GList** head)
    : Ref(struct_info<GList>, self, node, lifetime, parent), head_(head) {
  remember();
}

nb::object wrap_list(const Ref& owner, GList** head) {
  owner.check();
  const BatchPin pin(owner);
  GList* node = *head;
  owner.check();
  if (!node) return nb::none();
  const Lifetime& lifetime = owner.lifetime();
  PyTypeObject* type = struct_info<GList>.type;
  const bool ours = lifetime.origin == Lifetime::Origin::kSlot;
  if (PyObject* found = find_wrapper(node, type, lifetime)) {
    auto* known = nb::inst_ptr<ListNode>(found);
    if (known->head_ == (ours ? head : nullptr)) {
      known->remember();
      return nb::steal(found);
    }
    Py_DECREF(found);
  }
  return detail::new_wrapper<ListNode>(type, node, lifetime, owner.self(), ours ? head : nullptr);
}

nb::object wrap_node(const ListNode& sibling, GList* node) {
  if (!node) return nb::none();
  PyTypeObject* type = struct_info<GList>.type;
  if (PyObject* found = find_wrapper(node, type, sibling.lifetime())) {
    auto* known = nb::inst_ptr<ListNode>(found);
    if (known->head_ == sibling.head_) {
      known->remember();
      return nb::steal(found);
    }
    Py_DECREF(found);
  }
  const bool by_itself = sibling.lifetime().origin == Lifetime::Origin::kBlock;
  const Lifetime lifetime = by_itself ? lifetime_of(node) : sibling.lifetime();
  return detail::new_wrapper<ListNode>(type, node, lifetime, sibling.parent(), sibling.head_);
}

void ListNode::remember() {
  if (!head_) return;
  epoch_ = list_epoch(*this);
  next_seen_ = unchecked()->next;
}

bool ListNode::find() {
  check();
  if (!head_ || epoch_ == list_epoch(*this)) return true;
  for (GList* node = *head_; node; node = node->next) {
    if (node == unchecked()) {
      remember();
      return true;
    }
  }
  return false;
}

GList* ListNode::node() {
  const BatchPin pin(*this);
  if (!find()) throw_removed();
  return unchecked();
}

nb::object ListNode::data() {
  const BatchPin pin(*this);
  if (!find()) throw_removed();
  void* address = unchecked()->data;
  check();
  return capsule(address);
}

nb::object ListNode::next() {
  const BatchPin pin(*this);
  if (find()) {
    GList* following = unchecked()->next;
    check();
    if (head_) next_seen_ = following;
    return wrap_node(*this, following);
  }
  if (!next_seen_) return nb::none();
  for (GList* node = *head_; node; node = node->next) {
    if (node == next_seen_) return wrap_node(*this, node);
  }
  throw_removed();
}

nb::object ListNode::prev() {
  const BatchPin pin(*this);
  if (!find()) throw_removed();
  return wrap_node(*this, unchecked()->prev);
}

void ListNode::set_data(nb::handle value) {
  void* address = to_stored_pointer(value, {"GList", "data"});
  node()->data = address;
}

void ListNode::set_next(nb::handle value) {
  GList* following = to_list(value, {"GList", "next"});
  node()->next = following;
}

void ListNode::set_prev(nb::handle value) {
  GList* before = to_list(value, {"GList", "prev"});
  node()->prev = before;
}

void ListNode::throw_removed() {
  throw_error(PyExc_ReferenceError,
              "GList: this node was removed from its list; take the list from its meta again");
}

GList* to_list(nb::handle value, const Site& site) {
  if (value.is_none()) return nullptr;
  ListNode* list = nullptr;
  if (!nb::try_cast<ListNode*>(value, list, false)) throw_type_error(site, "GList or None", value);
  return list->node();
}

}  // namespace thalweg::pyds
