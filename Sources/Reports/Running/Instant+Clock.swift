import Conducting
import Terminal

extension Instant {
  /// The time of day, as clocks here show it.
  var clock: String { WallClock.local.time(milliseconds) }

  /// The same, with its day where that is not the day of another time.
  func clock(on other: Instant) -> String {
    let day = WallClock.local.day(milliseconds)
    return day == WallClock.local.day(other.milliseconds) ? clock : "\(day) \(clock)"
  }
}
