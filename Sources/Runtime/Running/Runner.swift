package import Conducting
import Journal
import Plans
import class Processes.ThreadExecutor

/// The one owner of a run: hears, decides, writes, and only then lets anything happen.
///
/// What has been heard is decided on in one go and committed in one transaction; what follows from it is begun when the
/// commit is there, by drivers, which tell what came of it. A fresh run, a resumed one and one after a crash take the same
/// path: what should be under way is read from the state, and drivers find what already is.
package actor Runner {
  private let executor: ThreadExecutor
  package nonisolated var unownedExecutor: UnownedSerialExecutor {
    executor.asUnownedSerialExecutor()
  }

  private let book: RunBook
  private var conductor: Conductor
  private let drivers: Drivers
  private let watcher: any RunWatcher
  private let mirrors: MirrorWriter
  private nonisolated let mailbox: Mailbox

  private var underWay: [StepID: [Effect: Task<Void, Never>]] = [:]
  private var runEffects: [Effect: Task<Void, Never>] = [:]
  /// What was called off and may not have ended yet: nothing of the step begins before it has.
  private var closing: [StepID: [Task<Void, Never>]] = [:]
  private var leases = SharedLeases()

  private var clock = RunClock()
  private var alarm: (at: Instant, task: Task<Void, Never>)?
  private var hasLazyInput = false
  private var isDeciding = false
  private var hasMessages = true
  /// What is kept for it counts as one: it does not end between two of them, and weighs its end after the last.
  private var isTakingMessages = false
  private var bell: Bell?
  /// How it comes to its end, from when that is decided on.
  private var end: RunEnd?
  /// Whether all that belongs to the end is done.
  private var hasFinished = false
  private var waiters: [CheckedContinuation<RunEnd, Never>] = []
  private var waitsForPeople: Bool
  private var isStopping = false
  /// Nothing is decided before what an earlier runner left is taken up.
  private var hasBegun = false
  package nonisolated let session: String

  /// - Parameters:
  ///   - waitsForPeople: whether a run that only a person can move goes on waiting; otherwise it ends, to be resumed.
  init(
    book: sending RunBook, _ conductor: Conductor, drivers: Drivers, watcher: any RunWatcher,
    mirrors: MirrorWriter, waitsForPeople: Bool
  ) {
    executor = ThreadExecutor()
    session = book.session
    self.book = book
    self.conductor = conductor
    self.drivers = drivers
    self.watcher = watcher
    self.mirrors = mirrors
    self.waitsForPeople = waitsForPeople
    let box = WeakRunner()
    mailbox = Mailbox { [executor] in
      Task(executorPreference: executor) { await box.runner?.listen() }
    }
    box.runner = self
  }

  deinit { executor.close() }

  /// Runs until the run ends, cannot go on, or is let go.
  package func run(as runner: String) async -> RunEnd {
    do { bell = try Bell(of: book.session, in: book.folder) } catch {
      return await finish(.broken("\(error)"))
    }
    if let bell {
      let rings = bell.rings
      Task { [weak self] in for await _ in rings { await self?.rung() } }
    }
    let state = conductor.state
    drivers.takeUp(state)
    leases.takeUp(state, from: book)
    // Commands that were kept come first: what nobody wants any more is not begun again.
    await takeMessages()
    takeUp(conductor.state)
    hasBegun = true
    mailbox.put(.opened(runner: runner))
    await listen()
    return await withCheckedContinuation { continuation in
      if let end, hasFinished {
        continuation.resume(returning: end)
      } else {
        waiters.append(continuation)
      }
    }
  }

  /// Has all go on that should be under way.
  private func takeUp(_ state: RunState) {
    guard end == nil else { return }
    for index in state.active.keys.sorted() {
      carryOut(state.effects(of: index), of: state.id(index))
    }
    carryOut(state.runEffects())
  }

  /// Something for the run to hear.
  package nonisolated func put(_ input: Input) { mailbox.put(input) }

  /// A command of whoever sits at the terminal that the runner runs in.
  package nonisolated func obey(_ command: Command, by person: String) {
    mailbox.put(.command(command, by: person))
  }

  /// Stops what runs, with its work kept, and ends when nothing does.
  package nonisolated func stop(by person: String) {
    obey(.pauseNow, by: person)
    Task { await waitForNothing() }
  }

  /// Ends as soon as nothing goes on any more, and waits for no person.
  package nonisolated func endWhenIdle() { Task { await waitForNobody() } }

  private func waitForNothing() {
    isStopping = true
    waitForNobody()
  }

  private func waitForNobody() {
    waitsForPeople = false
    mailbox.put(.clock)
  }

  /// Gives the run up as it is: what runs goes on running, and whoever resumes the run takes it over.
  package func letGo() async { await finish(.letGo) }

  package var state: RunState { conductor.state }

  package var isOver: Bool { end != nil }

  // MARK: hearing

  private func listen() async {
    guard hasBegun, !isDeciding, end == nil else { return }
    isDeciding = true
    defer { isDeciding = false }
    while end == nil {
      let inputs = mailbox.take()
      if inputs.isEmpty { break }
      await decide(inputs)
      if hasMessages { await takeMessages() }
    }
    if end == nil { setAlarm() }
  }

  private func rung() {
    hasMessages = true
    leases.giveBack(to: book)
    if book.holds(conductor.state) { mirrors.catchUp(conductor.state) }
    if conductor.state.others.values.contains(where: { $0 > 0 }) { lookAtShares() }
    mailbox.put(.clock)
  }

  private func lookAtShares() {
    if let others = try? book.sharesOfOthers() {
      let gone = conductor.state.others.keys.filter { name in !others.contains { $0.name == name } }
      mailbox.put(.sharesChanged(others: others + gone.map { Quota($0, 0) }))
    }
  }

  /// Messages of other processes, each answered in a decision of its own, so that it is taken exactly once.
  private func takeMessages() async {
    hasMessages = false
    guard end == nil, let messages = try? book.messages() else { return }
    isTakingMessages = true
    for message in messages where end == nil {
      var decision = Decision()
      if let command = try? message.command() {
        decision = conductor.decide(.command(command, by: message.sender), at: now())
      }
      guard await write(decision, taking: [message.number]), end == nil else { break }
      carryOut(decision)
    }
    isTakingMessages = false
    weighEnd()
  }

  // MARK: deciding

  private func decide(_ inputs: [Input]) async {
    let now = now()
    var decision = Decision()
    for input in inputs { decision.join(conductor.decide(input, at: now)) }
    prepareAtOnce(&decision, now)
    if await write(decision) { follow(decision) }
  }

  /// Writes a decision, as soon as there is room for it; says whether it could.
  private func write(_ decision: Decision, taking messages: [Int] = []) async -> Bool {
    var isTold = false
    while true {
      do {
        try book.write(decision, of: conductor.state, taking: messages)
        return true
      } catch {
        // Nothing was written and nothing begun: when it can be, it is as if nothing had been.
        guard error.mayPass, end == nil else {
          // Before anything else is heard: it would be decided on what the journal does not have.
          await finish(.broken("\(error)"))
          return false
        }
        if !isTold {
          watcher.note("the journal cannot be written: \(error); it is tried again every 2 s")
        }
        isTold = true
        try? await Task.sleep(for: .seconds(2))
      }
    }
  }

  /// What nothing needs to be made ready for is ready: that is known before anything is written.
  private func prepareAtOnce(_ decision: inout Decision, _ now: Instant) {
    var next = 0
    while next < decision.steps.count {
      for effect in decision.steps[next].effects {
        guard let input = drivers.immediateOutcome(of: effect, conductor.state) else { continue }
        decision.join(conductor.decide(input, at: now))
      }
      next += 1
    }
  }

  /// What follows from a decision that is written.
  private func follow(_ decision: Decision) {
    carryOut(decision)
    weighEnd()
  }

  private func carryOut(_ decision: Decision) {
    leases.follow(decision.events, to: book)
    var seen: Set<StepID> = []
    for (step, _) in decision.steps where seen.insert(step).inserted {
      guard let index = conductor.state.index(of: step) else { continue }
      carryOut(conductor.state.effects(of: index), of: step)
    }
    if decision.run != nil { carryOut(conductor.state.runEffects()) }
    // Told after it is acted on: what runs meanwhile need not wait for it.
    if !decision.events.isEmpty {
      watcher.saw(decision.events, before: book.lastSequence + 1, conductor.state)
      mirrors.saw(decision.events, before: book.lastSequence + 1, conductor.state)
    }
  }

  private func weighEnd() {
    // What it was told before it began is heard first.
    guard end == nil, hasBegun else { return }
    let state = conductor.state
    if case .ended = state.phase {
      Task { await finishIfEnded() }
      return
    }
    if !waitsForPeople, mayEnd(state) { Task { await finishIfNeedsPerson() } }
  }

  /// What was stopped waits neither for a branch that cannot be moved nor for gates: they have their turn when the run is
  /// resumed.
  private func mayEnd(_ state: RunState) -> Bool {
    state.needsPerson(isBranchHeld: drivers.isBranchHeld) || isStopping && state.hasStopped
  }

  /// A command that was kept for it may have opened the run again.
  private func finishIfEnded() async {
    guard !isTakingMessages else { return }
    if case .ended(let result) = conductor.state.phase { await finish(.ended(result)) }
  }

  /// Asked again when its turn comes: what came meanwhile may have moved the run on.
  private func finishIfNeedsPerson() async {
    guard !isTakingMessages, mayEnd(conductor.state) else { return }
    await finish(.waiting(conductor.state.toldWaits))
  }

  @discardableResult
  private func finish(_ how: RunEnd) async -> RunEnd {
    guard end == nil else { return how }
    end = how
    alarm?.task.cancel()
    bell = nil
    // What runs is found again by whoever resumes the run, unless it was to be stopped and there is time for that.
    switch how {
    case .letGo, .broken: drivers.giveUp()
    case .waiting, .ended: if !isStopping { drivers.giveUp() }
    }
    let called = calledOff()
    for task in called { task.cancel() }
    for task in called { await task.value }
    try? book.save(conductor.state)
    // What could not be written is nothing that anybody is to see.
    await mirrors.close(book.holds(conductor.state) ? conductor.state : nil)
    watcher.ended(how, conductor.state)
    hasFinished = true
    for waiter in waiters { waiter.resume(returning: how) }
    waiters.removeAll()
    return how
  }

  private func calledOff() -> [Task<Void, Never>] {
    let begun = underWay.values.flatMap { $0 } + runEffects
    return begun.filter { !Job($0.key, conductor.state).isPlainRun }.map(\.value)
      + closing.values.flatMap { $0 }
  }

  // MARK: effects

  private func carryOut(_ effects: [Effect], of step: StepID) {
    var current = underWay[step] ?? [:]
    for (effect, task) in current where !effects.contains(effect) {
      task.cancel()
      closing[step, default: []].append(task)
      current[effect] = nil
    }
    for effect in effects where current[effect] == nil {
      let before = closing.removeValue(forKey: step) ?? []
      let task = begin(effect, after: before)
      current[effect] = task
    }
    underWay[step] = current.isEmpty ? nil : current
    if current.isEmpty, effects.isEmpty { closing[step] = nil }
  }

  private func carryOut(_ effects: [Effect]) {
    for (effect, task) in runEffects where !effects.contains(effect) {
      task.cancel()
      runEffects[effect] = nil
    }
    for effect in effects where runEffects[effect] == nil {
      runEffects[effect] = begin(effect, after: [])
    }
  }

  private func begin(_ effect: Effect, after before: [Task<Void, Never>]) -> Task<Void, Never> {
    let job = Job(effect, conductor.state)
    let (drivers, mailbox) = (drivers, mailbox)
    if job.isPlainRun { hasLazyInput = true }
    // A command that is run as it is takes so little that another thread would cost more than it.
    let place: (any TaskExecutor)? = job.isPlainRun ? executor : nil
    let outbox = Outbox(
      mailbox: mailbox, lease: { [weak self] in await self?.lease(for: $0) ?? .granted })
    return Task.detached(executorPreference: place) {
      for task in before { await task.value }
      guard !Task.isCancelled else { return }
      await drivers.carryOut(job, outbox)
    }
  }

  // MARK: what all runs share

  /// What an attempt needs, or may not have; waited for while the journal cannot be written, which passes by itself.
  private func lease(for job: Job) async -> SharedAnswer {
    guard let attempt = job.attempt, let id = job.id else { return .granted }
    var isTold = false
    // Withdrawn meanwhile, it is to hold nothing.
    while conductor.state.attempt(id) != nil {
      do {
        return try leases.lease(attempt, of: id, conductor.state.settings, from: book)
      } catch {
        guard error.mayPass else { return .failed("\(error)") }
        if !isTold {
          watcher.note("\(id) waits to be begun: \(error); it is tried again every 2 s")
        }
        isTold = true
        guard (try? await Task.sleep(for: .seconds(2))) != nil else { break }
      }
    }
    return .calledOff
  }

  // MARK: time

  /// The time of the run, which goes on also where the machine's clock was set back.
  private func now() -> Instant {
    let (wall, seen) = (Instant.now(), conductor.state.now)
    if wall < seen, let words = clock.note(wall: wall, seen: seen) { watcher.note(words) }
    return clock.time(wall: wall, passed: runnerStart.duration(to: .now), seen: seen)
  }

  private func setAlarm() {
    let now = now()
    var next = conductor.nextWake()
    if hasLazyInput {
      hasLazyInput = false
      let soon = now + Span(milliseconds: 100)
      next = next.map { min($0, soon) } ?? soon
    }
    guard let next else { return }
    if let alarm, alarm.at <= next, alarm.at > now { return }
    alarm?.task.cancel()
    // Looked at again each minute: clocks are set, and machines sleep.
    let wait = max(Span(milliseconds: 1), min(next - now, .minutes(1)))
    alarm = (
      next,
      Task { [weak self] in
        guard (try? await Task.sleep(for: wait.duration)) != nil else { return }
        await self?.ring()
      }
    )
  }

  private func ring() {
    alarm = nil
    mailbox.put(.clock)
  }
}

/// Time that passes for a run is counted from here, also while the machine sleeps.
private let runnerStart = ContinuousClock.now

/// Breaks the circle between a runner and the mailbox that wakes it.
private final class WeakRunner: @unchecked Sendable {
  weak var runner: Runner?
}

extension Decision {
  /// Takes another decision, made after this one.
  fileprivate mutating func join(_ other: Decision) {
    events += other.events
    steps += other.steps
    if let run = other.run { self.run = run }
  }
}
