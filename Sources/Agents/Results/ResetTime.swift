/// When a limit ends, as a program put it.
package enum ResetTime: Sendable, Hashable {
  /// Seconds since 1970.
  case at(Int)
  /// So long after the program said it.
  case after(Duration)
  /// The next time that clocks show this. Without an offset, clocks of this machine.
  case clock(minuteOfDay: Int, offsetFromUTC: Int?)

  /// Seconds since 1970.
  ///
  /// - Parameters:
  ///   - now: when the program said it, in seconds since 1970.
  ///   - localOffset: how many seconds this machine's clocks are ahead of UTC.
  package func resolved(now: Int, localOffset: Int) -> Int {
    switch self {
    case .at(let second): return second
    case .after(let wait): return now.addingClamped(Int(clamping: wait.components.seconds))
    case .clock(let minute, let offset):
      let shift = offset ?? localOffset
      let local = now + shift
      let day = local - (local % 86_400 + 86_400) % 86_400
      let today = day + minute * 60 - shift
      // The minute that runs is the limit's own: it is over at its beginning.
      return today + 60 > now ? today : today + 86_400
    }
  }
}

extension ResetTime {
  /// The time that a message names: `resets 4:35am (UTC)`, `try again at 4:35 AM`, `try again in 2
  /// hours 5 minutes`, `retry after 20s`. Nothing where it names none.
  package static func named(in message: String) -> ResetTime? {
    // Only the beginning: a message may carry a whole page behind it.
    let words = message.prefix(4000).lowercased().split { character in
      !(character.isLetter || character.isNumber || character == ":" || character == ".")
    }.map { word in String(word.prefix(through: word.lastIndex { $0 != "." } ?? word.startIndex)) }
    for index in words.indices.dropFirst() {
      switch words[index - 1] {
      case "in", "after":
        if let wait = duration(words[index...]) { return .after(wait) }
      case "at", "resets":
        guard let minute = minuteOfDay(words[index], words.dropFirst(index + 1).first) else {
          continue
        }
        let isUniversal = words[index...].prefix(3).contains { $0 == "utc" || $0 == "gmt" }
        return .clock(minuteOfDay: minute, offsetFromUTC: isUniversal ? 0 : nil)
      default: continue
      }
    }
    return nil
  }

  /// `4:35am`, `4:35 AM`, `4am`, `16:35`.
  private static func minuteOfDay(_ word: String, _ next: String?) -> Int? {
    let digits = word.prefix { $0.isNumber || $0 == ":" }
    var half = String(word[digits.endIndex...])
    let hasHalf = half == "am" || half == "pm" || (half.isEmpty && (next == "am" || next == "pm"))
    if half.isEmpty, hasHalf { half = next ?? "" }
    let parts = digits.split(separator: ":", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.count == 2 || hasHalf, let hour = Int(parts[0]),
      let minute = parts.count == 2 ? Int(parts[1]) : 0, (0..<60).contains(minute)
    else { return nil }
    if hasHalf {
      guard (1...12).contains(hour) else { return nil }
      return (hour % 12 + (half == "pm" ? 12 : 0)) * 60 + minute
    }
    guard half.isEmpty, (0..<24).contains(hour) else { return nil }
    return hour * 60 + minute
  }

  /// `2 days 3 hours 5 minutes`, `20s`, `1h30m`, `1.5 s`: the units as far as they go.
  private static func duration(_ words: ArraySlice<String>) -> Duration? {
    var total: Duration?
    var number: Double?
    for word in words.prefix(12) {
      var rest = word[...]
      while !rest.isEmpty {
        let digits = rest.prefix { $0.isNumber || $0 == "." }
        rest = rest[digits.endIndex...]
        if !digits.isEmpty {
          guard number == nil, let value = Double(digits), value < 1e6 else { return total }
          number = value
        }
        let letters = rest.prefix { !$0.isNumber }
        rest = rest[letters.endIndex...]
        if letters.isEmpty { continue }
        guard let value = number, let seconds = secondsOfUnit(letters) else {
          return total
        }
        total = (total ?? .zero) + .milliseconds(Int(value * seconds * 1000))
        number = nil
      }
    }
    return total
  }

  private static func secondsOfUnit(_ unit: Substring) -> Double? {
    switch unit {
    case "ms": 0.001
    case "s", "sec", "secs", "second", "seconds": 1
    case "m", "min", "mins", "minute", "minutes": 60
    case "h", "hr", "hrs", "hour", "hours": 3600
    case "d", "day", "days": 86_400
    default: nil
    }
  }
}
