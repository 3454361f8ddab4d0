#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The turn of one process, or one part of it, at something that several may do to a folder: whoever asks meanwhile waits.
/// It leaves nothing behind and ends with the process.
package final class FolderTurn: Sendable {
  private let descriptor: Int32

  package init(at folder: String) throws(FileError) {
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("lock", folder, code: errno) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let code = errno
        close(descriptor)
        throw FileError("lock", folder, code: code)
      }
    }
  }

  package func end() { flock(descriptor, LOCK_UN) }

  deinit { close(descriptor) }
}
