import Foundation
import Processes
import Runtime
import Supervision
import TestSupport
import Testing

/// The shell of a command without a worktree, which writes down how it ended. Any POSIX shell may be the system's.
@Suite struct PlainShellTests {
  private let folder: TemporaryFolder
  private var status: String { folder.path + "/status" }

  init() throws { folder = try TemporaryFolder() }

  private static let shells = ["/bin/sh", "/bin/bash", "/bin/dash"]
    .filter(FileManager.default.isExecutableFile)

  private func command(_ text: String, by shell: String) -> Command {
    Command(
      [shell, "-c", PlainShell.script(for: text), "sh", text], in: folder.path,
      environment: ["PATH": "/usr/bin:/bin", "DIVISI_STATUS_FILE": status])
  }

  @Test(arguments: shells)
  func howACommandEndedIsWrittenDown(_ shell: String) async throws {
    for (text, end) in [
      ("true", 0), ("false", 1), ("exit 7", 7), ("set -e; false; true", 1), ("sh -c 'exit 3'", 3),
      ("exec sh -c 'exit 5'", 5), ("trap 'exit 6' EXIT", 6), ("kill -9 $$; true", 137),
      ("nothing-of-this-name", 127),
    ] {
      let result = try await run(command(text, by: shell))
      let written = (try? folder.read("status")) ?? ""
      // Nobody can write who is killed.
      #expect(written == (text.hasPrefix("kill") ? "" : "\(end)\n"), "\(text): \(result.end)")
      try? FileManager.default.removeItem(atPath: status)
    }
  }

  /// What it had done by then is no success.
  @Test(arguments: shells)
  func aCommandThatWasAskedToEndHasNotSucceeded(_ shell: String) async throws {
    for text in [
      "true; : > begun; sleep 1000", ": > begun; sleep 1000; true", ": > begun; sleep 1000 || true",
    ] {
      let command = command(text, by: shell)
      let task = Task { try await run(command) }
      try await eventually("it has begun") {
        FileManager.default.fileExists(atPath: folder.path + "/begun")
      }
      task.cancel()
      let result = try await task.value
      #expect((result.reason, result.end) == (.cancelled, .signalled(Int(SIGTERM))))
      #expect((try? folder.read("status")) != "0\n", "\(text)")
      for name in ["begun", "status"] {
        try? FileManager.default.removeItem(atPath: folder.path + "/" + name)
      }
    }
  }
}
