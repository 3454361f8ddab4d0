import Foundation
import Processes
import Supervision
import TestSupport
import Testing

/// What programs of these tests see.
let testEnvironment = ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"]

/// A command of the shell, in a folder, with nothing but a PATH.
func shell(_ script: String, in folder: TemporaryFolder) -> Command {
  Command(["sh", "-c", script], in: folder.path, environment: testEnvironment)
}

/// The pid that a script has written into a file, once it is there.
func pid(in name: String, of folder: TemporaryFolder) async throws -> Int32 {
  var pid: Int32?
  try await eventually("a pid in \(name)") {
    let text = (try? folder.read(name)) ?? ""
    guard text.hasSuffix("\n") else { return false }
    pid = Int32(text.dropLast())
    return pid != nil
  }
  return try #require(pid)
}

/// Whether a process with this pid runs. Tests ask only for pids that they know to be theirs.
func isRunning(_ pid: Int32) -> Bool {
  ProcessEntry.read(pid).map { !$0.hasEnded } ?? false
}

/// An attempt in a folder of its own, with short graces.
struct Attempt {
  let files: TemporaryFolder
  let folder: AttemptFolder
  var launch: Launch

  init(_ script: String) throws {
    files = try TemporaryFolder()
    folder = AttemptFolder(files.path)
    launch = Launch(
      ["sh", "-c", script], in: files.path, environment: testEnvironment,
      marker: "test-\(UUID().uuidString)")
    launch.interruptGrace = .milliseconds(100)
    launch.grace = .milliseconds(200)
    launch.isDurable = false
  }

  func start() async throws -> Supervised {
    try await Supervised.start(launch, in: folder, by: builtProgram("divisi-supervise"))
  }

  /// Runs the attempt to its end.
  func exit() async throws -> AttemptExit {
    try await start().exit()
  }

  /// Processes that carry the attempt's marker.
  var survivors: [ProcessEntry] { ProcessTable.read().marked(launch.marker, since: 0) }

  var record: SupervisorRecord {
    get throws {
      try SupervisorRecord(json: try #require(try readRecord(folder.supervisor)))
    }
  }
}

struct AttemptWasLost: Error {}

extension Supervised {
  func exit() async throws -> AttemptExit {
    guard case .ended(let exit) = try await ended() else {
      throw AttemptWasLost()
    }
    return exit
  }
}
