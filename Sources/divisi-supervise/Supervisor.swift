import CSupport
import Files
import Glibc
import Supervision

/// Why an attempt cannot be taken over.
enum OwningError: Error, CustomStringConvertible {
  /// It has, or had, another supervisor.
  case refused(String)
  case unusable(String)

  var description: String {
    switch self {
    case .refused(let why), .unusable(let why): why
    }
  }
}

/// Carries out for one attempt what its `Oversight` decides.
final class Supervisor {
  private let folder: AttemptFolder
  private let launch: Launch
  private let notices: Notices
  private var output: OutputFiles
  private var oversight: Oversight
  private var record: SupervisorRecord
  private var tree: ProcessTree
  private var cgroup: Cgroup?
  private var result: AttemptExit
  private var leader: Int32 = 0
  /// Whether any child is left to be waited for.
  private var hasChildren = true
  private let clock: Clock
  /// When to look for sessions below, or nothing while nothing has been printed since the last time.
  private var nextSurvey: Duration?
  private var lastSurvey: Duration?
  private var surveyedBytes = 0

  /// Agents start a session a command, and what they print tells of them: that is often enough, and costs nothing while
  /// they are silent.
  private static let surveyPace = Duration.seconds(10)
  /// Of so many sessions those that began last are remembered.
  private static let mostSessions = 256

  /// Takes the attempt, runs what it asks for, and returns when nothing of it lives.
  static func own(_ folder: AttemptFolder) throws(OwningError) {
    guard entryKind(folder.path) == .folder else {
      throw .unusable("\(folder.path) is not a folder")
    }
    // A session leader already where Divisi started it.
    _ = setsid()
    signal(SIGPIPE, SIG_IGN)
    guard divisi_become_subreaper() == 0 else {
      throw .unusable("cannot take in orphans: \(String(cString: strerror(errno)))")
    }
    switch AttemptLock.take(folder) {
    case .taken: break
    case .held(let pid): throw .refused("\(folder.path) is owned by the supervisor with pid \(pid)")
    case .failed(let code): throw .unusable("\(folder.lock): \(String(cString: strerror(code)))")
    }
    for file in [folder.supervisor, folder.exit] where entryKind(file) != .missing {
      throw .refused("\(folder.path) has been run: \(file) is there")
    }
    do {
      // First of all: an attempt whose end could not be written must not begin.
      let exit = try RecordFile(folder.exit)
      let supervisor = try prepare(folder)
      try exit.write(supervisor.run().json, isDurable: supervisor.launch.isDurable)
    } catch {
      throw .unusable("\(error)")
    }
  }

  private static func prepare(_ folder: AttemptFolder) throws -> Supervisor {
    do {
      return try Supervisor(folder)
    } catch {
      // Nothing has begun, and who comes later is to see why.
      let failure = AttemptExit(.spawnFailed, problem: "\(error)")
      try RecordFile(folder.exit).write(failure.json, isDurable: false)
      throw error
    }
  }

  private init(_ folder: AttemptFolder) throws {
    self.folder = folder
    clock = Clock()
    guard let json = try readRecord(folder.launch) else {
      throw OwningError.unusable("\(folder.launch) is not there")
    }
    launch = try Launch(json: json)
    guard let identity = ProcessIdentity.current(of: getpid()) else {
      throw OwningError.unusable("/proc cannot be read")
    }
    notices = try Notices(folder)
    output = try OutputFiles(launch, in: folder)
    oversight = Oversight(launch)
    result = AttemptExit(.exited, startedAt: Clock.sinceEpoch().milliseconds)
    record = SupervisorRecord(supervisor: identity, marker: launch.marker)
    if let root = launch.cgroupRoot {
      // Where no cgroup can be made the limits of processes hold, and the record says so.
      cgroup = try? Cgroup(below: root, named: launch.marker, limits: launch.limits)
    }
    if let cgroup {
      record.enforcement = .cgroup
      record.cgroup = cgroup.path
    }
    tree = ProcessTree(
      owner: getpid(), marker: launch.marker, since: identity.startTicks, cgroup: cgroup)
    // Before the program begins: whoever comes after a kill must find whose tree to look for.
    try RecordFile(folder.supervisor).write(record.json, isDurable: false)
  }

  private func run() -> AttemptExit {
    defer { cgroup?.remove() }
    do {
      leader = try start()
    } catch {
      tellOwned()
      result.reason = .spawnFailed
      result.problem = error.description
      return finished()
    }
    record.leader = ProcessIdentity.current(of: leader)
    // The earlier record serves where this one cannot be written: the marker finds the leader.
    try? RecordFile(folder.supervisor).write(record.json, isDurable: false)
    tellOwned()
    while oversight.stage < .finished {
      // A silence may be long, and a hundred supervisors may wait in it.
      if output.nextLook == nil { divisi_release_code() }
      let wakeUp = [oversight.nextLook, output.nextLook, nextSurvey].compactMap { $0 }.min()
      let noticed = notices.wait(until: wakeUp, clock)
      if noticed.hasChildEnded { reap() }
      if noticed.isStopAsked { obey(.stopAsked) }
      if noticed.hasChanged || output.isDue(clock.now) || oversight.isIdleDue(at: clock.now) {
        look()
      }
      if let time = nextSurvey, clock.now >= time { survey() }
      perform(oversight.advance(to: clock.now))
    }
    return finished()
  }

