#include "elements/mjpeg_stream.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace thalweg {
namespace {

constexpr char kHost[] = "127.0.0.1";

int port_of(const MjpegStream& stream) {
  const std::string url = stream.url();
  return std::stoi(url.substr(url.rfind(':') + 1));
}

/// A client that reads and writes as it is told, and gives up after 20 seconds.
class Client {
 public:
  explicit Client(const MjpegStream& stream) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(uint16_t(port_of(stream)));
    inet_pton(AF_INET, kHost, &address.sin_addr);
    const timeval patience{20, 0};
    setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    const int size = 65536;
    setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
    if (connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error(std::strerror(errno));
  }
  ~Client() { close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void say(const std::string& text) {
    send(fd_, text.data(), text.size(), MSG_NOSIGNAL);  // the other end may be gone: that is tested
  }

  /// Up to and with `end`; nothing if the connection ended before.
  std::optional<std::string> until(const std::string& end) {
    size_t found;
    while ((found = received_.find(end)) == std::string::npos)
      if (!more()) return {};
    return take(found + end.size());
  }

  /// Exactly so many bytes.
  std::optional<std::string> bytes(size_t count) {
    while (received_.size() < count)
      if (!more()) return {};
    return take(count);
  }

  /// All that comes until the other end closes.
  std::string rest() {
    while (more()) {
    }
    return take(received_.size());
  }

  /// Asks for a stream and reads the header of the answer.
  std::string watch(const std::string& target) {
    say("GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n");
    return until("\r\n\r\n--picture\r\n").value_or("closed");
  }

  /// The next picture of a stream; nothing if it ended.
  std::optional<std::string> picture() {
    const auto header = until("\r\n\r\n");
    if (!header) return {};
    EXPECT_EQ(header->find("Content-Type: image/jpeg\r\nContent-Length: "), 0u) << *header;
    auto jpeg = bytes(std::stoul(header->substr(header->rfind(' '))));
    EXPECT_EQ(until("--picture\r\n").value_or("closed"), "\r\n--picture\r\n");
    return jpeg;
  }

 private:
  bool more() {
    char buffer[65536];
    const ssize_t count = recv(fd_, buffer, sizeof buffer, 0);
    if (count < 0 && errno == EAGAIN) throw std::runtime_error("no answer within 20 seconds");
    if (count <= 0) return false;
    received_.append(buffer, size_t(count));
    return true;
  }
  std::string take(size_t count) {
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  int fd_ = socket(AF_INET, SOCK_STREAM, 0);
  std::string received_;
};

std::string ask(const MjpegStream& stream, const std::string& request) {
  Client client(stream);
  client.say(request);
  return client.rest();
}

TEST(MjpegStream, ThePageShowsAllStreams) {
  const MjpegStream first(kHost, 0), second(kHost, 0);
  EXPECT_EQ(first.url(), second.url());
  const std::string page = ask(first, "GET /?x=1 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(page.starts_with("HTTP/1.1 200 OK\r\nContent-Type: text/html")) << page;
  EXPECT_NE(page.find("<img src=\"/0\""), std::string::npos) << page;
  EXPECT_NE(page.find("<img src=\"/1\""), std::string::npos) << page;
  EXPECT_EQ(page.find("<img src=\"/2\""), std::string::npos) << page;
}

TEST(MjpegStream, ShowsEachItsOwnPictures) {
  MjpegStream first(kHost, 0), second(kHost, 0);
  Client one(first), two(second);
  EXPECT_FALSE(first.watched());
  const std::string header = one.watch("/0");
  EXPECT_NE(header.find("multipart/x-mixed-replace; boundary=picture\r\n"), std::string::npos);
  two.watch("/1");
  EXPECT_TRUE(first.watched());
  for (const std::string text : {"a", "--picture\r\n\r\n", ""}) {
    first.publish(text);
    second.publish("second" + text);
    EXPECT_EQ(one.picture(), text);
    EXPECT_EQ(two.picture(), "second" + text);
  }
}

TEST(MjpegStream, WhoComesLaterSeesTheLatest) {
  MjpegStream stream(kHost, 0);
  stream.publish("old");
  stream.publish("latest");
  Client early(stream);
  early.watch("/0");
  EXPECT_EQ(early.picture(), "latest");
  stream.forget();
  Client late(stream);
  late.watch("/0");
  stream.publish("new");
  EXPECT_EQ(late.picture(), "new");
  EXPECT_EQ(early.picture(), "new");
}

TEST(MjpegStream, WhoDoesNotReadMissesPicturesAndHoldsUpNobody) {
  MjpegStream stream(kHost, 0);
  Client slow(stream), quick(stream);
  slow.watch("/0");
  quick.watch("/0");
  constexpr size_t kSize = 1 << 20;  // more than the sockets take
  const auto text = [](char letter) { return std::string(kSize, letter); };
  for (char letter = 'a'; letter <= 'z'; ++letter) {
    stream.publish(text(letter));
    ASSERT_TRUE(quick.picture() == text(letter));
  }
  std::string seen;
  while (seen.empty() || seen.back() != 'z') {
    const auto picture = slow.picture();
    ASSERT_TRUE(picture && picture->size() == kSize);
    ASSERT_TRUE(*picture == text(picture->front()));  // whole
    seen += picture->front();
  }
  EXPECT_LT(seen.size(), 6u) << seen;
  EXPECT_TRUE(std::ranges::is_sorted(seen)) << seen;
}

TEST(MjpegStream, TheEndOfAStreamIsTheEndOfItsConnections) {
  auto stream = std::make_unique<MjpegStream>(kHost, 0);
  const MjpegStream other(kHost, 0);
  Client client(*stream);
  client.watch("/0");
  stream.reset();
  EXPECT_EQ(client.rest(), "");
  EXPECT_TRUE(ask(other, "GET /0 HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 "));
}

TEST(MjpegStream, WhoLeavesDoesNotWatch) {
  MjpegStream stream(kHost, 0);
  {
    Client client(stream);
    client.watch("/0");
    EXPECT_TRUE(stream.watched());
  }
  // What is served after the leaving is served after it was noticed, too.
  while (stream.watched()) ask(stream, "GET / HTTP/1.1\r\n\r\n");
}

TEST(MjpegStream, WhatIsNoRequestIsRefused) {
  const MjpegStream stream(kHost, 0);
  const auto status = [&](const std::string& request) {
    return ask(stream, request).substr(0, 12);
  };
  EXPECT_EQ(status("POST / HTTP/1.1\r\n\r\n"), "HTTP/1.1 405");
  EXPECT_EQ(status("GET /7 HTTP/1.1\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(status("GET /../../etc/passwd HTTP/1.1\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(status("GET /00 HTTP/1.1\r\n\r\n"), "HTTP/1.1 404");
  EXPECT_EQ(status("hello\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status("\r\n\r\n"), "HTTP/1.1 400");
  EXPECT_EQ(status(std::string("GET /\0 HTTP/1.1\r\n\r\n", 19)), "HTTP/1.1 404");
  EXPECT_EQ(status("\x16\x03\x01 TLS/1.2 \r\n\r\n"), "HTTP/1.1 400");
}

TEST(MjpegStream, ALongRequestIsRefusedBeforeItsEnd) {
  const MjpegStream stream(kHost, 0);
  Client client(stream);
  client.say("GET / HTTP/1.1\r\n");
  std::string answer;
  while (answer.empty()) {  // the 8 KiB arrive in parts
    client.say("X-Long: " + std::string(9000, 'x') + "\r\n");
    answer = client.rest();
  }
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 431 ")) << answer;
}

TEST(MjpegStream, MoreThanSixteenCannotWatch) {
  MjpegStream stream(kHost, 0);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 16; ++i) {
    clients.push_back(std::make_unique<Client>(stream));
    ASSERT_NE(clients.back()->watch("/0"), "closed");
  }
  EXPECT_TRUE(ask(stream, "GET /0 HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 503 "));
  stream.publish("x");
  for (const auto& client : clients) EXPECT_EQ(client->picture(), "x");
}

TEST(MjpegStream, WhoConnectsAndSaysNothingIsSentAway) {
  MjpegStream stream(kHost, 0);
  Client watching(stream);
  watching.watch("/0");
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 40; ++i) silent.push_back(std::make_unique<Client>(stream));
  silent[0]->say("GET / HT");
  // There is no place for another until those are sent away, which takes five seconds.
  Client last(stream);
  last.say("GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(silent[0]->rest(), "");
  EXPECT_EQ(silent[1]->rest(), "");
  EXPECT_TRUE(last.rest().starts_with("HTTP/1.1 200 OK"));
  stream.publish("x");
  EXPECT_EQ(watching.picture(), "x");
}

TEST(MjpegStream, AnAddressThatCannotBe) {
  const auto error = [](const char* host, int port) -> std::string {
    try {
      const MjpegStream stream(host, uint16_t(port));
      return "none";
    } catch (const std::runtime_error& error) {
      return error.what();
    }
  };
  const int taken = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  inet_pton(AF_INET, kHost, &address.sin_addr);
  socklen_t size = sizeof address;
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  ASSERT_EQ(getsockname(taken, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const int port = ntohs(address.sin_port);
  EXPECT_EQ(error(kHost, port),
            "cannot listen on 127.0.0.1:" + std::to_string(port) + ": Address already in use");
  close(taken);
  EXPECT_EQ(error(kHost, port), "none");
  EXPECT_EQ(error("192.0.2.1", 0), "cannot listen on 192.0.2.1:0: Cannot assign requested address");
  EXPECT_EQ(error("localhost", 0), "\"localhost\" is no numeric address");
}

TEST(MjpegStream, APortIsFreeWhenItsStreamHasEnded) {
  auto stream = std::make_unique<MjpegStream>(kHost, 0);
  const auto port = uint16_t(port_of(*stream));
  Client client(*stream);
  client.watch("/0");
  stream.reset();
  stream = std::make_unique<MjpegStream>(kHost, port);
  EXPECT_EQ(port_of(*stream), port);
}

}  // namespace
}  // namespace thalweg
