#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a symbolic link, or leaves the one that is there if it points to the same. A file in its place
/// stays and is no error: whoever put it there meant it.
package func createLink(_ path: String, to target: String) throws(FileError) {
  guard symlink(target, path) != 0 else { return }
  guard errno == EEXIST else { throw FileError("link", path, code: errno) }
  var status = stat()
  guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return }
  var count = 0
  let buffer = [CChar](unsafeUninitializedCapacity: 4096) { bytes, used in
    count = bytes.baseAddress.map { readlink(path, $0, bytes.count) } ?? -1
    used = max(0, count)
  }
  guard count >= 0 else { throw FileError("link", path, code: errno) }
  if buffer.map(UInt8.init(bitPattern:)) == Array(target.utf8) { return }
  guard unlink(path) == 0, symlink(target, path) == 0 else {
    throw FileError("link", path, code: errno)
  }
}
