import Files
import Glibc

extension Worktree {
  /// The repositories in folders of the worktree that git ignores, as paths from its top: git does not tell of them, and
  /// cleans them away with what it ignores.
  func repositories(below ignored: [String]) -> [String] {
    ignored.filter { $0.hasSuffix("/") }.flatMap { repositories(in: String($0.dropLast())) }
  }

  /// The repositories in a folder and below it. Links are not followed.
  func repositories(in folder: String) -> [String] {
    var found: [String] = []
    var waiting = [folder]
    while let place = waiting.popLast() {
      guard let stream = opendir(path + "/" + place) else { continue }
      defer { closedir(stream) }
      while let entry = readdir(stream) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { buffer in
          String(decoding: buffer.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name == ".git" {
          found.append(place)
        } else if Int32(entry.pointee.d_type) == Int32(DT_DIR), name != ".", name != ".." {
          waiting.append(place + "/" + name)
        }
      }
    }
    return found.sorted()
  }
}
