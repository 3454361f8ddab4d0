// Starting processes and watching them: what the C library has no Swift-callable form of.
#ifndef DIVISI_PROCESSES_H
#define DIVISI_PROCESSES_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/types.h>

/// Where the way from the request to the running program broke off.
enum divisi_spawn_stage {
  DIVISI_SPAWN_STARTED = 0,
  DIVISI_SPAWN_FORK,
  DIVISI_SPAWN_SESSION,
  DIVISI_SPAWN_DESCRIPTORS,
  DIVISI_SPAWN_LIMITS,
  DIVISI_SPAWN_FOLDER,
  DIVISI_SPAWN_PROGRAM,
};

struct divisi_spawn_request {
  const char *program;
  char *const *arguments;
  char *const *environment;
  const char *folder;
  int input, output, errors;
  /// Nonzero: a session of its own; zero: only a process group of its own.
  int owns_session;
  /// A descriptor of `cgroup.procs` that the process enters before the program starts, or -1.
  int cgroup;
  /// Limits of the process and of each that it starts; 0 leaves what is.
  uint64_t data_bytes, tasks, cpu_seconds;
};

/// Starts a program with exactly three descriptors, default signal handling and an empty signal
/// mask. Gives its pid, or -1 with errno set and `*stage` saying what failed.
///
/// The child borrows the memory of its parent until the program begins (vfork), so that the cost
/// does not grow with the parent.
pid_t divisi_spawn(const struct divisi_spawn_request *request, enum divisi_spawn_stage *stage);

/// A descriptor that stands for the process, readable when it has ended, or -1 with errno set.
int divisi_pidfd_open(pid_t pid);

/// Sends a signal to exactly the process that a descriptor stands for: 0, or -1 with errno set.
int divisi_pidfd_signal(int pidfd, int signal);

/// Makes orphans among the descendants of this process its children.
int divisi_become_subreaper(void);

/// Asks for one SIGIO when something in a folder is made or written: 0, or -1 where the system
/// cannot tell.
///
/// This is the older of the system's two ways. The newer one, inotify, makes its user wait for 8 ms
/// and more at its end.
int divisi_tell_of_change(int folder);

/// Lets the calling thread in before programs that compute, as it takes little each time and others wait for it. Newer
/// systems (Linux 6.12) can be told; on others nothing changes. What the thread starts is treated as ever.
void divisi_take_short_turns(void);

/// Lets go of the pages of the program's code, which come back as they are used.
void divisi_release_code(void);

/// What processes that were waited for took.
struct divisi_usage {
  int64_t user_microseconds, system_microseconds;
  /// The most that one of them held at once.
  int64_t peak_bytes;
};

/// Of all children that were waited for, and theirs.
void divisi_usage_of_children(struct divisi_usage *usage);

/// As `wait4`.
pid_t divisi_wait(pid_t pid, int options, int *status, struct divisi_usage *usage);

/// An unnamed file in memory, or -1 with errno set.
int divisi_memory_file(const char *name);

#endif
