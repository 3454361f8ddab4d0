/// When a limit ends, as a program put it.
package enum ResetTime: Sendable, Hashable {
  /// Seconds since 1970.
  case at(Int)
  /// So long after the program said it.
  case after(Duration)
  /// The next time that clocks show this. Without an offset, clocks of this machine.
  case clock(minuteOfDay: Int, offsetFromUTC: Int?)
  /// That time of a day. Without a year, the next such day.
  case date(year: Int?, month: Int, day: Int, minuteOfDay: Int, offsetFromUTC: Int?)

  /// Seconds since 1970.
  ///
  /// - Parameters:
  ///   - now: when the program said it, in seconds since 1970.
  ///   - localOffset: how many seconds this machine's clocks are ahead of UTC.
  package func resolved(now: Int, localOffset: Int) -> Int {
    switch self {
    // Some tell milliseconds, which as seconds lie thousands of years ahead.
    case .at(let second): return second < 100_000_000_000 ? max(second, 0) : second / 1000
    case .after(let wait): return now.addingClamped(Int(clamping: wait.components.seconds))
    case .clock(let minute, let offset):
      let shift = offset ?? localOffset
      let local = now + shift
      let day = local - (local % 86_400 + 86_400) % 86_400
      let today = day + minute * 60 - shift
      // The minute that runs is the limit's own: it is over at its beginning.
      return today + 60 > now ? today : today + 86_400
    case .date(let year, let month, let day, let minute, let offset):
      let shift = offset ?? localOffset
      func second(in year: Int) -> Int {
        Self.days(to: year, month, day) * 86_400 + minute * 60 - shift
      }
      if let year { return second(in: year) }
      let this = Self.year(of: now + shift)
      let next = second(in: this)
      return next + 60 > now ? next : second(in: this + 1)
    }
  }

  /// The days from 1970 to a date of the calendar. March begins the years that it counts by, so that the day that is
  /// only sometimes there is the last of them.
  private static func days(to year: Int, _ month: Int, _ day: Int) -> Int {
    let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
    return year * 365 + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5 + day - 719_469
  }

  private static func year(of second: Int) -> Int {
    let day = second / 86_400
    // Nearly right, and never too late.
    let guess = 1970 + day / 366
    return (guess...(guess + 3)).last { days(to: $0, 1, 1) <= day } ?? guess
  }
}

extension ResetTime {
  /// The time that a message names: `resets 4:35am (UTC)`, `try again at 4:35 AM`, `try again in 2
  /// hours 5 minutes`, `retry after 20s`, `try again at Nov 22nd, 2026 8:50 PM`. Nothing where it names none.
  package static func named(in message: String) -> ResetTime? {
    // Only the beginning: a message may carry a whole page behind it.
    let words = message.prefix(4000).lowercased().split { character in
      !(character.isLetter || character.isNumber || character == ":" || character == ".")
    }.map { word in String(word.prefix(through: word.lastIndex { $0 != "." } ?? word.startIndex)) }
    for index in words.indices.dropFirst() {
      switch words[index - 1] {
      case "in", "after":
        if let wait = duration(words[index...]) { return .after(wait) }
      case "at", "resets", "on", "until":
        if let date = date(words[index...]) { return date }
        // The clock of another day, in words that are not known.
        if words[..<index].suffix(5).contains(where: { monthOfYear($0) != nil }) { continue }
        guard let minute = minuteOfDay(words[index], words.dropFirst(index + 1).first) else {
          continue
        }
        return .clock(minuteOfDay: minute, offsetFromUTC: offset(words[index...].prefix(3)))
      default: continue
      }
    }
    return nil
  }

  private static func offset(_ words: ArraySlice<String>) -> Int? {
    words.contains { $0 == "utc" || $0 == "gmt" } ? 0 : nil
  }

  /// `Nov 22nd, 2026 8:50 PM`, `Oct 9 at 5pm`.
  private static func date(_ words: ArraySlice<String>) -> ResetTime? {
    var rest = words
    guard let month = rest.popFirst().flatMap(monthOfYear), let dayWord = rest.popFirst(),
      case let digits = dayWord.prefix(while: \.isNumber), let day = Int(digits),
      (1...31).contains(day), ["", "st", "nd", "rd", "th"].contains(dayWord[digits.endIndex...])
    else { return nil }
    var year: Int?
    if let word = rest.first, word.count == 4, let number = Int(word), (1970...9999) ~= number {
      year = number
      rest.removeFirst()
    }
    if rest.first == "at" { rest.removeFirst() }
    guard let clock = rest.first, let minute = minuteOfDay(clock, rest.dropFirst().first) else {
      return nil
    }
    return .date(
      year: year, month: month, day: day, minuteOfDay: minute, offsetFromUTC: offset(rest.prefix(3))
    )
  }

  private static func monthOfYear(_ word: String) -> Int? {
    let names = [
      "january", "february", "march", "april", "may", "june", "july", "august", "september",
      "october", "november", "december",
    ]
    // Four letters are usual of September.
    guard word.count > 2 else { return nil }
    return names.firstIndex { $0.hasPrefix(word) }.map { $0 + 1 }
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
