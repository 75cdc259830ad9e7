#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/// A folder or file that a confined process may use.
struct vc_rule {
  const char *path;
  /// 0: read and run what is below; 1: change it too.
  int may_write;
};

/// What a process is held to; it cannot loosen any of it, and its children inherit all.
struct vc_confinement {
  /// Bytes; 0 for no limit of ours.
  uint64_t address_space;
  /// Bytes of one file; 0 for no limit of ours.
  uint64_t file_size;
  /// 0 for no limit of ours.
  uint64_t open_files;
  /// No socket of any kind can be made.
  int denies_network;
  /// It and its children stay in one process group, which can be killed as a whole.
  int keeps_group;
  /// Refuses system calls that no stage needs, such as tracing others and mounting.
  int filters_calls;
  /// Only what `rules` name can be reached. Needs Landlock.
  int limits_files;
  const struct vc_rule *rules;
  size_t rule_count;
};

/// A started process and our ends of its pipes; each is closed on exec and does not block.
struct vc_confined_child {
  pid_t pid;
  /// Becomes readable when the process has ended.
  int exit_descriptor;
  int input;
  int output;
  int error;
  /// An event counter of ours, for waking who polls the others.
  int wake;
};

/// What failed, for messages; never NULL.
const char *vc_confined_step(int step);

/// Starts `path` in a process group of its own, held to `confinement`, with default signals and no descriptor but 0 to
/// 2. It is killed when the calling thread ends. Returns 0, or an errno with nothing left open and `step` set.
int vc_spawn_confined(const char *path, char *const arguments[], char *const environment[],
                      const char *directory, const struct vc_confinement *confinement,
                      struct vc_confined_child *child, int *step);

/// The version of Landlock that the kernel has; 0 for none.
int vc_landlock_version(void);

/// Whether system calls can be filtered here.
int vc_can_filter_calls(void);

/// Moves a file out of a folder that somebody else may change at any moment, to `target`. The way to it goes through no
/// symbolic link and never out of the folder. Returns 0 or an errno; ELOOP when the file is no regular file.
int vc_take_file(const char *folder, const char *relative, const char *target);
