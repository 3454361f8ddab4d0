import Foundation
import TestSupport

/// A scratch repository in which the program is run as a person would run it.
struct Scratch {
  let folder: TemporaryFolder
  let environment: [String: String]

  /// - Parameter example: whether it holds the example of this package.
  init(example: Bool = false) throws {
    folder = try TemporaryFolder()
    if example {
      let source = packageRoot() + "/Examples/checkout"
      for name in try FileManager.default.contentsOfDirectory(atPath: source) {
        try FileManager.default.copyItem(
          atPath: "\(source)/\(name)", toPath: "\(folder.path)/\(name)")
      }
    }
    let programs = URL(fileURLWithPath: builtProgram("divisi")).deletingLastPathComponent().path
    environment = [
      "PATH": programs + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"),
      "HOME": folder.path + "/home", "LANG": "C.UTF-8",
    ]
    try makeRepository(in: folder)
  }

  /// Runs the program; words are parted by spaces.
  func divisi(_ line: String, environment more: [String: String] = [:]) throws -> ProgramResult {
    try runProgram(
      builtProgram("divisi"), line.split(separator: " ").map(String.init), in: folder.path,
      environment: environment(for: line).merging(more) { _, new in new })
  }

  /// A rehearsal depends on the cores of the machine: where one is played, they are said.
  private func environment(for line: String) -> [String: String] {
    guard line.contains("rehearse") else { return environment }
    return environment.merging(["DIVISI_LIMITS_BUILDS": "1"]) { known, _ in known }
  }

  /// Runs a line of a shell, what it writes to both streams in one.
  func shell(_ line: String) throws -> String {
    try runProgram(
      "/bin/sh", ["-c", "{ \(line)\n} 2>&1"], in: folder.path,
      environment: environment(for: line)
    ).output
  }
}
