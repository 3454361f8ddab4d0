#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Removes a file, or a folder with all that is in it. Links are removed and not followed; what is not there is no error.
package func removeAll(_ path: String) throws(FileError) {
  var status = stat()
  guard lstat(path.rawPath, &status) == 0 else {
    if errno == ENOENT { return }
    throw FileError("remove", path, code: errno)
  }
  if status.st_mode & S_IFMT == S_IFDIR {
    for name in try listFolder(path) { try removeAll(path + "/" + name) }
    guard rmdir(path.rawPath) == 0 else { throw FileError("remove", path, code: errno) }
  } else {
    guard unlink(path.rawPath) == 0 else { throw FileError("remove", path, code: errno) }
  }
}
