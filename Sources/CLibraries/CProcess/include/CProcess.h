#pragma once

#include <stddef.h>
#include <sys/types.h>

/// A started process and our ends of its three pipes; each is closed on exec and does not block.
struct vc_child {
  pid_t pid;
  /// Becomes readable when the process has ended.
  int exit_descriptor;
  int input;
  int output;
  int error;
};

/// Starts `path` in a process group of its own with default signals and no descriptor but 0 to 2.
/// `directory` may be NULL. Returns 0, or an errno with nothing left open.
int vc_spawn(const char *path, char *const arguments[], char *const environment[],
             const char *directory, struct vc_child *child);

/// Writes without ever raising SIGPIPE. Returns the count of bytes, or a negative errno.
ssize_t vc_write(int descriptor, const void *bytes, size_t count);

/// Kills what is left of the group, then reaps `pid`, waiting for it to end.
/// Exactly one of `code` and `signal` is set, the other is -1. Returns 0 or an errno.
int vc_reap(pid_t pid, int *code, int *signal);
