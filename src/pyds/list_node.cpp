#include "pyds/list_node.h"

#include "pyds/slots.h"

namespace thalweg::pyds {

namespace {

/// Nodes of a list that Python made by hand; more are taken for a ring.
constexpr size_t kMostNodes = 65536;

uint64_t epoch_now(const uint64_t* at) { return at ? __atomic_load_n(at, __ATOMIC_ACQUIRE) : 0; }

/// True if a live meta of the type begins at an address.
bool is_meta(const void* address, NvDsMetaType type) {
  const void* start = nullptr;
  return thalweg_slot_type(address, &start) == type && start == address;
}

}  // namespace

GList* new_list(const std::vector<void*>& metas) {
  GList* made = nullptr;
  for (auto meta = metas.rbegin(); meta != metas.rend(); ++meta) {
    made = g_list_prepend(made, *meta);
  }
  return made;
}

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
  const bool ours = epoch_at != nullptr;
  PyTypeObject* type = struct_info<GList>.type;
  Lifetime life = owner.lifetime();
  if (!ours) {  // a node that Python made has a lifetime of its own
    const Lifetime own = lifetime_of(seen.node);
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
  Place at = given;
  if (given.node != node) {
    // It was put there through a wrapper that is gone. Only a node that Python made tells whether
    // it still lives.
    if (Allocations::instance().kind_of(node) != &struct_info<GList>) throw_removed();
    at = {node, lifetime_of(node), {}, nullptr, nullptr};
  }
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
  const Site site{"GList", "data"};
  if (!is_in_batch()) {
    void* address = to_stored_pointer(value, site);
    node()->data = address;
    seen_.data = address;
    return;
  }
  void* address = to_pointer(value, site, false);
  const BatchGuard guard(*this);
  if (!find()) throw_removed();
  const NvDsMetaType type = type_at(seen_.node->data);
  if (type_at(head_) == NVDS_INVALID_META || type == NVDS_INVALID_META || !is_meta(address, type)) {
    throw_error(PyExc_ValueError,
                "GList.data: a list of a batch can only hold live metas of its kind");
  }
  seen_.node->data = address;
  seen_.data = address;
}

void ListNode::set_next(nb::handle value) {
  GList* following = to_neighbour(value, &GList::next, {"GList", "next"});
  if (is_in_batch()) return;
  node()->next = following;
  seen_.next = following;
  given_next_ = following ? nb::inst_ptr<ListNode>(value)->place() : Place{};
}

void ListNode::set_prev(nb::handle value) {
  GList* before = to_neighbour(value, &GList::prev, {"GList", "prev"});
  if (is_in_batch()) return;
  node()->prev = before;
  given_prev_ = before ? nb::inst_ptr<ListNode>(value)->place() : Place{};
}

GList* ListNode::to_neighbour(nb::handle value, GList* GList::*side, const Site& site) {
  ListNode* given = to_node(value, site);
  GList* neighbour = given ? given->node() : nullptr;
  if (is_in_batch()) {
    const BatchGuard guard(*this);
    if (!find()) throw_removed();
    if (neighbour != seen_.node->*side) {
      throw_error(PyExc_ValueError,
                  "%s.%s: the node is in a list of a batch; change that with nvds_add_* and "
                  "nvds_remove_*",
                  site.owner, site.name);
    }
  }
  if (given) given->give_up_ownership();
  return neighbour;
}

std::vector<void*> ListNode::contents() {
  std::vector<void*> found;
  if (!is_by_itself()) {
    const BatchGuard guard(*this);
    if (!find()) throw_removed();
    for (const GList* node = seen_.node; node; node = node->next) found.push_back(node->data);
    check();
    return found;
  }
  // Each neighbour may be of another list, so each is asked on its own.
  nb::object at = nb::borrow(self());
  while (!at.is_none() && found.size() < kMostNodes) {
    auto* node = nb::inst_ptr<ListNode>(at);
    found.push_back(node->node()->data);
    at = node->next();
  }
  return found;
}

std::vector<void*> ListNode::metas(NvDsMetaType type, const Site& site) {
  std::vector<void*> found = contents();
  for (const void* meta : found) {
    if (!thalweg_slot_type || is_meta(meta, type)) continue;
    throw_error(PyExc_ValueError, "%s.%s: expected a list of live metas of type %d", site.owner,
                site.name, static_cast<int>(type));
  }
  return found;
}

bool ListNode::is_in_meta_of(const NvDsBatchMeta* batch) const {
  return is_in_batch() && type_at(head_) != NVDS_INVALID_META &&
         batch_around(head_, nullptr) == batch;
}

bool ListNode::cut_off() {
  GList* node = *head_;
  while (node && node != seen_.node) node = node->next;
  if (!node) return false;
  if (node->prev) {
    node->prev->next = nullptr;
    node->prev = nullptr;
  } else {
    *head_ = nullptr;
  }
  return true;
}

void ListNode::throw_removed() {
  throw_error(PyExc_ReferenceError,
              "GList: this node was removed from its list; take the list from its meta again");
}

ListNode* to_node(nb::handle value, const Site& site) {
  if (value.is_none()) return nullptr;
  ListNode* list = nullptr;
  if (!nb::try_cast<ListNode*>(value, list, false)) throw_type_error(site, "GList or None", value);
  return list;
}

NvDsMetaType type_of_list(std::string_view field) {
  if (field == "frame_meta_list") return NVDS_FRAME_META;
  if (field == "obj_meta_list") return NVDS_OBJ_META;
  if (field == "classifier_meta_list") return NVDS_CLASSIFIER_META;
  if (field == "label_info_list") return NVDS_LABEL_INFO_META;
  if (field == "display_meta_list") return NVDS_DISPLAY_META;
  return field.ends_with("user_meta_list") ? NVDS_USER_META : NVDS_INVALID_META;
}

void assign_list(const Ref& owner, GList** head, nb::handle value, const Site& site) {
  ListNode* given = to_node(value, site);
  NvDsBatchMeta* batch = batch_around(owner.unchecked(), nullptr);
  if (!batch) {
    if (given && given->is_in_batch() && owner.lifetime().generation_at) {
      throw_error(PyExc_ValueError,
                  "%s.%s: the list is a batch's and ends with it; make nodes of your own (GList)",
                  site.owner, site.name);
    }
    GList* list = given ? given->node() : nullptr;
    if (given) given->give_up_ownership();
    *head = list;
    return;
  }
  if (given && given->is_of(head) && given->unchecked() == *head) return;
  const NvDsMetaType type = type_of_list(site.name);
  const std::vector<void*> metas = given ? given->metas(type, site) : std::vector<void*>{};
  owner.check();
  with_batch(batch, {&owner}, [head, &metas] {
    thalweg_list_detach(head);
    *head = new_list(metas);
  });
}

void make_own_list(GList** head, NvDsMetaType type) {
  std::vector<void*> metas;
  size_t nodes = 0;
  for (const GList* node = *head; node && nodes < kMostNodes; node = node->next, ++nodes) {
    const Lifetime lifetime = lifetime_of(node);
    if (lifetime.over() || lifetime.origin != Lifetime::Origin::kBlock) break;
    if (is_meta(node->data, type)) metas.push_back(node->data);
  }
  *head = new_list(metas);
}

}  // namespace thalweg::pyds
