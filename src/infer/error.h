#pragma once

#include <stdexcept>
#include <string>
#include <utility>

namespace thalweg {

/// What stops inference. what() is one sentence for the user: what, where, expected, got, what to
/// do.
class InferError : public std::runtime_error {
 public:
  /// kSettings: a wrong configuration. kResource: a file, a library or the model itself.
  enum class Kind { kSettings, kResource };

  InferError(Kind kind, const std::string& sentence, std::string detail = {})
      : std::runtime_error(sentence), kind_(kind), detail_(std::move(detail)) {}
  Kind kind() const { return kind_; }
  /// What a library below said, for the debug text; may be empty.
  const std::string& detail() const { return detail_; }

 private:
  Kind kind_;
  std::string detail_;
};

[[noreturn]] inline void fail_settings(const std::string& sentence) {
  throw InferError(InferError::Kind::kSettings, sentence);
}
[[noreturn]] inline void fail_resource(const std::string& sentence, std::string detail = {}) {
  throw InferError(InferError::Kind::kResource, sentence, std::move(detail));
}

}  // namespace thalweg
