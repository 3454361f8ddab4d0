import Files
import Glibc
import Supervision

/// The files that the agent prints into, and how they grow.
///
/// While nothing is printed nothing is looked at: the system tells of the first byte. From then on
/// sizes are looked at, ever sooner as the limit comes near, until nothing grew between two looks.
/// Where the system cannot tell, they are looked at each second.
struct OutputFiles: ~Copyable {
  struct Printed {
    var bytes: Int
    var errorBytes: Int
    var silence: Duration
  }

  let output: Int32
  let errors: Int32
  /// When to look at the sizes, or nothing while the system is to tell of growth.
  private(set) var nextLook: Duration? = .zero

  private static let blindPace = Duration.seconds(1)

  private let limit: Int?
  private var bytes = 0
  private var lastLook = Duration.zero
  private var lastGrowth = Duration.zero

  init(_ launch: Launch, in folder: AttemptFolder) throws(FileError) {
    let output = try Self.open(folder.path + "/" + launch.output)
    let errors =
      launch.errors == launch.output ? output : try Self.open(folder.path + "/" + launch.errors)
    self.output = output
    self.errors = errors
    limit = launch.outputLimit
  }

  deinit {
    close(output)
    if errors != output { close(errors) }
  }

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
    } else if !notices.expectChange() {
      nextLook = now + Self.blindPace
    } else {
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
