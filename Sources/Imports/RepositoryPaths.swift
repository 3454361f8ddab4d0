/// The files of a repository, found by path, by folder and by the end of their path.
package struct RepositoryPaths {
  private let files: Set<String>
  private let byName: [Substring: [String]]
  private let byFolder: [Substring: [String]]
  private let read: (String) -> [UInt8]?

  init(_ files: [String], read: @escaping (String) -> [UInt8]?) {
    self.files = Set(files)
    byName = Dictionary(grouping: files) { Self.name(of: $0) }
    byFolder = Dictionary(grouping: files) { Self.folder(of: $0) }
    self.read = read
  }

  func contains(_ path: String) -> Bool { files.contains(path) }

  /// The first of these that exists.
  func first(of candidates: [String]) -> String? { candidates.first { files.contains($0) } }

  /// The files right in a folder.
  func files(in folder: String) -> [String] { byFolder[folder[...]] ?? [] }

  /// The files somewhere below a folder.
  func files(below folder: String) -> [String] {
    let prefix = folder.isEmpty ? "" : folder + "/"
    return files.filter { $0.hasPrefix(prefix) }
  }

  /// The files whose path ends in these components.
  func files(endingIn path: String) -> [String] {
    (byName[Self.name(of: path)] ?? []).filter { $0 == path || $0.hasSuffix("/" + path) }
  }

  /// The folders whose path ends in these components and that hold files.
  func folders(endingIn path: String) -> [String] {
    byFolder.keys.filter { $0 == path[...] || $0.hasSuffix("/" + path) }.map(String.init).sorted()
  }

  /// The files of this name, wherever they are.
  func files(named name: String) -> [String] { byName[name[...]] ?? [] }

  func text(of path: String) -> String? { read(path).map { String(decoding: $0, as: UTF8.self) } }

  static func folder(of path: String) -> Substring {
    path.lastIndex(of: "/").map { path[..<$0] } ?? ""
  }

  private static func name(of path: String) -> Substring {
    path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
  }

  /// A relative path as seen from a folder; nothing where it leads out of the repository.
  static func resolve(_ relative: some StringProtocol, from folder: some StringProtocol) -> String?
  {
    var parts = String(folder).split(separator: "/").map(String.init)
    for part in String(relative).split(separator: "/") where part != "." {
      if part == ".." {
        guard parts.popLast() != nil else { return nil }
      } else {
        parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }
}
