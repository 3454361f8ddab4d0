package import Conducting

/// Points in time as text that people and programs read: `2026-01-31T09:30:00.250Z`.
package enum Timestamp {
  static func precise(_ instant: Instant) -> String { text(instant, isPrecise: true) }

  package static func whole(_ instant: Instant) -> String { text(instant, isPrecise: false) }

  private static func text(_ instant: Instant, isPrecise: Bool) -> String {
    // What programs tell may lie beyond all calendars.
    let milliseconds = min(max(instant.milliseconds, 0), 253_402_300_799_999)
    let seconds = milliseconds / 1000
    let (year, month, day) = date(seconds / 86_400)
    let clock = seconds % 86_400
    return String(unsafeUninitializedCapacity: 32) { room in
      var end = 0
      func put(_ number: Int64, _ count: Int, then mark: Unicode.Scalar) {
        var rest = number
        for place in stride(from: end + count - 1, through: end, by: -1) {
          room[place] = UInt8(ascii: "0") + UInt8(rest % 10)
          rest /= 10
        }
        room[end + count] = UInt8(ascii: mark)
        end += count + 1
      }
      put(year, 4, then: "-")
      put(month, 2, then: "-")
      put(day, 2, then: "T")
      put(clock / 3600, 2, then: ":")
      put(clock / 60 % 60, 2, then: ":")
      put(clock % 60, 2, then: isPrecise ? "." : "Z")
      if isPrecise { put(milliseconds % 1000, 3, then: "Z") }
      return end
    }
  }

  /// Reads what `precise` wrote.
  static func read(_ text: String) -> Instant? {
    guard text.utf8.count == 24, text.hasSuffix("Z") else { return nil }
    let parts = text.utf8.split { !(0x30...0x39).contains($0) }
      .compactMap { Int64(String(decoding: $0, as: UTF8.self)) }
    guard parts.count == 7 else { return nil }
    let seconds = ((days(parts[0], parts[1], parts[2]) * 24 + parts[3]) * 60 + parts[4]) * 60
    return Instant(milliseconds: (seconds + parts[5]) * 1000 + parts[6])
  }

  /// The day of the Gregorian calendar, so many days after 1970 began. Years are taken from March, so
  /// that the odd day of a leap year is the last.
  private static func date(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let shifted = days + 719_468
    let era = shifted / 146_097
    let day = shifted % 146_097
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365
    let ofYear = day - (365 * year + year / 4 - year / 100)
    let march = (5 * ofYear + 2) / 153
    let month = march < 10 ? march + 3 : march - 9
    return (
      year + era * 400 + (month <= 2 ? 1 : 0), month, ofYear - (153 * march + 2) / 5 + 1
    )
  }

  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let shifted = month <= 2 ? year - 1 : year
    let era = shifted / 400
    let ofEra = shifted % 400
    let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719_468
  }
}
