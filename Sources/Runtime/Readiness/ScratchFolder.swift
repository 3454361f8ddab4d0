import Files
import Glibc

/// A folder that only this user can look into, removed when it is let go of.
struct ScratchFolder: ~Copyable, Sendable {
  let path: String

  init(in folder: String) throws(FileError) {
    var template = Array("\(folder)/divisi-probe-XXXXXX".utf8CString)
    let isMade = template.withUnsafeMutableBufferPointer { mkdtemp($0.baseAddress!) != nil }
    guard isMade else { throw FileError("make a folder in", folder, code: errno) }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  deinit { Self.remove(path) }

  /// Links are removed and not followed. What a program keeps adding stays behind.
  private static func remove(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      unlink(path)
      return
    }
    for name in (try? listFolder(path)) ?? [] { remove("\(path)/\(name)") }
    rmdir(path)
  }
}
