/// What is wrong with a command line.
package enum UsageFlaw: Error, Hashable, Sendable {
  case unknownOption(String, suggestion: String?)
  case unknownCommand(String, suggestion: String?)
  case missingCommand(known: [String])
  /// - Parameter next: what stood where the value should.
  case missingValue(option: String, placeholder: String, next: String?)
  case unexpectedValue(String, option: String)
  case notAllowed(String, subject: String, allowed: [String])
  /// A value that cannot be read as what the parameter takes.
  case unfit(String, subject: String, expectation: String)
  case givenTwice(option: String)
  case missingArgument(String)
  case tooManyArguments(first: String, most: Int)
  /// Values that do not go together, in the command's own words.
  case objection(String)
}

/// A command line that was not understood: what is wrong, and for which command.
package struct UsageError: Error, Hashable, Sendable {
  package let flaw: UsageFlaw
  /// The tool's name and the words of the command, as far as it was understood.
  package let command: [String]
}
