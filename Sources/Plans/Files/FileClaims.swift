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
    var ofGlob: [Glob: [Int]] = [:]
    var filing = Filing()
    for (step, globs) in globsOfSteps.enumerated() {
      for glob in globs {
        let own = ofGlob[glob] ?? filing.file(glob)
        ofGlob[glob] = own
        while self.globs.count < filing.count {
          self.globs.append(glob)
          steps.append([])
        }
        for claim in own where !claims[step].contains(claim) {
          claims[step].append(claim)
          steps[claim].append(step)
        }
      }
    }
    rivals = filing.rivals()
  }

  /// Claims in the folders of a tree, by what their patterns begin with.
  private struct Filing {
    private struct Folder {
      var parent: Int?
      var folders: [Substring: Int] = [:]
      /// A plain path is all of its folder; other claims are patterns below it.
      var plain: Int?
      var patterns: [Int] = []
    }

    private enum Pattern {
      case plain(String)
      case other(GlobPattern.Alternative)

      var alternatives: [GlobPattern.Alternative] {
        switch self {
        case .plain(let path): (try? GlobPattern(parsing: path).alternatives) ?? []
        case .other(let alternative): [alternative]
        }
      }
    }

    private var tree = [Folder()]
    private var patterns: [Pattern] = []
    private var folders: [Int] = []
    private var numbers: [GlobPattern.Alternative: Int] = [:]

    var count: Int { patterns.count }

    /// The claims of a glob, made where they are new.
    mutating func file(_ glob: Glob) -> [Int] {
      if let path = glob.plainPath {
        let folder = folder(path.split(separator: "/"))
        if let claim = tree[folder].plain { return [claim] }
        tree[folder].plain = count
        return [add(.plain(path), in: folder)]
      }
      return glob.pattern.alternatives.map { alternative in
        if let claim = numbers[alternative] { return claim }
        numbers[alternative] = count
        let folder = folder(GlobPattern.literalPrefix(of: alternative).map { $0[...] })
        tree[folder].patterns.append(count)
        return add(.other(alternative), in: folder)
      }
    }

    private mutating func add(_ pattern: Pattern, in folder: Int) -> Int {
      patterns.append(pattern)
      folders.append(folder)
      return count - 1
    }

    private mutating func folder(_ names: [Substring]) -> Int {
      var folder = 0
      for name in names {
        if let next = tree[folder].folders[name] {
          folder = next
        } else {
          tree.append(Folder(parent: folder))
          tree[folder].folders[name] = tree.count - 1
          folder = tree.count - 1
        }
      }
      return folder
    }

    /// Each claim is held against those in its folder and in the folders above; those below come to
    /// it in their turn.
    func rivals() -> [[Int]] {
      var rivals = patterns.indices.map { [$0] }
      for claim in patterns.indices {
        var place = Optional(folders[claim])
        while let folder = place {
          // All that is below a plain path belongs to it.
          if let plain = tree[folder].plain, plain != claim {
            rivals[claim].append(plain)
            rivals[plain].append(claim)
          }
          for other in tree[folder].patterns where folder != folders[claim] || other < claim {
            guard other != claim, overlap(claim, other) else { continue }
            rivals[claim].append(other)
            rivals[other].append(claim)
          }
          place = tree[folder].parent
        }
      }
      return rivals.map { $0.count == 1 ? $0 : Array(Set($0)).sorted() }
    }

    private func overlap(_ claim: Int, _ other: Int) -> Bool {
      patterns[claim].alternatives.contains { mine in
        patterns[other].alternatives.contains { GlobPattern.overlap(mine, $0) }
      }
    }
  }
}
