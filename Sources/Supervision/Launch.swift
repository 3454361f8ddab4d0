/// What is to run in an attempt and within which bounds: the content of `launch.json`.
package struct Launch: Sendable, Hashable {
  package var arguments: [String]
  package var folder: String
  /// The environment, as given; only the marker and what is handed on are added to it.
  package var environment: [String: String]
  /// Names of variables that the supervisor hands on from its own environment: keys and other secrets, which are
  /// written nowhere.
  package var handedOn: [String] = []
  /// The file that the program reads as its standard input; nothing means `/dev/null`.
  package var input: String?
  /// Names in the attempt's folder.
  package var output = "stdout.jsonl"
  package var errors = "stderr.log"
  package var timeout: Duration?
  /// The longest silence on output and errors together.
  package var idleTimeout: Duration?
  /// The most bytes of output and errors together.
  package var outputLimit: Int?
  /// How long after SIGINT to the leader the whole tree gets SIGTERM.
  package var interruptGrace: Duration
  /// How long after SIGTERM what is left gets SIGKILL.
  package var grace: Duration
  package var limits: Limits
  /// A cgroup v2 folder in which cgroups may be made; nothing where there is none.
  package var cgroupRoot: String?
  /// What marks the processes of this attempt; no other attempt anywhere may have the same.
  package var marker: String
  /// Whether `exit.json` must survive a power cut.
  package var isDurable = true

  package static let defaultOutputLimit = 256 << 20

  package init(
    _ arguments: [String], in folder: String, environment: [String: String], marker: String,
    timeout: Duration? = nil, idleTimeout: Duration? = nil,
    outputLimit: Int? = Launch.defaultOutputLimit,
    interruptGrace: Duration = .seconds(5), grace: Duration = .seconds(10),
    limits: Limits = Limits(), cgroupRoot: String? = nil
  ) {
    self.arguments = arguments
    self.folder = folder
    self.environment = environment
    self.marker = marker
    self.timeout = timeout
    self.idleTimeout = idleTimeout
    self.outputLimit = outputLimit
    self.interruptGrace = interruptGrace
    self.grace = grace
    self.limits = limits
    self.cgroupRoot = cgroupRoot
  }

  /// Has the supervisor hand variables on. What the launch itself sets stands.
  package mutating func handOn(_ names: some Sequence<String>) {
    handedOn = Set(names).filter { environment[$0] == nil }.sorted()
  }

  /// What the processes of an attempt may take. In a cgroup each holds for all together; without
  /// one, `memory` and `cpuTime` hold for each process, `processes` is approximate and not kept to
  /// for root, and `cpus` has no effect.
  package struct Limits: Sendable, Hashable {
    package var memory: Int?
    package var processes: Int?
    package var cpus: Double?
    package var cpuTime: Duration?

    package init(
      memory: Int? = nil, processes: Int? = nil, cpus: Double? = nil, cpuTime: Duration? = nil
    ) {
      self.memory = memory
      self.processes = processes
      self.cpus = cpus
      self.cpuTime = cpuTime
    }
  }
}
