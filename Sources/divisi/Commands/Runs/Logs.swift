import Agents
import Arguments
import Conducting
import Files
import Journal
import JSONValues
import Plans
import Reports
import Runtime
import Terminal

struct Logs: Arguments.Command {
  var step = ""
  var isFollowing = false
  var attempt: Int?
  var isRaw = false
  var run: String?

  static let spec = CommandSpec<Self>("logs", "read what an agent said and did") {
    Example("divisi logs api", "the newest attempt: words, tools, what judged it")
    Example("divisi logs api -f", "read along until the attempt ends")
    Example("divisi logs api --attempt 1 --raw | jq .", "every byte that the program printed")
    Discussion(
      """
      An agent's words stand in paragraphs, its tools a line each with the end of what they \
      printed; then what the gates printed and found. Codes for terminals are taken out; --raw \
      gives the bytes as they are, and --json says in which files they lie.
      """)
    Flag(\.isFollowing, "-f", "--follow", help: "go on until the attempt ends")
    Option(\.attempt, "--attempt", help: "of this attempt; else the newest")
    Flag(\.isRaw, "--raw", help: "what the program printed, byte by byte")
    Option(
      \.run, "--run", help: "of this run", placeholder: "RUN", completion: .dynamic("run"))
    Argument(\.step, "STEP", "which step", completion: .dynamic("step"))
    Exit(1, "there is no such run, step or attempt")
  }

  func run(in session: Session) throws -> ExitStatus {
    var chosen = try session.run(run, having: step)
    let index = try session.step(step, of: chosen)
    var history = try session.history(of: index, in: chosen)
    if isFollowing, attempt == nil, history.attempts.isEmpty, chosen.state.kind(index) != .group {
      history = try session.awaitAttempt(at: index, in: &chosen)
    }
    let attempt = try session.attempt(attempt, of: history, in: chosen)
    if session.wantsJSON, !isRaw {
      session.print(places(of: attempt, index, chosen, session))
      return .success
    }
    var reader = AttemptReading(
      of: attempt, index, chosen, session, isFollowing: isFollowing, isRaw: isRaw)
    try reader.read()
    return .success
  }

  /// Where a program finds what was printed: what is readable to people is in no stable form.
  private func places(
    of attempt: ChosenAttempt, _ index: Int, _ chosen: ChosenRun, _ session: Session
  ) -> JSON {
    let folder = chosen.reading.attempt(attempt.step, attempt.number)
    func file(_ path: String) -> JSON {
      entryKind(path) == .file ? .string(session.shown(path)) : .null
    }
    return [
      "session": .string(chosen.session), "step": .string(attempt.step.text),
      "attempt": .int(attempt.number), "output": file(folder.output),
      "errors": file(folder.errors),
      "trials": .array(
        attempt.attempt.trials.map { trial in
          let gate = chosen.state.checkedGate(index, trial.check)?.name
          return [
            "gate": gate.map { .string($0) } ?? .null,
            "merge": trial.check.merge.map { .int($0) } ?? .null, "trial": .int(trial.check.round),
            "result": trial.verdict.map { .string($0.result.rawValue) } ?? .null,
            "flaky": .bool(trial.verdict.map(trial.check.isFlaky) ?? false),
            "output": folder.output(of: trial.check).map { .string(session.shown($0)) } ?? .null,
          ]
        }),
    ]
  }
}

extension Session {
  /// Waits for a step's first attempt.
  fileprivate func awaitAttempt(
    at index: Int, in run: inout ChosenRun
  ) throws -> StepHistory {
    let watch = ChangeWatch([run.reading.folder.run(run.session)])
    var note = IdlenessNote()
    while run.state.attempts(index) == 0, !run.state.phase(index).isEnd, run.state.result == nil {
      note.tell(of: run, in: self)
      watch.wait(atMost: .seconds(2))
      try run.reading.catchUp(in: run.file)
    }
    return try history(of: index, in: run)
  }
}

/// Reads an attempt's output and its gates to their end, or along with them.
private struct AttemptReading: ~Copyable {
  private static let linesOfLog = 8
  private static let bytesOfLog = 1 << 16

  private let session: Session
  private let index: Int
  private let folder: AttemptFiles
  private let isFollowing: Bool
  private let isRaw: Bool
  private let watch: ChangeWatch
  private var chosen: ChosenRun
  private var attempt: AttemptHistory
  private var history: StepHistory
  private var output: GrowingFile
  private var log: ActivityLog?
  private var trialsShown = 0
  private var note = IdlenessNote()

  init(
    of chosenAttempt: ChosenAttempt, _ index: Int, _ chosen: ChosenRun, _ session: Session,
    isFollowing: Bool, isRaw: Bool
  ) {
    self.session = session
    self.index = index
    self.chosen = chosen
    self.isFollowing = isFollowing
    self.isRaw = isRaw
    attempt = chosenAttempt.attempt
    history = StepHistory(of: chosenAttempt.step)
    folder = chosen.reading.attempt(chosenAttempt.step, chosenAttempt.number)
    output = GrowingFile(folder.output)
    watch = ChangeWatch([
      folder.path, folder.path + "/checks", chosen.reading.folder.run(chosen.session),
    ])
  }

  mutating func read() throws {
    guard folder.exists || isFollowing || chosen.reading.archive == nil else {
      throw Failure(
        "the files of \(chosen.session) are in \(chosen.reading.archive ?? "its archive")",
        hint: "tar -xf unpacks it")
    }
    if !isRaw { head() }
    try readOutput()
    if isRaw { return }
    readErrors()
    try readTrials()
    tell()
  }

  private func head() {
    let seat = attempt.seat.map { ", \($0.words)" } ?? ""
    session.print(
      session.output.palette.paint(
        .heading, "\(chosen.state.id(index)), attempt \(attempt.number)\(seat)"))
  }

