// Declares what is Linux's own.
#define _GNU_SOURCE
#include "files.h"

#include <fcntl.h>
#include <sys/vfs.h>
#include <unistd.h>

int divisi_lock_file(int descriptor) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int divisi_unlock_file(int descriptor) {
  struct flock lock = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
  return fcntl(descriptor, F_OFD_SETLK, &lock);
}

int divisi_file_is_locked(int descriptor) {
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  if (fcntl(descriptor, F_OFD_GETLK, &lock) != 0) return -1;
  return lock.l_type != F_UNLCK;
}

long divisi_file_system(const char *path) {
  struct statfs facts;
  if (statfs(path, &facts) != 0) return -1;
  return facts.f_type;
}

int divisi_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }
