#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Sockets and readiness for an event loop. Every function returns a negative errno when it fails.

/// What happened on a descriptor; a set of the bits below.
#define VC_READABLE 1u
#define VC_WRITABLE 2u
/// The peer will send no more.
#define VC_PEER_ENDED 4u
/// Nothing can be sent or received any more.
#define VC_BROKEN 8u

struct vc_event {
  uint64_t tag;
  uint32_t happened;
};

/// An address in network byte order. `family` is 4, 6, or 0 for a Unix socket.
struct vc_address {
  uint8_t ip[16];
  uint16_t port;
  uint8_t family;
};

int vc_epoll_create(void);
/// Edge-triggered, for both directions, until the descriptor is closed.
int vc_epoll_add_connection(int epoll, int descriptor, uint64_t tag);
/// Level-triggered; of several waiting loops as few as possible are woken.
int vc_epoll_add_listener(int epoll, int descriptor, uint64_t tag);
int vc_epoll_remove(int epoll, int descriptor);
/// Waits at most `milliseconds`, for ever when negative. Returns the count of events; 0 after a signal.
int vc_epoll_wait(int epoll, struct vc_event *events, int capacity, int milliseconds);

/// A counter that makes a loop wake up.
int vc_wake_create(void);
void vc_wake(int descriptor);
void vc_wake_clear(int descriptor);

/// Binds and listens; `bound_port` gets the port that was taken when `address->port` is 0.
int vc_listen(const struct vc_address *address, int backlog, uint16_t *bound_port);
/// Replaces a socket that nobody listens on any more; refuses any other file.
int vc_listen_unix(const char *path, mode_t mode, int backlog);
/// The accepted socket does not block and is closed on exec.
int vc_accept(int listener, struct vc_address *peer);
/// Whether the process that connected over a Unix socket was one of this user or of root.
int vc_is_own_peer(int descriptor);

ssize_t vc_receive(int descriptor, void *bytes, size_t count);
/// `more` says that the rest of the message follows at once.
ssize_t vc_send(int descriptor, const void *bytes, size_t count, int more);
ssize_t vc_send_file(int descriptor, int file, int64_t offset, size_t count);
/// No more is sent; the peer sees the end of the stream.
void vc_end_sending(int descriptor);
/// Refuses new connections at once, without giving up the descriptor's number.
void vc_stop_listening(int listener);
/// The peer sees a reset instead of an end.
void vc_reset_on_close(int descriptor);

/// SIGPIPE comes to the thread that writes, and sendfile has no flag against it.
void vc_block_pipe_signal(void);

/// Opens a regular file for reading. Returns the descriptor.
int vc_open_file(const char *path, int64_t *byte_count, int64_t *modified_seconds,
                 int64_t *modified_nanoseconds, uint64_t *inode);
/// Asks the kernel to read ahead; never waits for the disk.
void vc_will_need(int file, int64_t offset, int64_t count);
ssize_t vc_read_at(int file, void *bytes, size_t count, int64_t offset);

/// Text of an address is turned into bytes: returns 4, 6, or 0 when it is neither.
int vc_parse_ip(const char *text, uint8_t ip[16]);
