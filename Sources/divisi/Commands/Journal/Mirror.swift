import Arguments
import Conducting
import Diagnostics
import Documents
import Files
import Journal
import JSONValues
import Mirrors
import PlanLibrary
import Plans
import Runtime
import Workspaces

struct MirrorJournal: Arguments.Command {
  var sessions: [String] = []

  static let spec = CommandSpec<Self>("mirror", "write logs and status again from the journal") {
    Example("divisi journal mirror", "make the mirrors of all runs what the journal says")
    Discussion(
      """
      Writes the logs and the saved session of each run below .orchestration or .milestones, the \
      status of its last run into each plan's file, and current.txt. What is right already is not \
      touched, and what people wrote into a plan stays. Runs that somebody runs are left to their \
      runner.
      """)
    Argument(
      \.sessions, "RUN", "only these runs, by session id", completion: .dynamic("run"))
    Exit(0, "all mirrors are as the journal has it")
    Exit(1, "something could not be written, or there is no journal")
  }

  func run(in session: Session) throws -> ExitStatus {
    let folder = try session.journalFolder()
    let repository = try session.repository()
    let journal = try JournalFile.open(folder, .read)
    for name in sessions { _ = try journal.run(name) }
    let living = Set(try RunLock.holders(in: folder).map(\.session))
    // The oldest first: plans are named in current.txt in the order in which they began.
    let runs = try Array(journal.runs().reversed())
    var outcome = Outcome()
    do throws(FileError) {
      for kind in [PlanKind.orchestration, .milestone] {
        _ = try repository.exclude(
          MirrorFolders(of: kind).ignored, because: "logs of Divisi's runs")
      }
    } catch {
      outcome.warnings.append(.unwritable(error))
    }
    let plans = Dictionary(grouping: runs, by: \.plan)
    for last in runs where plans[last.plan]?.last == last {
      let ofPlan = plans[last.plan] ?? []
      let wanted = ofPlan.filter { sessions.isEmpty || sessions.contains($0.session) }
      guard !wanted.isEmpty else { continue }
      try mirror(ofPlan, wanted, living, journal, repository, &outcome)
    }
    return show(outcome, session)
  }

  private struct Outcome {
    var written: [String] = []
    var left: [String] = []
    var warnings: [MirrorWarning] = []
  }

  /// All runs of a plan share a log, so that it is made from all of them even where one is asked for.
  private func mirror(
    _ runs: [RunRecord], _ wanted: [RunRecord], _ living: Set<String>,
    _ journal: JournalFile, _ repository: Repository, _ outcome: inout Outcome
  ) throws {
    var logs: [MirrorFolders: (subject: MirrorSubject, logs: [PlanLog])] = [:]
    for run in runs {
      let subject = subject(of: run, journal.folder, repository)
      var rebuild = MirrorRebuild(subject)
      var state = RunState()
      try journal.forEachEvent(of: run.session) { event, sequence in
        rebuild.take(event, sequence)
        state.apply(event)
      }
      logs[MirrorFolders(of: subject.kind), default: (subject, [])].logs.append(rebuild.planLog)
      guard wanted.contains(run) else { continue }
      guard !living.contains(run.session) else {
        outcome.left.append(run.session)
        continue
      }
      let rebuilt = rebuild.write(state, isNewest: run == runs.last)
      outcome.written += rebuilt.written
      outcome.warnings += rebuilt.warnings
    }
    // Its runner adds to it.
    guard !runs.contains(where: { living.contains($0.session) }) else { return }
    for (subject, logs) in logs.values {
      do throws(MirrorWarning) {
        if let path = try PlanLog.write(logs, of: subject) { outcome.written.append(path) }
      } catch {
        outcome.warnings.append(error)
      }
    }
  }

  private func subject(
    of run: RunRecord, _ folder: JournalFolder, _ repository: Repository
  ) -> MirrorSubject {
    if let brief = try? Brief.load(from: RunFolder(of: run.session, in: folder)) {
      return MirrorSubject(
        root: repository.home, checkout: brief.request.checkout, session: run.session,
        plan: PlanID(run.plan), kind: brief.request.plan == nil ? .prompts : brief.plan.kind,
        planFile: brief.request.plan, branch: brief.request.branch)
    }
    // What it was started from is not here, as after an import: the plan as it is now.
    let library = PlanLibrary(repository)
    let path = library.allPlans().first { $0.id.text == run.plan }?.path
    let kind = path.flatMap { try? library.read($0).value?.kind }
    return MirrorSubject(
      root: repository.home, checkout: repository.root, session: run.session,
      plan: PlanID(run.plan), kind: kind ?? .prompts, planFile: kind == nil ? nil : path)
  }

  private func show(_ outcome: Outcome, _ session: Session) -> ExitStatus {
    let written = outcome.written.sorted()
    if session.wantsJSON {
      session.print([
        "written": .array(written.map { .string($0) }),
        "left": .array(outcome.left.map { .string($0) }),
        "warnings": .array(outcome.warnings.map { .string("\($0)") }),
      ])
    } else {
      for path in written { session.print(path) }
      for run in outcome.left { session.say("\(run) goes on; its runner keeps its mirrors") }
      session.say("wrote \(counted(written.count, "file"))")
    }
    for warning in outcome.warnings {
      session.complain("divisi: \(warning)\n  hint: \(warning.hint)")
    }
    return outcome.warnings.isEmpty ? .success : .failure
  }
}
