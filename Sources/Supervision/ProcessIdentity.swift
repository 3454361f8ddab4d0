import Files
import Glibc

/// A process and no other: pids are used again, a pid that began at one tick of one boot is not.
package struct ProcessIdentity: Sendable, Hashable {
  package let pid: Int32
  /// Clock ticks from the boot to the start of the process.
  package let startTicks: Int
  package let bootID: String

  package init(pid: Int32, startTicks: Int, bootID: String) {
    self.pid = pid
    self.startTicks = startTicks
    self.bootID = bootID
  }

  /// The process that has this pid now.
  package static func current(of pid: Int32) -> ProcessIdentity? {
    guard let entry = ProcessEntry.read(pid), let bootID = currentBootID() else { return nil }
    return ProcessIdentity(pid: pid, startTicks: entry.startTicks, bootID: bootID)
  }

  /// Whether this very process still runs. One that ended and is only not waited for does not.
  package var isRunning: Bool {
    guard bootID == currentBootID(), let entry = ProcessEntry.read(pid) else { return false }
    return entry.startTicks == startTicks && !entry.hasEnded
  }
}

/// Clock ticks from the boot to now, by which starts of processes are counted.
package func ticksSinceBoot() -> Int {
  var time = timespec()
  clock_gettime(CLOCK_BOOTTIME, &time)
  return time.tv_sec * ticksASecond + time.tv_nsec / (1_000_000_000 / ticksASecond)
}

package func durationOfTicks(_ ticks: Int) -> Duration { .seconds(1) * ticks / ticksASecond }

private let ticksASecond = sysconf(Int32(_SC_CLK_TCK))

/// What tells this boot of the machine from every other.
package func currentBootID() -> String? {
  guard let bytes = try? readFile("/proc/sys/kernel/random/boot_id") else { return nil }
  return String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self)
}
