/// The options and arguments of a command. Each declaration gives the key under which the command
/// finds its value.
package struct CommandShape: Sendable {
  private(set) var options: [OptionDescription] = []
  private(set) var arguments: [ArgumentDescription] = []
  private var slots = 0
  /// Keys of the tool's own options must not meet those of a command.
  let owner: Int

  package init() { owner = 0 }

  private init(owner: Int) { self.owner = owner }

  /// The shape for options that all commands of a tool take.
  package static var global: CommandShape { CommandShape(owner: 1) }

  private mutating func nextSlot() -> Slot {
    defer { slots += 1 }
    return Slot(owner: owner, number: slots)
  }

  // MARK: Options

  /// A switch that is off unless it is given.
  package mutating func flag(
    _ long: String, short: Character? = nil, help: String
  ) -> ValueKey<Bool> {
    let slot = nextSlot()
    options.append(OptionDescription(slot: slot, long: long, short: short, help: help, value: nil))
    return ValueKey(slot: slot) { !$0.isEmpty }
  }

  /// A switch that can be turned on and, with `--no-`, off.
  package mutating func flag(
    _ long: String, short: Character? = nil, default isOn: Bool, help: String
  ) -> ValueKey<Bool> {
    let slot = nextSlot()
    options.append(
      OptionDescription(
        slot: slot, long: long, short: short, help: help, value: nil, isNegatable: true))
    return ValueKey(slot: slot) { ($0.last as? Bool) ?? isOn }
  }

  /// A switch that counts how often it is given.
  package mutating func count(
    _ long: String, short: Character? = nil, help: String
  ) -> ValueKey<Int> {
    let slot = nextSlot()
    options.append(
      OptionDescription(
        slot: slot, long: long, short: short, help: help, value: nil, isRepeatable: true))
    return ValueKey(slot: slot, make: \.count)
  }

  package mutating func option<Value>(
    _ long: String, short: Character? = nil, _ type: ArgumentType<Value>, help: String
  ) -> ValueKey<Value?> {
    let slot = nextSlot()
    options.append(
      OptionDescription(
        slot: slot, long: long, short: short, help: help, value: ValueDescription(type)))
    return ValueKey(slot: slot) { $0.last as? Value }
  }

  package mutating func option<Value>(
    _ long: String, short: Character? = nil, _ type: ArgumentType<Value>, default standard: Value,
    shown: String, help: String
  ) -> ValueKey<Value> {
    let slot = nextSlot()
    options.append(
      OptionDescription(
        slot: slot, long: long, short: short, help: help, value: ValueDescription(type),
        defaultText: shown))
    return ValueKey(slot: slot) { ($0.last as? Value) ?? standard }
  }

  /// An option that may be given more than once; all values are kept, in order.
  package mutating func options<Value>(
    _ long: String, short: Character? = nil, _ type: ArgumentType<Value>, help: String
  ) -> ValueKey<[Value]> {
    let slot = nextSlot()
    options.append(
      OptionDescription(
        slot: slot, long: long, short: short, help: help, value: ValueDescription(type),
        isRepeatable: true))
    return ValueKey(slot: slot) { $0.compactMap { $0 as? Value } }
  }

  // MARK: Arguments

  package mutating func argument<Value>(
    _ type: ArgumentType<Value>, help: String
  ) -> ValueKey<Value?> {
    let slot = nextSlot()
    arguments.append(
      ArgumentDescription(slot: slot, value: ValueDescription(type), help: help, arity: .one))
    return ValueKey(slot: slot) { $0.last as? Value }
  }

  package mutating func optionalArgument<Value>(
    _ type: ArgumentType<Value>, help: String
  ) -> ValueKey<Value?> {
    let slot = nextSlot()
    arguments.append(
      ArgumentDescription(slot: slot, value: ValueDescription(type), help: help, arity: .optional))
    return ValueKey(slot: slot) { $0.last as? Value }
  }

  /// The last arguments of a command: as many as are given.
  package mutating func arguments<Value>(
    _ type: ArgumentType<Value>, atLeastOne: Bool, help: String
  ) -> ValueKey<[Value]> {
    let slot = nextSlot()
    arguments.append(
      ArgumentDescription(
        slot: slot, value: ValueDescription(type), help: help,
        arity: atLeastOne ? .atLeastOne : .any))
    return ValueKey(slot: slot) { $0.compactMap { $0 as? Value } }
  }

  func option(long: String) -> OptionDescription? { options.first { $0.long == long } }
  func option(short: Character) -> OptionDescription? { options.first { $0.short == short } }
}

struct Slot: Hashable, Sendable {
  let owner: Int
  let number: Int
}

/// Where the value of a declared option or argument is found.
package struct ValueKey<Value>: Sendable {
  let slot: Slot
  let make: @Sendable ([any Sendable]) -> Value
}

/// The values that were given on a command line.
package struct ParsedValues: Sendable {
  private var values: [Slot: [any Sendable]] = [:]

  package init() {}

  package subscript<Value>(key: ValueKey<Value>) -> Value { key.make(values[key.slot] ?? []) }

  mutating func add(_ value: any Sendable, at slot: Slot) {
    values[slot, default: []].append(value)
  }
  func isGiven(_ slot: Slot) -> Bool { values[slot] != nil }
}

struct ValueDescription: Sendable {
  let placeholder: String
  let words: [String]
  let completion: Completion
  let parse: @Sendable (String) throws(ValueFlaw) -> any Sendable

  init<Value: Sendable>(_ type: ArgumentType<Value>) {
    placeholder = type.placeholder
    words = type.words
    completion = type.completion
    let parse = type.parse
    self.parse = { text throws(ValueFlaw) in try parse(text) }
  }
}

struct OptionDescription: Sendable {
  let slot: Slot
  let long: String
  let short: Character?
  let help: String
  /// Nothing for a switch.
  let value: ValueDescription?
  var isNegatable = false
  var isRepeatable = false
  var defaultText: String?
}

struct ArgumentDescription: Sendable {
  enum Arity: Sendable {
    case one
    case optional
    case any
    case atLeastOne
  }

  let slot: Slot
  let value: ValueDescription
  let help: String
  let arity: Arity

  var isRequired: Bool { arity == .one || arity == .atLeastOne }
  var isRepeated: Bool { arity == .any || arity == .atLeastOne }

  /// As usage lines write it: PLAN, [PLAN], PLAN...
  var usage: String {
    let name = value.placeholder + (isRepeated ? "..." : "")
    return isRequired ? name : "[\(name)]"
  }
}
