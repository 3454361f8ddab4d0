package import Plans

/// What those who only show a run ask of it besides.
extension RunState {
  /// How the run ended; nothing while it may go on.
  package var result: RunResult? { if case .ended(let result) = phase { result } else { nil } }

  /// The group that a step is a task of.
  package func group(_ index: Int) -> StepID? { steps[index].group }

  /// The steps that wait for one, by where they stand.
  package func dependents(_ index: Int) -> ArraySlice<Int32> {
    graph.value.dependents(of: index)
  }

  /// How many attempts at a step may fail before it is given up, or given to its fallback.
  package func allowedAttempts(_ index: Int) -> Int {
    1 + (terms(index).retries ?? settings.retries)
  }

  /// The gate that a check is a trial of.
  package func checkedGate(_ index: Int, _ check: Check) -> RunGate? { gate(index, check) }
}

extension Conductor {
  /// All that the run, or a part of it, waits for, in words that a person can act on.
  package var waits: [Wait] { state.waits(agenda) }
}
