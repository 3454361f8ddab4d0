import Conducting
import Foundation
import JSONValues
import Journal
import Plans
import Simulation
import TestSupport
import Testing

@testable import Runtime

/// A run as those see it who only look.
@Suite struct RunReadingTests {
  private let folder: TemporaryFolder
  private let journal: JournalFolder
  private let session = "exec-a-20260101-abcdef"

  init() throws {
    folder = try TemporaryFolder()
    journal = JournalFolder(folder.path)
  }

  private func open(_ access: JournalFile.Access = .write(.process)) throws -> JournalFile {
    try JournalFile.open(journal, access)
  }

  private func begin(
    _ steps: [RunStep] = [RunStep("a", kind: .command), RunStep("b", kind: .approval)]
  ) throws -> (RunBook, Conductor) {
    let begun = try RunBook.begin(
      RunOrder(session: session, plan: "a", steps: steps), in: try open(),
      under: try RunLock.acquire(session, in: journal, at: 1), at: Playthrough.start)
    return (begun.0, begun.1)
  }

  @Test(arguments: [7, 23, 51])
  func aReaderSeesWhatTheRunnerWrote(_ seed: UInt64) throws {
    var scenario = Scenario.random(seed: seed)
    scenario.crashes = .none
    var played = try Playthrough(scenario, scrutiny: .little)
    try played.play()
    let begun = played.trace.firstIndex { if case .runnerOpened = $0.fact { true } else { false } }
    let rest = Array(played.trace[(begun ?? 0)...])
    let (book, conductor, _) = try RunBook.begin(
      scenario.order, in: try open(),
      under: try RunLock.acquire(scenario.order.session, in: journal, at: 1), at: Playthrough.start)
    var state = conductor.state
    let file = try open(.read)
    var along = try RunReading(scenario.order.session, in: file)
    #expect(along.state == state)
    var chance = Chance(seed: seed)
    var place = 0
    while place < rest.count {
      let end = min(place + chance.number(1...30), rest.count)
      var decision = Decision()
      decision.events = Array(rest[place..<end])
      for event in decision.events { state.apply(event) }
      try book.write(decision, of: state)
      if chance.happens(200) { try book.save(state) }
      place = end
      let news = try along.catchUp(in: file)
      #expect(news.map(\.event) == decision.events, "seed \(seed), before event \(place)")
      #expect(news.last?.sequence == state.sequence)
      #expect(along.state == state, "seed \(seed), before event \(place)")
      #expect(try RunReading(scenario.order.session, in: file).state == state, "seed \(seed)")
    }
    #expect(along.record.hasEnded)
  }

  @Test func whoRunsItIsSeenUntilTheyLeave() throws {
    var begun: (RunBook, Conductor)? = try begin()
    #expect(begun != nil)
    var reading = try RunReading(session, in: try open(.read))
    #expect(reading.holder?.process == ProcessInfo.processInfo.processIdentifier)
    begun = nil
    try reading.catchUp(in: try open(.read))
    #expect(reading.holder == nil)
  }

  @Test func onlyWhatIsWantedIsDecoded() throws {
    let held = try begin()
    var seen: [Int] = []
    try open(.read).eachEvent(of: session, where: { $0.kind == "runStarted" }) {
      (event) throws(RunBookError) in seen.append(event.sequence)
    }
    #expect(seen == [3])
    _ = held
  }

  // MARK: Commands

  @Test func whatPlainlyCannotBeIsNotAsked() throws {
    let held = try begin()
    var reading = try RunReading(session, in: try open(.read))
    let answer = try reading.post(.approve(step: "a"), by: "ada", at: Playthrough.start)
    guard case .impossible(let reason) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(reason == "`a` waits for no approval")
    #expect(try open(.read).waitingMessages(of: session).isEmpty)
    _ = held
  }

  @Test func aCommandIsKeptWhereNobodyRunsTheRun() throws {
    _ = try begin()
    var reading = try RunReading(session, in: try open(.read))
    guard case .kept = try reading.post(.pause, by: "ada", at: Playthrough.start) else {
      Issue.record("it is not kept")
      return
    }
    let message = try #require(try open(.read).waitingMessages(of: session).first)
    #expect(Command(message: message.body) == .pause)
    #expect(message.sender == "ada")
    // The next one is weighed as if the first had been done.
    guard
      case .impossible("the run is paused") = try reading.post(
        .pause, by: "bob", at: Playthrough.start)
    else {
      Issue.record("a second pause is no news")
      return
    }
    guard case .kept = try reading.post(.resume, by: "bob", at: Playthrough.start) else {
      Issue.record("what waits is not weighed")
      return
    }
  }

  @Test func whoIsNotAnsweredIsTold() throws {
    let held = try begin()
    var reading = try RunReading(session, in: try open(.read))
    let answer = try reading.post(
      .pause, by: "ada", at: Playthrough.start, patience: .milliseconds(1))
    guard case .unanswered = answer else {
      Issue.record("\(answer)")
      return
    }
    _ = held
  }

  @Test func everyCommandIsReadBack() {
    let commands: [Command] = [
      .pause, .pauseNow, .resume, .cancelRun, .cancel(step: "a"), .retry(step: "a"),
      .skip(step: "a", reason: "no \"need\""), .approve(step: "a"),
      .reject(step: "a", feedback: "two\nlines"), .answer(step: "a", text: "ja"),
      .setPriority(step: "a", priority: .low), .setLimit(limit: .cost(cost: nil)),
      .resolve(blocker: 3, reason: "done"),
    ]
    for command in commands {
      #expect(Command(message: command.message) == command)
      #expect(!command.message.contains("\n"))
    }
    #expect(Command(message: "{\"dance\":{}}") == nil)
    #expect(Command(message: "") == nil)
  }

