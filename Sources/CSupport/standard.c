#include <fcntl.h>

// Whoever starts a program may have closed its standard input or outputs (`>&-`). Whatever is opened next would then
// stand in their place, and be written into by all that prints: nothing is to be lost there.
__attribute__((constructor)) static void fill_standard_descriptors(void) {
  for (int descriptor = 0; descriptor <= 2; descriptor++) {
    // The lowest that is free is this one.
    if (fcntl(descriptor, F_GETFD) < 0) open("/dev/null", O_RDWR);
  }
}
