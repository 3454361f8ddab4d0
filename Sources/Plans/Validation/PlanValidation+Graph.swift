import Diagnostics

extension PlanValidation {
  mutating func checkIDs() {
    var hasTasks = [Bool](repeating: false, count: plan.steps.count)
    for step in plan.steps {
      if let group = step.group { hasTasks[group] = true }
    }
    var byLowercase: [String: Int] = [:]
    for (index, step) in plan.steps.enumerated() {
      let id = step.id.value
      if step.isGroup, !hasTasks[index] { report(.emptyGroup(id), at: step.id.place) }
      if let first = steps[id], first != index {
        report(
          .duplicateID(id), at: step.id.place,
          related: [note("the first one is here", at: plan.steps[first].id.place)])
        continue
      }
      let lowercase = id.text.lowercased()
      if let other = byLowercase[lowercase] {
        let first = plan.steps[other].id
        report(
          .idsDifferByCase(first.value, id), at: step.id.place,
          related: [note("the other one is here", at: first.place)])
      } else {
        byLowercase[lowercase] = index
      }
    }
  }

  mutating func checkNeeds() {
    for (index, step) in plan.steps.enumerated() {
      let id = step.id.value
      for (position, need) in step.needs.enumerated() {
        guard let needed = steps[need.value] else {
          report(
            .unknownNeed(id, need: need.value, suggestion: suggestion(for: need.value, not: id)),
            at: need.place)
          continue
        }
        // Few steps have more needs than can be compared with each other in no time.
        if step.needs[..<position].contains(where: { $0.value == need.value }) {
          report(.repeatedNeed(id, need: need.value), at: need.place)
        } else if needed == index {
          report(.needsItself(id), at: need.place)
        } else if needed == step.group {
          report(.needsOwnGroup(id, group: need.value), at: need.place)
        } else if plan.steps[needed].group == index {
          report(.groupNeedsOwnTask(id, task: need.value), at: need.place)
        } else if step.status.value == .completed, !isDone(plan.steps[needed]) {
          report(
            .doneBeforeItsNeed(id, need: need.value, plan.steps[needed].status.value),
            at: need.place)
        }
      }
    }
  }

  /// Whether what waits for a step may go on. What a group's status says follows from its tasks.
  private func isDone(_ step: Step) -> Bool {
    step.isGroup || step.isFinished
  }

  private func suggestion(for word: StepID, not own: StepID) -> PlanFlaw.Suggestion? {
    if let step = plan.steps.first(where: { $0.title == word.text && $0.id.value != own }) {
      return .titleOf(step.id.value)
    }
    let candidates = plan.steps.lazy.map(\.id.value).filter { $0 != own }.map(\.text)
    return closestMatch(to: word.text, in: candidates).map { .id($0) }
  }

  mutating func checkCircles() {
    for circle in graph.circles() {
      let ids = circle.map { plan.steps[$0].id.value }
      var place: Place?
      var notes: [Diagnostic.Related] = []
      for (position, node) in circle.enumerated() {
        let next = circle[(position + 1) % circle.count]
        let step = plan.steps[node]
        let waitsFor = plan.steps[next].id.value
        if let need = step.needs.first(where: { $0.value == waitsFor }) {
          if place == nil { place = need.place }
        } else if plan.steps[next].group == node {
          notes.append(
            note(
              "group `\(step.id.value)` waits for its task `\(waitsFor)`",
              at: plan.steps[next].id.place))
        } else if let group = step.group {
          let need = plan.steps[group].needs.first { $0.value == waitsFor }
          notes.append(
            note(
              "`\(step.id.value)` waits for `\(waitsFor)` because its group "
                + "`\(plan.steps[group].id.value)` does", at: need?.place))
        }
      }
      report(.circle(ids), at: place ?? plan.steps[circle[0]].id.place, related: notes)
    }
  }
}
