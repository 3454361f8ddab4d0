#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Shows points in time, given in milliseconds since 1970, as a clock on the wall does.
package struct WallClock: Sendable {
  /// How many seconds the clock is ahead of UTC, at a time in seconds since 1970.
  private let offset: @Sendable (Int64) -> Int64

  package init(offset: @escaping @Sendable (Int64) -> Int64) { self.offset = offset }

  package static let utc = WallClock { _ in 0 }

  /// The clock that the machine, or `TZ`, is set to.
  package static let local = WallClock { seconds in
    var time = time_t(seconds)
    var parts = tm()
    return localtime_r(&time, &parts) == nil ? 0 : Int64(parts.tm_gmtoff)
  }

  /// `14:02:09`.
  package func time(_ milliseconds: Int64) -> String {
    let second = shown(milliseconds).second
    return "\(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
  }

  /// `2026-01-31`.
  package func day(_ milliseconds: Int64) -> String {
    let (year, month, day) = Self.date(shown(milliseconds).day)
    let digits = String(max(0, year))
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
      + "-\(two(Int64(month)))-\(two(Int64(day)))"
  }

  /// `14:02`, with its day where that is not the day of another time.
  package func moment(_ milliseconds: Int64, on other: Int64) -> String {
    let minute = String(time(milliseconds).prefix(5))
    return shown(milliseconds).day == shown(other).day
      ? minute : day(milliseconds) + " " + minute
  }

  /// The day since 1970 and the second of it that the clock shows.
  private func shown(_ milliseconds: Int64) -> (day: Int64, second: Int64) {
    // A journal may hold any number: what is beyond ten thousand years is shown as their end.
    let limit: Int64 = 315_000_000_000
    let seconds = min(max(milliseconds / 1000, -limit), limit)
    let local = seconds + offset(seconds)
    let second = (local % 86_400 + 86_400) % 86_400
    return ((local - second) / 86_400, second)
  }

  /// The date of a day since 1970, in the calendar of today for all times.
  private static func date(_ day: Int64) -> (year: Int64, month: Int, day: Int) {
    // Years begin in March here, so that the day that some have more is their last.
    let shifted = day + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra =
      (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let march = (5 * dayOfYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, Int(month), Int(dayOfYear - (153 * march + 2) / 5 + 1))
  }

  private func two(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
