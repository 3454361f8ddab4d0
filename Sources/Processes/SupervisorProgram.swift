import Files

/// Where `divisi-supervise` lies: beside this program, as both are built and installed.
package func supervisorProgram() -> String? {
  guard let own = realPath("/proc/self/exe") else { return nil }
  let path = parentFolder(of: own) + "/divisi-supervise"
  return entryKind(path) == .file ? path : nil
}
