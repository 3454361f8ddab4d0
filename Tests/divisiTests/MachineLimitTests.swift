import Foundation
import TestSupport
import Testing

/// What the processes of a step may take of the machine.
@Suite(.timeLimit(.minutes(20))) struct MachineLimitTests {
  /// Holds so many bytes at once, and fails where it may not.
  private func holding(_ bytes: Int) -> String {
    "test $(head -c \(bytes) /dev/zero | tail -c \(bytes) | wc -c) = \(bytes)"
  }

  @Test func whatTakesMoreMemoryThanItMayFails() throws {
    let scene = try FaultScene()
    let large = holding(300_000_000)
    try scene.scratch.folder.write("agent.sh", "\(large) && echo x > \"$DIVISI_STEP.txt\"\n")
    try scene.plan([
      "id: agent, task: Go., harness: scripted, retries: 0",
      "id: command, run: '\(large) && echo x > command.txt', retries: 0",
      "id: gated, run: 'echo x > gated.txt', gates: [{run: '\(large)'}], retries: 0",
      "id: plain, run: '\(large) && echo x > plain.txt', retries: 0, worktree: false",
      "id: more, task: Go., harness: scripted, retries: 0, limits: {memory: 2GiB}",
    ])
    let result = try scene.scratch.divisi("run t --set limits.memory=64MiB")
    #expect(result.status == 1, "\(result.output)\(result.errors)")
    #expect(try scene.merged() == ["more.txt"])
    #expect(!FileManager.default.fileExists(atPath: scene.place + "/plain.txt"))
  }

  @Test func limitsReachTheSupervisorOfEverythingThatAStepRuns() throws {
    let scene = try FaultScene()
    try scene.agent(
      "echo x > x.txt",
      more: "gates: [{run: 'true'}], limits: {processes: 5000, cpus: 1.5}, retries: 0")
    let result = try scene.scratch.divisi("run t --set limits.memory=1GiB")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    for place in ["launch.json", "checks/gate-0-1/1/launch.json"] {
      let launch = try String(contentsOfFile: scene.attempt(1, place), encoding: .utf8)
      for words in ["\"memory\": 1073741824", "\"processes\": 5000", "\"cpus\": 1.5"] {
        #expect(launch.contains(words), "\(place): \(words)")
      }
    }
  }

  @Test func limitsThatBoundNothingAreRefused() throws {
    let scene = try FaultScene()
    try scene.plan(["id: a, run: 'true', limits: {memory: 0, cpus: 0}"])
    let result = try scene.scratch.divisi("check t")
    #expect(result.status == 1)
    #expect((result.output + result.errors).contains("is not more than 0"))
  }
}
