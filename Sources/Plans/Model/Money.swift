/// An amount in US dollars, exact to a millionth, so that sums of small costs do not drift.
package struct Money: Hashable, Sendable, Comparable, AdditiveArithmetic {
  package var microdollars: Int64

  package init(microdollars: Int64) { self.microdollars = microdollars }

  package static let zero = Money(microdollars: 0)

  package static func < (one: Money, other: Money) -> Bool {
    one.microdollars < other.microdollars
  }

  package static func + (one: Money, other: Money) -> Money {
    Money(microdollars: one.microdollars + other.microdollars)
  }

  package static func - (one: Money, other: Money) -> Money {
    Money(microdollars: one.microdollars - other.microdollars)
  }
}
