// For accept4 and EPOLLRDHUP; never in a header that Swift imports.
#define _GNU_SOURCE

#include "CSockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

int vc_epoll_create(void) {
  int epoll = epoll_create1(EPOLL_CLOEXEC);
  return epoll < 0 ? -errno : epoll;
}

static int add(int epoll, int descriptor, uint64_t tag, uint32_t events) {
  struct epoll_event event = {.events = events, .data.u64 = tag};
  return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) < 0 ? -errno : 0;
}

int vc_epoll_add_connection(int epoll, int descriptor, uint64_t tag) {
  return add(epoll, descriptor, tag, EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET);
}

int vc_epoll_add_listener(int epoll, int descriptor, uint64_t tag) {
  return add(epoll, descriptor, tag, EPOLLIN | EPOLLEXCLUSIVE);
}

int vc_epoll_remove(int epoll, int descriptor) {
  return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL) < 0 ? -errno : 0;
}

int vc_epoll_wait(int epoll, struct vc_event *events, int capacity, int milliseconds) {
  struct epoll_event raw[256];
  if (capacity > 256) capacity = 256;
  int count = epoll_wait(epoll, raw, capacity, milliseconds);
  if (count < 0) return errno == EINTR ? 0 : -errno;
  for (int i = 0; i < count; i++) {
    uint32_t happened = 0;
    if (raw[i].events & EPOLLIN) happened |= VC_READABLE;
    if (raw[i].events & EPOLLOUT) happened |= VC_WRITABLE;
    if (raw[i].events & EPOLLRDHUP) happened |= VC_PEER_ENDED;
    if (raw[i].events & (EPOLLHUP | EPOLLERR)) happened |= VC_BROKEN;
    events[i] = (struct vc_event){.tag = raw[i].data.u64, .happened = happened};
  }
  return count;
}

int vc_wake_create(void) {
  int descriptor = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  return descriptor < 0 ? -errno : descriptor;
}

void vc_wake(int descriptor) {
  uint64_t one = 1;
  // Fails only when the counter is full, and then the loop is awake anyway.
  if (write(descriptor, &one, sizeof one) < 0) return;
}

void vc_wake_clear(int descriptor) {
  uint64_t count;
  if (read(descriptor, &count, sizeof count) < 0) return;
}

static socklen_t to_raw(const struct vc_address *address, struct sockaddr_storage *raw) {
  memset(raw, 0, sizeof *raw);
  if (address->family == 4) {
    struct sockaddr_in *in = (struct sockaddr_in *)raw;
    in->sin_family = AF_INET;
    in->sin_port = htons(address->port);
    memcpy(&in->sin_addr, address->ip, 4);
    return sizeof *in;
  }
  struct sockaddr_in6 *in = (struct sockaddr_in6 *)raw;
  in->sin6_family = AF_INET6;
  in->sin6_port = htons(address->port);
  memcpy(&in->sin6_addr, address->ip, 16);
  return sizeof *in;
}

static void from_raw(const struct sockaddr_storage *raw, struct vc_address *address) {
  memset(address, 0, sizeof *address);
  if (raw->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)raw;
    address->family = 4;
    address->port = ntohs(in->sin_port);
    memcpy(address->ip, &in->sin_addr, 4);
  } else if (raw->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in = (const struct sockaddr_in6 *)raw;
    address->family = 6;
    address->port = ntohs(in->sin6_port);
    memcpy(address->ip, &in->sin6_addr, 16);
  }
}

