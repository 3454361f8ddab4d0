import CSupport
import Glibc
import Supervision

/// Ends all of a tree, kindly first, and returns when nothing of it lives, or nothing that may be ended; says how many
/// there were.
///
/// Nobody tells of the end of processes that are not one's children, so one of them is waited for at
/// a time, by its descriptor.
@discardableResult
func end(_ tree: ProcessTree, grace: Duration) async -> Int {
  let count = tree.signal(SIGTERM)
  guard count > 0 else { return 0 }
  let deadline = SuspendingClock.now.advanced(by: grace)
  var isKilling = false
  var outOfReachSince: SuspendingClock.Instant?
  while case let rest = tree.living(), let process = rest.first {
    if !isKilling, SuspendingClock.now >= deadline { isKilling = true }
    if isKilling {
      tree.cgroup?.kill()
      tree.signal(SIGKILL)
      outOfReachSince = rest.allSatisfy(\.isOutOfReach) ? outOfReachSince ?? .now : nil
      if let since = outOfReachSince, since.duration(to: .now) >= reachPatience { break }
    }
    let patience = isKilling ? .milliseconds(100) : SuspendingClock.now.duration(to: deadline)
    await waitForEnd(of: process, atMost: patience)
  }
  return count
}

/// What is in its last moments, or changes its user, is not given up.
private let reachPatience = Duration.seconds(3)

private func waitForEnd(of process: ProcessEntry, atMost patience: Duration) async {
  guard let descriptor = Descriptor(divisi_pidfd_open(process.pid)) else { return }
  guard ProcessEntry.read(process.pid)?.startTicks == process.startTicks else { return }
  await DescriptorWaiter.current.firstReadableInAnyCase([descriptor.number], within: patience)
}

/// Lets some time pass, whether or not the task is cancelled.
func pause(_ duration: Duration) async {
  await DescriptorWaiter.current.firstReadableInAnyCase([], within: duration)
}
