import Plans

extension RunState {
  mutating func applyMerge(_ event: Event, _ touched: inout [Int]) {
    guard let subject = event.fact.subject, let index = index(of: subject.step),
      var attempt = active.removeValue(forKey: index)
    else { return }
    touched.append(index)
    switch event.fact {
    case .mergeQueued:
      attempt.move(to: .queued, at: now)
      train.append(index)
    case .mergeBegan(_, _, let number, let base):
      merges = number
      attempt.move(to: .merging(Merge(number: number, base: base)), at: now)
    case .mergeBuilt(_, _, let number, let candidate, _):
      let first = Checking(check: Check(merge: number, gate: 0), isRunning: false)
      attempt.setStage(
        gates.isEmpty ? .tested(candidate: candidate) : .testing(candidate: candidate, first))
    case .mergeRefused(_, _, _, let failure): attempt.setStage(.refused(failure))
    case .mergeReset: attempt.move(to: .queued, at: now)
    case .landingDecided(_, _, _, _, let to): attempt.setStage(.landing(to: to))
    case .landed(_, _, _, let commit, _):
      head = commit
      attempt.setStage(.landed(commit: commit))
    default: break
    }
    active[index] = attempt
  }
}

extension Attempt {
  fileprivate mutating func setStage(_ stage: Merge.Stage) {
    guard case .merging(var merge) = phase else { return }
    merge.stage = stage
    phase = .merging(merge)
  }
}
