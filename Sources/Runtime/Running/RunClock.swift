package import Conducting

/// The time of a run: that of the machine's clock, but never before what the run has seen, and never still.
///
/// Where the clock lies behind that, because it was ahead for a while and has been set, time goes on from what was seen as
/// fast as it passes, until the clock has caught up.
package struct RunClock {
  /// A clock that is set by less is of no interest to anybody.
  private static let worthTelling = Span.seconds(5)

  private var begin: (time: Instant, mark: Duration)?
  private var isTold = false

  package init() {}

  /// - Parameters:
  ///   - wall: what the machine's clock says.
  ///   - passed: time by a clock that nobody sets, counted from anywhere.
  ///   - seen: the latest that the run knows of.
  package mutating func time(wall: Instant, passed: Duration, seen: Instant) -> Instant {
    guard wall < seen else {
      begin = nil
      return wall
    }
    let begin = begin ?? (seen, passed)
    self.begin = begin
    return max(seen, begin.time + Span(passed - begin.mark))
  }

  /// What a person is told, once, of a clock that lies behind.
  package mutating func note(wall: Instant, seen: Instant) -> String? {
    guard !isTold, seen - wall > Self.worthTelling else { return nil }
    isTold = true
    let seconds = (seen - wall).milliseconds / 1000
    return
      "the clock lies \(seconds) s behind what the run has seen: it goes on from there, so that times it "
      + "tells are too late until the clock has caught up"
  }
}
