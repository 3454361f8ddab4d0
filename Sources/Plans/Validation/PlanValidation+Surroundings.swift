import Diagnostics

extension PlanValidation {
  mutating func checkFiles(in surroundings: some PlanSurroundings) {
    var hasMatch: [Glob: Bool] = [:]
    for step in plan.steps {
      let id = step.id.value
      if case .prompt(let path) = step.work.value {
        checkPrompt(path, of: id, at: step.work.place, in: surroundings)
      }
      for artifact in step.artifacts where leadsOutside(artifact.value) {
        report(.pathOutside(id, key: "artifacts", path: artifact.value), at: artifact.place)
      }
      for glob in step.files {
        let isThere =
          hasMatch[glob.value]
          ?? (!glob.value.hasWildcard || surroundings.hasMatch(for: glob.value))
        hasMatch[glob.value] = isThere
        if !isThere { report(.globMatchesNothing(id, glob.value), at: glob.place) }
      }
    }
  }

  private mutating func checkPrompt(
    _ path: String, of id: StepID, at place: Place?, in surroundings: some PlanSurroundings
  ) {
    if leadsOutside(path) {
      report(.pathOutside(id, key: "prompt", path: path), at: place)
      return
    }
    switch surroundings.entry(at: path) {
    case .missing:
      let near = closestMatch(to: path, in: surroundings.files(beside: path))
      report(.promptMissing(id, path: path, suggestion: near), at: place)
    case .file(let size) where size == 0: report(.promptEmpty(id, path: path), at: place)
    case .file: break
    case .directory: report(.promptIsFolder(id, path: path), at: place)
    case .outside: report(.pathOutside(id, key: "prompt", path: path), at: place)
    case .unreadable(let reason):
      report(.promptUnreadable(id, path: path, reason: reason), at: place)
    }
  }

  /// Whether a path leaves the repository by its letters alone.
  private func leadsOutside(_ path: String) -> Bool {
    if path.utf8.first == UInt8(ascii: "/") { return true }
    var depth = 0
    // By bytes: a mark that combines with the slash before it must not hide it.
    for part in path.utf8.split(separator: UInt8(ascii: "/")) where !part.elementsEqual(".".utf8) {
      depth += part.elementsEqual("..".utf8) ? -1 : 1
      if depth < 0 { return true }
    }
    return false
  }

  mutating func checkRequirements(in surroundings: some PlanSurroundings) {
    var seen: Set<PlanID> = []
    let own = plan.id.value
    for required in plan.requires {
      let id = required.value
      if !seen.insert(id).inserted {
        report(.requiresTwice(id), at: required.place)
      } else if id == own {
        report(.requiresItself(id), at: required.place)
      } else if let circle = circle(from: own, through: id, in: surroundings) {
        report(.requiresCircle(circle), at: required.place)
      } else if let other = surroundings.plan(id) {
        if other.status != .completed {
          report(.requiresUnfinished(id, other.status), at: required.place)
        }
      } else {
        let others = surroundings.planIDs.lazy.filter { $0 != own }.map(\.text)
        report(
          .requiresUnknown(id, suggestion: closestMatch(to: id.text, in: others)),
          at: required.place)
      }
    }
  }

  /// The shortest way from a required plan back to this one.
  private func circle(
    from own: PlanID, through first: PlanID, in surroundings: some PlanSurroundings
  ) -> [PlanID]? {
    var cameFrom: [PlanID: PlanID] = [first: own]
    var round = [first]
    while !round.isEmpty {
      var next: [PlanID] = []
      for id in round {
        for required in surroundings.plan(id)?.requires ?? [] {
          if required == own {
            var path = [id]
            while let last = path.last, last != own, let before = cameFrom[last] {
              path.append(before)
            }
            return path.reversed()
          }
          if cameFrom[required] == nil {
            cameFrom[required] = id
            next.append(required)
          }
        }
      }
      round = next
    }
    return nil
  }
}
