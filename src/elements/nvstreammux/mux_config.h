#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "elements/nvstreammux/batching.h"

namespace thalweg {

/// Numerator and denominator of a rate.
struct Rate {
  unsigned n = 0, d = 1;
  Nanoseconds interval() const { return Nanoseconds(1'000'000'000ull * d / n); }
};

/// A configuration file of the newer nvstreammux (config-file-path), with its defaults.
struct MuxConfig {
  /// Group source-config-N.
  struct Source {
    Rate max_fps{60}, min_fps{30};
    unsigned priority = 0;
    std::optional<unsigned> max_frames_per_batch;
  };

  unsigned batch_size = 1;
  bool adaptive_batching = true;
  bool source_rate_control = false;  ///< obey the rates of sources
  bool max_fps_control = false;      ///< obey overall_max_fps
  Rate overall_max_fps{120}, overall_min_fps{5};
  unsigned max_same_source_frames = 1;
  std::map<unsigned, Source> sources;

  /// The rules that follow. The batch's timeout is the longest interval of overall_min_fps.
  BatchRules rules() const;
};

/// Reads a file, YAML if its name ends in .yml or .yaml.
/// @param warnings gets a sentence for each unknown key or group.
/// @throws std::runtime_error naming file, line, group, key, what was expected, what it got and
/// what to do.
MuxConfig load_mux_config(const std::string& path, std::vector<std::string>& warnings);

}  // namespace thalweg