  // MARK: Files

  @Test func aGrowingFileIsReadAsFarAsItHasCome() throws {
    let path = folder.path + "/out"
    var file = GrowingFile(path)
    #expect(try file.read() == nil)
    try folder.write("out", "one")
    #expect(try file.read() == Array("one".utf8))
    #expect(try file.read() == nil)
    let handle = try #require(FileHandle(forWritingAtPath: path))
    try handle.seekToEnd()
    try handle.write(contentsOf: Data("two".utf8))
    #expect(try file.read() == Array("two".utf8))
    #expect(readTail(path, bytes: 4)?.bytes == Array("etwo".utf8))
    #expect(readTail(path + "-none", bytes: 4) == nil)
  }

  @Test func aLaunchMayNameItsOutput() throws {
    let attempt = AttemptFiles(folder.path)
    #expect(attempt.output == folder.path + "/stdout.jsonl")
    try folder.write("launch.json", #"{"stdout":"out.txt","cwd":"/tree"}"#)
    #expect(attempt.output == folder.path + "/out.txt")
    #expect(attempt.workingFolder == "/tree")
  }

  @Test func theOutputOfATrialIsThatOfItsLastBeginning() throws {
    let attempt = AttemptFiles(folder.path)
    #expect(attempt.output(of: Check(gate: 1, round: 2)) == nil)
    for path in [
      "gate-1-2/1/output.log", "gate-1-2/2/output.log", "merge-4-gate-0-1/1/stdout.jsonl",
    ] { try folder.write("checks/" + path, "") }
    #expect(
      attempt.output(of: Check(gate: 1, round: 2)) == folder.path + "/checks/gate-1-2/2/output.log")
    // A reviewer is an attempt of its own.
    #expect(
      attempt.output(of: Check(merge: 4, gate: 0))
        == folder.path + "/checks/merge-4-gate-0-1/1/stdout.jsonl")
  }

  @Test(.timeLimit(.minutes(20))) func whatIsWrittenEndsTheWait() throws {
    let watch = ChangeWatch([folder.path])
    try folder.write("news", "x")
    watch.wait(atMost: .seconds(3600))
  }
}

/// Which run, and which step, a person means.
@Suite struct ChoosingTests {
  private func run(_ session: String, _ plan: String, ended: Bool) -> RunRecord {
    RunRecord(
      session: session, plan: plan, created: 1,
      standing: RunStanding(status: "x", ended: ended ? 2 : nil))
  }

  private var runs: [RunRecord] {
    [
      run("exec-pay-20260103-bbbbbb", "pay", ended: true),
      run("exec-auth-20260102-aaaaaa", "auth", ended: false),
      run("exec-auth-20260101-cccccc", "auth", ended: true),
    ]
  }

  @Test(arguments: [
    (nil, "exec-auth-20260102-aaaaaa"), ("pay", "exec-pay-20260103-bbbbbb"),
    ("auth", "exec-auth-20260102-aaaaaa"), ("exec-auth-20260101", "exec-auth-20260101-cccccc"),
    ("auth-20260101", "exec-auth-20260101-cccccc"), ("cccccc", "exec-auth-20260101-cccccc"),
    ("exec-p", "exec-pay-20260103-bbbbbb"),
  ])
  func aNameMeansOneRun(_ name: String?, _ session: String) throws {
    #expect(try RunChoice(runs).run(name).session == session)
  }

  @Test func whereAllHaveEndedTheNewestIsMeant() throws {
    let ended = runs.filter(\.hasEnded)
    #expect(try RunChoice(ended).run(nil).session == "exec-pay-20260103-bbbbbb")
  }

  @Test func ofSeveralThatGoOnOneMustBeNamedUnlessOnlyLookedAt() throws {
    let going = runs.map { run($0.session, $0.plan, ended: false) }
    let flaw = #expect(throws: ChoiceFlaw.self) { try RunChoice(going).run(nil) }
    #expect(flaw?.message == "3 runs have not ended")
    #expect(flaw?.hint?.hasPrefix("name one of exec-pay-20260103-bbbbbb, ") == true)
    #expect(
      try RunChoice(going).run(nil, standard: .newest).session == "exec-pay-20260103-bbbbbb")
  }

  @Test func whatMeansNothingIsGuessedAt() {
    let wrong = #expect(throws: ChoiceFlaw.self) { try RunChoice(runs).run("auht") }
    #expect(wrong?.hint == "did you mean `auth`?")
    let many = #expect(throws: ChoiceFlaw.self) { try RunChoice(runs).run("exec-") }
    #expect(many?.message == "`exec-` means 3 runs")
    let none = #expect(throws: ChoiceFlaw.self) { try RunChoice([]).run(nil) }
    #expect(none?.message == "nothing has run in this repository yet")
  }

  @Test func aStepIsKnownByItsBeginning() throws {
    var state = RunState()
    state.apply(
      Event(
        at: Instant(milliseconds: 1),
        .stepsPlanned(
          steps: ["login", "login-ui", "logout", "mail"].map {
            RunStep(StepID($0), kind: .command)
          })))
    #expect(try state.step(named: "login") == 0)
    #expect(try state.step(named: "login-") == 1)
    #expect(try state.step(named: "m") == 3)
    let many = #expect(throws: ChoiceFlaw.self) { try state.step(named: "log") }
    #expect(many?.hint == "name one of login, login-ui, logout")
    let wrong = #expect(throws: ChoiceFlaw.self) { try state.step(named: "mial") }
    #expect(wrong?.hint == "did you mean `mail`?")
    #expect(throws: ChoiceFlaw.self) { try state.step(named: "") }
  }
}
