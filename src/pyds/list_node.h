#pragma once

#include <glib.h>

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
  /// `head` is the owner's list field, inside memory of `lifetime`; nullptr for a node by itself.
  ListNode(PyObject* self, GList* node, const Lifetime& lifetime, PyObject* parent, GList** head);

  nb::object data();
  nb::object next();
  nb::object prev();
  void set_data(nb::handle value);
  void set_next(nb::handle value);
  void set_prev(nb::handle value);
  /// The node, for C functions. @throws ReferenceError if it was removed.
  GList* node();

 private:
  friend nb::object wrap_list(const Ref& owner, GList** head);
  friend nb::object wrap_node(const ListNode& sibling, GList* node);

  GList* unchecked() const { return static_cast<GList*>(Ref::unchecked()); }
  /// Looks for the node if the list has changed; false if it is not there any more.
  bool find();
  [[noreturn]] static void throw_removed();
  void remember();

  GList** head_;
  uint64_t epoch_ = 0;
  GList* next_seen_ = nullptr;
};

/// The first node of a list field, or None. Keeps the owner's wrapper alive.
nb::object wrap_list(const Ref& owner, GList** head);

/// The node of a GList object, nullptr for None. @throws TypeError naming `site`.
GList* to_list(nb::handle value, const Site& site);

}  // namespace thalweg::pyds
