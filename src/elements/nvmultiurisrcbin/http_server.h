#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

struct MHD_Daemon;

namespace thalweg {

struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< "/api/v1/stream/add"
  std::string body;
};

struct HttpReply {
  unsigned status = 200;
  std::string body;   ///< JSON
  std::string allow;  ///< with status 405: the methods that are
};

/// {"status": "HTTP/1.1 400 Bad Request", "reason": "..."}, the shape of all answers.
HttpReply reply_with(unsigned status, const std::string& reason);
/// "HTTP/1.1 400 Bad Request"
std::string status_line(unsigned status);

/// A small HTTP server for JSON, with one thread, which calls the handler. What it takes is
/// bounded: kLargestBody, kMostConnections, kPatienceSeconds.
class HttpServer {
 public:
  static constexpr size_t kLargestBody = 64 * 1024;
  static constexpr unsigned kMostConnections = 16;
  static constexpr unsigned kPatienceSeconds = 10;  ///< for a connection that says nothing

  struct Settings {
    std::string address;  ///< name or number; "localhost" is 127.0.0.1
    uint16_t port = 0;    ///< 0: any free one
    /// What requests have to bring as "Authorization: Bearer ...". Empty: nothing; then requests of
    /// web pages, which have an Origin, are refused.
    std::string token;
  };
  using Handler = std::function<HttpReply(const HttpRequest&)>;

  /// Starts to listen. Throws std::runtime_error with a sentence about address and port if it
  /// cannot.
  HttpServer(const Settings& settings, Handler handler);
  /// Returns when no handler runs any more.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  uint16_t port() const { return port_; }
  /// Only this machine can reach it.
  bool is_local() const { return local_; }

 private:
  struct Callbacks;
  const std::string token_;
  const Handler handler_;
  MHD_Daemon* daemon_ = nullptr;
  uint16_t port_ = 0;
  bool local_ = true;
};

}  // namespace thalweg
