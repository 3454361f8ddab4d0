package import Configuration
import Diagnostics
import Files

extension AgentRegistry {
  /// Where agents of Claude Code lie, below a repository and below a home folder.
  private static let usualFolder = ".claude/agents"
  /// Pages about agents that lie beside them and define none.
  private static let pages: Set<String> = ["README.md", "AGENTS_REGISTRY.md"]
  /// An agent's instructions reach a model with every request; nobody means more than this.
  private static let largestFile = 1 << 20

  /// Reads every agent file, the nearest first: the folders that the configuration names in their order, then
  /// `.claude/agents` of the repository, then that of the person. Folders that are not there are passed over.
  ///
  /// - Parameters:
  ///   - root: the top of the repository, or of a copy of what a run began with; nothing outside of one.
  ///   - home: the person's own folder, where it is looked in.
  package static func discover(
    root: String?, home: String?, configuration: Configuration
  ) -> AgentRegistry {
    discover(
      root: root, home: home, folders: configuration.value(Settings.shared.agentFolders) ?? [])
  }

  /// - Parameter folders: from the root, or full, or from the home folder with `~/`.
  package static func discover(
    root: String?, home: String?, folders: [String]
  ) -> AgentRegistry {
    var registry = AgentRegistry()
    var known: Set<String> = []
    var places: [String] = []
    for folder in folders {
      if folder.hasPrefix("~/") {
        if let home { places.append(absolutePath(String(folder.dropFirst(2)), from: home)) }
      } else if let root {
        places.append(absolutePath(folder, from: root))
      } else if folder.hasPrefix("/") {
        places.append(folder)
      }
    }
    if let root { places.append("\(root)/\(usualFolder)") }
    if let home { places.append("\(home)/\(usualFolder)") }
    for folder in places {
      // The same folder by two names is one.
      guard let real = realPath(folder), known.insert(real).inserted else { continue }
      let inner = root.flatMap { folder.hasPrefix($0 + "/") ? folder.dropFirst($0.count + 1) : nil }
      registry.read(folder, called: inner.map(String.init) ?? folder)
    }
    return registry
  }

  private mutating func read(_ folder: String, called name: String) {
    let isHidden = { (path: String) in lastComponent(of: path).hasPrefix(".") }
    for path in walkFolder(folder, limit: 10_000, entering: { !isHidden($0) })
    where path.hasSuffix(".md") && !isHidden(path) && !Self.pages.contains(lastComponent(of: path))
    {
      let file = "\(folder)/\(path)"
      let called = "\(name)/\(path)"
      do throws(FileError) {
        let size = try fileSize(file)
        guard size <= Self.largestFile else {
          add(
            Diagnostic(
              .error, "the file has \(size >> 10) KiB, which is too much for an agent",
              file: called, hint: "an agent may have \(Self.largestFile >> 10) KiB"))
          continue
        }
        add(SourceText(path: called, bytes: try readFile(file)), file: file)
      } catch {
        add(
          Diagnostic(
            .error, "the file cannot be read: \(error.reason)", file: called,
            hint: "see who may read it, and where it leads if it is a link"))
      }
    }
  }
}
