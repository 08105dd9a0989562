#pragma once

#include <vector>

namespace thalweg {

/// An element of DeepStream that this version does not have.
struct AbsentElement {
  enum Fate {
    kLater,      ///< a later version brings it
    kUnplanned,  ///< no version does, as far as is planned
  };
  const char* name;  ///< of the factory
  Fate fate;
  const char* what;     ///< it does: "counts objects"
  const char* instead;  ///< what a user can do without it, a clause; or ""
  /// Names of its pads, apart by blanks. Those with a number are request pads, but of an element
  /// without an input they come later, when the stream is known.
  const char* pads;
  /// Its properties: "uint width=640; string file; enum mode=1:off,on,8 auto; boolean done=false
  /// ro". A type of uint, int, uint64, int64, boolean, float, string, pointer or enum, the name,
  /// the default (none: NULL or 0), the nicks of an enum (with their number where they skip some),
  /// and "ro" if it can only be read.
  const char* properties;
};

/// All of them, and nothing that Thalweg has.
const std::vector<AbsentElement>& absent_elements();

}  // namespace thalweg
