// Configuration: every setting, its type, its default, and where its value came from.
//
// A setting is declared once, in `Settings`; reading, `divisi config`, the JSON Schema, the table in
// docs/CONFIG.md and the commented file of `divisi init` are made from that.
//
// May import: Documents, Plans, Diagnostics, Files, JSONValues. Start reading at `Settings`.

package import Diagnostics
import Documents

/// Where a value came from; the later counts.
package enum Origin: Sendable, Hashable {
  case standard
  case userFile(path: String, line: Int)
  case repositoryFile(path: String, line: Int)
  case environment(variable: String)
  case flag(String)

  package var text: String {
    switch self {
    case .standard: "default"
    case .userFile(let path, let line), .repositoryFile(let path, let line): "\(path):\(line)"
    case .environment(let variable): "$\(variable)"
    case .flag(let flag): flag
    }
  }

  /// The kind of place, for programs.
  package var kind: String {
    switch self {
    case .standard: "default"
    case .userFile: "user file"
    case .repositoryFile: "repository file"
    case .environment: "environment"
    case .flag: "flag"
    }
  }
}

/// A text that sets some settings.
package enum Layer: Sendable {
  case userFile(SourceText)
  case repositoryFile(SourceText)
  /// The value of one variable of the environment.
  case environment(variable: String, setting: String, value: String)
  /// A flag that sets one setting.
  case flag(String, setting: String, value: String)
}

/// All settings with their values, put together from layers.
package struct Configuration: Sendable {
  /// One setting as it came out.
  package struct Entry: Sendable {
    package let setting: SettingDescription
    /// The value as it would be written on one line.
    package let text: String
    package let origin: Origin
    fileprivate let tree: YAMLTree
    fileprivate let node: YAMLTree.NodeID

    func value<Value>(of setting: Setting<Value>) -> Value? { setting.value(in: tree, node) }
  }

  package private(set) var entries: [Entry] = []
  package private(set) var diagnostics: [Diagnostic] = []
  /// The files that were read, for the lines that diagnostics show.
  package private(set) var sources: [SourceText] = []
  private var index: [String: Int] = [:]

  /// - Parameter layers: in rising order of weight.
  package init(_ layers: [Layer] = []) {
    for setting in Settings.shared.all {
      guard let (tree, node) = SettingValue.parse(setting.defaultText, called: "default") else {
        preconditionFailure("the default of \(setting.name) is no YAML")
      }
      index[setting.name] = entries.count
      entries.append(
        Entry(
          setting: setting, text: tree.flowText(of: node), origin: .standard, tree: tree,
          node: node))
    }
    for layer in layers { take(layer) }
  }

  package var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

  package func entry(_ name: String) -> Entry? { index[name].map { entries[$0] } }

  /// The value of a setting. Values that cannot be read were told, and the layer below counts.
  package func value<Value>(_ setting: Setting<Value>) -> Value? {
    entry(setting.name)?.value(of: setting)
  }

  // MARK: Layers

  private mutating func take(_ layer: Layer) {
    switch layer {
    case .userFile(let source):
      takeFile(source) { .userFile(path: source.path, line: $0) }
    case .repositoryFile(let source):
      takeFile(source) { .repositoryFile(path: source.path, line: $0) }
    case .environment(let variable, let setting, let value):
      takeValue(value, of: setting, called: "$\(variable)", .environment(variable: variable))
    case .flag(let flag, let setting, let value):
      takeValue(value, of: setting, called: flag, .flag(flag))
    }
  }

  private mutating func takeFile(_ source: SourceText, _ origin: (Int) -> Origin) {
    sources.append(source)
    let reading = YAMLTree.parse(source)
    diagnostics += reading.diagnostics
    guard let tree = reading.value, let root = tree.root, !tree.isNull(root) else { return }
    var reader = TreeReader(tree)
    let found = Settings.shared.values(in: root, &reader)
    diagnostics += reader.diagnostics
    for (name, node) in found {
      set(name, tree, node, origin(Int(tree[node].place.line)))
    }
  }

  private mutating func takeValue(
    _ value: String, of name: String, called label: String, _ origin: Origin
  ) {
    guard let position = position(of: name) else {
      let near = closestMatch(to: name, in: index.keys.sorted())
      diagnostics.append(
        Diagnostic(
          .error, "there is no setting `\(name)`", file: label,
          hint: near.map { "did you mean `\($0)`?" } ?? "`divisi config` lists them"))
      return
    }
    guard let (tree, node) = SettingValue.parse(value, called: label) else {
      diagnostics.append(
        Diagnostic(
          .error, "`\(value)` is no value", file: label,
          hint: "write it as it would stand in divisi.yaml"))
      return
    }
    var reader = TreeReader(tree)
    let isRight = entries[position].setting.check(&reader, node)
    diagnostics += reader.diagnostics.map { diagnostic in
      var diagnostic = diagnostic
      diagnostic.place = nil
      return diagnostic
    }
    if isRight { set(name, tree, node, origin) }
  }

  /// Where a setting stands; a harness that has no default gets a place of its own.
  private mutating func position(of name: String) -> Int? {
    if let position = index[name] { return position }
    guard let setting = Settings.shared.description(of: name),
      let (tree, node) = SettingValue.parse(setting.defaultText, called: "default")
    else { return nil }
    index[name] = entries.count
    entries.append(
      Entry(setting: setting, text: "~", origin: .standard, tree: tree, node: node))
    return entries.count - 1
  }

  private mutating func set(
    _ name: String, _ tree: YAMLTree, _ node: YAMLTree.NodeID, _ origin: Origin
  ) {
    guard let position = position(of: name) else { return }
    entries[position] = Entry(
      setting: entries[position].setting, text: tree.flowText(of: node), origin: origin, tree: tree,
      node: node)
  }
}

extension Setting {
  func value(in tree: YAMLTree, _ node: YAMLTree.NodeID) -> Value? {
    guard !tree.isNull(node) else { return nil }
    var reader = TreeReader(tree)
    return read(&reader, node)
  }
}

/// A value on its own, outside of a file.
enum SettingValue {
  static func parse(_ text: String, called label: String) -> (YAMLTree, YAMLTree.NodeID)? {
    let source = SourceText(path: label, text.isEmpty ? "\"\"" : text)
    guard let tree = YAMLTree.parse(source).value, let root = tree.root else { return nil }
    return (tree, root)
  }
}
