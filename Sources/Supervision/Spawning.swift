import CSupport
import Files
import Glibc

/// A program that could not be started.
package struct SpawnError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What failed on the way.
  package enum Stage: Sendable, Hashable {
    /// The program is not there, or nobody may run it.
    case program
    /// The folder to work in.
    case folder
    /// Files for its output.
    case descriptors
    /// Limits or the cgroup.
    case limits
    /// A new process.
    case process
  }

  package let program: String
  package let stage: Stage
  package let code: Int32
  /// The path that was not usable, where one was.
  package let path: String

  package init(_ program: String, _ stage: Stage, code: Int32, path: String) {
    self.program = program
    self.stage = stage
    self.code = code
    self.path = path
  }

  package var isMissing: Bool { stage == .program && (code == ENOENT || code == ENOTDIR) }

  package var description: String {
    let reason = String(cString: strerror(code))
    switch stage {
    case .program where isMissing && !program.utf8.contains(UInt8(ascii: "/")):
      return "cannot start `\(program)`: it is not installed, or not on the PATH it was given"
    case .program: return "cannot start `\(program)`: \(path): \(reason)"
    case .folder: return "cannot start `\(program)` in \(path): \(reason)"
    case .descriptors: return "cannot start `\(program)`: its files: \(reason)"
    case .limits: return "cannot start `\(program)` within its limits: \(reason)"
    case .process: return "cannot start `\(program)`: no process could be made: \(reason)"
    }
  }
}

/// A program to start, with descriptors that stay the caller's.
package struct SpawnRequest: Sendable {
  package var arguments: [String]
  package var folder: String
  package var environment: [String: String]
  package var input: Int32
  package var output: Int32
  package var errors: Int32
  /// A session of its own, or only a process group of its own.
  package var ownsSession = true
  /// A descriptor of the `cgroup.procs` to enter, or -1.
  package var cgroup: Int32 = -1
  /// Limits for each process, where no cgroup keeps them.
  package var limits = Launch.Limits()

  package init(
    _ arguments: [String], in folder: String, environment: [String: String], input: Int32,
    output: Int32, errors: Int32
  ) {
    self.arguments = arguments
    self.folder = folder
    self.environment = environment
    self.input = input
    self.output = output
    self.errors = errors
  }

  /// Starts the program and gives its pid. Returns when the program has begun, or could not.
  package func start() throws(SpawnError) -> Int32 {
    let program = try findProgram()
    let arguments = CStrings(arguments)
    let environment = CStrings(environment.map { "\($0.key)=\($0.value)" })
    var stage = DIVISI_SPAWN_STARTED
    var pid = spawn(program, arguments, environment, &stage)
    // A program that was just written may be open for writing in a child of another thread, until
    // what that one starts begins.
    var patience = 100
    while pid < 0, errno == ETXTBSY, patience > 0 {
      usleep(1000)
      patience -= 1
      pid = spawn(program, arguments, environment, &stage)
    }
    guard pid < 0 else { return pid }
    throw SpawnError(
      self.arguments[0], SpawnError.Stage(stage), code: errno,
      path: stage == DIVISI_SPAWN_FOLDER ? folder : program)
  }

  private func spawn(
    _ program: String, _ arguments: CStrings, _ environment: CStrings,
    _ stage: inout divisi_spawn_stage
  ) -> Int32 {
    program.withCString { program in
      folder.withCString { folder in
        var request = divisi_spawn_request(
          program: program, arguments: arguments.pointer, environment: environment.pointer,
          folder: folder, input: input, output: output, errors: errors,
          owns_session: ownsSession ? 1 : 0, cgroup: cgroup,
          data_bytes: UInt64(limits.memory ?? 0), tasks: UInt64(limits.processes ?? 0),
          cpu_seconds: limits.cpuTime.map { UInt64(($0.milliseconds + 999) / 1000) } ?? 0)
        return divisi_spawn(&request, &stage)
      }
    }
  }

  /// Where the program lies: a name with a slash is seen from the folder, any other is looked for
  /// on the PATH that the program will have.
  private func findProgram() throws(SpawnError) -> String {
    let name = arguments[0]
    if name.utf8.contains(UInt8(ascii: "/")) { return absolutePath(name, from: folder) }
    var code = ENOENT
    for part in (environment["PATH"] ?? "").utf8.split(separator: UInt8(ascii: ":")) {
      let candidate = absolutePath(
        String(decoding: part, as: UTF8.self) + "/" + name, from: folder)
      guard entryKind(candidate) == .file else { continue }
      if access(candidate, X_OK) == 0 { return candidate }
      code = EACCES
    }
    throw SpawnError(name, .program, code: code, path: name)
  }
}

extension SpawnError.Stage {
  fileprivate init(_ stage: divisi_spawn_stage) {
    switch stage {
    case DIVISI_SPAWN_DESCRIPTORS: self = .descriptors
    case DIVISI_SPAWN_LIMITS: self = .limits
    case DIVISI_SPAWN_FOLDER: self = .folder
    case DIVISI_SPAWN_PROGRAM: self = .program
    default: self = .process
    }
  }
}

/// A list of texts as C wants it, ended by null.
private final class CStrings {
  let pointer: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ texts: [String]) {
    count = texts.count
    pointer = .allocate(capacity: count + 1)
    for (index, text) in texts.enumerated() { pointer[index] = strdup(text) }
    pointer[count] = nil
  }

  deinit {
    for index in 0..<count { free(pointer[index]) }
    pointer.deallocate()
  }
}
