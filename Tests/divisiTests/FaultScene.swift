import Foundation
import Runtime
import TestSupport
import Testing

/// A repository in which something goes wrong while a run is under way, and what is told and left afterwards.
struct FaultScene {
  let scratch: Scratch
  /// The top of the repository.
  var place: String { scratch.folder.path }

  init() throws {
    scratch = try Scratch()
    // Of nobody's interest to git: what the tests put beside the plan.
    try scratch.folder.write(
      ".git/info/exclude", "/bin\n/home\n/*.sh\n/*.flag\n/*.log\n/.orchestration\n/divisi.yaml\n")
  }

  /// Writes a plan whose steps are lines of YAML. Retries come at once, and what must end is killed soon.
  func plan(_ steps: [String], id: String = "t", output: String = "256MiB") throws {
    try scratch.folder.write(
      ".orchestration/sessions/\(id).yaml",
      """
      id: \(id)
      title: Try
      status: planned
      workflow:
        phases:
      \(steps.map { "    - {\($0)}" }.joined(separator: "\n"))
      """)
    try scratch.folder.write(
      "divisi.yaml",
      """
      retries: {task_delay: 10ms}
      limits: {spacing: 0s}
      timeouts: {grace: 300ms, output: \(output)}
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        scripted: {command: [sh, "\(place)/agent.sh", "{prompt_file}"]}
      """)
  }

  /// A plan of one step, `a`, for an agent that is this script.
  func agent(_ script: String, more: String = "retries: 0") throws {
    try scratch.folder.write("agent.sh", script)
    try plan(["id: a, task: Go., harness: scripted, \(more)"])
  }

  /// Writes the script that a gate of the plan runs as `gate`.
  func gate(_ script: String) throws { try scratch.folder.write("gate.sh", script + "\n") }

  var gate: String { "sh \(place)/gate.sh" }

  /// In a script: says that something has been reached.
  func flag(_ name: String) -> String { "touch '\(place)/\(name).flag'" }

  /// In a script: waits for a word of the test, but not for ever.
  func wait(for name: String) -> String {
    "i=0; until [ -e '\(place)/\(name).flag' ]; do sleep 0.02; i=$((i + 1)); [ $i -lt 3000 ] || exit 9; done"
  }

  /// In a script: git as the agent.
  let git = "git -c user.name=agent -c user.email=agent@localhost"

  func raise(_ name: String) throws { try scratch.folder.write("\(name).flag", "") }

  func isRaised(_ name: String) -> Bool { exists("\(name).flag") }

  func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: place + "/" + path)
  }

  /// Waits until something is so; gives up, and fails the test, long after it should be.
  func until(
    _ subject: String, location: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
  ) throws {
    let changes = ChangeWatch([place, place + "/.divisi"])
    let deadline = ContinuousClock.now + .seconds(60)
    while try !condition() {
      guard ContinuousClock.now < deadline else {
        Issue.record("it is still not so: \(subject)", sourceLocation: location)
        throw CancellationError()
      }
      changes.wait(atMost: .milliseconds(20))
    }
  }

  /// Starts the run, does something when the agent is in the midst of its work, and lets both go on to their end.
  func run(
    environment: [String: String] = [:], whenBegun act: (Running) throws -> Void
  ) throws -> (status: Int32, output: String, errors: String) {
    let run = try Running("run t", in: scratch, environment: environment)
    try until("the agent has begun") { isRaised("begun") || !run.isRunning }
    try act(run)
    try raise("go")
    return try run.result()
  }

  // MARK: what is left

  func branch(_ path: String, of plan: String = "t") throws -> String {
    try scratch.shell("git show orchestration/\(plan):\(path)")
  }

  /// The files of the integration branch.
  func merged(_ plan: String = "t") throws -> [String] {
    try scratch.shell("git ls-tree -r --name-only orchestration/\(plan)")
      .split(separator: "\n").map(String.init)
  }

  func kept() throws -> String { try scratch.divisi("keep list").output }

  func session() throws -> String {
    let runs = try FileManager.default.contentsOfDirectory(atPath: place + "/.divisi/runs")
    return try #require(runs.first)
  }

  /// A file of an attempt at the step `a`.
  func attempt(_ number: Int, _ file: String) throws -> String {
    "\(place)/.divisi/runs/\(try session())/a/\(number)/\(file)"
  }

  /// What runs in the repository, or was started for it, by the words that it was started with.
  func processes() -> [String] {
    let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return all.filter { Int($0) != nil }.compactMap { process in
      let work = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process)/cwd")
      let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ") ?? Data()
      let isOurs =
        (work ?? "").hasPrefix(place)
        || String(decoding: environment, as: UTF8.self).contains("=\(place)/.divisi/runs/")
      guard isOurs, let words = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"),
        !words.isEmpty
      else { return nil }
      return "\(process): "
        + String(decoding: words.map { $0 == 0 ? 32 : $0 }, as: UTF8.self)
    }
  }

  /// What must hold whatever has happened: nothing runs on, the journal and the repository are whole, and the person's
  /// checkout is where it was.
  func expectWhole(location: SourceLocation = #_sourceLocation) throws {
    #expect(processes() == [], sourceLocation: location)
    #expect(try scratch.divisi("journal check").status == 0, sourceLocation: location)
    #expect(
      try scratch.shell("git fsck --no-dangling --no-progress") == "", sourceLocation: location)
    #expect(try scratch.shell("git status --porcelain") == "", sourceLocation: location)
    #expect(
      try scratch.shell("git symbolic-ref HEAD") == "refs/heads/main\n", sourceLocation: location)
  }
}

/// Disks of a size of their own, where the user may mount some.
enum SmallDisk {
  static let areAllowed: Bool = {
    guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
    let isMounted = mount("none", folder.path, "tmpfs", 0, "size=1m") == 0
    if isMounted { umount2(folder.path, Int32(MNT_DETACH)) }
    return isMounted
  }()

  /// Puts a disk in the place of a folder while something is done.
  static func mounted<Result>(
    at path: String, size: String, _ body: () throws -> Result
  ) throws -> Result {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try #require(mount("none", path, "tmpfs", 0, "size=" + size) == 0)
    defer { umount2(path, Int32(MNT_DETACH)) }
    return try body()
  }

  static func resize(_ path: String, to size: String) throws {
    try #require(mount("none", path, "tmpfs", UInt(MS_REMOUNT), "size=" + size) == 0)
  }

  static func setReadOnly(_ path: String, _ isReadOnly: Bool) throws {
    let flags = UInt(MS_REMOUNT) | (isReadOnly ? UInt(MS_RDONLY) : 0)
    try #require(mount("none", path, "tmpfs", flags, "") == 0)
  }
}
