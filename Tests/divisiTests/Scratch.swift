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

  /// Makes a worktree and its branch as a run makes them for a step.
  func workspace(_ name: String, of step: String, _ session: String) throws {
    _ = try shell(
      """
      set -e
      git worktree add -q -b feature/task-\(name) .worktrees/task-\(name)
      touch .git/worktrees/task-\(name)/divisi-made-config
      mkdir -p .git/divisi-branches/feature
      echo \(session) \(step) $(git rev-parse HEAD) > .git/divisi-branches/feature/task-\(name)
      """)
  }

  /// Writes the plan `t`, or another, whose steps are lines of YAML, and a configuration under which retries come at once
  /// and no disk is too full. The harness `scripted` runs `agent.sh`, which is the test's to write.
  ///
  /// - Parameters:
  ///   - more: lines of the plan, before its steps.
  ///   - workspace: more settings of that section.
  ///   - sections: more sections of the configuration, lines of YAML.
  func plan(
    _ steps: [String], id: String = "t", more: String = "", workspace: String? = nil,
    sections: String = ""
  ) throws {
    try folder.write(
      ".orchestration/sessions/\(id).yaml",
      """
      id: \(id)
      title: Try
      status: planned
      \(more)
      workflow:
        phases:
      \(steps.map { "    - {\($0)}" }.joined(separator: "\n"))
      """)
    let settings = ["free_disk: 0B", "free_disk_share: 0%"] + [workspace].compactMap { $0 }
    try folder.write(
      "divisi.yaml",
      """
      retries: {task_delay: 10ms}
      limits: {spacing: 0s}
      workspace: {\(settings.joined(separator: ", "))}
      \(sections)
      harnesses:
        scripted: {command: [sh, "\(folder.path)/agent.sh", "{prompt_file}"]}
      """)
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
