import Files
import Glibc

/// Where a program lies: a name with a slash is seen from a folder, any other is looked for on a PATH. No shell
/// is asked, so that aliases and functions of a person, which no agent has, do not count.
func findProgram(_ name: String, path: String?, from folder: String) -> String? {
  if name.utf8.contains(UInt8(ascii: "/")) {
    let full = absolutePath(name, from: folder)
    return isProgram(full) ? full : nil
  }
  for part in (path ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":") {
    let candidate = absolutePath("\(part)/\(name)", from: folder)
    if isProgram(candidate) { return candidate }
  }
  return nil
}

private func isProgram(_ path: String) -> Bool {
  entryKind(path) == .file && access(path, X_OK) == 0
}
