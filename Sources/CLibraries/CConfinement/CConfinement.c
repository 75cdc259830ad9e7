// For clone, pipe2, pidfd_open and close_range; never in a header that Swift imports.
#define _GNU_SOURCE

#include "CConfinement.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/openat2.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// MARK: - Which step

enum {
  STEP_PIPES = 1, STEP_RULES, STEP_CLONE, STEP_GROUP, STEP_LIMITS, STEP_DESCRIPTORS,
  STEP_DIRECTORY, STEP_LANDLOCK, STEP_FILTER, STEP_EXEC, STEP_WATCH
};

const char *vc_confined_step(int step) {
  switch (step) {
    case STEP_PIPES: return "its pipes cannot be made";
    case STEP_RULES: return "what it may use cannot be looked at";
    case STEP_CLONE: return "no process can be made";
    case STEP_GROUP: return "it cannot have a process group";
    case STEP_LIMITS: return "its limits cannot be set";
    case STEP_DESCRIPTORS: return "its descriptors cannot be set";
    case STEP_DIRECTORY: return "its folder cannot be entered";
    case STEP_LANDLOCK: return "Landlock cannot confine it";
    case STEP_FILTER: return "its system calls cannot be filtered";
    case STEP_EXEC: return "its program cannot be run";
    case STEP_WATCH: return "it cannot be watched";
    default: return "it cannot be started";
  }
}

// MARK: - Landlock

// Debian's headers are older than these (landlock(7), versions 3, 4 and 6).
#define ACCESS_REFER (1ULL << 13)
#define ACCESS_TRUNCATE (1ULL << 14)
#define NET_BIND_AND_CONNECT 3ULL
#define SCOPE_SOCKETS_AND_SIGNALS 3ULL

struct ruleset { uint64_t files, network, scoped; };

static const uint64_t reading =
    LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
static const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE |
                                 LANDLOCK_ACCESS_FS_WRITE_FILE | ACCESS_TRUNCATE;

int vc_landlock_version(void) {
  long version =
      syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version > 0 ? (int)version : 0;
}

/// A descriptor of the rules, or a negative errno. Paths that are not there are passed over.
static int make_ruleset(const struct vc_confinement *confinement) {
  int version = vc_landlock_version();
  if (version < 1) return -ENOSYS;
  struct ruleset rules = {(1ULL << 13) - 1, 0, 0};
  if (version >= 2) rules.files |= ACCESS_REFER;
  if (version >= 3) rules.files |= ACCESS_TRUNCATE;
  if (version >= 4 && confinement->denies_network) rules.network = NET_BIND_AND_CONNECT;
  if (version >= 6) rules.scoped = SCOPE_SOCKETS_AND_SIGNALS;
  size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  int set = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  if (set < 0) return -errno;
  for (size_t i = 0; i < confinement->rule_count; i++) {
    int place = open(confinement->rules[i].path, O_PATH | O_CLOEXEC);
    if (place < 0) continue;
    struct stat status;
    int error = fstat(place, &status) == 0 ? 0 : errno;
    struct landlock_path_beneath_attr rule = {
        .allowed_access = confinement->rules[i].may_write ? rules.files : reading,
        .parent_fd = place};
    if (!error && !S_ISDIR(status.st_mode)) rule.allowed_access &= of_files;
    rule.allowed_access &= rules.files;
    if (!error && syscall(SYS_landlock_add_rule, set, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0)
      error = errno;
    close(place);
    if (error) {
      close(set);
      return -error;
    }
  }
  return set;
}

// MARK: - System calls

#if defined(__x86_64__)
#define THIS_MACHINE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define THIS_MACHINE AUDIT_ARCH_AARCH64
#endif

int vc_can_filter_calls(void) {
#ifdef THIS_MACHINE
  // A filter at no address: EFAULT where filters are known, EINVAL where they are not.
  return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) != 0 && errno == EFAULT;
#else
  return 0;
#endif
}

/// What reaches into other processes, the kernel or name spaces.
static const int never_needed[] = {
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_mount, SYS_umount2,
    SYS_pivot_root, SYS_chroot, SYS_swapon, SYS_swapoff, SYS_reboot, SYS_kexec_load,
    SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_bpf, SYS_perf_event_open,
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_userfaultfd, SYS_unshare, SYS_setns,
    SYS_open_by_handle_at, SYS_io_uring_setup, SYS_io_uring_enter, SYS_io_uring_register,
    SYS_pidfd_getfd, SYS_acct, SYS_settimeofday, SYS_clock_settime, SYS_sethostname,
};

