internal import Files
internal import Glibc

/// Waits until something is written in one of a few folders: by word of the kernel, without asking again and again.
package struct ChangeWatch: ~Copyable, Sendable {
  private static let mask = UInt32(
    IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE_SELF | IN_MOVE_SELF)

  private let folders: [String]
  private let notify: Int32

  package init(_ folders: [String]) {
    self.folders = folders
    notify = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    watch()
  }

  deinit { if notify >= 0 { close(notify) } }

  /// Returns when something was written, or when so much time has passed.
  ///
  /// The time bounds what is missed where the kernel has no watch to give, and where a folder comes later.
  package func wait(atMost limit: Duration) {
    watch()
    var entry = pollfd(fd: notify, events: Int16(POLLIN), revents: 0)
    let milliseconds = Int32(clamping: Int64(limit / .milliseconds(1)))
    // A negative descriptor is passed over: then this only waits.
    guard poll(&entry, 1, max(0, milliseconds)) > 0 else { return }
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      while read(notify, buffer.baseAddress, buffer.count) > 0 {}
    }
  }

  /// A folder that is watched already is watched once.
  private func watch() {
    guard notify >= 0 else { return }
    for folder in folders { _ = inotify_add_watch(notify, folder, Self.mask) }
  }
}
