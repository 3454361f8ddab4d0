// Locks of open files, kinds of file systems, pipes: what Linux has beyond POSIX.
#ifndef DIVISI_CSUPPORT_FILES_H
#define DIVISI_CSUPPORT_FILES_H

/// Locks a whole open file for this open file alone; 0, or -1 with errno (EAGAIN: somebody has it).
/// The lock ends with the last copy of the descriptor, so at the latest with the process.
int divisi_lock_file(int descriptor);

/// Gives the lock back at once, though a child between fork and exec may still hold a copy of the descriptor.
int divisi_unlock_file(int descriptor);

/// 1 where another open file has the lock, 0 where nobody has, -1 with errno. Takes nothing itself.
int divisi_file_is_locked(int descriptor);

/// The magic number of the file system that a path lies on, or -1 with errno.
long divisi_file_system(const char *path);

/// A pipe whose ends programs that are started do not get; 0, or -1 with errno.
int divisi_pipe(int ends[2]);

#endif
