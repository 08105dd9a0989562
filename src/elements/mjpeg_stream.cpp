#include "elements/mjpeg_stream.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace thalweg {
namespace {

using Clock = std::chrono::steady_clock;
using Bytes = std::shared_ptr<const std::string>;

constexpr size_t kMostClients = 32;
constexpr int kMostWatching = 16;
constexpr size_t kLongestRequest = 8192;
constexpr auto kRequestTime = std::chrono::seconds(5);
constexpr auto kPictureTime = std::chrono::seconds(20);

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

std::string with_port(const std::string& host, int port) {
  const bool v6 = host.find(':') != std::string::npos;
  return (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

/// A socket that listens, and does not block.
Descriptor listen_on(const std::string& host, uint16_t port) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  hints.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0)
    throw std::runtime_error("\"" + host + "\" is no numeric address");
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> address(found, freeaddrinfo);
  Descriptor listener(socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int yes = 1;  // a port is free again at once after its server ended
  setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  if (listener.get() < 0 || bind(listener.get(), address->ai_addr, address->ai_addrlen) != 0 ||
      listen(listener.get(), int(kMostClients)) != 0)
    throw std::runtime_error("cannot listen on " + with_port(host, port) + ": " +
                             std::strerror(errno));
  return listener;
}

int port_of(const Descriptor& listener) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<sockaddr_in&>(address).sin_port);
}

/// A whole answer, after which the connection ends.
std::string answer(const char* status, const char* type, const std::string& body) {
  return std::string("HTTP/1.1 ") + status + "\r\nContent-Type: " + type +
         "; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nCache-Control: no-store\r\nCross-Origin-Resource-Policy: same-origin\r\n"
         "Connection: close\r\n\r\n" +
         body;
}

std::string refusal(const char* status, const std::string& sentence) {
  return answer(status, "text/plain", sentence + "\n");
}

// Each part ends with the boundary, since browsers show a picture only when they have seen that.
constexpr char kStreamStart[] =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=picture\r\n"
    "Cache-Control: no-store\r\nCross-Origin-Resource-Policy: same-origin\r\n"
    "Connection: close\r\n\r\n--picture\r\n";

std::string part(const std::string& jpeg) {
  return "Content-Type: image/jpeg\r\nContent-Length: " + std::to_string(jpeg.size()) + "\r\n\r\n" +
         jpeg + "\r\n--picture\r\n";
}

struct Client {
  Descriptor socket;
  std::string request;
  bool asked = false;           // the request is complete
  std::optional<int> watching;  // the number of a stream
  uint64_t seen = 0;            // of the stream's pictures
  Bytes out;                    // being sent; null: nothing
  size_t sent = 0;
  Clock::time_point deadline;  // for the request and its answer, or for a picture
};

}  // namespace

