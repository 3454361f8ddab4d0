/// A set of characters that a path segment may hold: never `/` and never zero.
///
/// Kept as ranges in order that neither touch nor overlap, so that two sets that are equal look
/// equal and meeting is a merge.
struct ScalarSet: Hashable, Sendable {
  private(set) var ranges: [ClosedRange<UInt32>]

  static let all = ScalarSet(ranges: [1...0x2E, 0x30...0xD7FF, 0xE000...0x10FFFF])

  init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

  private init(ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

  /// The characters of some ranges, or all others.
  init(_ given: [ClosedRange<UInt32>], negated: Bool) {
    var merged: [ClosedRange<UInt32>] = []
    for range in given.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = merged.last, range.lowerBound <= last.upperBound &+ 1 {
        merged[merged.count - 1] =
          last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        merged.append(range)
      }
    }
    let meant = negated ? Self.complement(of: merged) : merged
    ranges = ScalarSet(ranges: meant).intersection(.all).ranges
  }

  private static func complement(of ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
    var gaps: [ClosedRange<UInt32>] = []
    var next: UInt32 = 0
    for range in ranges {
      if range.lowerBound > next { gaps.append(next...range.lowerBound - 1) }
      next = range.upperBound + 1
    }
    if next <= 0x10FFFF { gaps.append(next...0x10FFFF) }
    return gaps
  }

  var isEmpty: Bool { ranges.isEmpty }

  func intersection(_ other: ScalarSet) -> ScalarSet {
    var shared: [ClosedRange<UInt32>] = []
    var (mine, theirs) = (0, 0)
    while mine < ranges.count, theirs < other.ranges.count {
      let (one, two) = (ranges[mine], other.ranges[theirs])
      let low = max(one.lowerBound, two.lowerBound)
      let high = min(one.upperBound, two.upperBound)
      if low <= high { shared.append(low...high) }
      if one.upperBound < two.upperBound { mine += 1 } else { theirs += 1 }
    }
    return ScalarSet(ranges: shared)
  }

  /// A character of the set for an example: a small letter where it has one.
  var example: Unicode.Scalar? {
    for letter in UInt32(0x61)...0x7A where ranges.contains(where: { $0.contains(letter) }) {
      return Unicode.Scalar(letter)
    }
    return ranges.first.flatMap { Unicode.Scalar($0.lowerBound) }
  }
}
