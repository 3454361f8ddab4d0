import Foundation
import TestSupport
import Testing

@testable import Terminal

@Suite struct WallClockTests {
  /// Against a calendar that others wrote, over four centuries and back beyond 1970.
  @Test func daysAndTimesAreThoseOfTheCalendar() throws {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(secondsFromGMT: 0))
    var generator = SeededGenerator(seed: 20)
    var times = (0..<2000).map { _ in
      Int64.random(in: -5_000_000_000_000...10_000_000_000_000, using: &generator)
    }
    // Around the days that some centuries have and others have not.
    for year in stride(from: 1700, through: 2400, by: 100) {
      let march = try #require(calendar.date(from: DateComponents(year: year, month: 3, day: 1)))
      times += (-3...3).map { Int64(march.timeIntervalSince1970) * 1000 + $0 * 86_400_000 }
    }
    for milliseconds in times {
      let seconds = milliseconds / 1000
      let date = Date(timeIntervalSince1970: TimeInterval(seconds))
      let parts = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .second], from: date)
      let expected = [parts.hour, parts.minute, parts.second].map { String(format: "%02d", $0!) }
      #expect(
        WallClock.utc.time(milliseconds) == expected.joined(separator: ":"), "\(milliseconds)")
      #expect(
        WallClock.utc.day(milliseconds)
          == String(format: "%04d-%02d-%02d", parts.year!, parts.month!, parts.day!),
        "\(milliseconds)")
    }
  }

  @Test func aClockMayBeAheadOrBehind() {
    let new = 1_767_225_600_000 as Int64
    #expect(WallClock { _ in 3600 }.time(new) == "01:00:00")
    #expect(WallClock { _ in -1800 }.time(new) == "23:30:00")
    #expect(WallClock { _ in -1800 }.day(new) == "2025-12-31")
  }

  @Test func anotherDayIsNamed() {
    let midnight = 1_767_225_600_000 as Int64
    #expect(WallClock.utc.moment(midnight, on: midnight + 1) == "00:00")
    #expect(WallClock.utc.moment(midnight - 60_000, on: midnight) == "2025-12-31 23:59")
  }

  @Test(arguments: [Int64.min, Int64.max, 0])
  func noNumberIsTooMuch(_ milliseconds: Int64) {
    #expect(!WallClock.local.moment(milliseconds, on: 0).isEmpty)
  }
}
