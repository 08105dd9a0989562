#pragma once

#include <glib.h>

#include <string_view>
#include <vector>

#include "pyds/ref.h"

namespace thalweg::pyds {

/// A node of a GLib list, the Python class GList.
///
/// C code frees nodes without telling, so a wrapper does not trust its address: when the list has
/// changed since the last look, it searches the list of its owner for its node. A node that was
/// removed has no data any more, but still knows the node that followed it then, so that a loop may
/// remove the element it stands on. Nodes outside our metadata are trusted.
class ListNode : public Ref {
 public:
  /// What the last look at a node saw.
  struct Seen {
    GList* node = nullptr;
    GList* next = nullptr;
    void* data = nullptr;
    uint64_t epoch = 0;
  };

  /// Where a node lies: what its wrapper needs to know.
  struct Place {
    GList* node = nullptr;
    Lifetime lifetime;
    nb::object parent;
    GList** head = nullptr;
    const uint64_t* epoch_at = nullptr;
  };

  /// `head` is the owner's list field, inside a slot; `epoch_at` is where its batch counts that
  /// nodes leave lists. nullptr for any other node.
  ListNode(PyObject* self, const Seen& seen, const Lifetime& lifetime, PyObject* parent,
           GList** head, const uint64_t* epoch_at);

  nb::object data();
  nb::object next();
  nb::object prev();
  /// Nodes from this one to the end.
  size_t count();
  void set_data(nb::handle value);
  void set_next(nb::handle value);
  void set_prev(nb::handle value);
  /// The node, for C functions. @throws ReferenceError if it was removed.
  GList* node();
  /// What this node and those after it hold. @throws ValueError naming `site` if that is not all
  /// live metas of a type, ReferenceError if the node was removed.
  std::vector<void*> metas(NvDsMetaType type, const Site& site);
  /// True for a node of the list at `head`, a field of a batch's struct.
  bool is_of(GList* const* head) const { return head_ == head; }
  /// True for a node of a list in a batch: of a meta, or of one of the library's pools.
  bool is_in_batch() const { return epoch_at_ != nullptr; }
  /// True for a node of a list of a meta in this batch.
  bool is_in_meta_of(const NvDsBatchMeta* batch) const;
  /// Takes this node and those after it out of its batch's list. With the batch's lock. False if it
  /// is not there any more.
  bool cut_off();

 private:
  friend nb::object wrap_list(const Ref& owner, GList** head);

  /// True if the library knows that the node is where it was at the last look.
  bool unchanged() const;
  /// Looks for the node if the list has changed; false if it is not there any more. In a guard.
  bool find();
  Seen look(GList* node) const;
  nb::object wrap(const Seen& seen) const;
  /// A node that Python made: it has a lifetime of its own, and neighbours of any list.
  bool is_by_itself() const { return lifetime().origin == Lifetime::Origin::kBlock && !head_; }
  static nb::object wrap_neighbour(GList* node, const Place& given);
  Place place() const;
  [[noreturn]] static void throw_removed();
  std::vector<void*> contents();
  /// What the neighbour `side` is set to.
  /// @throws ValueError in a batch's list, unless it is so already.
  GList* to_neighbour(nb::handle value, GList* GList::*side, const Site& site);

  GList** head_;
  const uint64_t* epoch_at_;
  Seen seen_;
  // Of a node that Python made: the nodes that the program put beside it.
  Place given_next_, given_prev_;
};

/// What a node and those after it hold, one after the other. The loop may remove the element that
/// it is at.
class ListIterator {
 public:
  explicit ListIterator(nb::object node) : node_(std::move(node)) {}
  /// The next node's data. @throws StopIteration at the end.
  nb::object next();

 private:
  nb::object node_;  // GList or None
  bool at_first_ = true;
};

/// The first node of a list field, or None. Keeps the owner's wrapper alive.
nb::object wrap_list(const Ref& owner, GList** head);

/// The wrapper of a GList object, nullptr for None. @throws TypeError naming `site`.
ListNode* to_node(nb::handle value, const Site& site);

/// Nodes of GLib's own for these metas, in their order; free them with g_list_free.
GList* new_list(const std::vector<void*>& metas);

/// What lists of a field of this name hold; NVDS_INVALID_META if they hold no metas of a pool.
NvDsMetaType type_of_list(std::string_view field);

/// Sets a list field. A struct in a batch gets nodes of its own for the metas that the given node
/// and those after it hold; its old nodes go, its old metas stay acquired. @throws TypeError,
/// ValueError naming `site`, ReferenceError
void assign_list(const Ref& owner, GList** head, nb::handle value, const Site& site);

/// Exchanges nodes that Python made, in a struct that a batch is about to own, for nodes of the
/// struct's own; those that hold no live meta of the type are left out.
void make_own_list(GList** head, NvDsMetaType type);

}  // namespace thalweg::pyds
