internal import Glibc

/// How long a connection waits for another's lock, and how.
///
/// Short sleeps of growing, random length: writers hold the lock for microseconds to milliseconds,
/// and with SQLite's own steps (up to 100 ms) a storm of writers leaves one of them hungry.
final class BusyPatience {
  private static let shortest: UInt64 = 100_000
  private static let longest: UInt64 = 5_000_000

  var limit: Duration
  private var begin = ContinuousClock.now

  init(_ limit: Duration) { self.limit = limit }

  /// Sleeps a little and says that another attempt is due, or says that it has been long enough.
  func waits(attempt: Int32) -> Bool {
    if attempt == 0 { begin = .now }
    guard begin.duration(to: .now) < limit else { return false }
    let ceiling = min(Self.longest, Self.shortest << UInt64(min(attempt, 10)))
    let nanoseconds = UInt64.random(in: ceiling / 2...ceiling)
    var pause = timespec(tv_sec: 0, tv_nsec: Int(nanoseconds))
    nanosleep(&pause, nil)
    return true
  }
}
