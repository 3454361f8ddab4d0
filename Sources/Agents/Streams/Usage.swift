package import Plans

/// Tokens that were used.
package struct Usage: Sendable, Hashable {
  /// Tokens that the model read, those out of a cache included.
  package var input: Int
  /// How many of these came out of a cache.
  package var cached: Int
  package var output: Int

  package init(input: Int = 0, cached: Int = 0, output: Int = 0) {
    self.input = input
    self.cached = cached
    self.output = output
  }

  package var total: Int { input.addingClamped(output) }

  /// What was used since an earlier count of the same session. A count that is smaller than the earlier
  /// one is a new session's: then all of it is new.
  package func since(_ earlier: Usage?) -> Usage {
    guard let earlier, input >= earlier.input, output >= earlier.output else { return self }
    return Usage(
      input: input - earlier.input, cached: max(0, cached - earlier.cached),
      output: output - earlier.output)
  }
}

extension Int {
  /// Sums of numbers that a program printed: they may be anything.
  func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}

/// What a program's counts of tokens and cost are counts of.
package enum CountedOver: Sendable, Hashable {
  /// The one run of the program.
  case run
  /// The session with all its runs: a resumed one must be told from what was there before.
  case session
}

/// Counts of a session so far, kept for the next attempt that resumes it.
package struct SessionTotals: Sendable, Hashable {
  package var session: String
  package var usage: Usage?
  package var cost: Money?

  package init(session: String, usage: Usage? = nil, cost: Money? = nil) {
    self.session = session
    self.usage = usage
    self.cost = cost
  }
}

extension Money {
  /// An amount that a program printed; nothing where it is no amount.
  init?(dollars: Double) {
    guard dollars.isFinite, dollars >= 0, dollars < 1e9 else { return nil }
    self.init(microdollars: Int64((dollars * 1_000_000).rounded()))
  }

  /// What was spent since an earlier count of the same session.
  package func since(_ earlier: Money?) -> Money {
    guard let earlier, self >= earlier else { return self }
    return self - earlier
  }
}
