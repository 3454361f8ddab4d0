import Diagnostics
package import Terminal

extension UsageError: CustomStringConvertible {
  package var description: String { text() }

  /// The error as a person reads it, and on a second line where help is.
  package func text(palette: Palette = .plain) -> String {
    let tool = command.first ?? ""
    return """
      \(palette.paint(.error, "\(tool):")) \(message)
      see: \(palette.paint(.hint, "\(commandText) --help"))
      """
  }

  private var commandText: String { command.joined(separator: " ") }

  /// What is wrong, in one line.
  package var message: String {
    switch flaw {
    case .unknownOption(let option, let suggestion):
      "unknown option `\(option.printable)` for `\(commandText)`" + didYouMean(suggestion)
    case .unknownCommand(let word, let suggestion):
      "unknown command `\(word.printable)`" + (command.count > 1 ? " of `\(commandText)`" : "")
        + didYouMean(suggestion)
    case .missingCommand(let known):
      "`\(commandText)` needs a command: " + known.joined(separator: ", ")
    case .missingValue(let option, let placeholder, let next):
      "option `\(option)` needs a value: `\(option) \(placeholder)`"
        + (next.map { "; did you mean `\(joined(option, $0.printable))`?" } ?? "")
    case .unexpectedValue(let value, let option):
      "option `\(option)` takes no value, but was given `\(value.printable)`"
    case .notAllowed(let value, let subject, let allowed):
      "`\(subject)` cannot be `\(value.printable)`; allowed: "
        + allowed.joined(separator: ", ") + didYouMean(closestMatch(to: value, in: allowed))
    case .unfit(let value, let subject, let expectation):
      "`\(subject)` takes \(expectation), not `\(value.printable)`"
    case .givenTwice(let option):
      "option `\(option)` is given more than once"
    case .missingArgument(let argument):
      "`\(commandText)` needs the argument `\(argument)`"
    case .tooManyArguments(let first, let most):
      "`\(commandText)` takes \(most == 0 ? "no arguments" : "at most " + counted(most, "argument"))"
        + "; `\(first.printable)` is too many"
    case .objection(let objection): objection
    }
  }

  private func joined(_ option: String, _ value: String) -> String {
    option.hasPrefix("--") ? "\(option)=\(value)" : "\(option)\(value)"
  }

  private func didYouMean(_ suggestion: String?) -> String {
    suggestion.map { "; did you mean `\($0)`?" } ?? ""
  }
}
