import Plans

extension Conductor {
  /// One merge at a time reaches the branch, in the order in which steps were ready for it; while its gates run, the next
  /// is built on what it will be and tested, too.
  mutating func moveTrain() {
    while let index = state.train.first, let attempt = state.active[index] {
      guard moveHead(index, attempt) else { break }
    }
    speculate()
  }

  /// Whether something moved.
  private mutating func moveHead(_ index: Int, _ attempt: Attempt) -> Bool {
    let step = state.id(index)
    guard let head = state.head else { return false }
    switch attempt.phase {
    case .queued:
      begin(index, on: head)
      return false
    case .merging(let merge):
      if merge.base != head, !merge.isLanding {
        emit(.mergeReset(step: step, attempt: attempt.number, merge: merge.number))
        return true
      }
      switch merge.stage {
      case .tested(let candidate):
        emit(
          .landingDecided(
            step: step, attempt: attempt.number, merge: merge.number, from: head, to: candidate))
        return false
      case .refused(let failure):
        fail(index, failure, attempt.usage)
        return true
      case .building, .testing, .landing, .landed: return false
      }
    default: return false
    }
  }

  private mutating func speculate() {
    guard state.settings.speculates, !state.gates.isEmpty, state.train.count > 1,
      let head = state.active[state.train[0]]?.merge, let candidate = head.candidate,
      let next = state.active[state.train[1]]
    else { return }
    let index = state.train[1]
    switch next.phase {
    case .queued: begin(index, on: candidate)
    case .merging(let merge) where merge.base != candidate:
      emit(.mergeReset(step: state.id(index), attempt: next.number, merge: merge.number))
    default: break
    }
  }

  private mutating func begin(_ index: Int, on base: Commit) {
    guard let attempt = state.active[index] else { return }
    emit(
      .mergeBegan(
        step: state.id(index), attempt: attempt.number, merge: state.merges + 1, base: base))
  }

  private func merging(_ id: AttemptID, _ number: Int) -> (index: Int, merge: Merge)? {
    guard let index = state.index(of: id.step), let attempt = state.active[index],
      attempt.number == id.number, let merge = attempt.merge, merge.number == number
    else { return nil }
    return (index, merge)
  }

  mutating func merged(_ id: AttemptID, _ number: Int, _ outcome: MergeOutcome) {
    guard let (_, merge) = merging(id, number), merge.stage == .building else { return }
    switch outcome {
    case .built(let candidate):
      emit(
        .mergeBuilt(step: id.step, attempt: id.number, merge: number, candidate: candidate))
    case .refused(let failure):
      emit(.mergeRefused(step: id.step, attempt: id.number, merge: number, failure: failure))
    }
  }

  mutating func landed(_ id: AttemptID, _ number: Int, _ outcome: LandingOutcome) {
    guard let (index, merge) = merging(id, number), merge.isLanding else { return }
    liftBranchFault()
    switch outcome {
    case .done(let commit):
      emit(.landed(step: id.step, attempt: id.number, merge: number, commit: commit))
      complete(index)
    case .moved(let head):
      emit(.headMoved(head: head))
      emit(.mergeReset(step: id.step, attempt: id.number, merge: number))
    }
  }
}

extension Merge {
  var isLanding: Bool { if case .landing = stage { true } else { false } }
}
