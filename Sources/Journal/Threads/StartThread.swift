internal import Files
internal import Glibc

/// Runs something that blocks on a thread of its own, which ends with it.
func startThread(_ body: @escaping @Sendable () -> Void) throws(JournalError) {
  let box = Unmanaged.passRetained(ThreadBody(body))
  var thread = pthread_t()
  let code = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      let body = Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue()
      body.run()
      return nil
    }, box.toOpaque())
  guard code == 0 else {
    box.release()
    throw .folder(FileError("start", "a thread for the journal", code: code))
  }
  pthread_detach(thread)
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}
