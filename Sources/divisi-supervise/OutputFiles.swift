import Files
import Glibc
import Supervision

/// The files that the agent prints into, and how they grow.
///
/// While nothing is printed nothing is looked at: the system tells of the first byte. From then on
/// sizes are looked at, ever sooner as the limit comes near, until nothing grew between two looks.
struct OutputFiles: ~Copyable {
  struct Printed {
    var bytes: Int
    var errorBytes: Int
    var silence: Duration
  }

  let output: Int32
  let errors: Int32
  /// When to look at the sizes, or nothing while the system is to tell of growth.
  private(set) var nextLook: Duration?

  private let paths: [String]
  private let limit: Int?
  private var bytes = 0
  private var lastLook = Duration.zero
  private var lastGrowth = Duration.zero

  init(
    _ launch: Launch, in folder: AttemptFolder, _ notices: borrowing Notices
  ) throws(FileError) {
    let first = absolutePath(launch.output, from: folder.path)
    let second = absolutePath(launch.errors, from: folder.path)
    let output = try Self.open(first)
    let errors = first == second ? output : try Self.open(second)
    self.output = output
    self.errors = errors
    limit = launch.outputLimit
    paths = first == second ? [first] : [first, second]
    for path in paths { notices.expectPrinting(into: path) }
  }

  deinit {
    close(output)
    if errors != output { close(errors) }
  }

  /// Something was printed after a silence.
  mutating func wake(_ now: Duration) { nextLook = nextLook ?? now }

  func isDue(_ now: Duration) -> Bool { nextLook.map { now >= $0 } ?? false }

  /// How much there is by now, and how long ago the last of it came.
  mutating func look(_ now: Duration, _ notices: borrowing Notices) -> Printed {
    let found = sizes()
    if found.bytes != bytes {
      // The file knows when it was written; but its clock may have been set since.
      let age = Clock.sinceEpoch() - found.changedAt
      lastGrowth = now - min(max(age, .zero), now - lastLook)
      bytes = found.bytes
      nextLook = now + OutputPace.interval(left: limit.map { $0 - found.bytes })
    } else if nextLook != nil {
      for path in paths { notices.expectPrinting(into: path) }
      // What came before the system was asked to tell is not told.
      let hasGrown = sizes().bytes != bytes
      nextLook = hasGrown ? now + OutputPace.interval(left: limit.map { $0 - bytes }) : nil
    }
    lastLook = now
    return Printed(bytes: bytes, errorBytes: found.errorBytes, silence: now - lastGrowth)
  }

  private func sizes() -> (bytes: Int, errorBytes: Int, changedAt: Duration) {
    var first = stat()
    var second = stat()
    fstat(output, &first)
    if errors != output { fstat(errors, &second) }
    return (
      Int(first.st_size + second.st_size), Int(second.st_size),
      max(Duration(first.st_mtim), Duration(second.st_mtim))
    )
  }

  private static func open(_ path: String) throws(FileError) -> Int32 {
    // Appending, so that what several processes print stays side by side.
    let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw FileError("write", path, code: errno) }
    return descriptor
  }
}
