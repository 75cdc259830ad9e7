#pragma once

/* No system header here: what it declares would belong to this module as well as to Glibc, and Swift files would have
   to name the one that the compiler happens to find first. */

/* copy_file_range(2), from where both files stand. */
long vc_copy_file_range(int source, int target, unsigned long count);

/* Sets when a file was last read, and leaves the time of its bytes alone. 0, or -1 and errno. */
int vc_set_access_time(const char *path, long seconds, long nanoseconds);
