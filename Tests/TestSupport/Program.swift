import Foundation

/// What a program that ran to its end left behind.
package struct ProgramResult: Sendable {
  package let status: Int32
  package let output: String
  package let errors: String
}

/// Runs a program to its end with nothing on its standard input and only the given environment.
package func runProgram(
  _ executable: String, _ arguments: [String], in folder: String,
  environment: [String: String] = [:]
) throws -> ProgramResult {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: executable)
  process.arguments = arguments
  process.currentDirectoryURL = URL(fileURLWithPath: folder)
  process.environment = environment
  process.standardInput = FileHandle.nullDevice
  // Files, not pipes: a program that writes a lot to both cannot block on either.
  let capture = try TemporaryFolder()
  let files = try ["out", "err"].map { name in
    FileHandle(forWritingAtPath: try capture.write(name, ""))
  }
  process.standardOutput = files[0]
  process.standardError = files[1]
  try process.run()
  process.waitUntilExit()
  return ProgramResult(
    status: process.terminationStatus, output: try capture.read("out"),
    errors: try capture.read("err"))
}

/// The full path of a program on this machine's PATH, or nothing where it is not installed.
package func installedProgram(_ name: String) -> String? {
  let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
  return path.split(separator: ":").map { "\($0)/\(name)" }
    .first { FileManager.default.isExecutableFile(atPath: $0) }
}

/// A program that was built together with the tests.
package func builtProgram(_ name: String) -> String {
  let runner = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
  return runner.deletingLastPathComponent().appendingPathComponent(name).path
}

/// The root of the package, for tests that read its documents and examples.
package func packageRoot(file: String = #filePath) -> String {
  URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path
}

/// Makes a folder a git repository with everything in it committed.
package func makeRepository(in folder: TemporaryFolder) throws {
  let git = installedProgram("git") ?? "git"
  let identity = ["-c", "user.name=Test", "-c", "user.email=test@localhost"]
  for arguments in [
    ["init", "--quiet", "--initial-branch", "main"], ["add", "--all"],
    identity + ["commit", "--quiet", "--allow-empty", "--message", "Begin"],
  ] {
    let result = try runProgram(
      git, arguments, in: folder.path,
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "", "HOME": folder.path])
    guard result.status == 0 else { throw ProgramFailure(message: result.errors) }
  }
}

/// A program that a test needs did not do what it is for.
package struct ProgramFailure: Error {
  package let message: String
}
