#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes a file so that whoever reads it sees the old bytes or the new ones, whole, through any
/// crash: a temporary file beside it is written, synced and renamed over it, then the folder synced.
///
/// A symbolic link stays one: what it points to is replaced. The mode of an existing file is kept,
/// and its owner where the system allows. A crash can leave a file named `.NAME.divisi-PID-N` behind,
/// which holds nothing that is needed.
package func writeFile(_ path: String, _ bytes: [UInt8]) throws(FileError) {
  _ = try replaceFile(path, with: bytes) { () throws(FileError) -> Bool in true }
}

/// As `writeFile`, but asks once more, with everything written and only the rename left, whether
/// the file may be replaced; says whether it was.
package func replaceFile(
  _ path: String, with bytes: [UInt8], if mayReplace: () throws(FileError) -> Bool
) throws(FileError) -> Bool {
  let target = realPath(path) ?? path
  let (temporary, descriptor) = try makeTemporaryFile(beside: target, path)
  var isRenamed = false
  defer { if !isRenamed { unlink(temporary) } }
  do {
    defer { close(descriptor) }
    var status = stat()
    if stat(target, &status) == 0 {
      // Owner first: changing it clears the set-user bits of the mode.
      _ = fchown(descriptor, status.st_uid, status.st_gid)
      guard fchmod(descriptor, status.st_mode & 0o7777) == 0 else {
        throw FileError("write", path, code: errno)
      }
    }
    try writeAll(bytes, to: descriptor, path)
    guard fsync(descriptor) == 0 else { throw FileError("write", path, code: errno) }
  }
  guard try mayReplace() else { return false }
  guard rename(temporary, target) == 0 else { throw FileError("write", path, code: errno) }
  isRenamed = true
  try syncFolder(parentFolder(of: target))
  return true
}

/// Writes a file that is not there yet, whole or not at all; one that is there stays, also one that came meanwhile. Says
/// whether it was written.
@discardableResult
package func writeNewFile(_ path: String, _ bytes: [UInt8]) throws(FileError) -> Bool {
  guard entryKind(path) == .missing else { return false }
  let (temporary, descriptor) = try makeTemporaryFile(beside: path, path)
  defer { unlink(temporary) }
  do {
    defer { close(descriptor) }
    try writeAll(bytes, to: descriptor, path)
    guard fsync(descriptor) == 0 else { throw FileError("write", path, code: errno) }
  }
  if link(temporary, path) == 0 { return true }
  guard errno == EEXIST else { throw FileError("write", path, code: errno) }
  return false
}

/// A new file beside another, under a name that nobody else has.
private func makeTemporaryFile(
  beside target: String, _ path: String
) throws(FileError) -> (String, Int32) {
  let stem = "\(parentFolder(of: target))/.\(lastComponent(of: target)).divisi-\(getpid())"
  for number in 0..<10_000 {
    let name = "\(stem)-\(number)"
    let descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
    if descriptor >= 0 { return (name, descriptor) }
    guard errno == EEXIST else { break }
  }
  throw FileError("write", path, code: errno)
}

/// Does something while no other writer of Divisi, in this process or another, does the like to
/// files in the same folder. The lock is on the folder itself, so it leaves nothing behind and ends
/// with the process.
package func withLock<Result>(
  onFolderOf path: String, _ body: () throws -> Result
) throws -> Result {
  let folder = parentFolder(of: realPath(path) ?? path)
  let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError("lock", folder, code: errno) }
  defer { close(descriptor) }
  while flock(descriptor, LOCK_EX) != 0 {
    guard errno == EINTR else { throw FileError("lock", folder, code: errno) }
  }
  return try body()
}

func writeAll(
  _ bytes: [UInt8], to descriptor: Int32, _ path: String
) throws(FileError) {
  var written = 0
  while written < bytes.count {
    let count = bytes.withUnsafeBytes { buffer in
      write(descriptor, buffer.baseAddress! + written, buffer.count - written)
    }
    if count < 0 {
      if errno == EINTR { continue }
      throw FileError("write", path, code: errno)
    }
    written += count
  }
}

private func syncFolder(_ path: String) throws(FileError) {
  let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError("sync", path, code: errno) }
  defer { close(descriptor) }
  // Some file systems cannot sync a folder; the rename is then as durable as they make it.
  guard fsync(descriptor) == 0 || errno == EINVAL else {
    throw FileError("sync", path, code: errno)
  }
}
