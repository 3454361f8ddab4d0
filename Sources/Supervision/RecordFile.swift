package import Files
import Glibc
package import JSONValues

/// A record's file to come. The place for it on the disk is taken when it is made, so that a disk
/// which fills up meanwhile cannot keep the record from being written. Nobody else may read it: a launch
/// holds what the person has set for their agents.
package struct RecordFile: ~Copyable {
  private let path: String
  private let temporary: String
  private let descriptor: Int32

  private static let room = 4096

  package init(_ path: String) throws(FileError) {
    self.path = path
    temporary = path + ".new"
    descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw FileError("write", path, code: errno) }
    // Where space cannot be taken in advance the record is written as any other file is.
    let code = posix_fallocate(descriptor, 0, off_t(Self.room))
    if code == ENOSPC || code == EDQUOT { throw FileError("write", path, code: code) }
  }

  deinit { close(descriptor) }

  /// Puts the record in its place, whole or not at all.
  package consuming func write(_ record: JSON, isDurable: Bool) throws(FileError) {
    let bytes = Array((record.text() + "\n").utf8)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress! + written, bytes.count - written, off_t(written))
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw FileError("write", path, code: errno) }
      written += count
    }
    guard ftruncate(descriptor, off_t(bytes.count)) == 0, !isDurable || fsync(descriptor) == 0,
      rename(temporary, path) == 0
    else { throw FileError("write", path, code: errno) }
    if isDurable { try syncParent() }
  }

  private func syncParent() throws(FileError) {
    let folder = open(parentFolder(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw FileError("sync", path, code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 || errno == EINVAL else {
      throw FileError("sync", path, code: errno)
    }
  }
}
