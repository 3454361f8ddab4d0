import CSupport
import Files
import Glibc
import Supervision

/// What the supervisor is told of without asking: signals, the `stop` file, the first byte printed
/// after a silence.
struct Notices: ~Copyable {
  struct Noticed {
    var hasChildEnded = false
    var isStopAsked = false
    var hasPrinted = false
  }

  private let signals: Int32
  private let changes: Int32

  init(_ folder: AttemptFolder) throws(FileError) {
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_BLOCK, &all, nil)
    signals = signalfd(-1, &all, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    changes = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    guard signals >= 0, changes >= 0,
      inotify_add_watch(changes, folder.path, UInt32(IN_CREATE | IN_MOVED_TO)) >= 0
    else { throw FileError("watch", folder.path, code: errno) }
  }

  deinit {
    close(signals)
    close(changes)
  }

  /// Asks to be told once when something is printed into a file.
  func expectPrinting(into path: String) {
    inotify_add_watch(changes, path, UInt32(IN_MODIFY) | UInt32(IN_ONESHOT))
  }

  /// Waits until something is noticed or a time has come.
  func wait(until time: Duration?, _ clock: Clock) -> Noticed {
    var polled = [
      pollfd(fd: signals, events: Int16(POLLIN), revents: 0),
      pollfd(fd: changes, events: Int16(POLLIN), revents: 0),
    ]
    // Rounded up: to wake a little early would be to wake twice.
    let left = time.map { max(0, min(86_400_000, ($0 - clock.now).milliseconds + 1)) } ?? -1
    poll(&polled, 2, Int32(left))
    var noticed = Noticed()
    if polled[0].revents != 0 { readSignals(into: &noticed) }
    if polled[1].revents != 0 { readChanges(into: &noticed) }
    return noticed
  }

  private func readSignals(into noticed: inout Noticed) {
    var signal = signalfd_siginfo()
    while read(signals, &signal, MemoryLayout<signalfd_siginfo>.size) > 0 {
      switch Int32(signal.ssi_signo) {
      case SIGCHLD: noticed.hasChildEnded = true
      case SIGTERM, SIGINT: noticed.isStopAsked = true
      // The rest says nothing about the attempt.
      default: break
      }
    }
  }

  private func readChanges(into noticed: inout Noticed) {
    let room = 4096
    withUnsafeTemporaryAllocation(byteCount: room, alignment: 8) { buffer in
      while true {
        let count = read(changes, buffer.baseAddress, room)
        guard count > 0 else { return }
        var offset = 0
        while offset < count {
          let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
          let nameStart = offset + MemoryLayout<inotify_event>.size
          let name = buffer[nameStart..<nameStart + Int(event.len)].prefix { $0 != 0 }
          if event.mask & UInt32(IN_MODIFY) != 0 { noticed.hasPrinted = true }
          if name.elementsEqual(AttemptFolder.stopName.utf8) { noticed.isStopAsked = true }
          offset = nameStart + Int(event.len)
        }
      }
    }
  }
}
