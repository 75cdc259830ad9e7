/* Declares copy_file_range, which Swift therefore does not see. */
#define _GNU_SOURCE

#include "CFiles.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

long vc_copy_file_range(int source, int target, unsigned long count) {
  return copy_file_range(source, NULL, target, NULL, count, 0);
}

int vc_set_access_time(const char *path, long seconds, long nanoseconds) {
  /* UTIME_OMIT is an expression that Swift does not import. */
  const struct timespec times[2] = {{seconds, nanoseconds}, {0, UTIME_OMIT}};
  return utimensat(AT_FDCWD, path, times, 0);
}
