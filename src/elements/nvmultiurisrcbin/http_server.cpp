#include "elements/nvmultiurisrcbin/http_server.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace thalweg {

namespace {

/// Takes the same time wherever they differ.
bool same(std::string_view given, std::string_view wanted) {
  unsigned difference = given.size() == wanted.size() ? 0 : 1;
  for (size_t i = 0; i < wanted.size(); ++i)
    difference |= unsigned(given.empty() ? 0 : given[i % given.size()]) ^ unsigned(wanted[i]);
  return difference == 0;
}

struct Address {
  sockaddr_storage storage{};
  bool local = false;
  bool ipv6 = false;
};

Address resolve(const std::string& name, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const std::string number = std::to_string(port);
  const char* host = name == "localhost" ? "127.0.0.1" : name.c_str();
  if (const int error = getaddrinfo(host, number.c_str(), &hints, &found))
    throw std::runtime_error("there is no address \"" + name + "\" (" + gai_strerror(error) + ")");
  Address address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.ipv6 = found->ai_family == AF_INET6;
  if (address.ipv6)
    address.local =
        IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<sockaddr_in6*>(found->ai_addr)->sin6_addr);
  else
    address.local =
        ntohl(reinterpret_cast<sockaddr_in*>(found->ai_addr)->sin_addr.s_addr) >> 24 == 127;
  freeaddrinfo(found);
  return address;
}

const char* header(MHD_Connection* connection, const char* name) {
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

MHD_Result send(MHD_Connection* connection, const HttpReply& reply) {
  MHD_Response* response = MHD_create_response_from_buffer(
      reply.body.size(), const_cast<char*>(reply.body.data()), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(response, "Content-Type", "application/json");
  MHD_add_response_header(response, "Connection", "close");
  if (!reply.allow.empty()) MHD_add_response_header(response, "Allow", reply.allow.c_str());
  if (reply.status == MHD_HTTP_UNAUTHORIZED)
    MHD_add_response_header(response, "WWW-Authenticate", "Bearer");
  const MHD_Result result = MHD_queue_response(connection, reply.status, response);
  MHD_destroy_response(response);
  return result;
}

HttpReply too_large() {
  return reply_with(MHD_HTTP_CONTENT_TOO_LARGE,
                    "the body is larger than " + std::to_string(HttpServer::kLargestBody) +
                        " bytes, which is more than any request here needs");
}

}  // namespace

std::string status_line(unsigned status) {
  return "HTTP/1.1 " + std::to_string(status) + " " + MHD_get_reason_phrase_for(status);
}

HttpReply reply_with(unsigned status, const std::string& reason) {
  const nlohmann::ordered_json body{{"status", status_line(status)}, {"reason", reason}};
  return {status, body.dump(2, ' ', false, nlohmann::json::error_handler_t::replace), ""};
}

struct HttpServer::Callbacks {
  struct Incoming {
    HttpRequest request;
    bool too_large = false;
  };

  /// What is wrong with a request before its body is read; status 200: nothing.
  static HttpReply refuse(const HttpServer& server, MHD_Connection* connection) {
    constexpr std::string_view kScheme = "Bearer ";
    if (!server.token_.empty()) {
      const char* given = header(connection, MHD_HTTP_HEADER_AUTHORIZATION);
      const std::string_view value = given ? given : "";
      if (!value.starts_with(kScheme) || !same(value.substr(kScheme.size()), server.token_))
        return reply_with(MHD_HTTP_UNAUTHORIZED,
                          "expected the header \"Authorization: Bearer TOKEN\" with the token that "
                          "the program was started with");
    } else if (header(connection, MHD_HTTP_HEADER_ORIGIN)) {
      return reply_with(MHD_HTTP_FORBIDDEN,
                        "requests of web pages (with the header Origin) are taken only with a "
                        "token; start the program with one");
    }
    if (const char* length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH))
      if (std::strtoull(length, nullptr, 10) > kLargestBody) return too_large();
    return {};
  }

  static MHD_Result on_request(void* self, MHD_Connection* connection, const char* path,
                               const char* method, const char*, const char* data, size_t* size,
                               void** state) {
    const auto& server = *static_cast<HttpServer*>(self);
    auto* incoming = static_cast<Incoming*>(*state);
    if (!incoming) {  // the headers are read
      const HttpReply refused = refuse(server, connection);
      if (refused.status != 200) return send(connection, refused);
      *state = new Incoming{{method, path, ""}};
      return MHD_YES;
    }
    if (*size > 0) {
      std::string& body = incoming->request.body;
      if (body.size() + *size > kLargestBody)
        incoming->too_large = true;
      else
        body.append(data, *size);
      *size = 0;
      return MHD_YES;
    }
    if (incoming->too_large) return send(connection, too_large());
    try {
      return send(connection, server.handler_(incoming->request));
    } catch (const std::exception& error) {
      return send(connection, reply_with(MHD_HTTP_INTERNAL_SERVER_ERROR, error.what()));
    }
  }

  static void on_end(void*, MHD_Connection*, void** state, MHD_RequestTerminationCode) {
    delete static_cast<Incoming*>(*state);
    *state = nullptr;
  }
};

HttpServer::HttpServer(const Settings& settings, Handler handler)
    : token_(settings.token), handler_(std::move(handler)) {
  const Address address = resolve(settings.address, settings.port);
  local_ = address.local;
  unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO;
  if (address.ipv6) flags |= MHD_USE_IPv6;
  errno = 0;
  daemon_ =
      MHD_start_daemon(flags, settings.port, nullptr, nullptr, &Callbacks::on_request, this,
                       MHD_OPTION_SOCK_ADDR, reinterpret_cast<const sockaddr*>(&address.storage),
                       MHD_OPTION_CONNECTION_LIMIT, kMostConnections, MHD_OPTION_CONNECTION_TIMEOUT,
                       kPatienceSeconds, MHD_OPTION_NOTIFY_COMPLETED, &Callbacks::on_end, nullptr,
                       MHD_OPTION_LISTENING_ADDRESS_REUSE, 1u, MHD_OPTION_END);
  if (!daemon_)
    throw std::runtime_error("cannot listen on " + settings.address + ", port " +
                             std::to_string(settings.port) + " (" + std::strerror(errno) + ")");
  port_ = MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
}

HttpServer::~HttpServer() { MHD_stop_daemon(daemon_); }

}  // namespace thalweg
