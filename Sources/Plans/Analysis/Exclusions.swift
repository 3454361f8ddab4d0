import Diagnostics

/// What keeps steps from running at the same time though neither waits for the other: files that
/// both may touch, a lane that both are in, a resource that one wants for itself.
package struct Exclusions: Sendable {
  package enum Reason: Sendable, Hashable {
    /// Both may touch a path such as this one; the globs are those of the first and the second step.
    case files(Glob, Glob, example: String)
    case lane(String)
    case resource(String)
  }

  /// The marks of each step. Steps that bear rival marks exclude each other.
  let marks: [[Int]]
  /// The rivals of each mark, itself among them unless it is a share of a resource.
  let rivals: [[Int]]
  private let files: FileClaims
  private let names: [Name]

  private enum Name: Sendable {
    case lane(String)
    case resource(String)
  }

  package init(_ plan: Plan) {
    files = FileClaims(
      plan.steps.map { $0.isFinished ? [] : $0.files.map(\.value) })
    var marks = files.claims
    var rivals = files.rivals
    var names: [Name] = []
    var lanes: [String: Int] = [:]
    var wholes: [String: Int] = [:]
    var shares: [String: Int] = [:]
    func mark(_ name: Name, isItsOwnRival: Bool) -> Int {
      names.append(name)
      rivals.append(isItsOwnRival ? [rivals.count] : [])
      return rivals.count - 1
    }
    for (index, step) in plan.steps.enumerated() where !step.isFinished {
      if let lane = step.lane?.value {
        let number = lanes[lane] ?? mark(.lane(lane), isItsOwnRival: true)
        lanes[lane] = number
        marks[index].append(number)
      }
      for resource in step.resources.map(\.value) {
        // A whole excludes the whole and every share; shares among themselves are for the run to
        // count, which knows how many there are.
        let whole = wholes[resource.name] ?? mark(.resource(resource.name), isItsOwnRival: true)
        wholes[resource.name] = whole
        var number = whole
        if resource.count != nil {
          number = shares[resource.name] ?? mark(.resource(resource.name), isItsOwnRival: false)
          if shares.updateValue(number, forKey: resource.name) == nil {
            rivals[number].append(whole)
            rivals[whole].append(number)
          }
        }
        if !marks[index].contains(number) { marks[index].append(number) }
      }
    }
    self.marks = marks
    self.rivals = rivals
    self.names = names
  }

  /// Pairs of steps that exclude each other, the one that stands first in the plan before the
  /// other, each pair once; at most so many, and whether these are all.
  func pairs(atMost limit: Int) -> (pairs: [(first: Int, second: Int, reason: Reason)], isAll: Bool)
  {
    var bearers = [[Int]](repeating: [], count: rivals.count)
    for (step, own) in marks.enumerated() {
      for mark in own { bearers[mark].append(step) }
    }
    var seen: Set<Pair> = []
    var found: [(first: Int, second: Int, reason: Reason)] = []
    for (mark, others) in rivals.enumerated() {
      for other in others where other >= mark {
        for one in bearers[mark] {
          for two in bearers[other] where one != two {
            guard seen.insert(Pair(first: min(one, two), second: max(one, two))).inserted else {
              continue
            }
            if found.count == limit { return (found, false) }
            let marksInOrder = one < two ? (mark, other) : (other, mark)
            found.append((min(one, two), max(one, two), reason(marksInOrder.0, marksInOrder.1)))
          }
        }
      }
    }
    return (found, true)
  }

  private struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  private func reason(_ mark: Int, _ other: Int) -> Reason {
    let claims = files.globs.count
    guard mark < claims else {
      switch names[mark - claims] {
      case .lane(let name): return .lane(name)
      case .resource(let name): return .resource(name)
      }
    }
    let (mine, theirs) = (files.globs[mark], files.globs[other])
    return .files(mine, theirs, example: mine.commonPath(with: theirs) ?? mine.text)
  }
}
