import CSupport
import Files
import Glibc
import Supervision

/// What the supervisor is told of without asking: signals, and the first change in the attempt's
/// folder after a silence.
struct Notices: ~Copyable {
  struct Noticed {
    var hasChildEnded = false
    var isStopAsked = false
    var hasChanged = false
  }

  private let signals: Int32
  private let folder: Int32

  init(_ attempt: AttemptFolder) throws(FileError) {
    var all = sigset_t()
    sigfillset(&all)
    sigprocmask(SIG_BLOCK, &all, nil)
    let signals = signalfd(-1, &all, Int32(SFD_CLOEXEC | SFD_NONBLOCK))
    let folder = open(attempt.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard signals >= 0, folder >= 0 else { throw FileError("watch", attempt.path, code: errno) }
    self.signals = signals
    self.folder = folder
  }

  deinit {
    close(signals)
    close(folder)
  }

  /// Asks to be told once when something in the folder is written; says whether the system can.
  func expectChange() -> Bool { divisi_tell_of_change(folder) == 0 }

  /// Waits until something is noticed or a time has come.
  func wait(until time: Duration?, _ clock: Clock) -> Noticed {
    var polled = pollfd(fd: signals, events: Int16(POLLIN), revents: 0)
    // Rounded up: to wake a little early would be to wake twice.
    let left = time.map { max(0, min(86_400_000, ($0 - clock.now).milliseconds + 1)) } ?? -1
    poll(&polled, 1, Int32(left))
    var noticed = Noticed()
    var signal = signalfd_siginfo()
    while read(signals, &signal, MemoryLayout<signalfd_siginfo>.size) > 0 {
      switch Int32(signal.ssi_signo) {
      case SIGCHLD: noticed.hasChildEnded = true
      case SIGTERM, SIGINT: noticed.isStopAsked = true
      case SIGIO: noticed.hasChanged = true
      // The rest says nothing about the attempt.
      default: break
      }
    }
    return noticed
  }
}
