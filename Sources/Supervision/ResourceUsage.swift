import CSupport

/// What processes that were waited for took, those that they waited for included.
package struct ResourceUsage: Sendable, Hashable {
  package var userTime: Duration
  package var systemTime: Duration
  /// Bytes of memory that the largest single process held at its peak.
  package var largestProcess: Int

  package init(userTime: Duration = .zero, systemTime: Duration = .zero, largestProcess: Int = 0) {
    self.userTime = userTime
    self.systemTime = systemTime
    self.largestProcess = largestProcess
  }

  /// Of all children of this process that were waited for.
  package static func ofChildren() -> ResourceUsage {
    var usage = divisi_usage()
    divisi_usage_of_children(&usage)
    return ResourceUsage(usage)
  }

  fileprivate init(_ usage: divisi_usage) {
    userTime = .microseconds(usage.user_microseconds)
    systemTime = .microseconds(usage.system_microseconds)
    largestProcess = Int(usage.peak_bytes)
  }
}

/// Takes the end of a child that has ended.
package func takeEnd(of child: Int32) -> (end: ProcessEnd, usage: ResourceUsage)? {
  var status: Int32 = 0
  var usage = divisi_usage()
  guard divisi_wait(child, 0, &status, &usage) == child else { return nil }
  return (ProcessEnd(waitStatus: status), ResourceUsage(usage))
}
