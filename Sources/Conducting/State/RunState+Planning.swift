import Plans

extension RunState {
  /// Takes a step in; what it means for others is seen when the whole plan is known (`layOut`).
  mutating func add(_ step: RunStep) {
    let index = steps.count
    indices.value[step.id] = Int32(index)
    steps.append(record(step))
    let phase = step.isDone ? StepPhase.completed : .pending
    standings.append(StepStanding(phase: phase))
    tallies[phase.tally] += 1
    allWork += estimate(index)
    if step.isDone { endedWork += estimate(index) }
  }

  private mutating func record(_ step: RunStep) -> StepRecord {
    StepRecord(
      id: step.id, kind: step.kind, priority: step.priority, group: step.group,
      terms: number(of: step.terms), estimate: step.estimate?.milliseconds ?? -1,
      needs: step.needs)
  }

  private mutating func number(of terms: Terms) -> Int32 {
    if let known = termNumbers.value[terms] { return known }
    let number = Int32(self.terms.count)
    self.terms.append(terms)
    if terms.hasWorkspace { hasWorkspaces.value = true }
    termNumbers.value[terms] = number
    return number
  }

  /// Steps share their terms, so that one whose own change gets others.
  mutating func setCeiling(of index: Int, _ cost: Money?, _ tokens: Int?) {
    var terms = terms(index)
    terms.cost = cost
    terms.tokens = tokens
    steps[index].terms = number(of: terms)
  }

  /// The whole plan is known: who waits for whom, who stands by, who is ready.
  mutating func layOut() {
    drawGraph()
    standBy()
    for index in steps.indices {
      standings[index].open = openNeeds(of: index)
      guard standings[index].phase == .pending, standings[index].open == 0 else { continue }
      tallies[StepPhase.pending.tally] -= 1
      standings[index].phase = .ready(since: now)
      tallies[standings[index].phase.tally] += 1
    }
  }

  /// Computes what follows from steps and their needs alone.
  mutating func drawGraph() { drawGraph(places()) }

  mutating func drawGraph(_ places: StepPlaces) {
    graph.value = StepGraph(count: steps.count, edges: edges(places))
    behind.value = CriticalPath.behind(steps.indices.map(estimate), graph.value)
  }

  private func places() -> StepPlaces {
    var places = StepPlaces()
    for step in steps {
      let group = step.group.flatMap { indices.value[$0] } ?? -1
      places.add(group: group, needs: step.needs.lazy.compactMap { indices.value[$0] })
    }
    return places
  }

  /// A group is a join of its tasks, and its tasks wait for what it needs.
  private func edges(_ places: StepPlaces) -> [(from: Int32, to: Int32)] {
    var edges: [(from: Int32, to: Int32)] = []
    edges.reserveCapacity(steps.count * 3)
    var isJoin = [Bool](repeating: false, count: steps.count)
    for index in steps.indices where standings[index].phase != .removed {
      let group = places.group(of: index)
      if group >= 0 { isJoin[Int(group)] = true }
    }
    for index in steps.indices where standings[index].phase != .removed {
      let node = Int32(index)
      let group = places.group(of: index)
      if group >= 0 {
        edges.append((node, group))
        for need in places.needs(of: Int(group)) { edges.append((need, node)) }
      }
      if isJoin[index] { continue }
      for need in places.needs(of: index) { edges.append((need, node)) }
    }
    return edges
  }

  func openNeeds(of index: Int) -> Int32 {
    var open: Int32 = 0
    for need in graph.value.needs(of: index) where !standings[Int(need)].phase.isSatisfying {
      open += 1
    }
    return open
  }

  /// Steps that stand in for others wait for being needed.
  private mutating func standBy() {
    guard terms.contains(where: { $0.standIn != nil }) else { return }
    for (index, step) in steps.enumerated() {
      guard let name = terms[Int(step.terms)].standIn, let place = self.index(of: name),
        standings[place].phase == .pending || standings[place].phase.isReady,
        standings[index].phase != .replaced(by: name)
      else { continue }
      notes[place, default: StepNote()].standsInFor = step.id
      tallies[standings[place].phase.tally] -= 1
      standings[place].phase = .standby
      tallies[StepPhase.standby.tally] += 1
    }
  }

  /// Changes the plan under way. What has been started is as it was.
  mutating func amend(_ change: PlanChange, _ touched: inout [Int]) {
    for id in change.removed {
      guard let index = index(of: id) else { continue }
      allWork -= estimate(index)
      if standings[index].phase.isEnd { endedWork -= estimate(index) }
      tallies[standings[index].phase.tally] -= 1
      tallies[StepPhase.removed.tally] += 1
      standings[index].phase = .removed
      touched.append(index)
    }
    for step in change.changed {
      guard let index = index(of: step.id) else { continue }
      allWork -= estimate(index)
      steps[index] = record(step)
      allWork += estimate(index)
      touched.append(index)
    }
    for step in change.added { add(step) }
    drawGraph()
    standBy()
    for index in steps.indices {
      standings[index].open = openNeeds(of: index)
      switch standings[index].phase {
      case .pending, .ready:
        let isReady = standings[index].open == 0
        if isReady != standings[index].phase.isReady { reopen(index, &touched) }
      default: break
      }
    }
  }
}

extension Terms {
  /// The step that runs if this one fails.
  var standIn: StepID? {
    guard case .step(let step)? = contingency else { return nil }
    return step
  }
}
