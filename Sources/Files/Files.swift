// Files: reading and writing files so that nothing is lost, without Foundation.
//
// May import: CSupport. Start reading at `FileError`, then `readFile`.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file operation that failed: what was tried, on what, and what the system said.
package struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
  package let action: String
  package let path: String
  package let code: Int32

  package init(_ action: String, _ path: String, code: Int32) {
    self.action = action
    self.path = path
    self.code = code
  }

  /// What the system calls the failure, such as "No such file or directory".
  package var reason: String { String(cString: strerror(code)) }
  package var description: String { "cannot \(action) \(path): \(reason)" }
  package var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}

/// The bytes of a file.
package func readFile(_ path: String) throws(FileError) -> [UInt8] {
  let descriptor = open(path.rawPath, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { throw FileError("read", path, code: errno) }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { throw FileError("read", path, code: errno) }
  var bytes: [UInt8] = []
  bytes.reserveCapacity(Int(status.st_size) + 1)
  while true {
    // Small files are read in two calls; what grows meanwhile, or has no size, is read to its end.
    let room = max(4096, bytes.capacity - bytes.count)
    var failure: Int32 = 0
    let chunk = [UInt8](unsafeUninitializedCapacity: room) { buffer, count in
      let received = read(descriptor, buffer.baseAddress, room)
      if received < 0 { failure = errno }
      count = max(0, received)
    }
    if failure == EINTR { continue }
    if failure != 0 { throw FileError("read", path, code: failure) }
    if chunk.isEmpty { return bytes }
    bytes.append(contentsOf: chunk)
  }
}
