import Glibc

/// A file that grows, read on from where it was read to.
struct FileTail {
  private let path: String
  private var place: off_t = 0

  private static let chunk = 256 << 10

  init(_ path: String) { self.path = path }

  /// The next bytes, or nothing where there are none yet.
  mutating func next() -> [UInt8]? {
    // Most looks find nothing new, and are not worth opening the file.
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > place else { return nil }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let start = place
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
      count = max(0, pread(descriptor, buffer.baseAddress, Self.chunk, start))
    }
    place += off_t(bytes.count)
    return bytes.isEmpty ? nil : bytes
  }

  /// Passes over all but the last bytes: of text for people only the end tells what came of it, and a program that
  /// fills its output would keep its reader busy for longer than itself.
  mutating func passOver(butLast count: Int) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    place = max(place, status.st_size - off_t(count))
  }

  /// Passes over what has come, and says whether something had.
  mutating func skip() -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > place else { return false }
    place = status.st_size
    return true
  }

  /// The last bytes of a file as it is now.
  static func end(of path: String, atMost count: Int) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return [] }
    let start = max(0, status.st_size - off_t(count))
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, read in
      read = max(0, pread(descriptor, buffer.baseAddress, count, start))
    }
  }
}
