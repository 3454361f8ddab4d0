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

/// The plan file stays a person's: what they write is kept, whenever they write it.
@Suite struct PlanEditTests {
  private let folder: TemporaryFolder
  private let subject: MirrorSubject
  private let path = ".orchestration/sessions/shop.yaml"
  private let events: [(sequence: Int, event: Event)]

  init() throws {
    folder = try TemporaryFolder()
    subject = MirrorSubject(
      root: folder.path, session: "exec-shop-20260101-abcdef", plan: "shop",
      kind: .orchestration, planFile: path)
    let begun = try Conductor.begin(
      RunOrder(
        session: subject.session, plan: "shop", title: "Shop",
        steps: [
          RunStep("api", kind: .command), RunStep("ui", kind: .command, needs: ["api"]),
        ]), at: Playthrough.start)
    let later = [
      Fact.attemptBegan(step: "api", attempt: 1, seat: nil, ports: nil, leases: nil),
      .attemptEnded(
        step: "api", attempt: 1, failure: Failure(.environment, "make is missing: \"gone\""),
        usage: Usage(), charged: Usage(), fate: .blocked(blocker: 1)),
      .blockerRaised(
        blocker: Blocker(
          id: 1, scope: .step(step: "api"), kind: .environment,
          message: "make is missing: \"gone\"",
          proposals: ["install make"], raised: Playthrough.start)),
    ].map { Event(at: Playthrough.start + .minutes(1), $0) }
    let all = begun.1.events.filter { event in
      if case .attemptBegan = event.fact { false } else { true }
    }
    events = (all + later).enumerated().map { ($0.offset + 1, $0.element) }
  }

  private static let plan = """
    # What we do.
    id: shop
    title: Shop
    workflow:
      phases:
        - id: api   # the first
          run: make api
        - {id: ui, run: make ui, needs: [api]}

    """

  private func state() -> RunState { RunState(of: events.map(\.event)) }

  private func opened() -> RunMirror {
    var mirror = RunMirror(subject)
    _ = mirror.open(at: RunState())
    _ = mirror.take(events)
    return mirror
  }

  /// A program that writes into the file as it is, and pauses amid it.
  @Test func aPlanThatIsBeingWrittenIsLeftUntilItIsWhole() throws {
    let cut = try #require(Self.plan.range(of: "    - {id: ui"))
    try folder.write(path, String(Self.plan[..<cut.lowerBound]))
    let file = try #require(FileHandle(forWritingAtPath: folder.path + "/" + path))
    try file.seekToEnd()
    let rest = Data(Self.plan[cut.lowerBound...].utf8)
    let writer = Thread {
      usleep(200_000)
      file.write(rest)
      try? file.close()
    }
    writer.start()
    var mirror = opened()
    #expect(mirror.flush(state(), at: Playthrough.start) == [])
    let text = try folder.read(path)
    #expect(text.contains("status: blocked"))
    #expect(text.hasSuffix("    - {id: ui, status: pending, run: make ui, needs: [api]}\n"))
  }

