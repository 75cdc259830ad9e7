// For pipe2, pidfd_open and posix_spawn's extensions; never in a header that Swift imports.
#define _GNU_SOURCE

#include "CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void close_both(int ends[2]) {
  for (int i = 0; i < 2; i++) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
}

/// Group of its own, empty mask, default handling of every signal that may have been changed here.
static int set_attributes(posix_spawnattr_t *attributes) {
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  int error = posix_spawnattr_setpgroup(attributes, 0);
  if (!error) error = posix_spawnattr_setsigmask(attributes, &none);
  if (!error) error = posix_spawnattr_setsigdefault(attributes, &all);
  if (!error)
    error = posix_spawnattr_setflags(
        attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  return error;
}

static int set_descriptors(posix_spawn_file_actions_t *actions, int input, int output, int failure,
                           const char *directory) {
  int error = posix_spawn_file_actions_adddup2(actions, input, 0);
  if (!error) error = posix_spawn_file_actions_adddup2(actions, output, 1);
  if (!error) error = posix_spawn_file_actions_adddup2(actions, failure, 2);
  if (!error) error = posix_spawn_file_actions_addclosefrom_np(actions, 3);
  if (!error && directory) error = posix_spawn_file_actions_addchdir_np(actions, directory);
  return error;
}

/// dup2 of a descriptor onto itself keeps close-on-exec, so ours must lie above 2 even where the
/// caller runs with 0 to 2 closed.
static int raise_above_standard(int ends[2]) {
  for (int i = 0; i < 2; i++) {
    if (ends[i] > 2) continue;
    int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
    if (moved < 0) return errno;
    close(ends[i]);
    ends[i] = moved;
  }
  return 0;
}

static int open_pipe(int ends[2], int ours) {
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  int error = raise_above_standard(ends);
  if (error) return error;
  return fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

int vc_spawn(const char *path, char *const arguments[], char *const environment[],
             const char *directory, struct vc_child *child) {
  int input[2] = {-1, -1}, output[2] = {-1, -1}, failure[2] = {-1, -1};
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_init(&actions);
  pid_t pid = -1;

  int error = open_pipe(input, 1);
  if (!error) error = open_pipe(output, 0);
  if (!error) error = open_pipe(failure, 0);
  if (!error) error = set_attributes(&attributes);
  if (!error) error = set_descriptors(&actions, input[0], output[1], failure[1], directory);
  if (!error) error = posix_spawn(&pid, path, &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);

  int exit_descriptor = -1;
  if (!error) {
    exit_descriptor = pidfd_open(pid, 0);
    if (exit_descriptor < 0) {
      error = errno;
      int code, signal;
      vc_reap(pid, &code, &signal);
    }
  }
  if (error) {
    close_both(input);
    close_both(output);
    close_both(failure);
    return error;
  }
  close(input[0]);
  close(output[1]);
  close(failure[1]);
  *child = (struct vc_child){pid, exit_descriptor, input[1], output[0], failure[0]};
  return 0;
}

ssize_t vc_write(int descriptor, const void *bytes, size_t count) {
  sigset_t pipe_signal, before, pending;
  sigemptyset(&pipe_signal);
  sigaddset(&pipe_signal, SIGPIPE);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe_signal, &before);
  ssize_t written = write(descriptor, bytes, count);
  ssize_t result = written < 0 ? -errno : written;
  // The signal that our write caused is taken away before the mask is lifted.
  if (result == -EPIPE && !was_pending) {
    struct timespec now = {0, 0};
    while (sigtimedwait(&pipe_signal, NULL, &now) < 0 && errno == EINTR) continue;
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result;
}

int vc_reap(pid_t pid, int *code, int *signal) {
  *code = -1;
  *signal = -1;
  // The group's number stays taken until its leader is reaped, so the group is killed before.
  kill(-pid, SIGKILL);
  int status;
  while (waitpid(pid, &status, 0) < 0) {
    if (errno != EINTR) return errno;
  }
  if (WIFEXITED(status)) *code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) *signal = WTERMSIG(status);
  return 0;
}
