// Python functions as parsers of nvinfer: what infer/python_host.h asks for. Finding functions and
// checking what they return is Python's part, thalweg/_parser_host.py.
#include <nanobind/stl/string.h>

#include <cstdlib>
#include <cstring>
#include <memory>
#include <vector>

#include "infer/python_host.h"
#include "pyds/bindings.h"
#include "pyds/interpreter.h"

namespace thalweg::pyds {

namespace nb = nanobind;

namespace {

/// A Python object that any thread may give up; with the interpreter gone, it stays.
using Shared = std::shared_ptr<const nb::object>;

Shared share(nb::object object) {
  return {new nb::object(std::move(object)), [](const nb::object* held) {
            const WithGil gil;
            if (gil) delete held;
          }};
}

nb::object host_attribute(const char* name) {
  return nb::module_::import_("thalweg._parser_host").attr(name);
}

[[noreturn]] void throw_error(const nb::python_error& error) {
  if (error.matches(host_attribute("ParserError"))) {
    throw PythonError(nb::cast<std::string>(nb::str(error.value())),
                      nb::cast<std::string>(error.value().attr("traceback")));
  }
  throw PythonError("failed", error.what());
}

/// Runs Python code with the GIL. @throws PythonError for what it raises.
template <class Code>
auto with_python(Code code) {
  const WithGil gil;
  if (!gil) throw PythonError("cannot be called, since Python ends,", "");
  try {
    return code();
  } catch (const nb::python_error& error) {
    throw_error(error);
  }
}

/// NumPy's code of a type, and its size in bytes.
struct Type {
  const char* code;
  size_t size;
};
constexpr Type kTypes[] = {{"f4", 4}, {"f2", 2}, {"i1", 1}, {"i4", 4}, {"i8", 8}, {"u1", 1}};

nb::list copies_of(const std::vector<NvDsInferLayerInfo>& layers) {
  nb::list copies;
  for (const auto& layer : layers) {
    const Type& type = kTypes[layer.dataType];
    nb::list shape;
    for (unsigned i = 0; i < layer.inferDims.numDims; ++i) shape.append(layer.inferDims.d[i]);
    const auto values = nb::steal(
        PyByteArray_FromStringAndSize(static_cast<const char*>(layer.buffer),
                                      Py_ssize_t(layer.inferDims.numElements * type.size)));
    if (!values.is_valid()) nb::raise_python_error();
    copies.append(nb::make_tuple(layer.layerName, type.code, nb::tuple(shape), values));
  }
  return copies;
}

nb::object call(const Shared& function, const std::vector<NvDsInferLayerInfo>& layers,
                const NvDsInferNetworkInfo& network, unsigned classes,
                const nb::object& threshold) {
  return (*function)(copies_of(layers),
                     nb::make_tuple(network.width, network.height, network.channels, classes),
                     threshold);
}

nb::object thresholds(const NvDsInferParseDetectionParams& params) {
  const auto& values = params.perClassPreclusterThreshold;
  const auto bytes = nb::bytearray(values.data(), values.size() * sizeof(float));
  return nb::module_::import_("numpy").attr("frombuffer")(bytes, "f4");
}

/// Calls `take` with the values of each row of the packed boxes.
template <class Take>
size_t for_rows(const nb::bytes& packed, Take take) {
  constexpr size_t kColumns = 6;
  const size_t rows = packed.size() / (kColumns * sizeof(double));
  for (size_t i = 0; i < rows; ++i) {
    double row[kColumns];
    std::memcpy(row, static_cast<const char*>(packed.data()) + i * sizeof row, sizeof row);
    take(i, row);
  }
  return rows;
}

/// Copies `bytes` into new[].
float* new_floats(const nb::bytes& bytes) {
  auto* floats = new float[bytes.size() / sizeof(float)];
  std::memcpy(floats, bytes.data(), bytes.size());
  return floats;
}

class Host : public PythonHost {
 public:
  void find(const std::string& name, const std::string& folder,
            std::function<DetectorFunction>& found) const override {
    found = [function = resolve("boxes", name, folder)](const auto& layers, const auto& network,
                                                        const auto& params, auto& out) {
      return with_python([&] {
        const auto packed = nb::cast<nb::bytes>(
            call(function, layers, network, params.numClassesConfigured, thresholds(params)));
        for_rows(packed, [&](size_t, const double* row) {
          out.push_back({unsigned(row[5]), float(row[0]), float(row[1]), float(row[2] - row[0]),
                         float(row[3] - row[1]), float(row[4]), 0});
        });
        return true;
      });
    };
  }

