/// A command, or a family of them, as a plain value: what parsing, help, pages and completions read.
package struct CommandDescription: Hashable, Sendable {
  package var name: String
  package var aliases: [String] = []
  package var summary: String
  package var discussion: String?
  /// Under which heading the family above lists it.
  package var heading: String?
  package var isHidden = false
  package var examples: [Example] = []
  package var options: [OptionDescription] = []
  package var arguments: [ArgumentDescription] = []
  package var exits: [Exit] = []
  package var subcommands: [CommandDescription] = []

  init(name: String, aliases: [String] = [], summary: String, isHidden: Bool = false) {
    self.name = name
    self.aliases = aliases
    self.summary = summary
    self.isHidden = isHidden
  }

  /// A family has commands below it and does nothing by itself.
  package var isFamily: Bool { !subcommands.isEmpty }

  var visibleOptions: [OptionDescription] { options.filter { !$0.isHidden } }
  var visibleSubcommands: [CommandDescription] { subcommands.filter { !$0.isHidden } }

  func answers(to word: String) -> Bool { name == word || aliases.contains(word) }
}

/// An option of a command as a plain value.
package struct OptionDescription: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    case flag(isNegatable: Bool)
    /// A flag that counts how often it is given.
    case counter
    case value(ValueDescription, isRepeatable: Bool)
    /// Asks for the help screen instead.
    case help
    /// Asks for the version instead.
    case version
  }

  /// As they are typed, dashes and all.
  package var names: [String]
  package var help: String
  package var kind: Kind
  package var defaultText: String?
  package var isHidden = false

  /// What an option with a value takes.
  package var value: ValueDescription? {
    if case .value(let value, _) = kind { value } else { nil }
  }

  package var isNegatable: Bool { kind == .flag(isNegatable: true) }

  package var isRepeatable: Bool {
    switch kind {
    case .counter, .value(_, isRepeatable: true): true
    default: false
    }
  }

  var longNames: [String] { names.filter { $0.hasPrefix("--") } }
  var shortNames: [String] { names.filter { !$0.hasPrefix("--") } }

  /// The name that stands for the option: the first long one, or the first at all.
  package var name: String { longNames.first ?? names[0] }

  /// Names beside the first long and the first short one.
  package var aliases: [String] { Array(longNames.dropFirst()) + Array(shortNames.dropFirst()) }

  /// The long names that switch a flag off.
  var negations: [String] {
    isNegatable ? longNames.map { "--no-" + $0.dropFirst(2) } : []
  }

  /// Everything that may be typed for the option.
  var spellings: [String] { names + negations }
}

/// An argument of a command as a plain value.
package struct ArgumentDescription: Hashable, Sendable {
  package enum Arity: String, Hashable, Sendable {
    case one
    case optional
    case oneOrMore
    case any

    var isRequired: Bool { self == .one || self == .oneOrMore }
    var takesAllOthers: Bool { self == .oneOrMore || self == .any }
  }

  package var help: String
  package var value: ValueDescription
  package var arity: Arity

  /// The argument as a usage line has it: `PLAN`, `[PLAN]`, `PROMPTS...`, `[PROMPTS...]`.
  package var usage: String {
    switch arity {
    case .one: value.placeholder
    case .optional: "[\(value.placeholder)]"
    case .oneOrMore: "\(value.placeholder)..."
    case .any: "[\(value.placeholder)...]"
    }
  }
}

/// What an option or argument takes.
package struct ValueDescription: Hashable, Sendable {
  package var placeholder: String
  package var form: ValueForm
  /// What a value is, in words that fit behind "takes".
  package var expectation: String
  package var completion: Completion

  /// The words that are allowed, where they are few.
  package var words: [String]? {
    if case .words(let words) = form { words } else { nil }
  }
}

/// What texts can be a value at all.
package enum ValueForm: Hashable, Sendable {
  case text
  case wholeNumber
  case number
  case words([String])

  /// Whether a dash and digits are a value rather than options.
  var isNumeric: Bool { self == .wholeNumber || self == .number }
}

/// What a shell offers for a value; words of an enumeration are always offered.
package enum Completion: Hashable, Sendable {
  case nothing
  case files
  case folders
  /// What the tool itself lists, asked by `TOOL __complete KIND` (see `CompletionRequest`).
  case dynamic(CompletionKind)
}

/// What the tool is asked to list while a person types; declared where its lister is.
package struct CompletionKind: RawRepresentable, Hashable, Sendable, ExpressibleByStringLiteral {
  package let rawValue: String

  package init(rawValue: String) { self.rawValue = rawValue }
  package init(stringLiteral value: String) { rawValue = value }
}
