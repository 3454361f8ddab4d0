#include <fcntl.h>
#include <signal.h>

// What a program begins with is the choice of whoever starts it. Two things would do harm.
__attribute__((constructor)) static void take_usual_start(void) {
  // Standard input or outputs may be closed (`>&-`). Whatever is opened next would stand in their place, and be written
  // into by all that prints: nothing is to be lost there.
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    // The lowest that is free is this one.
    if (fcntl(descriptor, F_GETFD) < 0) open("/dev/null", O_RDWR);
  }
  // Where the end of children is ignored, the system keeps nothing of how they ended.
  signal(SIGCHLD, SIG_DFL);
}
