import Diagnostics
import Plans
import TestSupport
import Testing

@Suite struct AnalysisTests {
  private func ids(_ plan: Plan, _ nodes: [Int]) -> [String] {
    nodes.map { plan.steps[$0].id.value.text }
  }

  @Test func wavesGroupsAndCriticalPath() {
    let plan = plan(
      step("a", minutes: 5), step("g", needs: ["a"], work: .group),
      step("x", minutes: 10, group: 1), step("y", minutes: 3, group: 1),
      step("z", needs: ["g"], minutes: 1))
    let analysis = PlanAnalysis(plan)
    #expect(analysis.waves.map { ids(plan, $0) } == [["a"], ["x", "y"], ["z"]])
    #expect(ids(plan, analysis.criticalPath.nodes) == ["a", "x", "g", "z"])
    #expect(analysis.criticalPath.length == .seconds(16 * 60))
    #expect(analysis.criticalPath.slack(3) == .seconds(7 * 60))
    #expect(analysis.width.atLeast == 2 && analysis.width.isExact)
    #expect(ids(plan, analysis.bottlenecks) == ["a", "z"])
    #expect(analysis.longestChain == 3)
  }

  @Test func whatIsFinishedTakesNoTimeAndIsInNoWave() {
    let plan = plan(
      step("a", minutes: 5, status: .completed), step("b", needs: ["a"], minutes: 7),
      step("c", minutes: 1, status: .skipped))
    let analysis = PlanAnalysis(plan)
    #expect(analysis.waves == [[1]])
    #expect(analysis.criticalPath.length == .seconds(7 * 60))
    #expect(analysis.makespan(agents: 1) == .seconds(7 * 60))
  }

