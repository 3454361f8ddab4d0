/// What is wrong with a command line.
package enum UsageError: Error, Hashable, Sendable {
  case unknownCommand(String, in: [String], suggestion: String?)
  case missingCommand(in: [String])
  case unknownOption(String, command: [String], suggestion: String?)
  case missingValue(option: String, placeholder: String, command: [String])
  case unexpectedValue(option: String, value: String, command: [String])
  case wrongValue(of: String, value: String, flaw: String, suggestion: String?, command: [String])
  case repeated(option: String, command: [String])
  case missingArgument(String, command: [String])
  case extraArgument(String, command: [String])

  /// The words of the command that it is about.
  var command: [String] {
    switch self {
    case .unknownCommand(_, let command, _), .missingCommand(let command),
      .unknownOption(_, let command, _), .missingValue(_, _, let command),
      .unexpectedValue(_, _, let command), .wrongValue(_, _, _, _, let command),
      .repeated(_, let command), .missingArgument(_, let command), .extraArgument(_, let command):
      command
    }
  }
}

extension UsageError: CustomStringConvertible {
  /// What the person reads, in two lines: what is wrong, and where to look.
  package var description: String {
    let name = command.joined(separator: " ")
    let see = "see: \(name) --help"
    switch self {
    case .unknownCommand(let word, _, let near):
      return "\(tool): `\(name)` has no command `\(word)`" + meant(near) + "\n" + see
    case .missingCommand: return "\(tool): `\(name)` needs a command\n" + see
    case .unknownOption(let option, _, let near):
      return "\(tool): unknown option `\(option)` for `\(name)`" + meant(near) + "\n" + see
    case .missingValue(let option, let placeholder, _):
      return "\(tool): `\(option)` needs a value: \(option) \(placeholder)\n" + see
    case .unexpectedValue(let option, let value, _):
      return "\(tool): `\(option)` takes no value, but was given `\(value)`\n" + see
    case .wrongValue(let owner, let value, let flaw, let near, _):
      return "\(tool): \(owner): `\(value)` \(flaw)" + meant(near) + "\n" + see
    case .repeated(let option, _): return "\(tool): `\(option)` is given twice\n" + see
    case .missingArgument(let argument, _): return "\(tool): \(argument) is missing\n" + see
    case .extraArgument(let argument, _):
      return "\(tool): `\(argument)` is one argument too many for `\(name)`\n" + see
    }
  }

  private var tool: String { command.first ?? "" }

  private func meant(_ word: String?) -> String {
    word.map { "; did you mean `\($0)`?" } ?? ""
  }
}