class MjpegStream::Server {
 public:
  Server(const std::string& host, uint16_t port)
      : listener_(listen_on(host, port)),
        wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
        url_("http://" + with_port(host, port_of(listener_)) + "/") {
    if (wake_.get() < 0)
      throw std::runtime_error(std::string("cannot make an eventfd: ") + std::strerror(errno));
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  ~Server() {
    thread_.request_stop();
    wake();
  }

  const std::string& url() const { return url_; }

  int add() {
    const std::lock_guard lock(mutex_);
    int number = 0;
    while (streams_.contains(number)) ++number;
    streams_[number].pictures = ++last_;  // not to be taken for an earlier stream of this number
    return number;
  }

  void remove(int number) {
    {
      const std::lock_guard lock(mutex_);
      streams_.erase(number);
    }
    wake();
  }

  bool watched(int number) {
    const std::lock_guard lock(mutex_);
    return streams_[number].viewers > 0;
  }

  void show(int number, Bytes picture) {
    {
      const std::lock_guard lock(mutex_);
      Stream& stream = streams_[number];
      if (!picture && !stream.latest) return;
      stream.latest = std::move(picture);
      stream.pictures = ++last_;
    }
    wake();
  }

 private:
  struct Stream {
    Bytes latest;
    uint64_t pictures = 0;  // changes with each
    int viewers = 0;
  };

  void wake() {
    const uint64_t one = 1;
    // Fails only when it is awake already.
    [[maybe_unused]] const ssize_t written = write(wake_.get(), &one, sizeof one);
  }

  void run(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      std::vector<pollfd> polled{{wake_.get(), POLLIN, 0}, {listener_.get(), POLLIN, 0}};
      const auto now = Clock::now();
      if (clients_.size() >= kMostClients || now < accept_from_) polled[1].events = 0;
      auto until = now < accept_from_ ? accept_from_ : Clock::time_point::max();
      for (const Client& client : clients_) {
        const bool sends = has_more(client);
        polled.push_back({client.socket.get(), short(POLLIN | (sends ? POLLOUT : 0)), 0});
        if (sends || !client.watching) until = std::min(until, client.deadline);
      }
      using std::chrono::milliseconds;
      const auto wait = std::chrono::ceil<milliseconds>(until - now).count();
      const bool for_ever = until == Clock::time_point::max();
      if (poll(polled.data(), polled.size(), for_ever ? -1 : int(std::max<long>(wait, 0))) < 0) {
        if (errno != EINTR) return;
        continue;
      }
      uint64_t count;
      [[maybe_unused]] const ssize_t read_ = read(wake_.get(), &count, sizeof count);
      size_t i = 2;
      for (auto client = clients_.begin(); client != clients_.end(); ++i) {
        const auto here = client++;
        if (!serve(*here, polled[i].revents)) leave(here);
      }
      if (polled[1].revents) accept_clients();
    }
  }

  void accept_clients() {
    while (clients_.size() < kMostClients) {
      const int fd = accept4(listener_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd < 0) {
        // Out of descriptors: the one who waits would wake us again and again.
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
          accept_from_ = Clock::now() + std::chrono::seconds(1);
        return;
      }
      // What the system holds for a client is late before it arrives: little, and sent at once.
      const int size = 65536, yes = 1;
      setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
      Client client;
      client.socket = Descriptor(fd);
      client.deadline = Clock::now() + kRequestTime;
      clients_.push_back(std::move(client));
    }
  }

  void leave(std::list<Client>::iterator client) {
    if (client->watching) {
      const std::lock_guard lock(mutex_);
      if (const auto found = streams_.find(*client->watching); found != streams_.end())
        --found->second.viewers;
    }
    clients_.erase(client);
  }

  bool has_more(const Client& client) {
    if (client.out || !client.watching) return bool(client.out);
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(*client.watching);
    return found == streams_.end() || found->second.pictures != client.seen;
  }

  /// Whether the client stays.
  bool serve(Client& client, short events) {
    if (events & (POLLERR | POLLHUP | POLLNVAL)) return false;
    if ((events & POLLIN) && !receive(client)) return false;
    if (client.watching && !client.out && !next_picture(client)) return false;
    if (client.out && Clock::now() > client.deadline) return false;
    if (client.out && !send_some(client)) return false;
    if (client.asked) return client.out || client.watching;
    return Clock::now() <= client.deadline;
  }

  bool receive(Client& client) {
    char bytes[4096];
    const ssize_t count = recv(client.socket.get(), bytes, sizeof bytes, 0);
    if (count < 0) return errno == EAGAIN || errno == EINTR;
    if (count == 0 || client.asked) return false;  // nothing may follow a request
    client.request.append(bytes, size_t(count));
    if (client.request.find("\r\n\r\n") != std::string::npos) {
      client.asked = true;
      reply(client);
    } else if (client.request.size() > kLongestRequest) {
      client.asked = true;
      say(client, refusal("431 Request Header Fields Too Large", "The request is too long."));
    }
    return true;
  }

  static void say(Client& client, std::string bytes) {
    client.out = std::make_shared<const std::string>(std::move(bytes));
    client.sent = 0;
  }

