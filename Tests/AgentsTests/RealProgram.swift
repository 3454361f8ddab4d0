import Agents
import Configuration
import Foundation
import JSONValues
import TestSupport

/// A repository with a worktree, and a real program to be run in it.
struct RealProgram {
  let folder: TemporaryFolder
  let worktree: String
  let harness: Harness
  let model: ScriptedModel

  /// Where the real programs lie; tests that need them are skipped without.
  static func path(_ name: String) -> String? { realProgram(name) }

  init(_ name: String, _ turns: [JSON], files: [String: String] = ["README.md": "Hi\n"]) throws {
    folder = try TemporaryFolder()
    for (path, text) in files { _ = try folder.write("main/" + path, text) }
    let git = installedProgram("git") ?? "git"
    worktree = folder.path + "/work tree"
    let main = folder.path + "/main"
    for arguments in [
      ["init", "-q", "-b", "main"], ["config", "user.name", "T"], ["config", "user.email", "t@t"],
      ["add", "-A"], ["commit", "-q", "-m", "Begin"],
      ["worktree", "add", "-q", "-b", "w", worktree],
    ] {
      let result = try runProgram(
        git, arguments, in: main, environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path])
      guard result.status == 0 else { throw MissingRecording(name: result.errors) }
    }
    model = try ScriptedModel(turns)
    let program = Self.path(name) ?? name
    let base = "http://127.0.0.1:\(model.port)"
    let environment =
      switch name {
      case "claude": "ANTHROPIC_BASE_URL: \"\(base)\", ANTHROPIC_API_KEY: dummy"
      case "codex": "LAB_KEY: dummy"
      default:
        "OPENAI_API_BASE: \"\(base)/v1\", OPENAI_API_KEY: dummy, LITELLM_LOCAL_MODEL_COST_MAP: 'True', MISTRAL_API_KEY: dummy"
      }
    let arguments =
      name != "codex"
      ? ""
      : """
      , arguments: [-c, 'model_provider="lab"', -c, 'model_providers.lab={name="lab",\
      base_url="\(base)/v1",env_key="LAB_KEY",wire_api="responses"}']
      """
    let definition = "{program: \"\(program)\", environment: {\(environment)}\(arguments)}"
    let configuration = Configuration([
      .flag("--set", setting: "harnesses.\(name)", value: definition)
    ])
    guard configuration.diagnostics.isEmpty else {
      throw MissingRecording(name: "\(configuration.diagnostics)")
    }
    harness = try configuration.harness(name)
  }

  var account: Account {
    Account(name: "lab", folder: folder.path + "/account", home: folder.path + "/home")
  }

  func assignment(_ number: Int = 1, _ change: (inout Assignment) -> Void = { _ in }) -> Assignment
  {
    let attempt = folder.path + "/runs/\(number)"
    var assignment = Assignment(
      promptFile: attempt + "/prompt.md", prompt: "Do what is asked.\n", worktree: worktree,
      attemptFolder: attempt, account: account,
      model: ["claude": "claude-sonnet-4-5", "aider": "openai/scripted"][harness.name]
        ?? "scripted",
      // Git names a worktree's folder after it, without the space.
      gitFolders: [folder.path + "/main/.git", folder.path + "/main/.git/worktrees/work-tree"])
    change(&assignment)
    return assignment
  }

  /// Runs a launch to its end, and gives what is left for judging it.
  func run(_ launch: Launch, earlier: SessionTotals? = nil, hasWork: Bool? = nil) throws
    -> AttemptRemains
  {
    try launch.prepare()
    let process = Process()
    // A process started from here inherits blocked signals, and Codex then waits for children in vain.
    process.executableURL = URL(fileURLWithPath: installedProgram("python3") ?? "python3")
    process.arguments =
      [
        "-c",
        "import os,signal,sys; signal.pthread_sigmask(signal.SIG_SETMASK, []); os.execvp(sys.argv[1], sys.argv[1:])",
      ] + launch.arguments
    process.currentDirectoryURL = URL(fileURLWithPath: launch.workingFolder)
    process.environment = launch.environment.merging([
      "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "LANG": "C.UTF-8",
    ]) { own, _ in own }
    switch launch.input {
    case .nothing: process.standardInput = FileHandle.nullDevice
    case .file(let path): process.standardInput = FileHandle(forReadingAtPath: path)
    }
    let (output, errors) = (Pipe(), folder.path + "/stderr")
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    process.standardOutput = output
    process.standardError = FileHandle(forWritingAtPath: errors)
    try process.run()
    var reader = StreamReader(harness.dialect)
    while true {
      let piece = output.fileHandleForReading.availableData
      if piece.isEmpty { break }
      _ = reader.receive(piece)
    }
    _ = reader.finish()
    process.waitUntilExit()
    return AttemptRemains(
      account: reader.account,
      ending: process.terminationReason == .exit
        ? .exited(process.terminationStatus) : .signalled(process.terminationStatus),
      errors: try String(contentsOfFile: errors, encoding: .utf8), hasWork: hasWork,
      earlier: earlier)
  }

  func attempt(_ assignment: Assignment, earlier: SessionTotals? = nil) throws -> AttemptResult {
    var launch = try harness.launch(assignment)
    launch.files.append(Launch.File(assignment.promptFile, assignment.prompt))
    return AttemptResult(try run(launch, earlier: earlier), by: harness.rules)
  }

  func hasFile(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: worktree + "/" + path)
  }

  func log() throws -> [String] { try git("log", "--format=%s") }

  func git(_ arguments: String...) throws -> [String] {
    try runProgram(
      installedProgram("git") ?? "git", arguments, in: worktree,
      environment: ["PATH": "/usr/bin:/bin", "HOME": folder.path]
    ).output.split(separator: "\n").map(String.init)
  }
}
