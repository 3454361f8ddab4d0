#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Adds bytes to the end of a file, which is made with the folders above it where it is missing: all
/// of them, or none where the disk is full.
///
/// Writers of Divisi wait for each other, so that lines of several processes do not mix. Nothing is
/// synced: this is for what can be made again.
package func appendToFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
  var descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
  if descriptor < 0, errno == ENOENT {
    try createFolder(parentFolder(of: path))
    descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o666)
  }
  guard descriptor >= 0 else { throw FileError("write", path, code: errno) }
  defer { close(descriptor) }
  while flock(descriptor, LOCK_EX) != 0 {
    guard errno == EINTR else { throw FileError("lock", path, code: errno) }
  }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileError("write", path, code: errno) }
  do throws(FileError) {
    try writeAll(bytes, to: descriptor, path)
  } catch {
    // Half a line would be read as one by whoever comes next.
    _ = ftruncate(descriptor, status.st_size)
    throw error
  }
}

/// Renames a file unless something has the new name already; says whether it was.
package func renameFile(_ path: String, toFree target: String) throws(FileError) -> Bool {
  // A second name first: it is refused where there is one, which a rename would replace.
  guard link(path, target) == 0 else {
    if errno == EEXIST { return false }
    throw FileError("move", path, code: errno)
  }
  guard unlink(path) == 0 else { throw FileError("move", path, code: errno) }
  return true
}

/// Puts right what `appendToFile` has written, while no other writer of Divisi adds to it. A file that
/// is missing stays so.
///
/// - Parameter change: what is to be there instead, or nothing where all is well.
package func mendFile(
  _ path: String, by change: ([UInt8]) -> [UInt8]?
) throws(FileError) {
  let descriptor = open(path, O_RDWR | O_CLOEXEC)
  guard descriptor >= 0 else {
    if errno == ENOENT { return }
    throw FileError("read", path, code: errno)
  }
  defer { close(descriptor) }
  while flock(descriptor, LOCK_EX) != 0 {
    guard errno == EINTR else { throw FileError("lock", path, code: errno) }
  }
  let before = try readFile(path)
  guard let after = change(before), after != before else { return }
  if !before.starts(with: after) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileError("write", path, code: errno) }
    try writeAll(after, to: descriptor, path)
  }
  guard ftruncate(descriptor, off_t(after.count)) == 0 else {
    throw FileError("write", path, code: errno)
  }
}
