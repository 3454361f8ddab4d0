/// Which steps may touch the same files, for thousands of steps at once.
///
/// A claim is one pattern that at least one step declares; steps with the same pattern share the
/// claim. Two claims are rivals where some path could match both, and every claim is its own rival.
/// Patterns are filed by the folders that they begin with, so that only those on one way down the
/// tree are held against each other.
package struct FileClaims: Sendable {
  /// The claims of each step.
  package private(set) var claims: [[Int]]
  /// The rivals of each claim, itself among them.
  package private(set) var rivals: [[Int]] = []
  /// The steps of each claim, in plan order.
  package private(set) var steps: [[Int]] = []
  /// A glob in which each claim was written.
  package private(set) var globs: [Glob] = []

  package init(_ globsOfSteps: [[Glob]]) {
    claims = Array(repeating: [], count: globsOfSteps.count)
    var numbers: [GlobPattern.Alternative: Int] = [:]
    var ofGlob: [Glob: [Int]] = [:]
    var patterns: [GlobPattern.Alternative] = []
    for (step, globs) in globsOfSteps.enumerated() {
      for glob in globs {
        let own =
          ofGlob[glob]
          ?? glob.pattern.alternatives.map { alternative in
            if let number = numbers[alternative] { return number }
            numbers[alternative] = patterns.count
            patterns.append(alternative)
            self.globs.append(glob)
            steps.append([])
            return patterns.count - 1
          }
        ofGlob[glob] = own
        for claim in own where !claims[step].contains(claim) {
          claims[step].append(claim)
          steps[claim].append(step)
        }
      }
    }
    rivals = Self.findRivals(among: patterns)
  }

  private static func findRivals(among patterns: [GlobPattern.Alternative]) -> [[Int]] {
    var rivals = patterns.indices.map { [$0] }
    var tree = [Folder()]
    var filed: [Int] = []
    for (claim, pattern) in patterns.enumerated() {
      var folder = 0
      for name in GlobPattern.literalPrefix(of: pattern) {
        if let next = tree[folder].folders[name] {
          folder = next
        } else {
          tree.append(Folder(parent: folder))
          tree[folder].folders[name] = tree.count - 1
          folder = tree.count - 1
        }
      }
      tree[folder].claims.append(claim)
      filed.append(folder)
    }
    for (claim, pattern) in patterns.enumerated() {
      var folder = Optional(filed[claim])
      while let place = folder {
        for other in tree[place].claims where place != filed[claim] || other < claim {
          guard GlobPattern.overlap(pattern, patterns[other]) else { continue }
          rivals[claim].append(other)
          rivals[other].append(claim)
        }
        folder = tree[place].parent
      }
    }
    return rivals
  }

  private struct Folder {
    var parent: Int?
    var folders: [String: Int] = [:]
    var claims: [Int] = []
  }
}
