/// How soon a growing file must be looked at again so that a limit is not passed by much.
///
/// Programs print straight into files, so that nothing is copied, nothing is lost with whoever
/// watches, and nobody can block on a full pipe. What that costs is that the limit is seen late.
package enum OutputPace {
  /// No disk here or soon takes more: 4 GiB a second.
  private static let bytesEachMillisecond = 4 << 20
  private static let latest = 100

  /// The time until the next look, for as many bytes as are left to the limit.
  package static func interval(left: Int?, soonest: Int = 1) -> Duration {
    guard let left else { return .milliseconds(latest) }
    return .milliseconds(max(soonest, min(latest, left / bytesEachMillisecond)))
  }
}
