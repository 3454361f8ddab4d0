import Conducting
import Plans
import Simulation
import Testing

/// Ten and more deliberate bugs. Each makes the program wrong in one place; the simulation must find every one, and name
/// the promise that it breaks.
@Suite struct SabotageTests {
  struct Bug: Sendable, CustomTestStringConvertible {
    let name: String
    /// The promises of which it may break any.
    let promises: Set<String>
    let tampering: Tampering

    init(_ name: String, breaks promises: Set<String>, _ tamper: (inout Tampering) -> Void) {
      self.name = name
      self.promises = promises
      var tampering = Tampering()
      tamper(&tampering)
      self.tampering = tampering
    }

    var testDescription: String { name }
  }

  static let bugs: [Bug] = [
    Bug("a need is forgotten", breaks: ["no step before what it needs"]) {
      $0.order = { order in
        var order = order
        for index in order.steps.indices { order.steps[index].needs.removeAll() }
        return order
      }
    },
    Bug("overlapping files are not seen", breaks: ["no two steps write the same files"]) {
      $0.order = { order in
        var order = order
        for index in order.steps.indices { order.steps[index].terms.files = [] }
        return order
      }
    },
    Bug("one slot too many is given", breaks: ["no limit is exceeded"]) {
      $0.order = { order in
        var order = order
        order.settings.agents += 1
        return order
      }
    },
    Bug("limits of models and resources are ignored", breaks: ["no limit is exceeded"]) {
      $0.order = { order in
        var order = order
        for index in order.settings.quotas.indices { order.settings.quotas[index].count = 1_000 }
        return order
      }
    },
    Bug("a lane is shared", breaks: ["a lane is used by one"]) {
      $0.order = { order in
        var order = order
        for index in order.steps.indices { order.steps[index].terms.lane = nil }
        return order
      }
    },
    Bug("the ceiling is not read", breaks: ["no ceiling is exceeded"]) {
      $0.order = { order in
        var order = order
        order.settings.cost = nil
        order.settings.tokens = nil
        return order
      }
    },
    Bug("the ceilings of steps are not read", breaks: ["no ceiling is exceeded"]) {
      $0.order = { order in
        var order = order
        for index in order.steps.indices {
          order.steps[index].terms.cost = nil
          order.steps[index].terms.tokens = nil
        }
        return order
      }
    },
    Bug(
      "gates of the merged tree are not tried",
      breaks: ["what is merged has passed its gates"]
    ) {
      $0.order = { order in
        var order = order
        order.gates = []
        return order
      }
    },
    Bug("a limit answer is taken for a plain failure", breaks: ["a limit is met once"]) {
      $0.input = { input, _ in
        guard case .ended(let attempt, .failed(var failure), let usage) = input,
          failure.kind == .rateLimit
        else { return [input] }
        failure.kind = .task
        return [.ended(attempt, .failed(failure), usage)]
      }
    },
    Bug(
      "effects come before the commit",
      breaks: [
        "nothing starts before it is written down", "no two live attempts of one step",
        "every run ends", "no process is left that nobody owns", "nothing is merged twice",
      ]
    ) { $0.actsBeforeCommitting = true },
    Bug("an event is not written", breaks: ["the journal makes the same state"]) {
      $0.journal = { events in
        events.filter { if case .attemptInspected = $0.fact { false } else { true } }
      }
    },
    Bug("an event is written twice", breaks: ["the journal makes the same state"]) {
      $0.journal = { events in events + events.suffix(1) }
    },
    Bug("a new runner forgets the last event", breaks: ["a restart changes nothing"]) {
      $0.recovered = { $0.dropLast() }
    },
    Bug("a launch is lost on its way", breaks: ["every run ends"]) {
      $0.decision = { decision, _ in
        var decision = decision
        decision.steps = decision.steps.map { step, effects in
          (
            step,
            effects.filter {
              if case .run(let attempt) = $0 { attempt.number != 2 } else { true }
            }
          )
        }
        return decision
      }
    },
    Bug(
      "a stale answer ends the attempt that lives",
      breaks: ["no process is left that nobody owns", "no two live attempts of one step"]
    ) {
      $0.input = { input, state in
        guard case .ended(let attempt, let ending, let usage) = input,
          let index = state.index(of: attempt.step), let living = state.active[index]
        else { return [input] }
        // It answers for whatever attempt lives, and is heard twice.
        let mistaken = AttemptID(attempt.step, living.number)
        return [
          input, .ended(mistaken, ending, usage),
          .ended(AttemptID(attempt.step, living.number + 1), ending, usage),
        ]
      }
    },
  ]

  @Test(arguments: bugs)
  func theSimulationFindsADeliberateBug(_ bug: Bug) {
    for seed: UInt64 in 0..<400 {
      guard let violation = Scenario.random(seed: seed).violation(bug.tampering) else { continue }
      #expect(bug.promises.contains(violation.promise), "seed \(seed): \(violation)")
      return
    }
    Issue.record("it was not found in 400 scenarios")
  }

  @Test func aScenarioThatFailsIsMadeSmall() throws {
    let bug = try #require(Self.bugs.first)
    let scenario = try #require(
      (0..<100).lazy.map(Scenario.random).first {
        $0.order.steps.count > 8 && $0.violation(bug.tampering)?.promise == bug.promises.first
      })
    let promise = try #require(bug.promises.first)
    let small = scenario.shrunk(breaking: promise, tries: 2_000, bug.tampering)
    #expect(small.order.steps.count == 2)
    let violation = try #require(small.violation(bug.tampering))
    let report = small.report(of: violation, bug.tampering)
    #expect(report.contains("breaks a promise: no step before what it needs"))
    #expect(report.hasSuffix("repeat with: make soak SEED=\(scenario.seed)"))
  }
}
