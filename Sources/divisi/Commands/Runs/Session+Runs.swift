import Agents
import Arguments
import Conducting
import Configuration
import Files
import Journal
import Plans
import Reports
import Runtime
import Terminal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A run that a command is about, and the journal that it was read from.
struct ChosenRun {
  let file: JournalFile
  var reading: RunReading

  var state: RunState { reading.state }
  var session: String { reading.session }
}

extension Failure {
  init(_ flaw: ChoiceFlaw) { self.init(flaw.message, hint: flaw.hint) }
}

extension Session {
  /// The run that a person named, or meant by naming none.
  func run(_ name: String?, standard: RunChoice.Standard = .only) throws -> ChosenRun {
    let file = try JournalFile.open(journalFolder(), .read)
    let choice = RunChoice(try file.runs())
    let run: RunRecord
    do throws(ChoiceFlaw) { run = try choice.run(name, standard: standard) } catch {
      throw Failure(error)
    }
    return ChosenRun(file: file, reading: try RunReading(run.session, in: file))
  }

  /// The run that a person named, or of those that have not ended the only one that has a step of this name.
  func run(_ name: String?, having step: String) throws -> ChosenRun {
    guard name == nil else { return try run(name) }
    let file = try JournalFile.open(journalFolder(), .read)
    let unfinished = try file.runs().filter { !$0.hasEnded }
    guard unfinished.count > 1 else { return try run(nil) }
    let found = try unfinished.map {
      ChosenRun(file: file, reading: try RunReading($0.session, in: file))
    }.filter { (try? $0.state.step(named: step)) != nil }
    if found.count == 1, let only = found.first { return only }
    let meant = found.isEmpty ? unfinished.map(\.session) : found.map(\.session)
    let named = meant.prefix(5).joined(separator: ", ")
    throw Failure(
      found.isEmpty
        ? "no run that has not ended has a step `\(step)`"
        : "\(found.count) runs that have not ended have a step `\(step)`",
      hint: "say which run is meant, with --run where it is no argument: \(named)"
        + (meant.count > 5 ? ", ..." : ""))
  }

  /// The step that a person named, by where it stands.
  func step(_ name: String, of run: ChosenRun) throws -> Int {
    do throws(ChoiceFlaw) { return try run.state.step(named: name) } catch {
      throw Failure(error)
    }
  }

  /// What has happened to steps; the events of others are not decoded.
  func histories(of steps: Set<StepID>, in run: ChosenRun) throws -> [StepID: StepHistory] {
    var histories: [StepID: StepHistory] = [:]
    for step in steps { histories[step] = StepHistory(of: step) }
    let names = Set(steps.map(\.text))
    var blockers: [Int: StepID] = [:]
    try run.file.eachEvent(
      of: run.session,
      where: { record in
        record.step.map(names.contains) ?? record.kind.hasPrefix("blocker")
      }
    ) { event throws(RunBookError) in
      let step: StepID?
      switch event.fact {
      case .blockerRaised(let blocker):
        step = event.fact.subject?.step
        blockers[blocker.id] = step
      case .blockerEscalated(let id), .blockerResolved(let id, _, _): step = blockers[id]
      default: step = event.fact.subject?.step
      }
      if let step { histories[step]?.take(event) }
    }
    return histories
  }

  func history(of index: Int, in run: ChosenRun) throws -> StepHistory {
    let step = run.state.id(index)
    return try histories(of: [step], in: run)[step] ?? StepHistory(of: step)
  }

  /// What a person sees of a run besides its state.
  func surroundings(of run: ChosenRun, steps: Set<StepID>) throws -> StatusSurroundings {
    var surroundings = StatusSurroundings(now: Instant(milliseconds: now))
    surroundings.clock = .local
    surroundings.runner = run.reading.holder.map { holder in
      (name: "\(holder)", since: Instant(milliseconds: holder.since))
    }
    surroundings.histories = try histories(of: steps, in: run)
    surroundings.waits = run.waits
    surroundings.waitingCommands = try run.file.waitingMessages(of: run.session).compactMap {
      message in Conducting.Command(message: message.body).map { ($0, message.sender) }
    }
    surroundings.archive = run.reading.archive
    for index in run.state.active.keys where steps.contains(run.state.id(index)) {
      surroundings.activities[run.state.id(index)] = activity(of: index, in: run)
    }
    return surroundings
  }

  /// What the agent of an attempt was seen doing last.
  private func activity(of index: Int, in run: ChosenRun) -> String? {
    guard let attempt = run.state.active[index], attempt.phase == .running, let seat = attempt.seat
    else { return nil }
    let folder = run.reading.attempt(run.state.id(index), attempt.number)
    guard let tail = readTail(folder.output, bytes: 1 << 16) else { return nil }
    let dialect = dialect(of: seat, sniffing: tail.bytes)
    guard dialect != .text else { return nil }
    var reader = StreamReader(dialect)
    _ = reader.receive(tail.bytes)
    return reader.account.doing(in: folder.workingFolder)
  }

  /// The form in which a program writes: as it is configured, else as it looks.
  func dialect(of seat: Seat?, sniffing bytes: [UInt8]) -> StreamDialect {
    if let seat, let harness = try? configuration().harness(seat.harness) { return harness.dialect }
    return StreamDialect(sniffing: bytes)
  }

  /// Who asks, as events name them.
  var person: String {
    if let name = environment["USER"] ?? environment["LOGNAME"], !name.isEmpty { return name }
    guard let entry = getpwuid(geteuid()), let name = entry.pointee.pw_name else {
      return "somebody"
    }
    return String(cString: name)
  }

  /// A path as the person would write it from the top of the repository.
  func shown(_ path: String) -> String {
    guard let home = try? repository().home, path.hasPrefix(home + "/") else { return path }
    return String(decoding: path.utf8.dropFirst(home.utf8.count + 1), as: UTF8.self)
  }
}

extension ChosenRun {
  /// Why steps that could start do not, as the conductor would say it now.
  fileprivate var waits: [Wait] {
    guard state.result == nil, state.phase != .planning else { return [] }
    var conductor = Conductor(state)
    // Whoever takes a run up has not tried to start anything yet.
    _ = conductor.decide(.clock, at: state.now)
    return conductor.waits
  }
}
