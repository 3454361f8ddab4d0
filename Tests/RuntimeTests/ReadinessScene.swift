import Agents
import Conducting
import Configuration
import Diagnostics
import Foundation
import Orders
import Plans
import Runtime
import TestSupport

/// A repository, programs that seem to be agents, and what readiness says of them.
struct ReadinessScene {
  let folder: TemporaryFolder
  var settings = ""
  var environment: [String: String]
  var machine = MachineFacts(
    freeMemory: 64 << 30, watches: 500_000, descriptors: 100_000, mostDescriptors: 100_000)
  var now = currentMilliseconds()
  var supervisor: String? = "/bin/true"

  var main: String { folder.path + "/main" }

  init(repository: Bool = true) throws {
    folder = try TemporaryFolder()
    try folder.write("main/README.md", "Hi\n")
    for name in ["bin", "home", "cache", "tmp"] {
      try FileManager.default.createDirectory(
        atPath: folder.path + "/" + name, withIntermediateDirectories: true)
    }
    // Only what is named: nothing of this machine decides what is found.
    for name in ["git", "make", "sh", "cat", "python3"] {
      guard let program = name == "python3" ? Self.python : installedProgram(name) else { continue }
      try FileManager.default.createSymbolicLink(
        atPath: folder.path + "/bin/" + name, withDestinationPath: program)
    }
    environment = [
      "PATH": folder.path + "/bin", "HOME": folder.path + "/home",
      "XDG_CACHE_HOME": folder.path + "/cache", "TMPDIR": folder.path + "/tmp", "LANG": "C.UTF-8",
    ]
    guard repository else { return }
    try git("init", "-q", "-b", "main")
    try git("add", "-A")
    try git("commit", "-q", "-m", "Begin")
  }

  /// Not a script that looks for one of several.
  private static let python = installedProgram("python3").flatMap { program in
    try? runProgram(
      program, ["-c", "import sys; print(sys.executable, end='')"], in: "/",
      environment: ProcessInfo.processInfo.environment
    ).output
  }

  @discardableResult
  func git(_ arguments: String..., in place: String? = nil) throws -> String {
    let result = try runProgram(
      installedProgram("git") ?? "git",
      ["-c", "user.name=T", "-c", "user.email=t@t"] + arguments, in: place ?? main,
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path + "/home"])
    guard result.status == 0 else { throw GitFailure(words: result.errors) }
    return result.output
  }

  /// Puts a program on the PATH; it notes each of its starts.
  func install(_ name: String, _ lines: String) throws {
    let path = try folder.write(
      "bin/" + name, "#!/bin/sh\necho start >> '\(folder.path)/\(name).starts'\n" + lines + "\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  func starts(of name: String) -> Int {
    ((try? folder.read("\(name).starts")) ?? "").split(separator: "\n").count
  }

  /// What lies in the person's folder and in that for what is temporary: trying programs leaves nothing behind.
  func left() throws -> [String] {
    try ["tmp", "home"].flatMap { name in
      try FileManager.default.subpathsOfDirectory(atPath: folder.path + "/" + name)
    }
  }

  var configuration: Configuration {
    Configuration(
      settings.isEmpty ? [] : [.repositoryFile(SourceText(path: "divisi.yaml", settings))])
  }

  private var readiness: Readiness {
    Readiness(
      Readiness.Surroundings(
        folder: main, environment: environment, configuration: configuration,
        agents: AgentRegistry.discover(
          root: main, home: environment["HOME"], configuration: configuration),
        supervisor: supervisor, machine: machine, now: now))
  }

  func needs(_ plan: Plan) -> ReadinessNeeds {
    ReadinessNeeds(
      of: plan,
      as: RunOrder(of: plan, settings: configuration, session: "test", cores: 2),
      settings: configuration)
  }

  func check(_ plan: Plan, _ depth: Readiness.Depth = .needed) async -> ReadinessReport {
    await readiness.check(needs(plan), depth)
  }
}

private struct GitFailure: Error { let words: String }

extension ReadinessReport {
  /// What was found of a thing: `error: text | mend`.
  func said(_ subject: String) -> [String] {
    findings.filter { $0.subject == subject }.map { finding in
      "\(finding.level): \(finding.found)" + (finding.mend.map { " | \($0)" } ?? "")
    }
  }

  /// Everything that is not well.
  var troubles: [String] {
    findings.filter { $0.level != .ok }.map { "\($0.subject): \($0.found)" }
  }
}
