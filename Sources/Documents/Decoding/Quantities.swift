package import Plans

/// Why a text is not the quantity that it should be; continues "`x` ...".
package struct QuantityFlaw: Error, Hashable, Sendable {
  package let message: String
}

/// Readers of the small languages in which people write quantities.
package enum Quantities {
  /// `90s`, `30m`, `1h30m`, `2d`, `250ms`: whole numbers with units, the larger unit first.
  package static func duration(_ text: String) throws(QuantityFlaw) -> Duration {
    if text.hasPrefix("-") { throw QuantityFlaw(message: "is negative") }
    if !text.isEmpty, text.utf8.allSatisfy(isDigit) { throw QuantityFlaw(message: "has no unit") }
    var rest = text[...]
    var milliseconds = 0
    var lastUnit = Int.max
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest[digits.endIndex...]
      let letters = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest[letters.endIndex...]
      guard !digits.isEmpty, let unit = durationUnits.first(where: { $0.name == letters }) else {
        throw QuantityFlaw(message: "is not a duration")
      }
      guard unit.milliseconds < lastUnit else {
        throw QuantityFlaw(message: "names its units out of order")
      }
      guard let count = Int(digits), count <= longestInMilliseconds / unit.milliseconds else {
        throw QuantityFlaw(message: "is longer than ten years")
      }
      lastUnit = unit.milliseconds
      milliseconds += count * unit.milliseconds
    } while !rest.isEmpty
    guard milliseconds <= longestInMilliseconds else {
      throw QuantityFlaw(message: "is longer than ten years")
    }
    return .milliseconds(milliseconds)
  }

  private static let longestInMilliseconds = 3650 * 86_400_000
  private static let durationUnits: [(name: String, milliseconds: Int)] = [
    ("w", 604_800_000), ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
  ]

  /// `512`, `64KiB`, `256MiB`, `5GB`: bytes, with units of 1000 or 1024.
  package static func size(_ text: String) throws(QuantityFlaw) -> Int {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text[digits.endIndex...].drop { $0 == " " }
    guard !digits.isEmpty,
      let factor = sizeUnits.first(where: { $0.name.lowercased() == unit.lowercased() })?.bytes
    else { throw QuantityFlaw(message: "is not a size") }
    guard let count = Int(digits) else { throw QuantityFlaw(message: "is too large") }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: factor)
    guard !overflow else { throw QuantityFlaw(message: "is too large") }
    return bytes
  }

  private static let sizeUnits: [(name: String, bytes: Int)] = [
    ("", 1), ("B", 1), ("K", 1 << 10), ("KiB", 1 << 10), ("kB", 1000), ("M", 1 << 20),
    ("MiB", 1 << 20), ("MB", 1_000_000), ("G", 1 << 30), ("GiB", 1 << 30), ("GB", 1_000_000_000),
    ("T", 1 << 40), ("TiB", 1 << 40), ("TB", 1_000_000_000_000),
  ]

  /// `80%` or `80`: hundredths, 0 to 100.
  package static func percentage(_ text: String) throws(QuantityFlaw) -> Double {
    let number = text.hasSuffix("%") ? String(text.dropLast()) : text
    guard let value = decimal(number, digitsBehindPoint: 3) else {
      throw QuantityFlaw(message: "is not a percentage")
    }
    guard (0...100_000).contains(value) else {
      throw QuantityFlaw(message: "is not between 0% and 100%")
    }
    return Double(value) / 1000
  }

  /// `2` or `1.5`: a number above 0, exact to a thousandth.
  package static func number(_ text: String) throws(QuantityFlaw) -> Double {
    guard let value = decimal(text, digitsBehindPoint: 3) else {
      throw QuantityFlaw(message: "is not a number")
    }
    guard value > 0 else { throw QuantityFlaw(message: "is not more than 0") }
    return Double(value) / 1000
  }

  /// `2.50` or `$2.50`: US dollars, exact to a millionth.
  package static func money(_ text: String) throws(QuantityFlaw) -> Money {
    let number = text.hasPrefix("$") ? String(text.dropFirst()) : text
    guard let value = decimal(number, digitsBehindPoint: 6) else {
      throw QuantityFlaw(message: "is not an amount of money")
    }
    return Money(microdollars: Int64(value))
  }

  /// A whole number, with `_` between digits where the writer likes.
  package static func integer(_ text: String) throws(QuantityFlaw) -> Int {
    let digits = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard let first = digits.utf8.first, isDigit(first), digits.utf8.last.map(isDigit) == true,
      digits.utf8.allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") })
    else { throw QuantityFlaw(message: "is not a whole number") }
    guard let value = Int(text.filter { $0 != "_" }) else {
      throw QuantityFlaw(message: "is too large a number")
    }
    return value
  }

  /// A decimal number times ten to the power of the digits, or nothing where it is none, has more
  /// digits behind its point, or is too large.
  private static func decimal(_ text: String, digitsBehindPoint: Int) -> Int? {
    let isNegative = text.hasPrefix("-")
    let parts = (isNegative ? text.dropFirst() : text[...])
      .split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), !parts[0].isEmpty,
      parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) })
    else { return nil }
    let fraction = parts.count == 2 ? String(parts[1]) : ""
    if parts.count == 2, fraction.isEmpty { return nil }
    guard fraction.count <= digitsBehindPoint else { return nil }
    let padding = String(repeating: "0", count: digitsBehindPoint - fraction.count)
    guard let value = Int(parts[0] + fraction + padding) else { return nil }
    return isNegative ? -value : value
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
