/// What a person gave for a parameter, once.
struct Given: Hashable, Sendable {
  /// The option as it was typed, or the argument's placeholder.
  let subject: String
  /// Nothing for a flag.
  let text: String?
  var isNegated = false

  func read<Value: ArgumentValue>() throws(UsageFlaw) -> Value {
    let text = text ?? ""
    if let value = Value(argument: text) { return value }
    if case .words(let words) = Value.form {
      throw .notAllowed(text, subject: subject, allowed: words)
    }
    throw .unfit(text, subject: subject, expectation: Value.expectation)
  }
}

/// A command line taken apart, before any value is read.
///
/// Options are counted as in the descriptions of the tool's root and of the command.
struct Scan: Hashable, Sendable {
  /// Which command, as positions in the table, family by family.
  var path: [Int] = []
  var toolOptions: [Int: [Given]] = [:]
  var commandOptions: [Int: [Given]] = [:]
  var arguments: [String] = []
  var asksForHelp = false
  var asksForVersion = false
  /// The first thing that could not be understood.
  var flaw: UsageFlaw?
}