  // MARK: Output

  private mutating func readOutput() throws {
    while true {
      // Asked first: what was printed before the end is then read for certain.
      let isOver = try isOutputOver()
      while let bytes = try next() { show(bytes) }
      if isOver || !isFollowing { break }
      note.tell(of: chosen, in: session)
      watch.wait(atMost: .seconds(1))
    }
    session.print(log?.finish() ?? "")
  }

  private mutating func next() throws -> [UInt8]? {
    do throws(FileError) { return try output.read() } catch { throw Failure(error) }
  }

  private mutating func show(_ bytes: [UInt8]) {
    if isRaw { return session.printBytes(bytes) }
    if log == nil {
      // A command step prints text, whatever that looks like.
      let dialect =
        attempt.seat == nil
        ? .text : session.dialect(of: attempt.seat, sniffing: bytes)
      log = ActivityLog(dialect, in: folder.workingFolder, on: session.output)
    }
    session.print(log?.receive(bytes) ?? "")
  }

  private mutating func isOutputOver() throws -> Bool {
    guard isFollowing else { return true }
    if folder.hasEnded { return true }
    try catchUp()
    return attempt.finished != nil || isOver
  }

  /// What a program that failed said beside its output.
  private func readErrors() {
    let hasFailed = attempt.ended?.failure != nil || attempt.ended == nil && folder.hasEnded
    guard hasFailed || attempt.seat == nil else { return }
    showEnd(of: folder.errors, as: "stderr")
  }

  // MARK: Gates

  private mutating func readTrials() throws {
    while true {
      let isOver = isOver || !isFollowing
      for trial in attempt.trials[trialsShown...] {
        guard trial.verdict != nil || !isFollowing || isOver else { break }
        trialsShown += 1
        show(trial)
      }
      if isOver { return }
      note.tell(of: chosen, in: session)
      watch.wait(atMost: .seconds(2))
      try catchUp()
    }
  }

  private func show(_ trial: AttemptHistory.Trial) {
    let palette = session.output.palette
    let gate = trial.check.words(chosen.state.checkedGate(index, trial.check)?.name)
    session.print("\n" + palette.paint(.heading, gate))
    var isShown = false
    if let output = folder.output(of: trial.check) {
      isShown = trial.seat == nil
      // A reviewer's stream is for programs; what it found is its verdict.
      if isShown { showEnd(of: output) }
      session.print(palette.paint(.dim, "  all of it in \(session.shown(output))"))
    }
    guard let verdict = trial.verdict else {
      session.print(palette.paint(.running, "is being tried"))
      return
    }
    let words = isShown ? verdict.evidence.headline : verdict.evidence
    let evidence = words.isEmpty ? "" : ": \(words)"
    let lines = (trial.check.words(verdict) + evidence).harmlessLines
    let isFlaky = trial.check.isFlaky(verdict)
    let role: TextRole = verdict.result == .passed ? isFlaky ? .warning : .success : .error
    for line in lines { session.print(palette.paint(role, line)) }
  }

  /// The end of a log, indented; below a name, that and where all of it is.
  private func showEnd(of path: String, as name: String? = nil) {
    guard let tail = readTail(path, bytes: Self.bytesOfLog), !tail.bytes.isEmpty else { return }
    let lines = String(decoding: tail.bytes, as: UTF8.self).harmlessLines
    guard lines.contains(where: { !$0.isEmpty }) else { return }
    let palette = session.output.palette
    if let name { session.print("\n" + palette.paint(.heading, name)) }
    if lines.count > Self.linesOfLog {
      let place = name == nil ? "" : " all of it in \(session.shown(path))"
      session.print(palette.paint(.dim, "  ...\(place)"))
    }
    for line in lines.suffix(Self.linesOfLog) { session.print(palette.paint(.dim, "  " + line)) }
  }

  /// How the attempt stands, as the last line.
  private func tell() {
    let palette = session.output.palette
    guard let end = attempt.ended else {
      if !attempt.isOver { session.say("attempt \(attempt.number) is under way") }
      return
    }
    if let failure = end.failure {
      // What a gate found, and what a command printed, stands above.
      let isTold =
        attempt.seat == nil
        || attempt.trials.contains { trial in
          trial.verdict.map { failure.message.hasSuffix($0.evidence) } ?? false
        }
      let words = failure.words(isTold ? failure.brief : failure.message)
      for (place, line) in words.harmlessLines.enumerated() {
        session.print((place == 0 ? "\n" : "") + palette.paint(.error, line))
      }
    } else if end.fate == .completed {
      let landed =
        attempt.landed.map { "landed as \($0.shortCommit)" }
        ?? (attempt.changedNothing ? "completed, changed nothing" : "completed")
      session.print("\n" + palette.paint(.success, landed))
    } else {
      let words =
        switch end.fate {
        case .cancelled: "cancelled"
        case .skipped(let person, let reason): "skipped by \(person): \(reason)"
        default: "stopped"
        }
      session.print("\n" + palette.paint(.dim, words))
    }
  }

  // MARK: The journal

  private var isOver: Bool {
    // Where nobody runs the run, nothing more comes of an attempt whose process is gone.
    attempt.isOver || chosen.reading.holder == nil && folder.hasEnded
      || chosen.state.result != nil
  }

  private mutating func catchUp() throws {
    let step = chosen.state.id(index)
    if history.attempts.isEmpty { history = try session.history(of: index, in: chosen) }
    for event in try chosen.reading.catchUp(in: chosen.file) { history.take(event) }
    precondition(history.step == step, "a history is of one step")
    if let known = history.attempt(attempt.number) { attempt = known }
  }
}