#define NEVER_COUNT (sizeof never_needed / sizeof *never_needed)
#define MOST_STEPS (2 * NEVER_COUNT + 32)

#define ANSWER(code) BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (code))
#define WHEN(number) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (number), 0, 1)
/// CLONE_NEWNS to CLONE_NEWNET, all kinds of name spaces.
#define NAME_SPACES 0x7E020000

static unsigned short make_filter(struct sock_filter *steps,
                                  const struct vc_confinement *confinement) {
  unsigned short count = 0;
#ifdef THIS_MACHINE
#define ADD(...) steps[count++] = (struct sock_filter)__VA_ARGS__
  ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)));
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_MACHINE, 1, 0));
  ADD(ANSWER(ENOSYS));
  ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)));
#ifdef __x86_64__
  // The other calling convention of the same processor.
  ADD(BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1));
  ADD(ANSWER(ENOSYS));
#endif
  for (size_t i = 0; i < NEVER_COUNT; i++) {
    ADD(WHEN((unsigned)never_needed[i]));
    ADD(ANSWER(EPERM));
  }
  if (confinement->denies_network) {
    ADD(WHEN(SYS_socket));
    ADD(ANSWER(EACCES));
  }
  if (confinement->keeps_group) {
    ADD(WHEN(SYS_setsid));
    ADD(ANSWER(EPERM));
    ADD(WHEN(SYS_setpgid));
    ADD(ANSWER(EPERM));
  }
  // Its flags lie in memory, which a filter cannot see; the C library then takes clone.
  ADD(WHEN(SYS_clone3));
  ADD(ANSWER(ENOSYS));
  ADD(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3));
  ADD(BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])));
  ADD(BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, NAME_SPACES, 0, 1));
  ADD(ANSWER(EPERM));
  ADD(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
#undef ADD
#else
  (void)steps;
  (void)confinement;
#endif
  return count;
}

// MARK: - The child

struct start {
  const char *path, *directory;
  char *const *arguments, *const *environment;
  const struct vc_confinement *confinement;
  int input, output, failure, ruleset;
  struct sock_fprog filter;
  /// Written by the child: it shares our memory until it runs its program.
  int step, error;
};

static int hold(int resource, uint64_t most) {
  if (!most) return 0;
  struct rlimit now;
  if (getrlimit(resource, &now) != 0) return errno;
  struct rlimit limit = {most, most};
  // A limit that was lower before stays.
  if (now.rlim_max != RLIM_INFINITY && now.rlim_max < most) limit.rlim_cur = limit.rlim_max = now.rlim_max;
  return setrlimit(resource, &limit) == 0 ? 0 : errno;
}

static int default_signals(void) {
  struct sigaction usual = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &usual, NULL);
  sigset_t none;
  sigemptyset(&none);
  return sigprocmask(SIG_SETMASK, &none, NULL) == 0 ? 0 : errno;
}

static int set_descriptors(const struct start *start) {
  if (dup2(start->input, 0) < 0 || dup2(start->output, 1) < 0 || dup2(start->failure, 2) < 0)
    return errno;
  return 0;
}

/// Between clone and exec: system calls only.
static int child_main(void *argument) {
  struct start *start = argument;
  const struct vc_confinement *confinement = start->confinement;
#define TRY(number, expression)                 \
  do {                                          \
    start->step = (number);                     \
    start->error = (expression);                \
    if (start->error) _exit(127);               \
  } while (0)
  TRY(STEP_GROUP, setpgid(0, 0) == 0 ? 0 : errno);
  TRY(STEP_GROUP, prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 ? 0 : errno);
  TRY(STEP_LIMITS, hold(RLIMIT_FSIZE, confinement->file_size));
  TRY(STEP_LIMITS, hold(RLIMIT_NOFILE, confinement->open_files));
  struct rlimit none = {0, 0};
  TRY(STEP_LIMITS, setrlimit(RLIMIT_CORE, &none) == 0 ? 0 : errno);
  TRY(STEP_DESCRIPTORS, set_descriptors(start));
  if (start->directory) TRY(STEP_DIRECTORY, chdir(start->directory) == 0 ? 0 : errno);
  TRY(STEP_LANDLOCK, prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : errno);
  if (start->ruleset >= 0)
    TRY(STEP_LANDLOCK, syscall(SYS_landlock_restrict_self, start->ruleset, 0) == 0 ? 0 : errno);
  TRY(STEP_DESCRIPTORS, syscall(SYS_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC) == 0 ? 0 : errno);
  TRY(STEP_GROUP, default_signals());
  if (start->filter.len)
    TRY(STEP_FILTER,
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &start->filter, 0, 0) == 0 ? 0 : errno);
  // Last, since the memory that we share counts too.
  TRY(STEP_LIMITS, hold(RLIMIT_AS, confinement->address_space));
  TRY(STEP_EXEC, (execve(start->path, start->arguments, start->environment), errno));
  _exit(127);
}

