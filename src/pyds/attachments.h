#pragma once

#include <string>

#include "nvdsmeta.h"
#include "pyds/ref.h"

// Python objects attached to metas: user metas whose payload is a named reference to the object.
//
// Copies of a meta share the object. The last of them gives it up, in whatever thread gives the
// meta back; only then is the GIL taken, and only if the interpreter still runs. Copying needs no
// GIL. The functions below need it, and may give it up while they wait for the batch's lock. They
// throw ReferenceError if the meta is gone. Meta is NvDsBatchMeta, NvDsFrameMeta or NvDsObjectMeta.
namespace thalweg::pyds {

/// Attaches `value` by a name, in place of what had the name before.
/// @throws MemoryError if the batch's pool gives no user meta.
template <class Meta>
void attach(const StructRef<Meta>& meta, const std::string& key, nb::handle value);

/// What is attached: a new dict by name.
template <class Meta>
nb::dict attachments(const StructRef<Meta>& meta);

/// Takes an attachment away and gives its object. @throws KeyError
template <class Meta>
nb::object detach(const StructRef<Meta>& meta, const std::string& key);

/// Gives up every attached object, when the interpreter ends.
void forget_attachments();

}  // namespace thalweg::pyds
