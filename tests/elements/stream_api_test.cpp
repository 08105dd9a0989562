#include "elements/nvmultiurisrcbin/stream_api.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

using nlohmann::json;
using thalweg::answer;
using thalweg::HttpReply;
using thalweg::StreamInfo;
using thalweg::Streams;

namespace {

class FakeStreams final : public Streams {
 public:
  Result add(const StreamInfo& wanted) override {
    added.push_back(wanted);
    return result;
  }
  Result remove(const StreamInfo& wanted) override {
    removed.push_back(wanted);
    return result;
  }
  std::vector<StreamInfo> list() override { return present; }
  bool ready() override { return is_ready; }

  Result result;
  std::vector<StreamInfo> added, removed, present;
  bool is_ready = false;
};

class StreamApiTest : public testing::Test {
 protected:
  HttpReply ask(const char* method, const std::string& call, const std::string& body = "") {
    return answer({method, "/api/v1/" + call, body}, streams);
  }
  HttpReply add(const json& value) {
    return ask("POST", "stream/add", json{{"key", "sensor"}, {"value", value}}.dump());
  }
  static std::string reason(const HttpReply& reply) { return json::parse(reply.body)["reason"]; }

  FakeStreams streams;
  json good{{"camera_id", "front"},
            {"camera_name", "Front door"},
            {"camera_url", "rtsp://camera/1"},
            {"change", "camera_add"},
            {"metadata", {{"resolution", "1920x1080"}}}};
};

constexpr char kExpected[] =
    "; expected {\"key\": \"sensor\", \"value\": {\"camera_id\": \"...\", \"camera_name\": "
    "\"...\", \"camera_url\": \"rtsp://...\", \"change\": \"camera_add\"}}";

TEST_F(StreamApiTest, AddsWhatTheBodySays) {
  const HttpReply reply = add(good);
  EXPECT_EQ(reply.status, 200u);
  EXPECT_EQ(json::parse(reply.body),
            (json{{"status", "HTTP/1.1 200 OK"}, {"reason", "STREAM_ADD_SUCCESS"}}));
  ASSERT_EQ(streams.added.size(), 1u);
  EXPECT_EQ(streams.added[0].camera_id, "front");
  EXPECT_EQ(streams.added[0].camera_name, "Front door");
  EXPECT_EQ(streams.added[0].camera_url, "rtsp://camera/1");
}

TEST_F(StreamApiTest, TakesTheOtherSpellingsOfTheOriginal) {
  good["change"] = "camera_streaming";
  good.erase("camera_name");
  const std::string body = json{{"alert_type", "x"}, {"event", good}}.dump();
  EXPECT_EQ(ask("POST", "stream/add", body).status, 200u);
  EXPECT_EQ(streams.added.size(), 1u);
}

TEST_F(StreamApiTest, Removes) {
  good["change"] = "camera_remove";
  const HttpReply reply = ask("POST", "stream/remove", json{{"value", good}}.dump());
  EXPECT_EQ(reason(reply), "STREAM_REMOVE_SUCCESS");
  ASSERT_EQ(streams.removed.size(), 1u);
  EXPECT_EQ(streams.removed[0].camera_id, "front");
}

TEST_F(StreamApiTest, ARefusalHasItsStatusAndSentence) {
  streams.result = {409, "there is one already"};
  const HttpReply reply = add(good);
  EXPECT_EQ(reply.status, 409u);
  EXPECT_EQ(json::parse(reply.body)["status"], "HTTP/1.1 409 Conflict");
  EXPECT_EQ(reason(reply), "STREAM_ADD_FAIL, there is one already");
}

TEST_F(StreamApiTest, SaysWhatIsWrongWithABody) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "the body is no JSON, from byte 1 on"},
      {"{\"value\": {\"camera_id\"}}", "the body is no JSON, from byte 23 on"},
      {"\xff\xfe", "the body is no JSON, from byte 1 on"},
      {std::string(60000, '['), "the body is no JSON, from byte 60001 on"},
      {"[]", "expected the body to be an object but got array"},
      {"{}", "the body has no \"value\""},
      {"{\"value\": 3}", "expected \"value\" to be an object but got number"},
      {"{\"value\": {}}", "\"value\" has no \"camera_id\""},
      {"{\"value\": {\"camera_id\": 7}}", "expected \"camera_id\" to be a string but got number"},
      {"{\"value\": {\"camera_id\": \"\"}}", "\"camera_id\" is empty"},
  };
  for (const auto& [body, expected] : cases) {
    const HttpReply reply = ask("POST", "stream/add", body);
    EXPECT_EQ(reply.status, 400u);
    EXPECT_EQ(reason(reply), "STREAM_ADD_FAIL, " + expected + kExpected);
  }
  EXPECT_TRUE(streams.added.empty());
}

