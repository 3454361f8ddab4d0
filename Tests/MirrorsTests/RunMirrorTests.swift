import Conducting
import Diagnostics
import Documents
import Files
import Foundation
import Mirrors
import Plans
import Simulation
import TestSupport
import Testing

/// Mirrors are a projection: however a run was mirrored, its events alone give the same bytes.
@Suite struct RunMirrorTests {
  @Test(arguments: 1...60 as ClosedRange<UInt64>)
  func whatTheJournalGivesBackIsWhatTheRunnerWrote(seed: UInt64) throws {
    let kind: PlanKind = [.orchestration, .milestone, .prompts][Int(seed % 3)]
    let played = try Played(seed: seed, kind: kind)
    var chance = SeededGenerator(seed: seed)
    try mirrorWithCrashes(played, &chance)
    let written = try played.mirrors()
    #expect(written.keys.contains("\(played.subject.folders.logs)/coordination-random.jsonl"))

    try played.removeMirrors()
    try played.rebuild()
    let rebuilt = try played.mirrors()
    #expect(rebuilt.keys.sorted() == written.keys.sorted(), "seed \(seed)")
    for (path, text) in written { #expect(rebuilt[path] == text, "seed \(seed): \(path)") }
    #expect(try played.rebuild() == [], "seed \(seed): nothing is left to write")
  }

  /// A runner that is killed now and then, in the middle of a line too.
  private func mirrorWithCrashes(_ played: Played, _ chance: inout SeededGenerator) throws {
    var mirror = RunMirror(played.subject)
    var place = 0
    var state = RunState()
    var isOpen = false
    while place < played.events.count || !isOpen {
      if !isOpen || Int.random(in: 0..<20, using: &chance) == 0 {
        try tear(played, &chance)
        mirror = RunMirror(played.subject)
        let opening = mirror.open(at: state)
        #expect(opening.warnings.isEmpty)
        if !opening.isWhole { #expect(mirror.take(played.events.prefix(place)).isEmpty) }
        isOpen = true
      }
      let end = min(place + Int.random(in: 1...9, using: &chance), played.events.count)
      for (_, event) in played.events[place..<end] { state.apply(event) }
      // The process may end between the commit and the mirror.
      if Int.random(in: 0..<25, using: &chance) == 0 {
        isOpen = false
      } else {
        #expect(mirror.take(played.events[place..<end]).isEmpty)
        if Int.random(in: 0..<6, using: &chance) == 0 {
          #expect(mirror.flush(state, at: state.now).isEmpty)
        }
      }
      place = end
    }
    #expect(mirror.flush(state, at: state.now).isEmpty)
    #expect(mirror.nextFlush == nil)
  }

  private func tear(_ played: Played, _ chance: inout SeededGenerator) throws {
    let logs = walkFolder(played.folder.path).filter { $0.hasSuffix(".jsonl") }
    guard let log = logs.randomElement(using: &chance) else { return }
    let text = try played.folder.read(log)
    switch Int.random(in: 0..<3, using: &chance) {
    case 0: try played.folder.write(log, text + "{\"seq\":99999,\"at\":\"20")
    case 1 where log.hasSuffix("execution.jsonl"):
      try played.folder.write(log, String(text.dropLast(30)))
    case 2: try FileManager.default.removeItem(atPath: played.folder.path + "/" + log)
    default: break
    }
  }

  @Test(arguments: 200...230 as ClosedRange<UInt64>)
  func thePlanFileIsStillThePlan(seed: UInt64) throws {
    let kind: PlanKind = seed % 2 == 0 ? .orchestration : .milestone
    let played = try Played(seed: seed, kind: kind)
    #expect(played.mirror() == [])
    let state = played.state()
    let file = try #require(played.subject.planFile)
    let completed = played.subject.folders.completed + "/random.yaml"
    let isCompleted = state.phase == .ended(.completed)
    let path = played.folder.path + "/" + (isCompleted ? completed : file)
    #expect(entryKind(played.folder.path + "/" + (isCompleted ? file : completed)) == .missing)
    let text = String(decoding: try readFile(path), as: UTF8.self)
    let before = PlanDocument.read(SourceText(path: "p", played.planText))
    let after = PlanDocument.read(SourceText(path: "p", text))
    #expect(before.diagnostics == [] && after.diagnostics == [], "seed \(seed)")
    let plan = try #require(after.value)
    #expect(plan.lastRun != nil)
    for index in plan.steps.indices {
      let place = try #require(state.index(of: plan.steps[index].id.value))
      #expect(plan.steps[index].status.value.tells(state.phase(place)), "seed \(seed)")
    }
    // All that people wrote is there: every line, in its order.
    var lines = text.split(separator: "\n")[...]
    for line in played.planText.split(separator: "\n")
    where !line.contains("status:") && !line.contains("{") {
      let found = lines.firstIndex(of: line)
      #expect(found != nil, "seed \(seed): \(line)")
      lines = lines[((found ?? lines.startIndex) + 1)...]
    }
  }

  @Test func onlyTheSecondRunOfAPlanHasItsStatus() throws {
    let first = try Played(seed: 7)
    first.mirror()
    let second = try Played(seed: 8, folder: first.folder)
    second.mirror()
    let written = try second.mirrors()
    for path in walkFolder(first.folder.path) where path.hasSuffix("coordination-random.jsonl") {
      try FileManager.default.removeItem(atPath: first.folder.path + "/" + path)
    }
    var logs: [PlanLog] = []
    for (run, isNewest) in [(first, false), (second, true)] {
      var rebuild = MirrorRebuild(run.subject)
      for (sequence, event) in run.events { rebuild.take(event, sequence) }
      #expect(rebuild.write(run.state(), isNewest: isNewest).written == [])
      logs.append(rebuild.planLog)
    }
    _ = try PlanLog.write(logs, of: second.subject)
    let log = ".orchestration/logs/coordination-random.jsonl"
    let rebuilt = try #require(try second.mirrors()[log]).split(separator: "\n")
    // Both began at the same virtual moment, so that their lines lie between each other.
    #expect(rebuilt.sorted() == written[log]?.split(separator: "\n").sorted())
    for run in [first, second] {
      #expect(
        rebuilt.filter { $0.contains("\"\(run.subject.session)\"") }
          == written[log]?.split(separator: "\n").filter {
            $0.contains("\"\(run.subject.session)\"")
          })
    }
    // Runs that the journal has let go of keep their lines.
    _ = try PlanLog.write([logs[1]], of: second.subject)
    #expect(try second.folder.read(log).contains("\"\(first.subject.session)\""))
  }

  @Test func theNameOfTheRunningPlanComesAndGoes() throws {
    let played = try Played(seed: 12)
    let current = played.folder.path + "/" + played.subject.folders.current
    var mirror = RunMirror(played.subject)
    _ = mirror.open(at: RunState())
    _ = mirror.take(played.events.prefix(4))
    _ = mirror.flush(played.state(after: 4), at: Playthrough.start)
    #expect(try readFile(current) == Array("random\n".utf8))
    try writeFile(current, Array("other\nrandom\n".utf8))
    _ = mirror.take(played.events)
    _ = mirror.flush(played.state(), at: Playthrough.start)
    #expect(try readFile(current) == Array("other\n".utf8))
    try writeFile(current, Array("random\n".utf8))
    _ = mirror.flush(played.state(), at: Playthrough.start)
    #expect(entryKind(current) == .missing)
  }

  @Test func whatIsWrittenAsAWholeWaitsForItsIntervalButNotPausesAndEnds() throws {
    let played = try Played(seed: 12)
    var mirror = RunMirror(played.subject, interval: .seconds(30))
    _ = mirror.open(at: RunState())
    #expect(mirror.nextFlush == Instant(milliseconds: 0))
    let start = try #require(
      played.events.firstIndex { if case .runnerOpened = $0.event.fact { true } else { false } })
    _ = mirror.take(played.events.prefix(start))
    _ = mirror.flush(played.state(after: start), at: Playthrough.start)
    #expect(mirror.nextFlush == nil)
    _ = mirror.take(played.events.prefix(start + 1))
    #expect(mirror.nextFlush == Playthrough.start + .seconds(30))
    _ = mirror.take(played.events)
    #expect(mirror.nextFlush == Instant(milliseconds: 0))
  }
}

extension StepStatus {
  fileprivate func tells(_ phase: StepPhase) -> Bool {
    switch self {
    case .completed: phase == .completed
    case .failed:
      if case .replaced = phase { true } else { phase == .failed }
    case .skipped: if case .skipped(let cause) = phase { cause.isSatisfying } else { false }
    case .cancelled: phase == .cancelled || phase == .removed
    case .blocked: if case .blocked = phase { true } else { false }
    case .pending: if case .skipped(.need) = phase { true } else { !phase.isEnd }
    case .ready, .inProgress: !phase.isEnd
    }
  }
}
