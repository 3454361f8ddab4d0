#define _GNU_SOURCE
#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

struct child_report {
  volatile enum divisi_spawn_stage stage;
  volatile int code;
};

static int take_descriptor(int *descriptor) {
  if (*descriptor > 2) return 0;
  // It stands where another of the three is about to be put.
  *descriptor = fcntl(*descriptor, F_DUPFD_CLOEXEC, 3);
  return *descriptor < 0 ? -1 : 0;
}

static int set_limit(int resource, uint64_t value) {
  if (value == 0) return 0;
  struct rlimit limit;
  if (getrlimit(resource, &limit) != 0) return -1;
  if (limit.rlim_max != RLIM_INFINITY && limit.rlim_max < value) value = limit.rlim_max;
  limit.rlim_cur = limit.rlim_max = value;
  return setrlimit(resource, &limit);
}

// Runs in the memory of the parent: only system calls, and nothing that allocates or locks.
__attribute__((noinline)) static void become_program(
    const struct divisi_spawn_request *request, struct child_report *report) {
  report->stage = DIVISI_SPAWN_SESSION;
  if ((request->owns_session ? setsid() : setpgid(0, 0)) < 0) goto failed;

  report->stage = DIVISI_SPAWN_LIMITS;
  if (request->cgroup >= 0 && write(request->cgroup, "0", 1) != 1) goto failed;
  if (set_limit(RLIMIT_DATA, request->data_bytes) != 0) goto failed;
  if (set_limit(RLIMIT_NPROC, request->tasks) != 0) goto failed;
  if (set_limit(RLIMIT_CPU, request->cpu_seconds) != 0) goto failed;

  report->stage = DIVISI_SPAWN_DESCRIPTORS;
  int input = request->input, output = request->output, errors = request->errors;
  if (take_descriptor(&input) || take_descriptor(&output) || take_descriptor(&errors)) goto failed;
  if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(errors, 2) < 0) goto failed;
  // Whatever else is open closes itself; where the kernel is too old, O_CLOEXEC has seen to it.
  syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);

  report->stage = DIVISI_SPAWN_FOLDER;
  if (request->folder && chdir(request->folder) != 0) goto failed;

  // An ignored signal stays ignored in a new program: an agent that ignores SIGINT by inheritance
  // could not be interrupted.
  struct sigaction action = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &action, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, 0);

  report->stage = DIVISI_SPAWN_PROGRAM;
  execve(request->program, request->arguments, request->environment);
failed:
  report->code = errno;
  _exit(127);
}

pid_t divisi_spawn(const struct divisi_spawn_request *request, enum divisi_spawn_stage *stage) {
  struct child_report report = {DIVISI_SPAWN_FORK, 0};
  sigset_t all, before;
  sigfillset(&all);
  // No handler of the parent may run in the child while they share memory.
  pthread_sigmask(SIG_BLOCK, &all, &before);
  pid_t pid = vfork();
  if (pid == 0) become_program(request, &report);
  int code = pid < 0 ? errno : report.code;
  pthread_sigmask(SIG_SETMASK, &before, 0);
  if (pid > 0 && code == 0) {
    *stage = DIVISI_SPAWN_STARTED;
    return pid;
  }
  *stage = report.stage;
  if (pid > 0) {
    while (waitpid(pid, 0, 0) < 0 && errno == EINTR) {
    }
  }
  errno = code;
  return -1;
}

int divisi_pidfd_open(pid_t pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

int divisi_pidfd_signal(int pidfd, int signal) {
  return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, 0, 0);
}

int divisi_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

int divisi_tell_of_change(int folder) {
  return fcntl(folder, F_NOTIFY, DN_CREATE | DN_MODIFY) == 0 ? 0 : -1;
}

// As the kernel reads it: the C library has had no name for it for long.
struct turn_wishes {
  uint32_t size, policy;
  uint64_t flags;
  int32_t nice;
  uint32_t priority;
  uint64_t runtime, deadline, period;
};

void divisi_take_short_turns(void) {
  const uint64_t reset_on_fork = 1, shortest = 100000;
  struct turn_wishes wishes = {.size = sizeof wishes};
  if (syscall(SYS_sched_getattr, 0, &wishes, sizeof wishes, 0) != 0) return;
  // Whoever was given another policy, or put first, is to pass that on to what it starts.
  if (wishes.policy != SCHED_OTHER || wishes.nice < 0) return;
  wishes.flags |= reset_on_fork;
  wishes.runtime = shortest;
  syscall(SYS_sched_setattr, 0, &wishes, 0);
}

static int release_segments(struct dl_phdr_info *object, size_t size, void *context) {
  (void)size, (void)context;
  uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
    // What is never written is on the disk as it is in memory.
    if (segment->p_type != PT_LOAD || segment->p_flags & PF_W) continue;
    uintptr_t start = (object->dlpi_addr + segment->p_vaddr) & ~(page - 1);
    uintptr_t end = object->dlpi_addr + segment->p_vaddr + segment->p_memsz;
    madvise((void *)start, end - start, MADV_DONTNEED);
  }
  return 0;
}

void divisi_release_code(void) { dl_iterate_phdr(release_segments, 0); }

static void sum_up(const struct rusage *taken, struct divisi_usage *usage) {
  usage->user_microseconds = taken->ru_utime.tv_sec * 1000000LL + taken->ru_utime.tv_usec;
  usage->system_microseconds = taken->ru_stime.tv_sec * 1000000LL + taken->ru_stime.tv_usec;
  usage->peak_bytes = taken->ru_maxrss * 1024LL;
}

void divisi_usage_of_children(struct divisi_usage *usage) {
  struct rusage taken = {0};
  getrusage(RUSAGE_CHILDREN, &taken);
  sum_up(&taken, usage);
}

pid_t divisi_wait(pid_t pid, int options, int *status, struct divisi_usage *usage) {
  struct rusage taken = {0};
  pid_t ended = wait4(pid, status, options, &taken);
  sum_up(&taken, usage);
  return ended;
}

int divisi_memory_file(const char *name) { return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING); }
