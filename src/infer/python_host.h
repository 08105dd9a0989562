#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "nvdsinfer_custom_impl.h"

namespace thalweg {

/// The custom functions of nvdsinfer_custom_impl.h, as types without the pointer.
using DetectorFunction = std::remove_pointer_t<NvDsInferParseCustomFunc>;
using InstanceFunction = std::remove_pointer_t<NvDsInferInstanceMaskParseCustomFunc>;
using ClassifierFunction = std::remove_pointer_t<NvDsInferClassiferParseCustomFunc>;
using SegmentationFunction = std::remove_pointer_t<NvDsInferSemSegmentationParseCustomFunc>;

/// What Python code did wrong. what() follows the function's name in a sentence: `raised
/// "ValueError: no"`.
struct PythonError : std::runtime_error {
  PythonError(const std::string& what, std::string text)
      : std::runtime_error(what), traceback(std::move(text)) {}
  std::string traceback;  ///< may be empty
};

/// Makes Python functions look like those of a library. src/infer links no Python: pyds implements
/// this, and keeps its one object, which lives as long as the process, in the capsule kCapsule.
///
/// `name` is what follows "python:" in the configuration: "module:function", or a name that
/// @thalweg.parser gave. Modules are also looked for in `folder`. The functions take the GIL
/// themselves, may be called and given up from any thread, and throw PythonError. What they give
/// out has the owners that the C++ interface says; probabilities of a segmentation stay valid until
/// the next call.
class PythonHost {
 public:
  static constexpr const char* kCapsule = "pyds._pyds._parser_host";

  virtual ~PythonHost() = default;
  /// Sets `found`. @throws PythonError whose what() is a whole sentence with what to do.
  virtual void find(const std::string& name, const std::string& folder,
                    std::function<DetectorFunction>& found) const = 0;
  virtual void find(const std::string& name, const std::string& folder,
                    std::function<InstanceFunction>& found) const = 0;
  virtual void find(const std::string& name, const std::string& folder,
                    std::function<ClassifierFunction>& found) const = 0;
  virtual void find(const std::string& name, const std::string& folder,
                    std::function<SegmentationFunction>& found) const = 0;
};

/// The host of this process's Python. @throws PythonError when it runs none, or has no pyds.
const PythonHost& python_host();

}  // namespace thalweg
