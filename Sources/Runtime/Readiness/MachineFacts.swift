import CSupport
import Files
import Glibc

/// What the machine has of what runs can run out of.
package struct MachineFacts: Sendable, Hashable {
  /// Bytes that programs can still have; nothing where the system does not say.
  package var freeMemory: Int?
  /// Whether files can still be watched: whether this user has a watcher left.
  package var canWatchFiles = true
  /// How many files one user may watch at once.
  package var watches: Int?
  /// Files that this process may have open, now and where it asks.
  package var descriptors: Int
  package var mostDescriptors: Int

  package init(
    freeMemory: Int? = nil, canWatchFiles: Bool = true, watches: Int? = nil,
    descriptors: Int = 1024, mostDescriptors: Int = 1 << 20
  ) {
    self.freeMemory = freeMemory
    self.canWatchFiles = canWatchFiles
    self.watches = watches
    self.descriptors = descriptors
    self.mostDescriptors = mostDescriptors
  }

  /// This machine, as it is now.
  package static func read() -> MachineFacts {
    let (soft, hard) = descriptorLimits()
    var facts = MachineFacts(
      freeMemory: [systemMemory(), cgroupMemory()].compactMap { $0 }.min(),
      watches: number(in: "/proc/sys/fs/inotify/max_user_watches"), descriptors: soft,
      mostDescriptors: hard)
    let watcher = inotify_init1(Int32(IN_CLOEXEC))
    if watcher >= 0 { close(watcher) } else { facts.canWatchFiles = false }
    return facts
  }

  private static func systemMemory() -> Int? {
    guard let text = text(of: "/proc/meminfo"),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return nil }
    return kilobytes << 10
  }

  /// What the cgroup of this process leaves, as the limit of a container is one.
  private static func cgroupMemory() -> Int? {
    guard let membership = text(of: "/proc/self/cgroup"),
      let line = membership.split(separator: "\n").first(where: { $0.hasPrefix("0::/") })
    else { return nil }
    let folder = "/sys/fs/cgroup" + line.dropFirst("0::".count)
    guard let most = number(in: folder + "/memory.max"),
      let used = number(in: folder + "/memory.current")
    else { return nil }
    return max(0, most - used)
  }

  private static func number(in path: String) -> Int? {
    text(of: path)?.split(whereSeparator: \.isNewline).first.flatMap { Int($0) }
  }

  private static func text(of path: String) -> String? {
    (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) }
  }
}

private func descriptorLimits() -> (soft: Int, hard: Int) {
  var limit = rlimit()
  guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
    return (1024, 1024)
  }
  return (Int(clamping: limit.rlim_cur), Int(clamping: limit.rlim_max))
}

/// Lets this process have so many files open, or as many as it may; says how many those are.
///
/// Only as far as is asked: programs that are started inherit the limit, and some take a high one badly.
func raiseDescriptorLimit(to count: Int) -> Int {
  let (soft, hard) = descriptorLimits()
  let wanted = min(count, hard)
  guard soft < wanted else { return soft }
  var limit = rlimit(rlim_cur: rlim_t(wanted), rlim_max: rlim_t(hard))
  return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 ? wanted : soft
}

/// The time in milliseconds since 1970.
package func currentMilliseconds() -> Int64 {
  var time = timespec()
  clock_gettime(CLOCK_REALTIME, &time)
  return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
}
