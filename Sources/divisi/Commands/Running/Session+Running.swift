import Agents
import Arguments
import Conducting
import Configuration
import Diagnostics
import Documents
import Files
import Journal
import JSONValues
import Plans
import Processes
import Reports
import Runtime
import Terminal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension ExitStatus {
  /// Only a person, or time, moves it on.
  static let waiting: ExitStatus = 3
  /// Something that is needed is missing.
  static let environment: ExitStatus = 4
  static let interrupted: ExitStatus = 130
}

extension Session {
  func runSite() throws(Failure) -> RunSite {
    do {
      return try RunSite(try repository(), environment: environment)
    } catch let error as RunSiteError {
      throw Failure(error)
    } catch let error as Failure {
      throw Failure(error.message, hint: error.hint, status: .environment)
    } catch {
      throw Failure("\(error)")
    }
  }

  /// The one run that is meant and has not ended, by its session, the beginning of it, or its plan.
  ///
  /// - Parameter isRevivable: whether one counts that has ended and for which a command is kept, such as to try a failed
  ///   step again.
  func unfinishedRun(
    of name: String?, _ site: RunSite, isRevivable: Bool = false
  ) throws(Failure) -> String? {
    guard entryKind(site.journal.database) == .file else { return nil }
    var open: [RunRecord] = []
    do {
      let file = try JournalFile.open(site.journal, .read)
      for run in try file.runs() {
        let isOpen =
          try !run.hasEnded || isRevivable && !file.waitingMessages(of: run.session).isEmpty
        if isOpen { open.append(run) }
      }
    } catch {
      throw Failure("\(error)", hint: "`divisi journal check` says what is wrong")
    }
    let found =
      name.map { name in
        open.filter { $0.session == name || $0.plan == name || $0.session.hasPrefix(name) }
      } ?? open
    guard found.count > 1 else { return found.first?.session }
    throw Failure(
      "several runs are unfinished: " + found.map(\.session).joined(separator: ", "),
      hint: "name the one that is meant")
  }

  /// The commit that a run begins from: what the plan names, or where the checkout is.
  func base(of plan: Plan, _ site: RunSite) throws(Failure) -> String {
    do {
      let git = Git(
        try repository(), runner: try SpawnedGit(environment: environment))
      guard let name = plan.base?.value else {
        let head = try RepositoryFacts.Head.read(git)
        if case .detached(let commit) = head {
          say("no branch is checked out; the run begins from commit \(commit.short)")
        }
        return try head.base().hex
      }
      guard let commit = try git.commit(name) else {
        throw Failure(
          "the plan begins from `\(name)`, which is no branch or commit here",
          hint: "`git branch` lists those that are there", status: .environment)
      }
      return commit.hex
    } catch let error as WorkspaceError {
      throw Failure(error.description, hint: error.hint, status: .environment)
    } catch let error as GitError {
      throw Failure(error.description, hint: error.hint, status: .environment)
    } catch let error as Failure {
      throw error
    } catch {
      throw Failure("\(error)")
    }
  }

  /// Whether somebody sits before a terminal and can be asked.
  var isInteractive: Bool { isatty(0) == 1 && isatty(2) == 1 && !wantsJSON }

  /// Asks before anything is started that costs money.
  func agrees(to order: RunOrder, isAgreed: Bool) -> Bool {
    let agents = order.steps.filter { $0.kind == .agent && !$0.isDone }
    guard !isAgreed, isInteractive, !agents.isEmpty else { return true }
    let harnesses = Set(agents.compactMap { $0.terms.seats.first?.harness }).sorted()
    let ceiling = order.settings.cost.map { "at most \($0.words)" } ?? "without a ceiling of cost"
    let noun = agents.count == 1 ? "step" : "steps"
    writePrompt(
      "start \(agents.count) \(noun) with \(harnesses.joined(separator: ", ")), \(ceiling)? [Y/n] ")
    guard let answer = readLine() else { return false }
    return answer.isEmpty || answer.lowercased().hasPrefix("y")
  }

  func writePrompt(_ text: String) {
    var bytes = Array(text.utf8)
    _ = Glibc.write(2, &bytes, bytes.count)
  }

  /// What a run of the order would do, and what it lacks. No program is started for it, and none tried.
  func outline(
    _ order: RunOrder, _ needs: ReadinessNeeds, _ configuration: Configuration,
    _ agents: AgentRegistry
  ) async -> ExitStatus {
    let found = await readiness(configuration, agents).check(needs, .presence)
    let report = DoctorReport(found, plan: order.plan.text)
    if wantsJSON {
      print(
        .object(RunOutline(order).json.members + report.json.members.filter { $0.name != "plan" }))
    } else {
      print(RunOutline(order).text(on: output))
      complain(report.problems(on: errors))
    }
    return report.isReady ? .success : .environment
  }

  func resume(
    _ run: String, isDetached: Bool, isWaiting: Bool, _ site: RunSite
  ) async throws -> ExitStatus {
    if let holder = try RunLock.holder(of: run, in: site.journal) {
      let file = try JournalFile.open(site.journal, .write(.full))
      try file.post(
        JSON.line(of: Conducting.Command.resume), to: run, from: personName,
        at: Instant.now().milliseconds)
      say(
        "\(run) is being run by process \(holder.process.map(String.init) ?? "unknown"); it was told to go on"
      )
      return .success
    }
    let begun = try await begin(isWaiting: isWaiting, isDetached: isDetached, resuming: run) {
      console, waits in
      let runner = try site.resume(run, watcher: console, waitsForPeople: waits)
      if case .paused = await runner.state.phase { runner.obey(.resume, by: personName) }
      return runner
    }
    return await conduct(begun)
  }

  /// Who gives commands here, as the journal names them.
  var personName: String { environment["USER"] ?? environment["LOGNAME"] ?? "person" }
}

extension Failure {
  init(_ error: RunSiteError) {
    self.init(error.description, hint: error.hint, status: .environment)
  }
}
