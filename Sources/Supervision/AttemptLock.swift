package import Files
import Glibc

/// The lock that a supervisor holds on its attempt's folder for as long as it lives.
///
/// It is a record lock of the process, for two reasons: what the process starts does not inherit
/// it, and the kernel says who holds it. It is gone the moment its holder is, however that ends.
///
/// Beside it there is a lock of the open file, which a child shares until its program begins: if a
/// supervisor is killed while it starts the agent, that one lock is left for as long as the agent is
/// neither there nor gone.
package enum AttemptLock {
  package enum Attempt {
    /// Taken, until it is released or this process ends.
    case taken(release: () -> Void)
    case held(by: Int32)
    case failed(code: Int32)
  }

  /// Takes the lock for this process. Until it is released the file must not be opened again in this
  /// process: closing it anywhere would give the lock up.
  package static func take(_ folder: AttemptFolder) -> Attempt {
    let descriptor = open(folder.lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { return .failed(code: errno) }
    var request = wholeFile()
    if fcntl(descriptor, F_SETLK, &request) == 0 {
      flock(descriptor, LOCK_EX | LOCK_NB)
      return .taken { close(descriptor) }
    }
    let code = errno
    close(descriptor)
    guard code == EAGAIN || code == EACCES else { return .failed(code: code) }
    return .held(by: (try? holder(folder)) ?? 0)
  }

  /// The pid of the supervisor that owns the folder now. An error is no word on whether there is one.
  package static func holder(_ folder: AttemptFolder) throws(FileError) -> Int32? {
    let descriptor = open(folder.lock, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw FileError("read", folder.lock, code: errno)
    }
    defer { close(descriptor) }
    var request = wholeFile()
    guard fcntl(descriptor, F_GETLK, &request) == 0 else {
      throw FileError("read", folder.lock, code: errno)
    }
    return request.l_type == F_UNLCK ? nil : request.l_pid
  }

  /// Whether a process is on its way that cannot be recognised yet. Only of interest where nobody
  /// holds the folder any more.
  package static func hasUnborn(_ folder: AttemptFolder) -> Bool {
    let descriptor = open(folder.lock, O_RDWR | O_CLOEXEC)
    // Where it cannot be looked at for want of something that passes, there may be one.
    guard descriptor >= 0 else { return [EMFILE, ENFILE, ENOMEM].contains(errno) }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0
  }

  private static func wholeFile() -> flock {
    var request = flock()
    request.l_type = Int16(F_WRLCK)
    request.l_whence = Int16(SEEK_SET)
    return request
  }
}