int vc_listen(const struct vc_address *address, int backlog, uint16_t *bound_port) {
  struct sockaddr_storage raw;
  socklen_t length = to_raw(address, &raw);
  int listener = socket(raw.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -errno;
  int one = 1;
  int failed = setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0;
  if (!failed && raw.ss_family == AF_INET6)
    failed = setsockopt(listener, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0;
  // Accepted sockets inherit it: answers go out in one piece, so there is nothing to wait for.
  if (!failed) failed = setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one) < 0;
  if (!failed) failed = bind(listener, (struct sockaddr *)&raw, length) < 0;
  if (!failed) failed = listen(listener, backlog) < 0;
  if (!failed) failed = getsockname(listener, (struct sockaddr *)&raw, &length) < 0;
  if (failed) {
    int error = errno;
    close(listener);
    return -error;
  }
  struct vc_address bound;
  from_raw(&raw, &bound);
  *bound_port = bound.port;
  return listener;
}

/// True when `path` is a socket that nobody answers on.
static int is_abandoned(const struct sockaddr_un *raw) {
  struct stat status;
  if (lstat(raw->sun_path, &status) < 0 || !S_ISSOCK(status.st_mode)) return 0;
  int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return 0;
  int refused =
      connect(probe, (const struct sockaddr *)raw, sizeof *raw) < 0 && errno == ECONNREFUSED;
  close(probe);
  return refused;
}

int vc_listen_unix(const char *path, mode_t mode, int backlog) {
  struct sockaddr_un raw = {.sun_family = AF_UNIX};
  if (strlen(path) >= sizeof raw.sun_path) return -ENAMETOOLONG;
  strcpy(raw.sun_path, path);
  if (is_abandoned(&raw)) unlink(path);
  int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (listener < 0) return -errno;
  int failed = bind(listener, (struct sockaddr *)&raw, sizeof raw) < 0;
  // Nobody can connect before listen, so the mode is in place in time.
  if (!failed) failed = chmod(path, mode) < 0 || listen(listener, backlog) < 0;
  if (failed) {
    int error = errno;
    close(listener);
    return -error;
  }
  return listener;
}

int vc_accept(int listener, struct vc_address *peer) {
  struct sockaddr_storage raw;
  socklen_t length = sizeof raw;
  int socket = accept4(listener, (struct sockaddr *)&raw, &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return -errno;
  from_raw(&raw, peer);
  return socket;
}

int vc_is_own_peer(int descriptor) {
  struct ucred peer;
  socklen_t length = sizeof peer;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &length) < 0) return 0;
  return peer.uid == geteuid() || peer.uid == 0;
}

ssize_t vc_receive(int descriptor, void *bytes, size_t count) {
  ssize_t received = recv(descriptor, bytes, count, 0);
  return received < 0 ? -errno : received;
}

ssize_t vc_send(int descriptor, const void *bytes, size_t count, int more) {
  ssize_t sent = send(descriptor, bytes, count, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
  return sent < 0 ? -errno : sent;
}

ssize_t vc_send_file(int descriptor, int file, int64_t offset, size_t count) {
  off_t position = offset;
  ssize_t sent = sendfile(descriptor, file, &position, count);
  return sent < 0 ? -errno : sent;
}

void vc_end_sending(int descriptor) { shutdown(descriptor, SHUT_WR); }

void vc_stop_listening(int listener) { shutdown(listener, SHUT_RDWR); }

void vc_reset_on_close(int descriptor) {
  struct linger linger = {.l_onoff = 1, .l_linger = 0};
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
}

void vc_block_pipe_signal(void) {
  sigset_t pipe_signal;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, NULL);
}

int vc_open_file(const char *path, int64_t *byte_count, int64_t *modified_seconds,
                 int64_t *modified_nanoseconds, uint64_t *inode) {
  // A named pipe must not make the open wait.
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return -errno;
  struct stat status;
  int error = fstat(file, &status) < 0 ? errno : S_ISREG(status.st_mode) ? 0 : EISDIR;
  if (error) {
    close(file);
    return -error;
  }
  *byte_count = status.st_size;
  *modified_seconds = status.st_mtim.tv_sec;
  *modified_nanoseconds = status.st_mtim.tv_nsec;
  *inode = status.st_ino;
  return file;
}

void vc_will_need(int file, int64_t offset, int64_t count) {
  posix_fadvise(file, offset, count, POSIX_FADV_WILLNEED);
}

ssize_t vc_read_at(int file, void *bytes, size_t count, int64_t offset) {
  ssize_t got = pread(file, bytes, count, offset);
  return got < 0 ? -errno : got;
}

int vc_parse_ip(const char *text, uint8_t ip[16]) {
  if (inet_pton(AF_INET, text, ip) == 1) return 4;
  if (inet_pton(AF_INET6, text, ip) == 1) return 6;
  return 0;
}
