internal import CSupport
internal import Files
internal import Glibc

/// Wakes a run's runner, wherever it is, when something waits for it in the journal.
///
/// To ring is to open and close `runs/<session>/bell`; the listener hears it from the kernel
/// (inotify), without asking again and again. The folder is watched and not the file, so a bell that
/// was removed is rung by being made anew. A folder that was removed is made anew too. Should a ring
/// be lost all the same (its ringer died between commit and ring), the slow tick makes up for it.
package final class Bell: Sendable {
  /// One element for any number of rings since the last was taken, and one a tick. Ends with the bell.
  package let rings: AsyncStream<Void>
  private let stopWriter: Int32

  /// The last message that somebody rang for; of two who ring at once, it may be the first.
  static func lastMessage(
    of session: String, in folder: JournalFolder
  ) throws(JournalError) -> Int? {
    do throws(FileError) {
      let text = String(decoding: try readFile(folder.bell(session)), as: UTF8.self)
      guard let number = Int(text.prefix(digits)), noted(number) == text else { return nil }
      return number
    } catch {
      if error.isMissing { return nil }
      throw .folder(error)
    }
  }

  private static let digits = 20

  private static func noted(_ message: Int) -> String {
    let number = String(message)
    return String(repeating: "0", count: digits - number.count) + number + "\n"
  }

  /// Starts to listen; whatever rings from now on is heard.
  package init(
    of session: String, in folder: JournalFolder, tick: Duration = .seconds(5)
  ) throws(JournalError) {
    var pipe: [Int32] = [-1, -1]
    guard divisi_pipe(&pipe) == 0 else {
      throw .folder(FileError("listen at", folder.bell(session), code: errno))
    }
    stopWriter = pipe[1]
    let (stream, continuation) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    rings = stream
    let listener = BellListener(
      folder: folder.run(session), tick: tick, stop: pipe[0], continuation: continuation)
    try startThread { listener.listen() }
  }

  /// Closing the pipe ends the listener's thread, and the stream with it.
  deinit { close(stopWriter) }

  /// Rings for a run. Nobody need listen.
  ///
  /// - Parameter message: what was left for the run. Its number is written into the bell: a journal
  ///   that does not know the message any more has lost something (see `RunWitness`).
  package static func ring(
    _ session: String, in folder: JournalFolder, for message: Int? = nil
  ) throws(JournalError) {
    do throws(FileError) { try createFolder(folder.run(session)) } catch { throw .folder(error) }
    let path = folder.bell(session)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .folder(FileError("ring", path, code: errno)) }
    defer { close(descriptor) }
    guard let message else { return }
    let text = Array(noted(message).utf8)
    guard pwrite(descriptor, text, text.count, 0) == text.count else {
      throw .folder(FileError("ring", path, code: errno))
    }
  }
}

/// The thread behind a bell.
private final class BellListener: Sendable {
  private static let mask = UInt32(
    IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE_SELF | IN_MOVE_SELF)

  private let folder: String
  private let tick: Duration
  private let stop: Int32
  private let notify: Int32
  private let continuation: AsyncStream<Void>.Continuation

  init(
    folder: String, tick: Duration, stop: Int32, continuation: AsyncStream<Void>.Continuation
  ) {
    self.folder = folder
    self.stop = stop
    self.continuation = continuation
    // Where the system has no more watches to give, the tick is all there is, and comes faster.
    notify = inotify_init1(Int32(IN_CLOEXEC | IN_NONBLOCK))
    self.tick = notify >= 0 ? tick : min(tick, .seconds(1))
    watch()
  }

  deinit {
    if notify >= 0 { close(notify) }
    close(stop)
  }

  func listen() {
    defer { continuation.finish() }
    while true {
      var sources = [
        pollfd(fd: stop, events: Int16(POLLIN), revents: 0),
        pollfd(fd: notify, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&sources, nfds_t(sources.count), tick.pollMilliseconds)
      if sources[0].revents != 0 { return }
      if ready > 0, !hears() { continue }
      // At each tick too: a watch whose folder was moved away and made anew would stay silent.
      if ready <= 0 { watch() }
      continuation.yield()
    }
  }

  /// Watches the folder; where it is watched already, this changes nothing.
  private func watch() {
    guard notify >= 0 else { return }
    try? createFolder(folder)
    _ = inotify_add_watch(notify, folder, Self.mask)
  }

  /// Takes what the kernel has to say, and whether the bell was in it.
  private func hears() -> Bool {
    var isRung = false
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
      while true {
        let count = read(notify, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        let header = MemoryLayout<inotify_event>.size
        while offset + header <= count {
          let event = buffer.load(fromByteOffset: offset, as: inotify_event.self)
          let name = buffer[(offset + header)..<(offset + header + Int(event.len))]
          if event.mask & UInt32(IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF) != 0 {
            watch()
            isRung = true
          }
          if event.mask & UInt32(IN_Q_OVERFLOW) != 0 { isRung = true }
          if name.prefix(while: { $0 != 0 }).elementsEqual("bell".utf8) { isRung = true }
          offset += header + Int(event.len)
        }
      }
    }
    return isRung
  }
}

extension Duration {
  fileprivate var pollMilliseconds: Int32 {
    let (seconds, attoseconds) = components
    let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
    guard !milliseconds.overflow else { return .max }
    return Int32(clamping: milliseconds.partialValue + attoseconds / 1_000_000_000_000_000)
  }
}
