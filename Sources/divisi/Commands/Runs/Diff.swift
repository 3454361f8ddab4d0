import Arguments
import Conducting
import Files
import JSONValues
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

struct Diff: Arguments.Command {
  var step = ""
  var attempt: Int?
  var showsCounts = false
  var run: String?

  static let spec = CommandSpec<Self>("diff", "show what a step changed") {
    Example("divisi diff api", "as git shows it, with your colours and pager")
    Example("divisi diff api --attempt 1 --stat", "which files the first attempt changed")
    Discussion(
      """
      Shows what landed on the integration branch; before that, what the step's worktree holds \
      against what it began with, or what the attempt left. With --json, from which commit to \
      which, and the files.
      """)
    Option(\.attempt, "--attempt", help: "what this attempt changed; else the newest")
    Flag(\.showsCounts, "--stat", help: "only the files, and how many lines")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(1, "there is no such step, or what it changed is not known")
  }

  func run(in session: Session) throws -> ExitStatus {
    let chosen = try session.run(run, having: step)
    let index = try session.step(step, of: chosen)
    let attempt = try session.attempt(
      self.attempt, of: try session.history(of: index, in: chosen), in: chosen)
    let git = try session.git()
    let folder = chosen.reading.attempt(chosen.state.id(index), attempt.number)
    guard chosen.state.kind(index) != .approval else {
      throw Failure("`\(attempt.step)` is a person's yes: it changes nothing")
    }
    let found: Range?
    do throws(WorkspaceError) {
      found = try range(of: attempt, index, chosen.reading, git)
      if let found, session.wantsJSON {
        session.print(try json(found, attempt, git))
        return .success
      }
    } catch { throw Failure(error) }
    if let found {
      if try session.isSame(found.from, found.to, git) {
        session.say("attempt \(attempt.number) at `\(attempt.step)` changed nothing")
        return .success
      }
      return try session.become(git, ["diff"] + counts + [found.from.hex, found.to.hex, "--"])
    }
    return try show(folder.patch, of: attempt, git, session)
  }

  /// What an attempt left as a patch, where git no longer has its commits.
  private func show(
    _ patch: String, of attempt: ChosenAttempt, _ git: Git, _ session: Session
  ) throws -> ExitStatus {
    guard let bytes = try? readFile(patch) else {
      throw Failure(
        "it is not known what attempt \(attempt.number) at `\(attempt.step)` changed",
        hint: attempt.attempt.isOver ? nil : "divisi logs \(attempt.step) shows how far it is")
    }
    guard !session.wantsJSON else {
      throw Failure("the commits of attempt \(attempt.number) are gone; only its patch is left")
    }
    if showsCounts { return try session.become(git, ["apply", "--stat", patch]) }
    let palette = session.output.palette
    guard palette.isColored else {
      session.print(String(decoding: bytes, as: UTF8.self))
      return .success
    }
    for line in String(decoding: bytes, as: UTF8.self).harmlessLines {
      let role: TextRole? =
        switch line.first {
        case "+": .success
        case "-": .failed
        case "@": .note
        default: nil
        }
      session.print(role.map { palette.paint($0, line) } ?? line)
    }
    return .success
  }

  private var counts: [String] { showsCounts ? ["--stat"] : [] }

  private struct Range {
    let from: ObjectID
    let to: ObjectID
  }

  /// From where to where an attempt changed something; nothing where git does not have it.
  private func range(
    of chosen: ChosenAttempt, _ index: Int, _ run: RunReading, _ git: Git
  ) throws(WorkspaceError) -> Range? {
    let attempt = chosen.attempt
    if let merge = attempt.merges.last, let landed = merge.landed {
      return try range(merge.base, landed, git)
    }
    guard let base = attempt.base else { return nil }
    if let head = attempt.head { return try range(base, head, git) }
    let worktrees = Worktrees(git)
    let place = run.workName(of: index, attempt: chosen.number, BranchClaims(git))
    guard chosen.isNewest, let from = try git.commit(base) else { return nil }
    if let files = try worktrees.files(of: place) { return Range(from: from, to: files) }
    let branch = "refs/heads/" + worktrees.branch(of: place)
    return try git.commit(branch).map { Range(from: from, to: $0) }
  }

  private func range(_ from: Commit, _ to: Commit, _ git: Git) throws(WorkspaceError) -> Range? {
    guard let from = try git.commit(from), let to = try git.commit(to) else { return nil }
    return Range(from: from, to: to)
  }

  private func json(
    _ range: Range, _ attempt: ChosenAttempt, _ git: Git
  ) throws(WorkspaceError) -> JSON {
    [
      "step": .string(attempt.step.text), "attempt": .int(attempt.number),
      "from": .string(range.from.hex), "to": .string(range.to.hex),
      "files": .array(
        try git.changes(from: range.from, to: range.to).map { file in
          [
            "path": .string(file.path), "change": .string(file.kind.rawValue),
            "added": file.lines.map { .int($0.added) } ?? .null,
            "removed": file.lines.map { .int($0.removed) } ?? .null,
          ]
        }),
    ]
  }
}

/// An attempt that a command is about.
struct ChosenAttempt {
  let step: StepID
  let attempt: AttemptHistory
  let isNewest: Bool

  var number: Int { attempt.number }
}

extension Session {
  /// The attempt with a number, or the newest.
  func attempt(
    _ number: Int?, of history: StepHistory, in run: ChosenRun
  ) throws(Failure) -> ChosenAttempt {
    guard let newest = history.attempts.last else {
      let index = run.state.index(of: history.step)
      let isGroup = index.map { run.state.kind($0) == .group } ?? false
      throw Failure(
        isGroup
          ? "`\(history.step)` is a group: name one of its tasks"
          : "there has been no attempt at `\(history.step)` yet",
        hint: isGroup ? nil : "divisi show \(history.step) says what it waits for")
    }
    guard let number else {
      return ChosenAttempt(step: history.step, attempt: newest, isNewest: true)
    }
    guard let attempt = history.attempt(number) else {
      throw Failure(
        "there is no attempt \(number) at `\(history.step)`",
        hint: "attempts so far: \(newest.number)")
    }
    return ChosenAttempt(
      step: history.step, attempt: attempt, isNewest: number == newest.number)
  }

  /// Whether two commits or trees hold the same.
  fileprivate func isSame(_ one: ObjectID, _ other: ObjectID, _ git: Git) throws(Failure) -> Bool {
    do throws(WorkspaceError) { return try git.changes(from: one, to: other).isEmpty } catch {
      throw Failure(error)
    }
  }

  /// Gives the process to git, which then has the person's terminal, pager and configuration to itself.
  func become(_ git: Git, _ arguments: [String]) throws(Failure) -> ExitStatus {
    let program: String
    do throws(GitError) { program = try SpawnedGit(environment: environment).program } catch {
      throw Failure(error.description, hint: error.hint)
    }
    let isColored = output.palette.isColored
    let color = isColored ? "color.ui=always" : "color.ui=never"
    let words =
      [program, "-C", git.repository.root, "--no-optional-locks", "-c", color] + arguments
    var pointers = words.map { strdup($0) }
    pointers.append(nil)
    // How differences are shown is the person's to say.
    let own: Set<String> = ["GIT_PAGER", "GIT_EXTERNAL_DIFF", "GIT_DIFF_OPTS"]
    for name in environment.keys where name.pointsGitElsewhere && !own.contains(name) {
      unsetenv(name)
    }
    execv(program, &pointers)
    throw Failure(FileError("run", program, code: errno))
  }
}