  @Test func statusIsWrittenBesideWhatPeopleWrote() throws {
    try folder.write(path, Self.plan)
    var mirror = opened()
    #expect(mirror.flush(state(), at: Playthrough.start) == [])
    #expect(
      try folder.read(path) == #"""
        # What we do.
        id: shop
        status: coordinating
        started_at: 2026-01-01T00:00:00Z
        execution: {session: exec-shop-20260101-abcdef, branch: orchestration/shop}
        coordination: {percentage: 0, steps_completed: 0, steps_skipped: 0, steps_failed: 0, steps_cancelled: 0, steps_total: 2, last_update: 2026-01-01T00:01:00Z}
        title: Shop
        workflow:
          phases:
            - id: api   # the first
              status: blocked
              started_at: 2026-01-01T00:01:00Z
              blockers: [{id: 1, kind: environment, message: 'make is missing: "gone"'}]
              run: make api
            - {id: ui, status: pending, run: make ui, needs: [api]}

        """#)
    #expect(
      try folder.read(".orchestration/coordination/\(subject.session).yaml") == #"""
        # Where the run stands. Made from the journal: `divisi journal mirror` makes it again.
        session: exec-shop-20260101-abcdef
        plan: shop
        title: Shop
        kind: orchestration
        file: '.orchestration/sessions/shop.yaml'
        state: running
        branch: orchestration/shop
        started_at: 2026-01-01T00:00:00Z
        updated_at: 2026-01-01T00:01:00Z
        events: 6
        progress: {percentage: 0, steps: 2, completed: 0, skipped: 0, failed: 0, cancelled: 0, active: 0}
        spent: {cost: $0.00, tokens: 0}
        blockers:
          - {id: 1, kind: environment, severity: error, step: api, since: 2026-01-01T00:00:00Z, message: 'make is missing: "gone"', proposals: [install make]}
        waits: []
        steps:
          - {id: api, status: blocked, standing: blocked, attempts: 1, started_at: 2026-01-01T00:01:00Z, blocker: 1}
          - {id: ui, status: pending, standing: pending, waits_for: [api]}

        """#)
    #expect(
      try folder.read(".orchestration/logs/\(subject.session)/dependencies.jsonl") == """
        {"seq":2,"at":"2026-01-01T00:00:00.000Z","event":"stepsPlanned","steps":2,"needs":{"ui":["api"]}}

        """)
    #expect(
      try folder.read(".orchestration/logs/\(subject.session)/blockers.jsonl").hasPrefix(
        """
        {"seq":5,"at":"2026-01-01T00:01:00.000Z","event":"attemptEnded","step":"api","attempt":1,
        """))
  }

  @Test func anEditWhileTheRunGoesOnIsKept() throws {
    try folder.write(path, Self.plan)
    var mirror = opened()
    _ = mirror.flush(state(), at: Playthrough.start)
    let edited = try folder.read(path)
      .replacingOccurrences(of: "title: Shop", with: "title: The shop  # better")
      .replacingOccurrences(of: "    - {id: ui", with: "    # the last\n    - {id: ui")
    try folder.write(path, edited)
    #expect(mirror.flush(state(), at: Playthrough.start) == [])
    #expect(try folder.read(path) == edited)
  }

  @Test func aFileThatIsNoPlanAnyMoreIsLeftAloneAndToldOnce() throws {
    try folder.write(path, Self.plan)
    var mirror = opened()
    for (text, words) in [
      ("id: shop\nstatus: [\n", "is not written into"), ("id: other\n", "holds the plan `other`"),
    ] {
      try folder.write(path, text)
      let warnings = mirror.flush(state(), at: Playthrough.start)
      #expect(warnings.count == 1)
      #expect(warnings.first?.description.contains(words) == true, "\(warnings)")
      #expect(mirror.flush(state(), at: Playthrough.start) == [])
      #expect(try folder.read(path) == text)
    }
    try FileManager.default.removeItem(atPath: folder.path + "/" + path)
    #expect(
      mirror.flush(state(), at: Playthrough.start) == [.planGone(path: folder.path + "/" + path)])
    try folder.write(path, Self.plan)
    #expect(mirror.flush(state(), at: Playthrough.start) == [])
    #expect(try folder.read(path).contains("status: blocked"))
    try FileManager.default.removeItem(atPath: folder.path + "/" + path)
    #expect(mirror.flush(state(), at: Playthrough.start).count == 1, "it is told again")
  }

  @Test func aStepThatAnAliasUsesElsewhereIsToldAndTheOthersAreWritten() throws {
    try folder.write(
      path,
      """
      id: shop
      x-copy: &api
        id: api
        run: make
      phases:
        - *api
        - id: ui
          run: make
      """)
    var mirror = opened()
    let full = folder.path + "/" + path
    #expect(
      mirror.flush(state(), at: Playthrough.start) == [.sharedSteps(path: full, steps: ["api"])])
    #expect(try folder.read(path).contains("- id: ui\n    status: pending\n"))
  }

  /// What would go takes with it what an alias leads to: the file could not be read any more.
  @Test(arguments: [
    "blockers: [{id: 1, kind: &k gate}]", "blockers: &k [{id: 1, kind: gate}]",
    "x-before: &k other\nblockers: [{id: 1, kind: &k gate}]",
  ])
  func whatAnAliasLeadsToDoesNotGo(_ blockers: String) throws {
    let text = """
      id: shop
      \(blockers)
      x-copy: *k
      phases:
        - id: ui
          run: make
      """
    try folder.write(path, text)
    var mirror = opened()
    let full = folder.path + "/" + path
    #expect(
      mirror.flush(state(), at: Playthrough.start) == [.sharedSteps(path: full, steps: ["shop"])])
    // The plan's own keys stay as they are.
    #expect(
      try folder.read(path) == text.replacing("- id: ui\n", with: "- id: ui\n    status: pending\n")
    )
    #expect(YAMLTree.parse(SourceText(path: path, try folder.read(path))).diagnostics == [])
  }

  @Test func aKeyThatIsAnAliasIsTheKeyThatItLeadsTo() throws {
    try folder.write(
      path,
      """
      id: shop
      x-names: [&k status, &status other]
      *k : planned
      *status : mine
      phases:
        - id: ui
          run: make
      """)
    var mirror = opened()
    #expect(mirror.flush(state(), at: Playthrough.start) == [])
    let written = try folder.read(path)
    #expect(written.contains("\n*k : coordinating\n"), "\(written)")
    #expect(written.contains("\n*status : mine\n"), "\(written)")
  }

  /// A run that is bounded to a step of a plan: the plan is no further than all of its steps are.
  @Test func aPlanOfWhichAPartWasRunIsAsFarAsAllOfIt() throws {
    try folder.write(
      path,
      """
      id: shop
      workflow:
        phases:
          - id: first
            tasks:
              - {id: api, run: make api}
              - {id: ui, run: make ui}
          - {id: old, run: make old, status: completed, completed_at: 2025-01-01T00:00:00Z}
          - {id: text, run: make text, status: skipped}
          - {id: bad, run: make bad, status: failed}
      """)
    let begun = try Conductor.begin(
      RunOrder(
        session: subject.session, plan: "shop", title: "Shop",
        steps: [
          RunStep("first", kind: .group), RunStep("api", kind: .command, group: "first"),
          RunStep("old", kind: .command, isDone: true),
        ]), at: Playthrough.start)
    let done = [
      Fact.attemptEnded(
        step: "api", attempt: 1, failure: nil, usage: Usage(), charged: Usage(), fate: .completed),
      .stepCompleted(step: "first"), .runEnded(result: .completed),
    ].map { Event(at: Playthrough.start + .minutes(1), $0) }
    let events = begun.1.events + done
    var mirror = RunMirror(subject)
    _ = mirror.open(at: RunState())
    _ = mirror.take(events.enumerated().map { ($0.offset + 1, $0.element) })
    #expect(mirror.flush(RunState(of: events), at: Playthrough.start) == [])
    let text = try folder.read(path)
    #expect(
      text.contains(
        "{percentage: 40, steps_completed: 2, steps_skipped: 1, steps_failed: 1, steps_cancelled: 0, steps_total: 5,"
      ), "\(text)")
    #expect(text.contains("\nstatus: paused\n"), "\(text)")
    #expect(!text.contains("\ncompleted_at: "), "\(text)")
    // One of its tasks is still to be done.
    #expect(text.contains("- id: first\n      status: in_progress\n"), "\(text)")
    #expect(
      text.contains(
        "{id: old, run: make old, status: completed, completed_at: 2025-01-01T00:00:00Z}"))
  }

  @Test func aCompletedPlanNeverReplacesAnother() throws {
    try folder.write(path, Self.plan)
    try folder.write(".orchestration/completed/shop.yaml", "id: shop\n")
    var state = state()
    var all = events
    for fact in [
      Fact.stepCompleted(step: "api"), .stepCompleted(step: "ui"), .runEnded(result: .completed),
    ] {
      let event = Event(at: Playthrough.start + .minutes(2), fact)
      state.apply(event)
      all.append((all.count + 1, event))
    }
    var mirror = opened()
    _ = mirror.take(all)
    #expect(mirror.flush(state, at: Playthrough.start) == [])
    #expect(mirror.flush(state, at: Playthrough.start) == [])
    #expect(try folder.read(".orchestration/completed/shop.yaml") == "id: shop\n")
    #expect(try folder.read(".orchestration/completed/shop-2.yaml").contains("status: completed"))
    #expect(entryKind(folder.path + "/" + path) == .missing)
    #expect(entryKind(folder.path + "/.orchestration/sessions/current.txt") == .missing)
  }

  @Test(.enabled(if: getuid() == 0, "mounting is not allowed here"))
  func aDiskThatTakesNothingStopsNoRunAndIsMendedLater() throws {
    #expect(mount("none", folder.path, "tmpfs", 0, "size=64k") == 0)
    defer { umount2(folder.path, Int32(MNT_DETACH)) }
    try folder.write(path, Self.plan)
    let filler = folder.path + "/filler"
    _ = FileManager.default.createFile(
      atPath: filler, contents: Data(repeating: 1, count: 1 << 20))
    var full = [UInt8](repeating: 1, count: 4096)
    while (try? appendToFile(filler, full)) != nil {}
    full = []
    var mirror = RunMirror(subject)
    #expect(mirror.open(at: RunState()).warnings == [])
    #expect(!(mirror.take(events) + mirror.flush(state(), at: Playthrough.start)).isEmpty)
    #expect((mirror.take(events) + mirror.flush(state(), at: Playthrough.start)).isEmpty)
    #expect(try folder.read(path) == Self.plan)
    try FileManager.default.removeItem(atPath: filler)
    #expect(mirror.flush(state(), at: Playthrough.start) == [])
    let log = ".orchestration/logs/\(subject.session)/execution.jsonl"
    #expect(try folder.read(log).split(separator: "\n").count == events.count)
  }
}

@Suite struct TimestampTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (1_709_251_199_999, "2024-02-29T23:59:59Z"),
      (1_798_761_600_000, "2027-01-01T00:00:00Z"), (-1, "1970-01-01T00:00:00Z"),
      (.max, "9999-12-31T23:59:59Z"),
    ] as [(Int64, String)])
  func everyInstantHasATime(_ milliseconds: Int64, _ text: String) {
    #expect(Timestamp.whole(Instant(milliseconds: milliseconds)) == text)
  }
}