  void find(const std::string& name, const std::string& folder,
            std::function<InstanceFunction>& found) const override {
    found = [function = resolve("instances", name, folder)](const auto& layers, const auto& network,
                                                            const auto& params, auto& out) {
      return with_python([&] {
        const auto result = nb::cast<nb::tuple>(
            call(function, layers, network, params.numClassesConfigured, thresholds(params)));
        const auto masks = nb::cast<nb::list>(result[1]);
        for_rows(nb::cast<nb::bytes>(result[0]), [&](size_t i, const double* row) {
          NvDsInferInstanceMaskInfo info{unsigned(row[5]),
                                         float(row[0]),
                                         float(row[1]),
                                         float(row[2] - row[0]),
                                         float(row[3] - row[1]),
                                         float(row[4]),
                                         nullptr,
                                         0,
                                         0,
                                         0};
          out.push_back(info);
          if (masks[i].is_none()) return;
          const auto mask = nb::cast<nb::tuple>(masks[i]);
          const auto values = nb::cast<nb::bytes>(mask[2]);
          out.back().mask_height = nb::cast<unsigned>(mask[0]);
          out.back().mask_width = nb::cast<unsigned>(mask[1]);
          out.back().mask_size = unsigned(values.size());
          out.back().mask = new_floats(values);
        });
        return true;
      });
    };
  }

  void find(const std::string& name, const std::string& folder,
            std::function<ClassifierFunction>& found) const override {
    found = [function = resolve("attributes", name, folder)](
                const auto& layers, const auto& network, float threshold, auto& out, std::string&) {
      return with_python([&] {
        unsigned index = 0;
        for (nb::handle item : call(function, layers, network, 0, nb::float_(threshold))) {
          const auto attribute = nb::cast<nb::tuple>(item);
          out.push_back(
              {index++, nb::cast<unsigned>(attribute[0]), nb::cast<float>(attribute[1]), nullptr});
          if (attribute[2].is_none()) continue;
          out.back().attributeLabel = strdup(nb::cast<nb::bytes>(attribute[2]).c_str());
        }
        return true;
      });
    };
  }

  void find(const std::string& name, const std::string& folder,
            std::function<SegmentationFunction>& found) const override {
    const auto planes = std::make_shared<std::vector<float>>();  // until the next call
    found = [function = resolve("classes", name, folder), planes](
                const auto& layers, const auto& network, float threshold, unsigned classes,
                int* map, float*& probabilities) {
      return with_python([&] {
        const auto result =
            nb::cast<nb::tuple>(call(function, layers, network, classes, nb::float_(threshold)));
        const auto ids = nb::cast<nb::bytes>(result[0]);
        std::memcpy(map, ids.data(), ids.size());
        if (!result[1].is_none()) {
          const auto values = nb::cast<nb::bytes>(result[1]);
          planes->resize(values.size() / sizeof(float));
          std::memcpy(planes->data(), values.data(), values.size());
          probabilities = planes->data();
        }
        return true;
      });
    };
  }

 private:
  static Shared resolve(const char* kind, const std::string& name, const std::string& folder) {
    return with_python([&] { return share(host_attribute("resolve")(kind, name, folder)); });
  }
};

}  // namespace

void bind_python_parsers(nb::module_& module) {
  static const PythonHost& host = *new Host;  // pipelines may outlive the interpreter
  module.attr("_parser_host") = nb::capsule(&host, PythonHost::kCapsule);
}

}  // namespace thalweg::pyds
