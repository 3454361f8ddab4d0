import CSupport
import Files
import Glibc
import Supervision

/// The files behind a command's three descriptors.
///
/// Output in memory is a file too, without a name: a program that leaves a daemon behind then keeps
/// nobody waiting for the end of a pipe, and nothing is copied while it runs.
struct CommandFiles: ~Copyable, Sendable {
  /// Nothing where the program is told nothing.
  private let written: Descriptor?
  private let output: Descriptor
  /// Nothing where they go with the output.
  private let errors: Descriptor?
  private let command: Command

  /// What such a program reads; kept open, as most are told nothing.
  private static let nothing = Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)

  init(_ command: Command) throws(SpawnError) {
    let written = try Self.input(of: command)
    let output = try Self.open(command.output, for: command)
    let errors: Descriptor?
    switch command.errors {
    case .withOutput: errors = nil
    case .memory, .file: errors = try Self.open(command.errors, for: command)
    }
    self.command = command
    self.written = written
    self.output = output
    self.errors = errors
  }

  /// What the program gets for its input, its output and its errors.
  var descriptors: (input: Int32, output: Int32, errors: Int32) {
    let input =
      switch written {
      case .some(let file): file.number
      case .none: Self.nothing
      }
    let errors =
      switch errors {
      case .some(let file): file.number
      case .none: output.number
      }
    return (input, output.number, errors)
  }

  var sizes: (output: Int, errors: Int) {
    let errors =
      switch errors {
      case .some(let file): Self.size(command.errors, in: file.number)
      case .none: 0
      }
    return (Self.size(command.output, in: output.number), errors)
  }

  /// How many bytes may still be printed into the file that is nearest to its limit.
  var left: Int {
    let sizes = sizes
    return min(command.output.limit - sizes.output, command.errors.limit - sizes.errors)
  }

  func outputKept() -> [UInt8] { Self.kept(command.output, in: output.number) }

  func errorsKept() -> [UInt8] {
    switch errors {
    case .some(let file): Self.kept(command.errors, in: file.number)
    case .none: []
    }
  }

  private static func input(of command: Command) throws(SpawnError) -> Descriptor? {
    if command.input.isEmpty {
      if nothing >= 0 { return nil }
      guard let own = Descriptor(Glibc.open("/dev/null", O_RDONLY | O_CLOEXEC)) else {
        throw failure(command, "/dev/null")
      }
      return own
    }
    guard let file = Descriptor(divisi_memory_file("input")) else {
      throw failure(command, "its input")
    }
    var written = 0
    while written < command.input.count {
      let count = command.input.withUnsafeBytes {
        pwrite(file.number, $0.baseAddress! + written, $0.count - written, off_t(written))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw failure(command, "its input") }
      written += count
    }
    return file
  }

  private static func open(
    _ capture: Command.Capture, for command: Command
  ) throws(SpawnError) -> Descriptor {
    switch capture {
    case .memory, .withOutput:
      guard let file = Descriptor(divisi_memory_file("output")),
        bound(file.number, to: capture.limit)
      else { throw failure(command, "its output") }
      return file
    case .file(let path, _, _):
      // Appending, so that what several processes print stays side by side.
      let flags = O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC
      guard let file = Descriptor(Glibc.open(path, flags, 0o666)) else {
        throw failure(command, path)
      }
      // What is started shares it from its very birth, and `isPrinting` sees that.
      flock(file.number, LOCK_EX | LOCK_NB)
      return file
    }
  }

  /// Has the system itself refuse more: a program that outlives whoever reads its output would otherwise fill the
  /// memory of the machine. What was written is then told by the place in the file, which writers and readers share.
  private static func bound(_ file: Int32, to limit: Int) -> Bool {
    guard limit < 1 << 40 else { return true }
    // Some more than the limit, so that it is seen to be passed before the system refuses.
    return ftruncate(file, off_t(limit + Self.slack)) == 0
      && fcntl(file, Self.addSeals, Self.sealShrink | Self.sealGrow) == 0
  }

  private static let slack = 1 << 20

  // As in <linux/fcntl.h>, whose macros Swift does not see.
  private static let addSeals: Int32 = 1033
  private static let sealShrink: Int32 = 2
  private static let sealGrow: Int32 = 4

  private static func failure(_ command: Command, _ path: String) -> SpawnError {
    SpawnError(command.arguments[0], .descriptors, code: errno, path: path)
  }

  private static func size(_ capture: Command.Capture, in descriptor: Int32) -> Int {
    if case .memory = capture { return Int(lseek(descriptor, 0, SEEK_CUR)) }
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  private static func kept(_ capture: Command.Capture, in descriptor: Int32) -> [UInt8] {
    let size = size(capture, in: descriptor)
    return switch capture {
    case .memory(let limit): bytes(of: descriptor, 0..<min(size, limit))
    case .file(_, _, let tail): bytes(of: descriptor, max(0, size - tail)..<size)
    case .withOutput: []
    }
  }

  private static func bytes(of descriptor: Int32, _ range: Range<Int>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: range.count) { buffer, count in
      while count < range.count {
        let received = pread(
          descriptor, buffer.baseAddress! + count, range.count - count,
          off_t(range.lowerBound + count))
        if received < 0, errno == EINTR { continue }
        if received <= 0 { return }
        count += received
      }
    }
  }
}

extension Command {
  /// Whether a program that prints into a file lives, whoever started it, or is being born. One that has its output
  /// go elsewhere by itself is not seen.
  package static func isPrinting(into path: String) -> Bool {
    guard let file = Descriptor(open(path, O_RDONLY | O_CLOEXEC)) else { return false }
    return flock(file.number, LOCK_SH | LOCK_NB) != 0
  }
}

extension Command.Capture {
  fileprivate var limit: Int {
    switch self {
    case .memory(let limit), .file(_, let limit, _): limit
    case .withOutput: .max
    }
  }
}
