import JSONValues
import Supervision
import Testing

@Suite struct RecordTests {
  private let launch = {
    var launch = Launch(
      ["claude", "-p", "ü \"x\"\n"], in: "/w", environment: ["B": "2", "A": "1=1"], marker: "m",
      timeout: .seconds(60), idleTimeout: .seconds(7), outputLimit: 1000,
      interruptGrace: .milliseconds(1500), grace: .seconds(3),
      limits: Launch.Limits(memory: 1 << 30, processes: 50, cpus: 1.5, cpuTime: .seconds(9)),
      cgroupRoot: "/sys/fs/cgroup/x")
    launch.output = "o"
    launch.errors = "e"
    launch.isDurable = false
    return launch
  }()

  @Test func aLaunchReadsAsItWasWritten() throws {
    #expect(try Launch(json: try JSON.parse(launch.json.text())) == launch)
    let plain = Launch(["true"], in: "/", environment: [:], marker: "m", outputLimit: nil)
    #expect(try Launch(json: try JSON.parse(plain.json.text())) == plain)
  }

  @Test func aLaunchIsWrittenLikeThis() {
    #expect(
      launch.json.text(.compact) == """
        {"version":1,"argv":["claude","-p","ü \\"x\\"\\n"],"cwd":"/w",\
        "environment":{"A":"1=1","B":"2"},"stdout":"o","stderr":"e","marker":"m","durable":false,\
        "interrupt_grace_ms":1500,"grace_ms":3000,"timeout_ms":60000,"idle_timeout_ms":7000,\
        "output_limit":1000,"limits":{"memory":1073741824,"processes":50,"cpus":1.5,\
        "cpu_time_ms":9000},"cgroup_root":"/sys/fs/cgroup/x"}
        """)
  }

  @Test func aSupervisorRecordReadsAsItWasWritten() throws {
    let boot = "415f0e2f"
    let supervisor = ProcessIdentity(pid: 7, startTicks: 9, bootID: boot)
    var seen = SupervisorRecord(supervisor: supervisor, marker: "m")
    seen.sessions = [ProcessIdentity(pid: 20, startTicks: 11, bootID: boot)]
    for record in [
      seen, SupervisorRecord(supervisor: supervisor, marker: "m"),
      SupervisorRecord(
        supervisor: supervisor, leader: ProcessIdentity(pid: 8, startTicks: 10, bootID: boot),
        marker: "m", enforcement: .cgroup, cgroup: "/sys/fs/cgroup/x/divisi-m"),
    ] {
      #expect(try SupervisorRecord(json: try JSON.parse(record.json.text())) == record)
    }
  }

  @Test(arguments: [
    AttemptExit.Reason.exited, .timeout, .idle, .output, .stopped, .spawnFailed, .other("new"),
  ])
  func anExitReadsAsItWasWritten(reason: AttemptExit.Reason) throws {
    for end in [nil, ProcessEnd.exited(3), .signalled(9)] {
      var exit = AttemptExit(
        reason, end: end, problem: "p", startedAt: 1, endedAt: 2, duration: .milliseconds(3),
        usage: ResourceUsage(
          userTime: .milliseconds(4), systemTime: .milliseconds(5), largestProcess: 6),
        outputBytes: 7, errorBytes: 8, leftovers: 9)
      exit.treeMemory = 10
      exit.memoryKills = 11
      #expect(try AttemptExit(json: try JSON.parse(exit.json.text())) == exit)
    }
  }

  @Test func whatANewerVersionAddsIsPassedOver() throws {
    let exit = try AttemptExit(
      json: ["version": 9, "reason": "evicted", "by": ["a": 1], "status": nil, "signal": 9])
    #expect(exit.reason == .other("evicted"))
    #expect(exit.end == .signalled(9))
    let launch = try Launch(
      json: [
        "version": 9, "argv": ["a"], "cwd": "/", "environment": [:], "marker": "m", "nice": 3,
      ])
    #expect(launch.grace == .seconds(10))
    #expect(launch.output == "stdout.jsonl")
  }

  @Test(arguments: [
    ("[]", "launch.json: is not a JSON object"),
    ("{}", "launch.json: `argv` is missing"),
    (#"{"argv": "a"}"#, "launch.json: `argv` is not a list"),
    (#"{"argv": [1]}"#, "launch.json: `argv` holds what is not a text"),
    (
      #"{"argv": [], "cwd": "/", "environment": {}, "marker": "m"}"#,
      "launch.json: `argv` names no program"
    ),
    (
      #"{"argv": ["a"], "cwd": "/", "environment": {}, "marker": ""}"#,
      "launch.json: `marker` is empty"
    ),
    (
      #"{"argv": ["a"], "cwd": "/", "environment": {"A": 1}, "marker": "m"}"#,
      "launch.json: `environment` holds what is not a text"
    ),
    (
      #"{"argv": ["a"], "cwd": "/", "environment": {}, "marker": "m", "timeout_ms": -1}"#,
      "launch.json: `timeout_ms` is not a whole number from 0 up"
    ),
    (
      #"{"argv": ["a"], "cwd": "/", "environment": {}, "marker": "m", "stdout": "../out"}"#,
      "launch.json: `stdout` is not the name of a file in the attempt's folder"
    ),
    (
      #"{"argv": ["a"], "cwd": "/", "environment": {}, "marker": "m", "limits": {"cpus": 0}}"#,
      "launch.json: `cpus` is not a number above 0"
    ),
  ])
  func aLaunchThatSaysTooLittleIsRefused(text: String, problem: String) throws {
    let json = try JSON.parse(text)
    let error = #expect(throws: RecordError.self) { try Launch(json: json) }
    #expect(error?.description == problem)
  }

  @Test(arguments: [0, 1, -5, 1 << 40])
  func aRecordOfAnImpossiblePidIsRefused(pid: Int) {
    #expect(throws: RecordError.self) {
      try SupervisorRecord(
        json: ["pid": .int(pid), "start_ticks": 1, "boot_id": "b", "marker": "m"])
    }
  }
}
