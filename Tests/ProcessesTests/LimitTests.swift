import Foundation
import Processes
import Supervision
import TestSupport
import Testing

@Suite struct LimitTests {
  @Test func withoutACgroupEachProcessIsLimited() async throws {
    var attempt = try Attempt("ulimit -d; ulimit -t; ulimit -p")
    attempt.launch.limits = Launch.Limits(
      memory: 64 << 20, processes: 1000, cpuTime: .milliseconds(1500))
    let exit = try await attempt.exit()
    #expect(exit.end == .exited(0))
    let seen = try attempt.files.read("stdout.jsonl").split(separator: "\n")
    #expect(seen.count == 3)
    #expect(seen[0] == "65536")
    #expect(seen[1] == "2")
    // The processes that are there already are added.
    #expect(Int(seen[2]) ?? 0 > 1000)
    #expect(try attempt.record.enforcement == .process)
  }

  @Test func aProcessThatTakesMoreMemoryThanItMayFails() async throws {
    var attempt = try Attempt("head -c 200000000 /dev/zero | tail -c 200000000 | wc -c")
    attempt.launch.limits.memory = 32 << 20
    _ = try await attempt.exit()
    #expect(try attempt.files.read("stdout.jsonl") != "200000000\n")
    var free = try Attempt("head -c 2000 /dev/zero | tail -c 2000 | wc -c")
    free.launch.limits.memory = 32 << 20
    _ = try await free.exit()
    #expect(try free.files.read("stdout.jsonl") == "2000\n")
  }

  /// A folder in which a cgroup of the attempt lies as the kernel would show it.
  private func cgroupRoot(of attempt: Attempt, in root: TemporaryFolder) throws -> String {
    let name = Cgroup.fileName(attempt.launch.marker)
    for file in ["memory.max", "pids.max", "cpu.max", "cgroup.procs", "cgroup.kill"] {
      try root.write("\(name)/\(file)", "")
    }
    try root.write("\(name)/memory.peak", "123456\n")
    try root.write("\(name)/memory.events", "low 0\noom 3\noom_kill 2\n")
    return root.path + "/" + name
  }

  @Test func whereACgroupCanBeMadeItHoldsTheLimits() async throws {
    var attempt = try Attempt("ulimit -d")
    let root = try TemporaryFolder()
    let cgroup = try cgroupRoot(of: attempt, in: root)
    attempt.launch.cgroupRoot = root.path
    attempt.launch.limits = Launch.Limits(memory: 1 << 30, processes: 50, cpus: 1.5)
    let exit = try await attempt.exit()
    func value(_ name: String) throws -> String {
      try String(contentsOfFile: cgroup + "/" + name, encoding: .utf8)
    }
    #expect(try value("memory.max") == "1073741824")
    #expect(try value("pids.max") == "50")
    #expect(try value("cpu.max") == "150000 100000")
    // The agent went in before its program began.
    #expect(try value("cgroup.procs") == "0")
    #expect(exit.treeMemory == 123_456)
    #expect(exit.memoryKills == 2)
    #expect(try attempt.record.enforcement == .cgroup)
    #expect(try attempt.record.cgroup == cgroup)
    #expect(try attempt.files.read("stdout.jsonl") == "unlimited\n")
  }

  @Test func aKillIsTheKernelsWhereThereIsACgroup() async throws {
    var attempt = try Attempt("trap '' INT TERM; echo begun; while :; do sleep 0.1; done")
    let root = try TemporaryFolder()
    let cgroup = try cgroupRoot(of: attempt, in: root)
    attempt.launch.cgroupRoot = root.path
    let supervised = try await attempt.start()
    try await eventually("the agent is ready") {
      try attempt.files.read("stdout.jsonl") == "begun\n"
    }
    try supervised.askToStop()
    #expect(try await supervised.exit().end == .signalled(Int(SIGKILL)))
    #expect(try String(contentsOfFile: cgroup + "/cgroup.kill", encoding: .utf8) == "1")
  }

  @Test func whereNoCgroupCanBeMadeTheRecordSaysSo() async throws {
    var attempt = try Attempt("ulimit -d")
    attempt.launch.cgroupRoot = "/nowhere"
    attempt.launch.limits.memory = 64 << 20
    #expect(try await attempt.exit().end == .exited(0))
    #expect(try attempt.record.enforcement == .process)
    #expect(try attempt.files.read("stdout.jsonl") == "65536\n")
  }

  @Test(
    .enabled(
      if: getuid() == 0 && installedProgram("mount") != nil, "only root can mount a small disk"))
  func anAgentThatFillsTheDiskCannotHideItsEnd() async throws {
    var attempt = try Attempt("dd if=/dev/zero of=fill bs=4096 2> /dev/null; echo x > more; exit 8")
    let mount = try runProgram(
      installedProgram("mount") ?? "",
      ["-t", "tmpfs", "-o", "size=64k", "tmpfs", attempt.files.path], in: "/")
    // A container may forbid it even to root.
    guard mount.status == 0 else { return }
    let path = attempt.files.path
    defer { _ = try? runProgram(installedProgram("umount") ?? "", ["-l", path], in: "/") }
    attempt.launch.isDurable = true
    let exit = try await attempt.exit()
    #expect(exit.end == .exited(8))
    #expect(try attempt.files.read("more") == "")
  }

  @Test(
    .enabled(
      if: getuid() == 0 && installedProgram("mount") != nil, "only root can mount a small disk"))
  func nothingBeginsWhereItsEndCouldNotBeWritten() async throws {
    let elsewhere = try TemporaryFolder()
    let attempt = try Attempt("echo > '\(elsewhere.path)/ran'")
    let mount = try runProgram(
      installedProgram("mount") ?? "",
      ["-t", "tmpfs", "-o", "size=8k", "tmpfs", attempt.files.path], in: "/")
    guard mount.status == 0 else { return }
    let path = attempt.files.path
    defer { _ = try? runProgram(installedProgram("umount") ?? "", ["-l", path], in: "/") }
    try attempt.files.write("fill", String(repeating: "x", count: 4096))
    let error = await #expect(throws: SupervisionError.self) { try await attempt.start() }
    #expect(error?.description.hasSuffix("No space left on device") == true)
    #expect(!FileManager.default.fileExists(atPath: elsewhere.path + "/ran"))
  }
}
