/// Puts what was given for one parameter into its property.
typealias Binding<Root> = @Sendable (inout Root, [Given]) throws(UsageFlaw) -> Void

/// An option without a value: `--fast`, `-q`.
///
/// Names are written as they are typed; the first long one and the first short one are shown, the
/// others are aliases.
package struct Flag<Root: ParameterHolder>: Sendable {
  let description: OptionDescription
  let binding: Binding<Root>

  /// A flag that is on or off; of several the last counts.
  ///
  /// - Parameter negatable: whether `--no-fast` switches it off again.
  package init(
    _ path: any WritableKeyPath<Root, Bool> & Sendable, _ names: String..., help: String,
    negatable: Bool = false, hidden: Bool = false
  ) {
    description = OptionDescription(
      names: names, help: help, kind: .flag(isNegatable: negatable),
      defaultText: Root()[keyPath: path] ? "on" : nil, isHidden: hidden)
    binding = { root, given in
      if let last = given.last { root[keyPath: path] = !last.isNegated }
    }
  }

  /// A flag that counts how often it is given: `-vv`.
  package init(
    _ path: any WritableKeyPath<Root, Int> & Sendable, _ names: String..., help: String,
    hidden: Bool = false
  ) {
    description = OptionDescription(names: names, help: help, kind: .counter, isHidden: hidden)
    binding = { root, given in root[keyPath: path] += given.count }
  }
}

/// An option with a value: `--color red`, `--color=red`, `-c red`, `-cred`.
///
/// Names are written as they are typed; the first long one and the first short one are shown, the
/// others are aliases. What may be given follows from the property's type.
package struct Option<Root: ParameterHolder>: Sendable {
  let description: OptionDescription
  let binding: Binding<Root>

  /// An option whose default is what the property holds at first.
  package init<Value: ArgumentValue>(
    _ path: any WritableKeyPath<Root, Value> & Sendable, _ names: String..., help: String,
    placeholder: String? = nil, completion: Completion? = nil, hidden: Bool = false
  ) {
    let standard = Root()[keyPath: path].argumentText
    description = OptionDescription(
      names: names, help: help,
      kind: .value(
        ValueDescription(Value.self, placeholder, completion), isRepeatable: false),
      defaultText: standard.isEmpty ? nil : standard, isHidden: hidden)
    binding = { root, given throws(UsageFlaw) in
      for one in given { root[keyPath: path] = try one.read() }
    }
  }

  /// An option that need not be given.
  package init<Value: ArgumentValue>(
    _ path: any WritableKeyPath<Root, Value?> & Sendable, _ names: String..., help: String,
    placeholder: String? = nil, completion: Completion? = nil, hidden: Bool = false
  ) {
    description = OptionDescription(
      names: names, help: help,
      kind: .value(
        ValueDescription(Value.self, placeholder, completion), isRepeatable: false),
      isHidden: hidden)
    binding = { root, given throws(UsageFlaw) in
      for one in given { root[keyPath: path] = try one.read() as Value }
    }
  }

  /// An option that may be given several times; what is given takes the place of the default.
  package init<Value: ArgumentValue>(
    _ path: any WritableKeyPath<Root, [Value]> & Sendable, _ names: String..., help: String,
    placeholder: String? = nil, completion: Completion? = nil, hidden: Bool = false
  ) {
    let standard = Root()[keyPath: path].map(\.argumentText).joined(separator: ", ")
    description = OptionDescription(
      names: names, help: help,
      kind: .value(ValueDescription(Value.self, placeholder, completion), isRepeatable: true),
      defaultText: standard.isEmpty ? nil : standard, isHidden: hidden)
    binding = { root, given throws(UsageFlaw) in root[keyPath: path] = try given.readAll() }
  }
}

/// A value that is told by where it stands: `PLAN`, `[PLAN]`, `PROMPTS...`.
///
/// Arguments are filled in the order in which they are declared: those that must be given first,
/// then those that need not, and the one that takes all others last.
package struct Argument<Root: ParameterHolder>: Sendable {
  let description: ArgumentDescription
  let binding: Binding<Root>

  /// An argument that must be given.
  package init<Value: ArgumentValue>(
    _ path: any WritableKeyPath<Root, Value> & Sendable, _ placeholder: String, _ help: String,
    completion: Completion? = nil
  ) {
    description = ArgumentDescription(
      help: help, value: ValueDescription(Value.self, placeholder, completion), arity: .one)
    binding = { root, given throws(UsageFlaw) in
      for one in given { root[keyPath: path] = try one.read() }
    }
  }

  /// An argument that need not be given.
  package init<Value: ArgumentValue>(
    _ path: any WritableKeyPath<Root, Value?> & Sendable, _ placeholder: String, _ help: String,
    completion: Completion? = nil
  ) {
    description = ArgumentDescription(
      help: help, value: ValueDescription(Value.self, placeholder, completion),
      arity: .optional)
    binding = { root, given throws(UsageFlaw) in
      for one in given { root[keyPath: path] = try one.read() as Value }
    }
  }

  /// All arguments from here on.
  ///
  /// - Parameter atLeastOne: whether one must be given.
  package init<Value: ArgumentValue>(
    _ path: any WritableKeyPath<Root, [Value]> & Sendable, _ placeholder: String, _ help: String,
    atLeastOne: Bool = false, completion: Completion? = nil
  ) {
    description = ArgumentDescription(
      help: help, value: ValueDescription(Value.self, placeholder, completion),
      arity: atLeastOne ? .oneOrMore : .any)
    binding = { root, given throws(UsageFlaw) in
      if !given.isEmpty { root[keyPath: path] = try given.readAll() }
    }
  }
}

extension ValueDescription {
  fileprivate init(
    _ type: (some ArgumentValue).Type, _ placeholder: String?, _ completion: Completion?
  ) {
    self.init(
      placeholder: placeholder ?? type.placeholder, form: type.form,
      expectation: type.expectation, completion: completion ?? type.completion)
  }
}

extension [Given] {
  fileprivate func readAll<Value: ArgumentValue>() throws(UsageFlaw) -> [Value] {
    var values: [Value] = []
    for one in self { values.append(try one.read()) }
    return values
  }
}
