package import Conducting
import Glibc

extension Instant {
  /// The time by the machine's clock.
  package static func now() -> Instant {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

/// How many seconds this machine's clocks are ahead of UTC.
func localOffset() -> Int {
  var now = time(nil)
  var local = tm()
  localtime_r(&now, &local)
  return local.tm_gmtoff
}
