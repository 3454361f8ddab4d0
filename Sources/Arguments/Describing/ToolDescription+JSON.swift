package import JSONValues

extension ToolDescription {
  /// The description for programs: every command, option and argument, hidden ones too.
  package var json: JSON {
    ["name": .string(name), "version": .string(version), "command": root.json]
  }
}

extension CommandDescription {
  fileprivate var json: JSON {
    [
      "name": .string(name),
      "aliases": .strings(aliases),
      "summary": .string(summary),
      "discussion": discussion.map(JSON.string) ?? .null,
      "heading": heading.map(JSON.string) ?? .null,
      "hidden": .bool(isHidden),
      "examples": .array(
        examples.map {
          ["line": .string($0.line), "meaning": $0.meaning.map(JSON.string) ?? .null]
        }),
      "options": .array(options.map(\.json)),
      "arguments": .array(
        arguments.map {
          ["help": .string($0.help), "arity": .string($0.arity.rawValue), "value": $0.value.json]
        }),
      "exits": .array(
        exits.map {
          ["status": .int(Int($0.status.rawValue)), "meaning": .string($0.meaning)]
        }),
      "commands": .array(subcommands.map(\.json)),
    ]
  }
}

extension OptionDescription {
  fileprivate var json: JSON {
    let kindName =
      switch kind {
      case .flag: "flag"
      case .counter: "counter"
      case .value: "value"
      case .help: "help"
      case .version: "version"
      }
    return [
      "names": .strings(names),
      "kind": .string(kindName),
      "help": .string(help),
      "negatable": .bool(isNegatable),
      "repeatable": .bool(isRepeatable),
      "hidden": .bool(isHidden),
      "default": defaultText.map(JSON.string) ?? .null,
      "value": value?.json ?? .null,
    ]
  }
}

extension ValueDescription {
  fileprivate var json: JSON {
    let type =
      switch form {
      case .text: "text"
      case .wholeNumber: "integer"
      case .number: "number"
      case .words: "word"
      }
    let offered: JSON =
      switch completion {
      case .nothing: .null
      case .files: "files"
      case .folders: "folders"
      case .dynamic(let kind): ["dynamic": .string(kind.rawValue)]
      }
    return [
      "placeholder": .string(placeholder),
      "type": .string(type),
      "words": words.map(JSON.strings) ?? .null,
      "expectation": .string(expectation),
      "completion": offered,
    ]
  }
}

extension JSON {
  fileprivate static func strings(_ texts: [String]) -> JSON { .array(texts.map(JSON.string)) }
}
