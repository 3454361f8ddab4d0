// The floor: so many processes, so many at once, by nothing but `posix_spawn` and `wait`.
//
// usage: bench-floor JOBS COUNT PROGRAM [ARGUMENT...]

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;

int main(int count, char **arguments) {
  if (count < 4) {
    fprintf(stderr, "usage: bench-floor JOBS COUNT PROGRAM [ARGUMENT...]\n");
    return 2;
  }
  int jobs = atoi(arguments[1]), left = atoi(arguments[2]), living = 0;
  while (left > 0 || living > 0) {
    while (left > 0 && living < jobs) {
      pid_t pid;
      errno = posix_spawnp(&pid, arguments[3], 0, 0, arguments + 3, environ);
      if (errno != 0) {
        perror(arguments[3]);
        return 1;
      }
      left--;
      living++;
    }
    int status;
    if (wait(&status) < 0) {
      perror("wait");
      return 1;
    }
    if (status != 0) return 1;
    living--;
  }
  return 0;
}
