import Diagnostics
package import Plans

/// A plan with the given steps, each with as much as a test cares about.
package func plan(_ steps: Step...) -> Plan { plan(steps) }

package func plan(_ steps: [Step]) -> Plan {
  Plan(id: Located("plan"), title: "A plan", steps: steps, path: "plan.yaml")
}

/// A command step; estimates are in minutes.
package func step(
  _ id: String, needs: [String] = [], files: [String] = [], minutes: Int? = nil,
  priority: Priority = .medium, status: StepStatus = .pending, group: Int? = nil,
  lane: String? = nil, resources: [ResourceRequest] = [], work: StepWork = .run("true")
) -> Step {
  Step(
    id: Located(StepID(id)), title: id, status: Located(status), work: Located(work),
    needs: needs.map { Located(StepID($0)) }, group: group,
    files: files.compactMap { text in (try? Glob(text)).map { Located($0) } }, priority: priority,
    estimate: minutes.map { Located(.seconds($0 * 60)) }, lane: lane.map { Located($0) },
    resources: resources.map { Located($0) })
}

/// A random graph of steps in which needs lead to earlier steps only, now and then in groups.
package func randomPlan(
  _ generator: inout SeededGenerator, steps count: Int, density: Int = 3, files: Bool = false
) -> Plan {
  var steps: [Step] = []
  var names: [String] = []
  while names.count < count {
    let isGroup = Int.random(in: 0..<8, using: &generator) == 0
    if isGroup {
      let group = steps.count
      steps.append(step("g\(group)", needs: someNeeds(&generator, names, density), work: .group))
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let inner = steps[(group + 1)...].map(\.id.value.text)
        steps.append(
          randomStep(
            &generator, "s\(names.count)", names.filter { !$0.hasPrefix("g") } + inner, density,
            files, group))
        names.append("s\(names.count)")
      }
      names.append("g\(group)")
      continue
    }
    steps.append(randomStep(&generator, "s\(names.count)", names, density, files, nil))
    names.append("s\(names.count)")
  }
  return plan(steps)
}

private func randomStep(
  _ generator: inout SeededGenerator, _ id: String, _ names: [String], _ density: Int,
  _ files: Bool,
  _ group: Int?
) -> Step {
  let paths = ["src/**", "src/a", "src/a/*.py", "docs/*", "**/*.md", "lib/{x,y}"]
  return step(
    id, needs: someNeeds(&generator, names, density),
    files: files && Bool.random(using: &generator) ? [paths.randomElement(using: &generator)!] : [],
    minutes: Int.random(in: 1...9, using: &generator),
    priority: Priority.allCases.randomElement(using: &generator)!, group: group)
}

private func someNeeds(
  _ generator: inout SeededGenerator, _ names: [String], _ density: Int
) -> [String] {
  guard !names.isEmpty else { return [] }
  let count = Int.random(in: 0...density, using: &generator)
  return Array(Set((0..<count).map { _ in names.randomElement(using: &generator)! })).sorted()
}
