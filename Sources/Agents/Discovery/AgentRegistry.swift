package import Diagnostics
package import Documents
import Files

/// The agents that are defined for a repository: those of its own folders, and those of the person.
///
/// Of several with one name the nearest counts. A file that cannot be read is told and defines none; its text is
/// kept for whoever stands in for the agent that it was meant to define.
package struct AgentRegistry: Sendable {
  /// An agent, and where it is defined.
  package struct Entry: Sendable, Hashable {
    package var definition: AgentDefinition
    /// The full path of its file; `definition.path` is from the root where it lies below.
    package var file: String
    /// Files farther away that define an agent of the same name, and do not count.
    package var shadowed: [String] = []

    package init(definition: AgentDefinition, file: String) {
      self.definition = definition
      self.file = file
    }
  }

  /// A file that was meant to define an agent.
  struct BrokenFile: Sendable, Hashable {
    /// The name of the file, without its ending.
    var stem: String
    var path: String
    var text: String
  }

  /// The nearest first, by path within a folder.
  package private(set) var entries: [Entry] = []
  package private(set) var diagnostics: [Diagnostic] = []
  /// The files that diagnostics are about, for the lines that they show.
  package private(set) var sources: [SourceText] = []
  private(set) var broken: [BrokenFile] = []
  private var index: [String: Int] = [:]

  package init() {}

  /// What takes the place of an agent that is not there.
  package static let standIn = "general-purpose"

  package subscript(name: String) -> Entry? { index[name].map { entries[$0] } }

  package var definitions: [AgentDefinition] { entries.map(\.definition) }
  package var names: [String] { entries.map(\.definition.name) }

  mutating func add(_ source: SourceText, file: String) {
    let reading = AgentDocument.read(source)
    if !reading.diagnostics.isEmpty {
      diagnostics += reading.diagnostics
      sources.append(source)
    }
    guard let agent = reading.value else { return }
    // What a header says of tools and limits must not be lost without a word: an agent without them may do more.
    guard !reading.diagnostics.contains(where: { $0.severity == .error }) else {
      broken.append(
        BrokenFile(stem: stem(of: file), path: source.path, text: agent.instructions))
      return
    }
    guard let known = index[agent.name] else {
      index[agent.name] = entries.count
      entries.append(Entry(definition: agent, file: file))
      return
    }
    entries[known].shadowed.append(source.path)
    guard parentFolder(of: entries[known].file) == parentFolder(of: file) else { return }
    diagnostics.append(
      Diagnostic(
        .warning, "the agent `\(agent.name)` is defined twice in this folder", file: source.path,
        hint: "\(entries[known].definition.path) counts; give one of them another name"))
  }

  mutating func add(_ problem: Diagnostic) { diagnostics.append(problem) }

  /// The name of a file without its folder and ending.
  func stem(of path: String) -> String {
    let name = lastComponent(of: path)
    return name.hasSuffix(".md") ? String(name.dropLast(3)) : name
  }
}

extension AgentRegistry {
  /// The agents that files define, the nearest first.
  package init(reading files: [(source: SourceText, file: String)]) {
    for (source, file) in files { add(source, file: file) }
  }
}
