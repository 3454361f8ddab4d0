#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What lies at a path, links followed.
package enum EntryKind: Sendable, Hashable {
  case missing
  case file
  case folder
  /// A socket, pipe or device.
  case other
}

/// What lies at a path, links followed. A path that cannot be looked at counts as missing.
package func entryKind(_ path: String) -> EntryKind {
  var status = stat()
  guard stat(path.rawPath, &status) == 0 else { return .missing }
  return entryKind(mode: status.st_mode)
}

private func entryKind(mode: mode_t) -> EntryKind {
  switch mode & S_IFMT {
  case S_IFREG: .file
  case S_IFDIR: .folder
  default: .other
  }
}

/// The path without links, `.` and `..`, or nothing where nothing lies there.
package func realPath(_ path: String) -> String? {
  guard let pointer = realpath(path.rawPath, nil) else { return nil }
  defer { free(pointer) }
  return pathText(pointer)
}

/// The path up to its last component; `/` and `.` for paths that have only one.
package func parentFolder(of path: String) -> String {
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
  return slash == path.startIndex ? "/" : String(decoding: path.utf8[..<slash], as: UTF8.self)
}

/// The last component of a path.
package func lastComponent(of path: String) -> String {
  // By bytes: a mark that combines with the slash before it must not hide it.
  guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return path }
  return String(decoding: path.utf8[slash...].dropFirst(), as: UTF8.self)
}

/// The folder that the process works in.
package func workingFolder() throws(FileError) -> String {
  guard let pointer = getcwd(nil, 0) else {
    throw FileError("find", "the working folder", code: errno)
  }
  defer { free(pointer) }
  return pathText(pointer)
}

private func pathText(_ pointer: UnsafePointer<CChar>) -> String {
  String(path: UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)))
}

/// A path as seen from a folder, `.` and `..` taken out by their letters alone.
package func absolutePath(_ path: String, from folder: String) -> String {
  let isFull = path.utf8.first == UInt8(ascii: "/")
  var kept: [String] = []
  for part in (isFull ? path : folder + "/" + path).utf8.split(separator: UInt8(ascii: "/")) {
    switch String(decoding: part, as: UTF8.self) {
    case ".": continue
    case "..": _ = kept.popLast()
    case let name: kept.append(name)
    }
  }
  return "/" + kept.joined(separator: "/")
}

/// Makes a folder and those above it that are missing.
package func createFolder(_ path: String) throws(FileError) {
  if mkdir(path, 0o777) == 0 { return }
  var code = errno
  let parent = parentFolder(of: path)
  if code == ENOENT, parent != path {
    // Another may make the same meanwhile: that it is there by now is as good.
    try createFolder(parent)
    if mkdir(path, 0o777) == 0 { return }
    code = errno
  }
  // Whatever was in the way, such as a disk that cannot be written: a folder that is there is enough.
  guard entryKind(path) == .folder else { throw FileError("make the folder", path, code: code) }
}

/// The names in a folder, sorted, without `.` and `..`.
package func listFolder(_ path: String) throws(FileError) -> [String] {
  guard let stream = opendir(path.rawPath) else { throw FileError("list", path, code: errno) }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
      String(path: Array(buffer.prefix { $0 != 0 }))
    }
    if name != ".", name != ".." { names.append(name) }
  }
  return names.sorted()
}

/// The files below a folder as paths relative to it, in order of name.
///
/// Links are given as files and not followed, so that a walk always ends; what vanishes or cannot
/// be read meanwhile is passed over; at most `limit` files are given.
package func walkFolder(
  _ root: String, limit: Int = 200_000, entering: (String) -> Bool = { _ in true }
) -> [String] {
  var files: [String] = []
  var waiting = [""]
  while let folder = waiting.popLast(), files.count < limit {
    guard let names = try? listFolder(folder.isEmpty ? root : root + "/" + folder) else { continue }
    var inner: [String] = []
    for name in names {
      let path = folder.isEmpty ? name : folder + "/" + name
      var status = stat()
      guard lstat((root + "/" + path).rawPath, &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFDIR: if entering(path) { inner.append(path) }
      case S_IFREG, S_IFLNK: files.append(path)
      default: continue
      }
    }
    waiting.append(contentsOf: inner.reversed())
  }
  return files
}

/// The size of a file in bytes, links followed.
package func fileSize(_ path: String) throws(FileError) -> Int {
  var status = stat()
  guard stat(path.rawPath, &status) == 0 else { throw FileError("read", path, code: errno) }
  return Int(status.st_size)
}

/// When a file was last written to, in milliseconds since 1970, links followed.
package func modificationTime(_ path: String) throws(FileError) -> Int64 {
  var status = stat()
  guard stat(path.rawPath, &status) == 0 else { throw FileError("read", path, code: errno) }
  return Int64(status.st_mtim.tv_sec) * 1000 + Int64(status.st_mtim.tv_nsec) / 1_000_000
}
