/// A value that follows from the rest of its owner, and so has no part in whether two owners are equal.
struct Derived<Value: Sendable>: DerivedValue, Equatable, Sendable {
  var value: Value

  init(_ value: Value) { self.value = value }

  static func == (one: Derived, other: Derived) -> Bool { true }
}

/// What all of them are, whatever their values.
protocol DerivedValue {}
