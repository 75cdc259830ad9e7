#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* glibc declares copy_file_range only with _GNU_SOURCE, which a header that is imported cannot set any more. Both
   files go on where they stand. */
static inline ssize_t vc_copy_file_range(int source, int target, size_t count) {
  return syscall(SYS_copy_file_range, source, (void *)0, target, (void *)0, count, 0u);
}

/* UTIME_OMIT is an expression that Swift does not import. */
static inline int vc_set_access_time(int folder, const char *path, struct timespec time) {
  const struct timespec times[2] = {time, {0, UTIME_OMIT}};
  return utimensat(folder, path, times, 0);
}
