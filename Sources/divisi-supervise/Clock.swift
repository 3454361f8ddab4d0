import Glibc

/// Time since the supervisor began, which no setting of the machine's clock changes. Time that the
/// machine sleeps does not count: an agent does not work then.
struct Clock {
  private let start = Clock.read(CLOCK_MONOTONIC)

  var now: Duration { Clock.read(CLOCK_MONOTONIC) - start }

  static func sinceEpoch() -> Duration { read(CLOCK_REALTIME) }

  private static func read(_ clock: clockid_t) -> Duration {
    var time = timespec()
    clock_gettime(clock, &time)
    return .init(time)
  }
}

extension Duration {
  init(_ time: timespec) { self = .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec) }
}