TEST_F(StreamApiTest, EachMandatoryMemberIsAskedFor) {
  for (const char* name : {"camera_id", "camera_url", "change"}) {
    json without = good;
    without.erase(name);
    EXPECT_EQ(reason(add(without)),
              std::string("STREAM_ADD_FAIL, \"value\" has no \"") + name + "\"" + kExpected);
  }
}

TEST_F(StreamApiTest, TheChangeHasToFitTheCall) {
  good["change"] = "camera_remove";
  EXPECT_EQ(reason(add(good)),
            std::string("STREAM_ADD_FAIL, expected \"change\" to contain \"add\" but got "
                        "\"camera_remove\"") +
                kExpected);
}

TEST_F(StreamApiTest, OnlyUrisOfStreamsAreTaken) {
  for (const char* uri : {"fd://0", "v4l2:///dev/video0", "/etc/passwd", "rtsp"}) {
    good["camera_url"] = uri;
    EXPECT_EQ(reason(add(good)),
              std::string("STREAM_ADD_FAIL, expected \"camera_url\" to be an rtsp:, http:, https: "
                          "or file: URI but got \"") +
                  uri + "\"" + kExpected);
  }
}

TEST_F(StreamApiTest, ListsTheStreams) {
  streams.present = {{0, "front", "Front door", "rtsp://user:secret@camera/1", "live"},
                     {3, "back", "", "rtsp://camera/2", "lost"}};
  const HttpReply reply = ask("GET", "stream/get-stream-info");
  EXPECT_EQ(json::parse(reply.body), json::parse(R"({
              "status": "HTTP/1.1 200 OK", "reason": "GET_LIVE_STREAM_INFO_SUCCESS",
              "stream-info": {"stream-count": 2, "stream-info": [
                {"source_id": 0, "camera_id": "front", "camera_name": "Front door", "state": "live"},
                {"source_id": 3, "camera_id": "back", "camera_name": "", "state": "lost"}]}})"));
}

TEST_F(StreamApiTest, SaysWhetherItIsReady) {
  EXPECT_EQ(json::parse(ask("GET", "health/get-dsready-state").body),
            json::parse(R"({"status": "HTTP/1.1 200 OK", "reason": "GET_READY_INFO_SUCCESS",
                            "health-info": {"ds-ready": "NO"}})"));
  streams.is_ready = true;
  EXPECT_EQ(json::parse(ask("GET", "ready").body)["ready-info"]["ds-ready"], "YES");
  EXPECT_EQ(json::parse(ask("GET", "live").body)["live-info"]["ds-liveness"], "YES");
  EXPECT_EQ(json::parse(ask("GET", "startup").body)["startup-info"]["ds-startup"], "YES");
}

TEST_F(StreamApiTest, WhatItDoesNotKnowItNames) {
  EXPECT_EQ(ask("POST", "roi/update").status, 501u);
  EXPECT_EQ(reason(ask("POST", "roi/update")), "/api/v1/roi/update is not part of Thalweg");
  EXPECT_EQ(ask("GET", "stream/ad").status, 404u);
  EXPECT_EQ(reason(answer({"GET", "/", ""}, streams)),
            "there is no /; expected /api/v1/stream/add, stream/remove, stream/get-stream-info, "
            "health/get-dsready-state, ready, live or startup");
  const HttpReply reply = ask("GET", "stream/add");
  EXPECT_EQ(reply.status, 405u);
  EXPECT_EQ(reply.allow, "POST");
  EXPECT_EQ(reason(reply), "/api/v1/stream/add is asked with POST, not with GET");
}

TEST_F(StreamApiTest, NamesThatAreNoUnicodeAreListed) {
  streams.present = {{0, "caf\xe9", "", "file:///a.mp4", ""}};
  EXPECT_EQ(
      json::parse(
          ask("GET", "stream/get-stream-info").body)["stream-info"]["stream-info"][0]["camera_id"],
      "caf\xef\xbf\xbd");
}

}  // namespace