  void reply(Client& client) {
    const std::string_view line(client.request.data(), client.request.find("\r\n"));
    const size_t blank = line.find(' '), end = line.rfind(' ');
    if (blank == end || !line.substr(end + 1).starts_with("HTTP/1."))
      return say(client, refusal("400 Bad Request", "This is no request of HTTP/1."));
    if (line.substr(0, blank) != "GET")
      return say(client, refusal("405 Method Not Allowed\r\nAllow: GET", "GET is all there is."));
    std::string_view target = line.substr(blank + 1, end - blank - 1);
    target = target.substr(0, target.find('?'));
    const std::lock_guard lock(mutex_);
    if (target == "/") return say(client, answer("200 OK", "text/html", page()));
    int viewers = 0;
    for (const auto& [number, stream] : streams_) viewers += stream.viewers;
    for (auto& [number, stream] : streams_) {
      if (target != "/" + std::to_string(number)) continue;
      if (viewers >= kMostWatching) {
        return say(client, refusal("503 Service Unavailable", "Too many watch; try again later."));
      }
      ++stream.viewers;
      client.watching = number;
      client.seen = stream.latest ? 0 : stream.pictures;
      return say(client, kStreamStart);
    }
    say(client, refusal("404 Not Found", "There is no such page."));
  }

  std::string page() const {
    std::string html =
        "<!doctype html>\n<title>Thalweg</title>\n"
        "<style>body { margin: 0; background: #222 } img { max-width: 100% }</style>\n";
    for (const auto& [number, stream] : streams_) {
      const std::string name = std::to_string(number);
      html.append("<img src=\"/").append(name).append("\" alt=\"Stream ").append(name);
      html.append("\">\n");
    }
    return html;
  }

  /// The client's next picture, if there is one; false if there will be none any more.
  bool next_picture(Client& client) {
    const std::lock_guard lock(mutex_);
    const auto found = streams_.find(*client.watching);
    if (found == streams_.end()) return false;
    const Stream& stream = found->second;
    if (stream.pictures == client.seen) return true;
    client.seen = stream.pictures;
    client.out = stream.latest;
    client.sent = 0;
    client.deadline = Clock::now() + kPictureTime;
    return true;
  }

  static bool send_some(Client& client) {
    while (client.sent < client.out->size()) {
      const ssize_t count = send(client.socket.get(), client.out->data() + client.sent,
                                 client.out->size() - client.sent, MSG_NOSIGNAL);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return errno == EAGAIN;
      client.sent += size_t(count);
    }
    client.out.reset();
    return true;
  }

  Descriptor listener_, wake_;
  std::string url_;
  std::mutex mutex_;
  std::map<int, Stream> streams_;  // under the mutex
  uint64_t last_ = 0;              // number of a picture, under the mutex
  std::list<Client> clients_;      // of the thread
  Clock::time_point accept_from_;  // of the thread
  std::jthread thread_;            // last: it ends first
};

namespace {

std::mutex servers_mutex;

}  // namespace

MjpegStream::MjpegStream(const std::string& host, uint16_t port) {
  static std::map<std::pair<std::string, uint16_t>, std::weak_ptr<Server>> servers;
  const std::lock_guard lock(servers_mutex);
  auto& known = servers[{host, port}];
  server_ = known.lock();
  if (!server_) known = server_ = std::make_shared<Server>(host, port);
  number_ = server_->add();
}

MjpegStream::~MjpegStream() {
  const std::lock_guard lock(servers_mutex);  // the port is free when the next one asks for it
  server_->remove(number_);
  server_.reset();
}

std::string MjpegStream::url() const { return server_->url(); }

bool MjpegStream::watched() const { return server_->watched(number_); }

void MjpegStream::publish(const std::string& jpeg) {
  server_->show(number_, std::make_shared<const std::string>(part(jpeg)));
}

void MjpegStream::forget() { server_->show(number_, nullptr); }

}  // namespace thalweg
