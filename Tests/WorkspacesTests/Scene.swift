import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// A repository for one test, with the git that Divisi would use there and a person's own git.
struct Scene {
  let folder: TemporaryFolder
  let git: Git
  let owner = WorkOwner(session: "exec-shop-20260101-abcdef", step: "api")

  /// Files of the first commit. The path has what paths may have.
  init(
    _ files: [String: String] = ["README": "hello\n", "src/a.txt": "one\ntwo\nthree\n"],
    runner wrap: (any GitRunner) -> any GitRunner = { $0 }, runsHooks: Bool = false
  ) throws {
    folder = try TemporaryFolder()
    for (path, text) in files { try folder.write("sp ace \u{FC}/" + path, text) }
    let root = folder.path + "/sp ace \u{FC}"
    try Scene.git(["init", "--quiet", "--initial-branch", "main"], in: root)
    try Scene.git(["add", "--all"], in: root)
    try Scene.git(["commit", "--quiet", "--message", "Begin"], in: root)
    git = Git(
      try Repository.find(from: root), runner: wrap(try SpawnedGit(environment: Scene.environment)),
      runsHooks: runsHooks)
    _ = try git.repository.exclude(["/.worktrees/", "/.divisi/"], because: "Divisi works there")
  }

  static let environment = [
    "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nowhere",
    "GIT_CONFIG_NOSYSTEM": "1",
  ]

  /// What a person or an agent does with git.
  @discardableResult
  static func git(_ arguments: [String], in folder: String) throws -> String {
    let identity = [
      "-c", "user.name=Person", "-c", "user.email=person@localhost", "-c",
      "protocol.file.allow=always",
    ]
    // Not Foundation's way of running programs, which is twenty times slower.
    let result = try SpawnedGit(environment: environment).run(
      identity + arguments, in: folder, input: nil, environment: [:], limit: .seconds(60))
    guard result.status == 0 else {
      throw GitRefusal(message: "git \(arguments.joined(separator: " ")): \(result.errors)")
    }
    return String(decoding: result.bytes, as: UTF8.self)
  }

  var root: String { git.repository.root }
  var worktrees: Worktrees { Worktrees(git) }
  var keep: Keep { Keep(git) }

  @discardableResult
  func person(_ arguments: String...) throws -> String { try Scene.git(arguments, in: root) }

  @discardableResult
  func agent(_ worktree: Worktree, _ arguments: String...) throws -> String {
    try Scene.git(arguments, in: worktree.path)
  }

  func base() throws -> ObjectID { try #require(try git.commit("main")) }

  func prepare(_ step: String = "api", at commit: ObjectID? = nil) throws -> Worktrees.Prepared {
    try worktrees.prepare(
      step: step, of: WorkOwner(session: owner.session, step: step), at: try commit ?? base())
  }

  /// A branch that Divisi has a note of.
  func own(_ branch: String) throws -> OwnBranch {
    let tip = try #require(try git.commit("refs/heads/" + branch))
    return try #require(try BranchClaims(git).own(branch, at: tip))
  }

  /// The branch that a run merges into, as a run makes it.
  func integration() throws -> IntegrationBranch {
    let branch = IntegrationBranch(git, name: "orchestration/shop")
    try branch.note(at: try branch.begin(at: try base()), of: owner.session)
    return branch
  }

  func provenance(_ step: String = "api", attempt: Int = 1) -> Provenance {
    Provenance(plan: "shop", step: step, attempt: attempt, session: owner.session)
  }

  func checkpoint(_ prepared: Worktrees.Prepared, _ step: String = "api") throws -> Checkpoint {
    try git.checkpoint(
      prepared.worktree, branch: prepared.branch,
      message: provenance(step).message(title: "Payment API"),
      of: WorkOwner(session: owner.session, step: step))
  }

  /// Everything of a person's that nothing may touch, byte for byte.
  func personalState() throws -> [String: String] {
    var state: [String: String] = [:]
    for path in walkFolder(root, entering: { $0 != ".worktrees" && $0 != ".git" }) {
      state[path] = try text(of: path)
    }
    for path in [".git/HEAD", ".git/index", ".git/logs/HEAD", ".git/logs/refs/stash"] {
      state[path] = try? text(of: path)
    }
    state["refs"] = try person("for-each-ref").split(separator: "\n").filter { line in
      !line.contains("refs/divisi/") && !line.contains("refs/heads/feature/task-")
        && !line.contains("refs/heads/orchestration/")
    }.joined(separator: "\n")
    return state
  }

  private func text(of path: String) throws -> String {
    try readFile(root + "/" + path).map { String($0, radix: 16) }.joined()
  }

  func write(_ path: String, _ text: String) throws {
    try folder.write("sp ace \u{FC}/" + path, text)
  }
}

extension Worktree {
  func write(_ file: String, _ text: String) throws {
    let full = path + "/" + file
    try createFolder(parentFolder(of: full))
    try writeFile(full, Array(text.utf8))
  }

  func read(_ file: String) throws -> String {
    String(decoding: try readFile(path + "/" + file), as: UTF8.self)
  }
}

/// The person's or the agent's git said no.
struct GitRefusal: Error {
  let message: String
}

/// A shell that did something in a folder and then waits there until it is told to end.
final class WaitingShell {
  private let program = Process()
  private let input = Pipe()
  var process: Int32 { program.processIdentifier }

  init(in folder: String, doing command: String = ":") throws {
    let output = Pipe()
    program.executableURL = URL(fileURLWithPath: "/bin/sh")
    program.arguments = ["-c", command + "; echo there; read line"]
    program.currentDirectoryURL = URL(fileURLWithPath: folder)
    program.standardInput = input
    program.standardOutput = output
    try program.run()
    _ = output.fileHandleForReading.availableData
  }

  func end() {
    try? input.fileHandleForWriting.close()
    program.waitUntilExit()
  }
}
