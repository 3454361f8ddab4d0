// What Swift cannot call itself: variadic functions and function-like macros of the C library.
#ifndef DIVISI_CSUPPORT_H
#define DIVISI_CSUPPORT_H

/// The number of columns of the terminal behind a descriptor, or 0 where there is none.
int divisi_terminal_columns(int descriptor);

#endif