  private func start() throws(SpawnError) -> Int32 {
    let source = launch.input ?? "/dev/null"
    let input = open(source.rawPath, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else {
      throw SpawnError(launch.arguments[0], .descriptors, code: errno, path: source)
    }
    defer { close(input) }
    var environment = launch.environment
    for name in launch.handedOn {
      if let value = getenv(name) { environment[name] = String(cString: value) }
    }
    environment[markerVariable] = launch.marker
    var request = SpawnRequest(
      launch.arguments, in: launch.folder, environment: environment, input: input,
      output: output.output, errors: output.errors)
    request.ownsSession = false
    request.limits.cpuTime = launch.limits.cpuTime
    guard let cgroup else {
      request.limits.memory = launch.limits.memory
      // The system counts all processes of a user, so what is there already is added.
      request.limits.processes = launch.limits.processes.map(withRunningTasks)
      return try request.start()
    }
    return try cgroup.withMembers(for: launch.arguments[0]) {
      (members) throws(SpawnError) -> Int32 in
      var inside = request
      inside.cgroup = members
      return try inside.start()
    }
  }

  /// Divisi waits for this line; who started this otherwise may close what is behind it.
  private func tellOwned() {
    _ = write(1, "owned\n", 6)
    let nothing = open("/dev/null", O_RDWR | O_CLOEXEC)
    for descriptor: Int32 in [0, 1, 2] { dup2(nothing, descriptor) }
    close(nothing)
  }

  private func look() {
    let printed = output.look(clock.now, notices)
    obey(.printed(bytes: printed.bytes, silence: printed.silence))
    if printed.bytes != surveyedBytes, nextSurvey == nil {
      nextSurvey = max(clock.now, lastSurvey.map { $0 + Self.surveyPace } ?? .zero)
      surveyedBytes = printed.bytes
    }
    // After the system was asked to tell of it, so that it is seen or told.
    if entryKind(folder.stop) != .missing { obey(.stopAsked) }
  }

  /// Notes the sessions below, for whoever comes after a kill: what is in one may carry no mark.
  private func survey() {
    (nextSurvey, lastSurvey) = (nil, clock.now)
    // In a cgroup all of it is found anyway.
    guard cgroup == nil else { return }
    let own = record.supervisor.pid
    // One of which nothing is below any more has ended: its number may become another's.
    record.sessions = ProcessTable.read().sessions(below: own, besides: own)
      .suffix(Self.mostSessions)
    record.surveyed = ticksSinceBoot()
    try? RecordFile(folder.supervisor).write(record.json, isDurable: false)
  }

  private func reap() {
    var hasLeaderEnded = false
    while true {
      var status: Int32 = 0
      let pid = waitpid(-1, &status, WNOHANG)
      if pid == 0 { break }
      if pid < 0 {
        if errno == EINTR { continue }
        hasChildren = false
        break
      }
      if pid == leader {
        result.end = ProcessEnd(waitStatus: status)
        hasLeaderEnded = true
      }
    }
    if hasLeaderEnded {
      obey(.leaderEnded)
    } else if result.end != nil {
      perform([.lookForTree])
    }
  }

  private func obey(_ fact: Oversight.Fact) {
    perform(oversight.receive(fact, at: clock.now))
  }

  private func perform(_ actions: [Oversight.Action]) {
    // A signal that reached nobody has shown that there is nobody.
    var reached: Int?
    for action in actions {
      switch action {
      case .interruptLeader: kill(leader, SIGINT)
      case .terminateTree:
        let count = tree.signal(SIGTERM)
        reached = count
        if result.end != nil, oversight.reason == .exited { result.leftovers = count }
      case .killTree:
        cgroup?.kill()
        reached = tree.signal(SIGKILL)
      case .lookForTree:
        // While it has a child something lives, or its end is about to be told.
        let mayHaveEnded = !hasChildren && result.end != nil
        guard mayHaveEnded || oversight.stage == .killing else { continue }
        let rest = mayHaveEnded && reached == 0 ? [] : tree.living()
        if mayHaveEnded, rest.isEmpty {
          obey(.treeEnded)
        } else if oversight.stage == .killing {
          weigh(rest)
        }
      case .finish: break
      }
    }
  }

  /// What became another user's would be waited for without end.
  private func weigh(_ rest: [ProcessEntry]) {
    obey(.outOfReach(rest.allSatisfy(\.isOutOfReach)))
    guard oversight.stage == .finished else { return }
    result.leftovers = max(result.leftovers, rest.count)
    result.problem = words(ofLeft: rest)
  }

  private func finished() -> AttemptExit {
    let printed = output.look(clock.now, notices)
    result.outputBytes = printed.bytes - printed.errorBytes
    result.errorBytes = printed.errorBytes
    result.reason = oversight.reason ?? result.reason
    result.duration = clock.now
    result.endedAt = Clock.sinceEpoch().milliseconds
    result.usage = ResourceUsage.ofChildren()
    result.treeMemory = cgroup?.peakMemory
    result.memoryKills = cgroup?.memoryKills
    return result
  }
}
