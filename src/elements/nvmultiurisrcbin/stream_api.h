#pragma once

#include <string>
#include <vector>

#include "elements/nvmultiurisrcbin/http_server.h"

namespace thalweg {

/// A stream, as the REST interface names it.
struct StreamInfo {
  unsigned source_id = 0;
  std::string camera_id, camera_name, camera_url;
  std::string state;  ///< of a camera: "connecting", "live" or "lost"; else ""
};

/// What the REST interface acts on.
class Streams {
 public:
  /// Why a request was not done; status 200: it was.
  struct Result {
    unsigned status = 200;
    std::string problem;
  };
  virtual ~Streams() = default;
  virtual Result add(const StreamInfo& wanted) = 0;
  virtual Result remove(const StreamInfo& wanted) = 0;
  virtual std::vector<StreamInfo> list() = 0;  ///< by source_id
  virtual bool ready() = 0;                    ///< frames flow, or may
};

/// Answers a request of the REST interface. What is asked for is `/api/v1/` and
///
///   POST stream/add, stream/remove    body {"key": "sensor", "value": {"camera_id", "camera_name",
///                                     "camera_url", "change": "camera_add" or "camera_remove"}}
///   GET  stream/get-stream-info       the streams
///   GET  health/get-dsready-state, ready, live, startup
///
/// All answers are JSON objects with `status` and `reason`; errors have the HTTP status too.
HttpReply answer(const HttpRequest& request, Streams& streams);

}  // namespace thalweg