  @Test func stepsThatShareFilesAreSerialisedInOrderOfUrgency() throws {
    let plan = plan(
      step("a", files: ["src/**"], minutes: 5),
      step("b", files: ["src/x.py"], minutes: 5, priority: .high),
      step("c", needs: ["a"], files: ["src/y"], minutes: 5), step("d", files: ["docs"], minutes: 5))
    let analysis = PlanAnalysis(plan)
    let pairs = analysis.serialised.map {
      [plan.steps[$0.first].id.value, plan.steps[$0.second].id.value]
    }
    #expect(pairs == [["b", "a"]])
    #expect(analysis.serialised.first?.order == .priority)
    #expect(
      try analysis.serialised.first?.reason
        == .files(Glob("src/x.py"), Glob("src/**"), example: "src/x.py"))
    #expect(analysis.makespan(agents: 4) == .seconds(15 * 60))
  }

  @Test func lanesAndWholeResourcesSerialise() {
    let plan = plan(
      step("a", minutes: 5, lane: "db"), step("b", minutes: 5, lane: "db"),
      step("c", minutes: 5, resources: [.init(name: "port")]),
      step("d", minutes: 5, resources: [.init(name: "port", count: 1)]),
      step("e", minutes: 5, resources: [.init(name: "port", count: 1)]))
    let analysis = PlanAnalysis(plan)
    #expect(
      analysis.serialised.map { [$0.first, $0.second] } == [[0, 1], [2, 3], [2, 4]])
    #expect(analysis.makespan(agents: 8) == .seconds(10 * 60))
  }

  /// A run takes up anew what failed in another.
  @Test func whatWaitsForACircleCanNeverStart() {
    let failed = plan(
      step("a", status: .failed), step("b", needs: ["a"]), step("c", needs: ["b"]), step("d"))
    #expect(PlanAnalysis(failed).circling.isEmpty)
    let circle = plan(
      step("a", needs: ["b"]), step("b", needs: ["a"]), step("c", needs: ["b"]), step("d"))
    #expect(PlanAnalysis(circle).circling == [0, 1, 2])
    #expect(PlanAnalysis(circle).makespan(agents: 2) == nil)
  }

  @Test func aHotFileSharedByThousandsOfStepsIsNoProblem() {
    let steps = (0..<5000).map { step("s\($0)", files: ["src/**"], minutes: 1) }
    let analysis = PlanAnalysis(plan(steps))
    #expect(!analysis.hasAllSerialised)
    #expect(analysis.makespan(agents: 8) == .seconds(5000 * 60))
  }

  // MARK: Against plain methods, on random graphs

  /// Whether one node waits for another, by plain search.
  private func reaches(_ graph: StepGraph, _ from: Int, _ to: Int) -> Bool {
    var waiting = graph.dependents(of: from).map(Int.init)
    var seen = Set(waiting)
    while let next = waiting.popLast() {
      if next == to { return true }
      for other in graph.dependents(of: next).map(Int.init) where seen.insert(other).inserted {
        waiting.append(other)
      }
    }
    return false
  }

  @Test func randomGraphsAgreeWithPlainMethods() {
    for seed in 0..<600 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let plan = randomPlan(&generator, steps: Int.random(in: 1...9, using: &generator))
      let graph = StepGraph(plan)
      #expect(graph.isAcyclic, "seed \(seed)")
      let leaves = plan.steps.indices.filter { !plan.steps[$0].isGroup }
      var reach: [[Bool]] = []
      for one in plan.steps.indices {
        reach.append(plan.steps.indices.map { reaches(graph, one, $0) })
      }
      let pairs = plan.steps.indices.flatMap { one in plan.steps.indices.map { (from: one, to: $0) }
      }
      let answers = graph.reachability(of: pairs)
      for (pair, answer) in zip(pairs, answers) {
        #expect(answer == reach[pair.from][pair.to], "seed \(seed): \(pair)")
      }
      // The widest set of steps of which none waits for another, by trying all sets.
      var widest = 0
      for subset in 0..<(1 << leaves.count) {
        let members = leaves.indices.filter { subset & 1 << $0 != 0 }.map { leaves[$0] }
        if members.count > widest,
          members.allSatisfy({ one in members.allSatisfy { !reach[one][$0] } })
        {
          widest = members.count
        }
      }
      let width = PlanAnalysis(plan).width
      #expect(width.isExact && width.atLeast == widest, "seed \(seed): \(width) is not \(widest)")
      let analysis = PlanAnalysis(plan)
      let bottlenecks = leaves.filter { node in
        leaves.allSatisfy { $0 == node || reach[node][$0] || reach[$0][node] }
      }
      if widest > 1 {
        #expect(Set(analysis.bottlenecks) == Set(bottlenecks), "seed \(seed)")
      }
      for (number, wave) in analysis.waves.enumerated() {
        for node in wave {
          let before = leaves.filter { reach[$0][node] }
          #expect(
            before.isEmpty == (number == 0)
              && before.allSatisfy { other in analysis.waves[..<number].joined().contains(other) },
            "seed \(seed)")
        }
      }
    }
  }

  @Test func idealTimesStayBetweenTheirBounds() throws {
    for seed in 0..<400 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let plan = randomPlan(
        &generator, steps: Int.random(in: 1...40, using: &generator), files: seed.isMultiple(of: 2))
      let analysis = PlanAnalysis(plan)
      let work = analysis.criticalPath.work
      #expect(analysis.makespan(agents: 1) == work, "seed \(seed)")
      for agents in [2, 4, 1000] {
        let time = try #require(analysis.makespan(agents: agents))
        #expect(time >= analysis.criticalPath.length, "seed \(seed)")
        #expect(time >= work / agents, "seed \(seed)")
        #expect(time <= work, "seed \(seed)")
        if agents == 1000, analysis.serialised.isEmpty {
          #expect(time == analysis.criticalPath.length, "seed \(seed)")
        }
      }
    }
  }

  @Test func circlesAreFoundExactlyWhereThereAreAny() {
    for seed in 0..<800 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let count = Int.random(in: 2...8, using: &generator)
      let edges = (0..<Int.random(in: 1...12, using: &generator)).map { _ in
        (
          from: Int32.random(in: 0..<Int32(count), using: &generator),
          to: Int32.random(in: 0..<Int32(count), using: &generator)
        )
      }.filter { $0.from != $0.to }
      let graph = StepGraph(count: count, edges: edges)
      let circles = graph.circles()
      let onCircle = (0..<count).filter { reaches(graph, $0, $0) }
      #expect(circles.isEmpty == onCircle.isEmpty, "seed \(seed)")
      #expect(graph.isAcyclic == onCircle.isEmpty, "seed \(seed)")
      for circle in circles {
        for (index, node) in circle.enumerated() {
          let next = circle[(index + 1) % circle.count]
          #expect(graph.needs(of: node).contains(Int32(next)), "seed \(seed): \(circle)")
        }
        #expect(Set(circle).count == circle.count, "seed \(seed)")
      }
      // Nodes that wait for each other are told once.
      let knots = Set(
        onCircle.map { one in
          onCircle.filter { $0 == one || reaches(graph, one, $0) && reaches(graph, $0, one) }
        })
      #expect(circles.count == knots.count, "seed \(seed)")
    }
  }

  @Test func aVeryLongChainNeedsNoStack() {
    let steps = (0..<50_000).map {
      step("s\($0)", needs: $0 == 0 ? [] : ["s\($0 - 1)"], minutes: 1)
    }
    let analysis = PlanAnalysis(plan(steps))
    #expect(analysis.longestChain == 50_000)
    #expect(analysis.makespan(agents: 4) == .seconds(50_000 * 60))
    var circle = steps
    circle[0] = step("s0", needs: ["s49999"])
    #expect(StepGraph(plan(circle)).circles().first?.count == 50_000)
  }
}
