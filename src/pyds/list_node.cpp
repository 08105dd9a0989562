#include "pyds/list_node.h"

#include "pyds/slots.h"

namespace thalweg::pyds {

namespace {

uint64_t epoch_now(const uint64_t* at) { return at ? __atomic_load_n(at, __ATOMIC_ACQUIRE) : 0; }

}  // namespace

ListNode::ListNode(PyObject* self, const Seen& seen, const Lifetime& lifetime, PyObject* parent,
                   GList** head, const uint64_t* epoch_at)
    : Ref(struct_info<GList>, self, seen.node, lifetime, parent),
      head_(head),
      epoch_at_(epoch_at),
      seen_(seen) {}

nb::object wrap_list(const Ref& owner, GList** head) {
  const uint64_t* epoch_at = list_epoch_at(owner);
  ListNode::Seen seen;
  owner.check();
  {
    const BatchGuard guard(owner);
    seen = {*head, nullptr, nullptr, epoch_now(epoch_at)};
    owner.check();
    if (seen.node) {
      seen.next = seen.node->next;
      seen.data = seen.node->data;
    }
  }
  if (!seen.node) return nb::none();
  const bool ours = owner.lifetime().origin == Lifetime::Origin::kSlot;
  PyTypeObject* type = struct_info<GList>.type;
  Lifetime life = owner.lifetime();
  if (!ours) {  // a node that Python made has a lifetime of its own
    const Lifetime own = Allocations::instance().lifetime(seen.node);
    if (own.origin == Lifetime::Origin::kBlock) life = own;
  }
  if (PyObject* found = find_wrapper(seen.node, type, life)) {
    auto* known = nb::inst_ptr<ListNode>(found);
    if (known->head_ == (ours ? head : nullptr)) {
      known->seen_ = seen;
      return nb::steal(found);
    }
    Py_DECREF(found);
  }
  return detail::new_wrapper<ListNode>(type, seen, life, owner.self(), ours ? head : nullptr,
                                       epoch_at);
}

nb::object ListNode::wrap(const Seen& seen) const {
  if (!seen.node) return nb::none();
  PyTypeObject* type = struct_info<GList>.type;
  if (PyObject* found = find_wrapper(seen.node, type, lifetime())) {
    auto* known = nb::inst_ptr<ListNode>(found);
    if (known->head_ == head_) {
      known->seen_ = seen;
      return nb::steal(found);
    }
    Py_DECREF(found);
  }
  return detail::new_wrapper<ListNode>(type, seen, lifetime(), parent(), head_, epoch_at_);
}

nb::object ListNode::wrap_neighbour(GList* node, const Place& given) {
  if (!node) return nb::none();
  const Place at =
      given.node == node ? given : Place{node, lifetime_of(node), {}, nullptr, nullptr};
  PyTypeObject* type = struct_info<GList>.type;
  if (PyObject* found = find_wrapper(node, type, at.lifetime)) {
    if (nb::inst_ptr<ListNode>(found)->head_ == at.head) return nb::steal(found);
    Py_DECREF(found);
  }
  // Not looked at: the list may be gone. The first use searches it.
  constexpr uint64_t kNoEpoch = ~uint64_t{0};
  return detail::new_wrapper<ListNode>(type, Seen{node, nullptr, nullptr, kNoEpoch}, at.lifetime,
                                       at.parent.ptr(), at.head, at.epoch_at);
}

ListNode::Place ListNode::place() const {
  return {seen_.node, lifetime(), nb::borrow(parent()), head_, epoch_at_};
}

ListNode::Seen ListNode::look(GList* node) const {
  if (!node) return {};
  return {node, node->next, node->data, epoch_now(epoch_at_)};
}

bool ListNode::unchanged() const { return epoch_at_ && seen_.epoch == epoch_now(epoch_at_); }

bool ListNode::find() {
  check();
  if (!epoch_at_ || unchanged()) return true;
  for (GList* node = *head_; node; node = node->next) {
    if (node == seen_.node) {
      seen_ = look(node);
      return true;
    }
  }
  return false;
}

GList* ListNode::node() {
  const BatchGuard guard(*this);
  if (!find()) throw_removed();
  return seen_.node;
}

nb::object ListNode::data() {
  if (!unchanged()) {
    const BatchGuard guard(*this);
    if (!find()) throw_removed();
    seen_ = look(seen_.node);
  }
  check();
  return capsule(seen_.data);
}

nb::object ListNode::next() {
  if (is_by_itself()) return wrap_neighbour(node()->next, given_next_);
  Seen following;
  {
    const BatchGuard guard(*this);
    if (find()) {
      seen_.next = seen_.node->next;
      following = look(seen_.next);
    } else if (seen_.next) {
      GList* node = *head_;
      while (node && node != seen_.next) node = node->next;
      if (!node) throw_removed();
      following = look(node);
    }
    check();
  }
  return wrap(following);
}

nb::object ListNode::prev() {
  if (is_by_itself()) return wrap_neighbour(node()->prev, given_prev_);
  Seen before;
  {
    const BatchGuard guard(*this);
    if (!find()) throw_removed();
    before = look(seen_.node->prev);
    check();
  }
  return wrap(before);
}

size_t ListNode::count() {
  const BatchGuard guard(*this);
  if (!find()) throw_removed();
  size_t nodes = 0;
  for (const GList* node = seen_.node; node; node = node->next) ++nodes;
  check();
  return nodes;
}

nb::object ListIterator::next() {
  if (!at_first_ && !node_.is_none()) node_ = nb::inst_ptr<ListNode>(node_)->next();
  at_first_ = false;
  if (node_.is_none()) throw nb::stop_iteration();
  return nb::inst_ptr<ListNode>(node_)->data();
}

void ListNode::set_data(nb::handle value) {
  void* address = to_stored_pointer(value, {"GList", "data"});
  node()->data = address;
  seen_.data = address;
}

void ListNode::set_next(nb::handle value) {
  GList* following = to_stored_list(value, {"GList", "next"});
  node()->next = following;
  seen_.next = following;
  given_next_ = following ? nb::inst_ptr<ListNode>(value)->place() : Place{};
}

void ListNode::set_prev(nb::handle value) {
  GList* before = to_stored_list(value, {"GList", "prev"});
  node()->prev = before;
  given_prev_ = before ? nb::inst_ptr<ListNode>(value)->place() : Place{};
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

GList* to_stored_list(nb::handle value, const Site& site) {
  GList* list = to_list(value, site);
  if (Ref* ref = as_ref(value)) ref->give_up_ownership();
  return list;
}

}  // namespace thalweg::pyds
