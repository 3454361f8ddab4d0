/// The way to a value in a document: `workflow.phases[1].status`, `tasks[id=login].status`.
package struct YAMLPath: Hashable, Sendable, CustomStringConvertible {
  package enum Part: Hashable, Sendable {
    case key(String)
    case index(Int)
    /// The item of a list that is a mapping with this id.
    case item(id: String)
  }

  package var parts: [Part]

  package init(_ parts: [Part]) { self.parts = parts }

  /// Reads the written form; nothing where it is none.
  package init?(_ text: String) {
    var parts: [Part] = []
    var rest = text[...]
    while !rest.isEmpty {
      if rest.first == "[" {
        guard let end = rest.firstIndex(of: "]") else { return nil }
        let inside = rest[rest.index(after: rest.startIndex)..<end]
        if inside.hasPrefix("id=") {
          parts.append(.item(id: String(inside.dropFirst(3))))
        } else if let index = Int(inside), index >= 0 {
          parts.append(.index(index))
        } else {
          return nil
        }
        rest = rest[rest.index(after: end)...]
        if rest.first == "." { rest.removeFirst() }
      } else {
        let key = rest.prefix { $0 != "." && $0 != "[" }
        guard !key.isEmpty else { return nil }
        parts.append(.key(String(key)))
        rest = rest[key.endIndex...]
        if rest.first == "." {
          rest.removeFirst()
          if rest.isEmpty { return nil }
        }
      }
    }
    guard !parts.isEmpty else { return nil }
    self.parts = parts
  }

  package var description: String {
    var text = ""
    for part in parts {
      switch part {
      case .key(let key): text += (text.isEmpty ? "" : ".") + key
      case .index(let index): text += "[\(index)]"
      case .item(let id): text += "[id=\(id)]"
      }
    }
    return text
  }
}

/// A change of one value of a document.
package enum YAMLEdit: Hashable, Sendable {
  /// Gives a key a value; the key and those above it are made where they are missing.
  case set(YAMLPath, YAMLValue)
  /// Adds an item to the end of a list, which is made where it is missing.
  case append(YAMLPath, YAMLValue)
  /// Takes a key or an item away with its value. What is not there need not be taken away.
  case remove(YAMLPath)
}

/// Why a document was not changed.
package enum YAMLEditError: Error, Hashable, Sendable, CustomStringConvertible {
  case notYAML(String)
  /// A part of the way leads through something that has no such parts.
  case noWay(YAMLPath, String)
  /// The value is written in one place and used in several.
  case shared(YAMLPath)
  /// The change could not be written so that only this value changes.
  case cannotBeWritten(YAMLPath)

  package var description: String {
    switch self {
    case .notYAML(let reason): "the file cannot be changed: \(reason)"
    case .noWay(let path, let reason): "cannot change `\(path)`: \(reason)"
    case .shared(let path):
      "cannot change `\(path)`: it comes from an alias or a merge key, and would change elsewhere too"
    case .cannotBeWritten(let path):
      "cannot change `\(path)` without changing more of the file"
    }
  }
}
