package import Conducting
import CSupport
package import Files
internal import Glibc
package import JSONValues
internal import Supervision

/// What an attempt left on disk, for those who only look. What is not there reads as nothing.
package struct AttemptFiles: Hashable, Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var exists: Bool { entryKind(path) == .folder }
  package var prompt: String { path + "/prompt.md" }
  package var patch: String { path + "/diff.patch" }
  package var errors: String { path + "/stderr.log" }

  /// What the program prints; a launch may give it another name.
  package var output: String {
    path + "/" + (json("launch.json")?["stdout"]?.text ?? "stdout.jsonl")
  }

  /// Where the program works.
  package var workingFolder: String? { json("launch.json")?["cwd"]?.text }

  /// What its worktree is called by, and the branch of that.
  package var workName: String? { json("workspace.json")?["name"]?.text }

  /// The ports that are its own.
  package var ports: ClosedRange<Int>? {
    guard let ports = json("workspace.json")?["ports"], let first = ports["first"]?.count,
      let count = ports["count"]?.count, count > 0
    else { return nil }
    return first...(first + count - 1)
  }

  /// Whether the program has ended and nothing of it lives.
  package var hasEnded: Bool { entryKind(path + "/exit.json") == .file }

  package var result: JSON? { json("result.json") }

  /// Where a trial of a gate wrote all that it printed, a reviewer all that it said; nothing where it has not begun.
  package func output(of check: Check) -> String? {
    let base = AttemptFolder(path).check(check)
    // A trial is begun again where its runner died; what counts is the last.
    guard let last = ((try? listFolder(base)) ?? []).compactMap({ Int($0) }).max() else {
      return nil
    }
    let folder = AttemptFiles("\(base)/\(last)")
    return [folder.path + "/output.log", folder.output].first { entryKind($0) == .file }
  }

  private func json(_ name: String) -> JSON? {
    (try? readFile(path + "/" + name)).flatMap { try? JSON.parse($0) }
  }
}

/// The last bytes of a file, and when it was last written, in milliseconds since 1970; nothing where it cannot be read.
package func readTail(_ path: String, bytes limit: Int) -> (bytes: [UInt8], written: Int64)? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  var status = stat()
  guard fstat(descriptor, &status) == 0 else { return nil }
  let start = max(0, Int(status.st_size) - limit)
  let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
    count = max(0, pread(descriptor, buffer.baseAddress, limit, off_t(start)))
  }
  let written =
    Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
  return (bytes, written)
}

/// A file that grows, read as far as it has come.
package struct GrowingFile: ~Copyable {
  private let path: String
  private var descriptor: Int32 = -1

  package init(_ path: String) { self.path = path }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next bytes, at most `limit`; nothing where there are none yet.
  package mutating func read(atMost limit: Int = 1 << 18) throws(FileError) -> [UInt8]? {
    if descriptor < 0 {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else {
        if errno == ENOENT || errno == ENOTDIR { return nil }
        throw FileError("read", path, code: errno)
      }
    }
    while true {
      var failure: Int32 = 0
      let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
        let received = Glibc.read(descriptor, buffer.baseAddress, limit)
        if received < 0 { failure = errno }
        count = max(0, received)
      }
      if failure == EINTR { continue }
      if failure != 0 { throw FileError("read", path, code: failure) }
      return bytes.isEmpty ? nil : bytes
    }
  }
}
