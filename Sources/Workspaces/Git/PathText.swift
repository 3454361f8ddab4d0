import Files
import Glibc

/// What is in a folder, and whether it is a folder itself; links are none. Nothing where it cannot be read.
func entries(of folder: String) -> [(name: String, isFolder: Bool)]? {
  guard let stream = opendir(folder.rawPath) else { return nil }
  defer { closedir(stream) }
  var found: [(String, Bool)] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
      String(path: Array(buffer.prefix { $0 != 0 }))
    }
    if name != ".", name != ".." {
      found.append((name, Int32(entry.pointee.d_type) == Int32(DT_DIR)))
    }
  }
  return found
}

/// The bytes of a file, whatever the encoding of its name.
func contents(of path: String) -> [UInt8]? {
  let descriptor = open(path.rawPath, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return try? readFile("/proc/self/fd/\(descriptor)")
}

extension StringProtocol {
  /// So many words, the last with all that is left. By bytes: a path may begin with a mark that combines with the space
  /// before it.
  func words(_ count: Int) -> [Substring] {
    utf8.split(
      separator: UInt8(ascii: " "), maxSplits: count - 1, omittingEmptySubsequences: false
    ).map { Substring(decoding: $0, as: UTF8.self) }
  }
}