// MARK: - The parent

static void close_both(int ends[2]) {
  for (int i = 0; i < 2; i++) {
    if (ends[i] >= 0) close(ends[i]);
    ends[i] = -1;
  }
}

/// dup2 of a descriptor onto itself keeps close-on-exec, so ours must lie above 2.
static int open_pipe(int ends[2], int ours) {
  if (pipe2(ends, O_CLOEXEC) != 0) return errno;
  for (int i = 0; i < 2; i++) {
    if (ends[i] > 2) continue;
    int moved = fcntl(ends[i], F_DUPFD_CLOEXEC, 3);
    if (moved < 0) return errno;
    close(ends[i]);
    ends[i] = moved;
  }
  return fcntl(ends[ours], F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

static pid_t start_child(struct start *start) {
  const size_t size = 256 << 10;
  void *stack = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
  if (stack == MAP_FAILED) {
    start->error = errno;
    return -1;
  }
  sigset_t all, before;
  sigfillset(&all);
  // A handler of ours must not run in the child while it shares our memory.
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t pid = clone(child_main, (char *)stack + size, CLONE_VM | CLONE_VFORK | SIGCHLD, start);
  if (pid < 0) start->error = errno;
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  munmap(stack, size);
  return pid;
}

int vc_spawn_confined(const char *path, char *const arguments[], char *const environment[],
                      const char *directory, const struct vc_confinement *confinement,
                      struct vc_confined_child *child, int *step) {
  int input[2] = {-1, -1}, output[2] = {-1, -1}, failure[2] = {-1, -1};
  struct sock_filter steps[MOST_STEPS];
  struct start start = {.path = path, .directory = directory, .arguments = arguments,
                        .environment = environment, .confinement = confinement, .ruleset = -1};
  int wake = -1, watch = -1;
  pid_t pid = -1;

  start.step = STEP_PIPES;
  int error = open_pipe(input, 1);
  if (!error) error = open_pipe(output, 0);
  if (!error) error = open_pipe(failure, 0);
  if (!error && (wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) < 0) error = errno;
  if (!error && confinement->limits_files) {
    start.step = STEP_RULES;
    start.ruleset = make_ruleset(confinement);
    if (start.ruleset < 0) error = -start.ruleset;
  }
  if (!error) {
    start.input = input[0];
    start.output = output[1];
    start.failure = failure[1];
    if (confinement->filters_calls)
      start.filter = (struct sock_fprog){make_filter(steps, confinement), steps};
    start.step = STEP_CLONE;
    pid = start_child(&start);
    error = start.error;
  }
  if (start.ruleset >= 0) close(start.ruleset);
  if (!error) {
    start.step = STEP_WATCH;
    watch = pidfd_open(pid, 0);
    if (watch < 0) error = errno;
  }
  if (error) {
    if (pid > 0) {
      kill(pid, SIGKILL);
      while (waitpid(pid, NULL, 0) < 0 && errno == EINTR) continue;
    }
    close_both(input);
    close_both(output);
    close_both(failure);
    if (wake >= 0) close(wake);
    *step = start.step;
    return error;
  }
  close(input[0]);
  close(output[1]);
  close(failure[1]);
  *child = (struct vc_confined_child){pid, watch, input[1], output[0], failure[0], wake};
  return 0;
}

// MARK: - Files

int vc_take_file(const char *folder, const char *relative, const char *target) {
  char *copy = strdup(relative);
  if (!copy) return ENOMEM;
  char *slash = strrchr(copy, '/');
  const char *name = slash ? slash + 1 : copy;
  const char *parent = slash ? (*slash = 0, copy) : ".";
  int error = 0, inside = -1;
  int root = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) error = errno;
  if (!error) {
    struct open_how how = {.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS};
    inside = (int)syscall(SYS_openat2, root, parent, &how, sizeof how);
    if (inside < 0) error = errno;
  }
  if (!error && renameat(inside, name, AT_FDCWD, target) != 0) error = errno;
  struct stat status;
  // Looked at where nobody else can change it any more.
  if (!error && lstat(target, &status) != 0) error = errno;
  if (!error && !S_ISREG(status.st_mode)) {
    remove(target);
    error = ELOOP;
  }
  if (inside >= 0) close(inside);
  if (root >= 0) close(root);
  free(copy);
  return error;
}
