#include "elements/nvmultiurisrcbin/stream_api.h"

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

namespace thalweg {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kRoot = "/api/v1/";
// Of the original, for other elements of the pipeline.
constexpr std::array kAbsent = {"roi/update",
                                "dec/drop-frame-interval",
                                "dec/skip-frames",
                                "dec/low-latency-mode",
                                "enc/bitrate",
                                "enc/force-idr",
                                "enc/force-intra",
                                "enc/iframe-interval",
                                "infer/set-interval",
                                "inferserver/set-interval",
                                "nvtracker/config-path",
                                "conv/srccrop",
                                "conv/destcrop",
                                "conv/interpolation-method",
                                "conv/flip-method",
                                "mux/batched-push-timeout",
                                "mux/max-latency",
                                "osd/process-mode",
                                "analytics/reload-config",
                                "app/quit",
                                "metrics",
                                "metadata"};
// What a client may make the program open.
constexpr std::array kSchemes = {"rtsp:", "rtsps:", "rtspt:", "rtspu:", "http:", "https:", "file:"};

HttpReply reply_json(const Json& body) {
  return {200, body.dump(2, ' ', false, nlohmann::json::error_handler_t::replace), ""};
}

/// The reason why a request is wrong.
struct Wrong {
  std::string reason;
};

std::string text_of(const Json& value, const char* name, bool mandatory) {
  const auto found = value.find(name);
  if (found == value.end()) {
    if (!mandatory) return "";
    throw Wrong{std::string("\"value\" has no \"") + name + "\""};
  }
  if (!found->is_string())
    throw Wrong{std::string("expected \"") + name + "\" to be a string but got " +
                found->type_name()};
  std::string text = found->get<std::string>();
  if (mandatory && text.empty()) throw Wrong{std::string("\"") + name + "\" is empty"};
  return text;
}

StreamInfo parse(const std::string& text, bool adds) {
  Json body;
  try {
    body = Json::parse(text);
  } catch (const nlohmann::json::parse_error& error) {
    throw Wrong{"the body is no JSON, from byte " + std::to_string(error.byte) + " on"};
  }
  if (!body.is_object())
    throw Wrong{std::string("expected the body to be an object but got ") + body.type_name()};
  auto value = body.find("value");
  if (value == body.end()) value = body.find("event");
  if (value == body.end()) throw Wrong{"the body has no \"value\""};
  if (!value->is_object())
    throw Wrong{std::string("expected \"value\" to be an object but got ") + value->type_name()};
  StreamInfo wanted{.camera_id = text_of(*value, "camera_id", true),
                    .camera_name = text_of(*value, "camera_name", false),
                    .camera_url = text_of(*value, "camera_url", true)};
  const std::string change = text_of(*value, "change", true);
  const auto has = [&](const char* word) { return change.find(word) != std::string::npos; };
  if (adds ? !has("add") && !has("streaming") : !has("remove"))
    throw Wrong{std::string("expected \"change\" to contain \"") + (adds ? "add" : "remove") +
                "\" but got \"" + change + "\""};
  if (adds) {
    bool known = false;
    for (const char* scheme : kSchemes) known |= wanted.camera_url.starts_with(scheme);
    if (!known)
      throw Wrong{"expected \"camera_url\" to be an rtsp:, http:, https: or file: URI but got \"" +
                  wanted.camera_url + "\""};
  }
  return wanted;
}

HttpReply change_streams(const HttpRequest& request, Streams& streams, bool adds) {
  const std::string what = adds ? "STREAM_ADD_" : "STREAM_REMOVE_";
  try {
    const StreamInfo wanted = parse(request.body, adds);
    const Streams::Result result = adds ? streams.add(wanted) : streams.remove(wanted);
    if (result.status != 200) return reply_with(result.status, what + "FAIL, " + result.problem);
    return reply_with(200, what + "SUCCESS");
  } catch (const Wrong& wrong) {
    return reply_with(400, what + "FAIL, " + wrong.reason +
                               "; expected {\"key\": \"sensor\", \"value\": {\"camera_id\": "
                               "\"...\", \"camera_name\": \"...\", \"camera_url\": \"rtsp://...\", "
                               "\"change\": \"camera_" +
                               (adds ? "add" : "remove") + "\"}}");
  }
}

HttpReply list_streams(Streams& streams) {
  Json list = Json::array();
  for (const StreamInfo& stream : streams.list())
    list.push_back({{"source_id", stream.source_id},
                    {"camera_id", stream.camera_id},
                    {"camera_name", stream.camera_name},
                    {"state", stream.state}});
  return reply_json(Json{{"status", status_line(200)},
                         {"reason", "GET_LIVE_STREAM_INFO_SUCCESS"},
                         {"stream-info", {{"stream-count", list.size()}, {"stream-info", list}}}});
}

HttpReply tell(const char* reason, const char* group, const char* name, bool yes) {
  return reply_json(Json{
      {"status", status_line(200)}, {"reason", reason}, {group, {{name, yes ? "YES" : "NO"}}}});
}

}  // namespace

HttpReply answer(const HttpRequest& request, Streams& streams) {
  const std::string_view path = request.path;
  const std::string_view call = path.starts_with(kRoot) ? path.substr(kRoot.size()) : "";
  const bool changes = call == "stream/add" || call == "stream/remove";
  const bool asks = call == "stream/get-stream-info" || call == "health/get-dsready-state" ||
                    call == "ready" || call == "live" || call == "startup";
  if (!changes && !asks) {
    for (const char* absent : kAbsent)
      if (call == absent) return reply_with(501, request.path + " is not part of Thalweg");
    return reply_with(404, "there is no " + request.path + "; expected " + std::string(kRoot) +
                               "stream/add, stream/remove, stream/get-stream-info, "
                               "health/get-dsready-state, ready, live or startup");
  }
  const char* method = changes ? "POST" : "GET";
  if (request.method != method) {
    HttpReply reply =
        reply_with(405, request.path + " is asked with " + method + ", not with " + request.method);
    reply.allow = method;
    return reply;
  }
  if (changes) return change_streams(request, streams, call == "stream/add");
  if (call == "stream/get-stream-info") return list_streams(streams);
  if (call == "health/get-dsready-state")
    return tell("GET_READY_INFO_SUCCESS", "health-info", "ds-ready", streams.ready());
  if (call == "ready")
    return tell("GET_READY_INFO_SUCCESS", "ready-info", "ds-ready", streams.ready());
  if (call == "live") return tell("GET_LIVE_INFO_SUCCESS", "live-info", "ds-liveness", true);
  return tell("GET_STARTUP_INFO_SUCCESS", "startup-info", "ds-startup", true);
}

}  // namespace thalweg
