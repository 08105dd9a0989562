#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace thalweg {

/// JPEG pictures, each of which takes the place of the one before, for web browsers.
///
/// All streams of the process that ask for the same address share a server: its page "/" shows them
/// together, "/0", "/1" and so on each alone. The server has a thread of its own and never holds up
/// who publishes: a client that is slow misses pictures. It bounds what clients can take: 32
/// connections, of which 16 may watch; 8 KiB of a request, within 5 seconds; 20 seconds to take a
/// picture, of which each client has one at a time.
///
/// Any thread may publish and ask.
class MjpegStream {
 public:
  /// Starts the server, if no other stream has.
  /// @param host numeric address to listen on, "127.0.0.1" or "::1". @param port 0: any free one.
  /// @throws std::runtime_error when that cannot be; a sentence without a full stop.
  MjpegStream(const std::string& host, uint16_t port);
  /// Ends the connections of those who watch, and the server with its last stream.
  ~MjpegStream();
  MjpegStream(const MjpegStream&) = delete;
  MjpegStream& operator=(const MjpegStream&) = delete;

  /// Address of the page, with the port that was found.
  std::string url() const;
  /// Whether anybody watches.
  bool watched() const;
  /// Shows a picture, a whole JPEG file, to all who watch and to those who come later.
  void publish(const std::string& jpeg);
  /// Those who come later see nothing until the next picture.
  void forget();

 private:
  class Server;
  std::shared_ptr<Server> server_;
  int number_;
};

}  // namespace thalweg
