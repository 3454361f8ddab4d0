import Conducting
import Plans

extension Scenario {
  /// A scenario of a seed: any plan, every fault, crashes.
  package static func random(seed: UInt64) -> Scenario {
    var chance = Chance(seed: seed, "scenario")
    // Most plans are small, where odd shapes meet most often; some are large.
    let most = chance.one(of: [3, 6, 12, 12, 25, 25, 60, 200])
    return Scenario(
      seed: seed, order: .random(seed: seed, steps: most), faults: .all,
      crashes: .random(permille: chance.one(of: [0, 10, 40])))
  }

  /// Plays it; gives what was broken, or nothing.
  package func violation(_ tampering: Tampering = Tampering()) -> Violation? {
    do {
      var playthrough = try Playthrough(self, tampering: tampering)
      do throws(Violation) { try playthrough.play() } catch { return error }
      return nil
    } catch {
      return Violation(promise: "a sound plan begins", detail: "\(error)")
    }
  }

  /// The smallest scenario that so many tries find that breaks the same promise: steps, needs, gates and faults are taken
  /// away as long as it does.
  package func shrunk(
    breaking promise: String, tries most: Int = 2_000, _ tampering: Tampering = Tampering()
  ) -> Scenario {
    var smallest = self
    var tries = 0
    var isSmaller = true
    while isSmaller {
      isSmaller = false
      for candidate in smallest.smaller() {
        tries += 1
        if tries > most { return smallest }
        guard candidate.violation(tampering)?.promise == promise else { continue }
        smallest = candidate
        isSmaller = true
        break
      }
    }
    return smallest
  }

  private func smaller() -> [Scenario] {
    var all: [Scenario] = []
    func add(_ change: (inout Scenario) -> Void) {
      var scenario = self
      change(&scenario)
      all.append(scenario)
    }
    let steps = order.steps
    var chunk = steps.count / 2
    while chunk >= 1 {
      for start in stride(from: 0, to: steps.count, by: chunk) where steps.count > 1 {
        add { $0.remove(Set(steps[start..<min(start + chunk, steps.count)].map(\.id))) }
      }
      chunk /= 2
    }
    for fault in Faults.kinds where faults[keyPath: fault] != 0 {
      add { $0.faults[keyPath: fault] = 0 }
    }
    if crashes != .none { add { $0.crashes = .none } }
    if !order.gates.isEmpty { add { $0.order.gates = [] } }
    for index in steps.indices {
      let step = steps[index]
      if !step.needs.isEmpty { add { $0.order.steps[index].needs = [] } }
      if !step.terms.gates.isEmpty { add { $0.order.steps[index].terms.gates.removeLast() } }
      if !step.terms.files.isEmpty { add { $0.order.steps[index].terms.files = [] } }
      if !step.terms.resources.isEmpty { add { $0.order.steps[index].terms.resources = [] } }
      if step.terms.hasWorkspace { add { $0.order.steps[index].terms.hasWorkspace = false } }
      if step.terms.contingency != nil { add { $0.order.steps[index].terms.contingency = nil } }
      if step.terms.lane != nil { add { $0.order.steps[index].terms.lane = nil } }
    }
    return all
  }

  private mutating func remove(_ gone: Set<StepID>) {
    order.steps.removeAll { gone.contains($0.id) }
    for index in order.steps.indices {
      order.steps[index].needs.removeAll(where: gone.contains)
      if let group = order.steps[index].group, gone.contains(group) {
        order.steps[index].group = nil
      }
      if case .step(let other)? = order.steps[index].terms.contingency, gone.contains(other) {
        order.steps[index].terms.contingency = nil
      }
    }
  }

  /// What happened, for a person: the plan, then the last events before the promise was broken.
  package func report(of violation: Violation, _ tampering: Tampering = Tampering()) -> String {
    var lines = ["seed \(seed) breaks a promise: \(violation)", "plan:"]
    for step in order.steps {
      var line = "  \(step.id) \(step.kind.rawValue)"
      if !step.needs.isEmpty { line += " needs \(step.needs.map(\.text).joined(separator: ", "))" }
      if !step.terms.gates.isEmpty {
        line += " gates \(step.terms.gates.map(\.name).joined(separator: ", "))"
      }
      lines.append(line)
    }
    lines.append("events:")
    if var playthrough = try? Playthrough(self, tampering: tampering) {
      _ = try? playthrough.play()
      for event in playthrough.trace.suffix(40) {
        let seconds = (event.at - Playthrough.start).milliseconds / 1000
        lines.append("  \(seconds)s \(event.fact.body)")
      }
    }
    lines.append("repeat with: make soak SEED=\(seed)")
    return lines.joined(separator: "\n")
  }
}

extension Faults {
  static var kinds: [WritableKeyPath<Faults, Int>] {
    [
      \.task, \.crash, \.hang, \.timeout, \.rateLimit, \.network, \.authentication, \.environment,
      \.preparing, \.inspection, \.unknownCost, \.overspending, \.question, \.longCommand,
      \.patientAgent, \.gate,
      \.brokenGate, \.conflict, \.mergedGate, \.movedHead, \.otherRun, \.fullDisk, \.reboot,
      \.twice,
      \.clockBack, \.meddling,
    ]
  }
}
