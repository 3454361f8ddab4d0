package import Diagnostics

/// A prompt file as it was read: what its header says, and its text.
package struct PromptFile: Sendable {
  /// Relative to the repository's root.
  package var path: String
  package var text: String
  package var title: String?
  /// What the header declares; nothing where it does not say.
  package var files: [Located<Glob>]?
  /// Other prompt files by name, path or id.
  package var needs: [Located<String>] = []
  package var agent: Located<String>?
  package var model: Located<String>?
  package var harness: Located<String>?
  package var estimate: Located<Duration>?
  package var timeout: Located<Duration>?
  package var priority = Priority.medium
  package var gates: [Gate] = []

  package init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// The last component of the path.
  package var name: String { String(path.split(separator: "/").last ?? "") }

  /// The title that people read: the header's, else the first heading, else the file's name.
  package var shownTitle: String {
    if let title { return title }
    for line in text.split(whereSeparator: \.isNewline) where line.hasPrefix("#") {
      let heading = line.drop { $0 == "#" }.drop { $0 == " " }
      if !heading.isEmpty { return String(heading) }
    }
    return name
  }
}
