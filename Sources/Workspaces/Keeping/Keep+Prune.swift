import Files
import Glibc

/// What became of build folders that could be made again.
package struct Pruning: Sendable, Hashable {
  /// Full paths.
  package var removed: [String] = []
  /// Folders that hold something else than what git ignores, and so stayed.
  package var refused: [String] = []
}

extension Keep {
  /// Removes the folders that patterns name from a worktree, where there is nothing in them but what git
  /// ignores. Beside `release` this is the only thing that removes from a worktree, and it pins
  /// nothing: so whatever git tracks, or would track if it were added, makes it refuse the folder,
  /// and git itself is asked to remove ignored files alone.
  ///
  /// - Parameter patterns: globs of folders, from the worktree's top.
  func prune(
    _ patterns: [String], in worktree: Worktree
  ) throws(WorkspaceError) -> Pruning {
    var pruning = Pruning()
    guard worktree.path != git.repository.root,
      worktree.gitFolder.hasPrefix(git.repository.commonFolder + "/worktrees/")
    else { throw .notOurs(worktree.path) }
    guard !patterns.isEmpty, worktree.isThere else { return pruning }
    let brought = worktree.brought.all
    for path in folders(patterns, in: worktree) {
      let full = worktree.path + "/" + path
      guard !brought.contains(where: { $0 == path || $0.hasPrefix(path + "/") }),
        worktree.repositories(in: path).isEmpty, try isIgnored(path, in: worktree)
      else {
        pruning.refused.append(full)
        continue
      }
      do throws(WorkspaceError) {
        try worktree.insisting { () throws(WorkspaceError) in
          try git.run(["clean", "--quiet", "-ffdX", "--", ":(literal)" + path], at: worktree)
        }
      } catch {
        // What of it cannot go is told below.
        guard case .unusable = error else { throw error }
      }
      if entryKind(full) == .missing {
        pruning.removed.append(full)
      } else {
        pruning.refused.append(full)
      }
    }
    return pruning
  }

  /// The folders that patterns name, links left out, and none that lies in another of them.
  private func folders(_ patterns: [String], in worktree: Worktree) -> [String] {
    let wanted = patterns.map { $0.split(separator: "/").map(String.init) }.filter { !$0.isEmpty }
    var found: [String] = []
    var waiting = [(folder: "", patterns: wanted)]
    while let (folder, patterns) = waiting.popLast() {
      for name in (try? listFolder(worktree.path + "/" + folder)) ?? [] where name != ".git" {
        let path = folder + name
        var status = stat()
        guard lstat(worktree.path + "/" + path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR
        else { continue }
        let left = patterns.flatMap { rest(of: $0, behind: name) }
        if left.contains(where: \.isEmpty) {
          found.append(path)
        } else if !left.isEmpty {
          waiting.append((path + "/", left))
        }
      }
    }
    return found.sorted()
  }

  /// What of a pattern is still to be met below a folder of a name; an empty rest is met.
  private func rest(of pattern: [String], behind name: String) -> [[String]] {
    guard let first = pattern.first else { return [] }
    if first == "**" {
      // It stands for no folder, or for this one and more.
      let behind = Array(pattern.dropFirst())
      return rest(of: behind, behind: name) + (behind.isEmpty ? [[]] : [pattern])
    }
    return fnmatch(first, name, 0) == 0 ? [Array(pattern.dropFirst())] : []
  }

  /// Whether nothing in a folder is in the index or the commit, or would be added.
  private func isIgnored(
    _ path: String, in worktree: Worktree
  ) throws(WorkspaceError) -> Bool {
    let place = ":(literal)" + path
    for words in [
      ["ls-files", "-z", "--", place],
      ["ls-files", "-z", "--others", "--exclude-standard", "--", place],
      ["ls-tree", "-z", "HEAD", "--", path + "/"],
    ] {
      guard try git.run(words, at: worktree).fields.isEmpty else { return false }
    }
    return true
  }
}

extension Worktrees {
  /// Makes room: removes build folders from the worktrees that no step works in.
  ///
  /// - Parameters:
  ///   - patterns: `workspace.prune`.
  ///   - unfinished: steps and lanes that may go on in their worktrees; those keep what they have.
  package func prune(
    _ patterns: [String], besides unfinished: Set<String>
  ) throws(WorkspaceError) -> Pruning {
    var all = Pruning()
    guard !patterns.isEmpty else { return all }
    let kept = Set(unfinished.map(path(of:)))
    for found in try survey() where !kept.contains(found.worktree.path) {
      switch found.use {
      case .parked, .free: break
      case .locked, .occupied, .left, .foreign, .lockedByPerson, .gone: continue
      }
      let (git, worktree) = (git, found.worktree)
      // Nobody can take the worktree up meanwhile: that needs the same lock.
      let pruning = try git.alone { () throws(WorkspaceError) -> Pruning in
        guard entryKind(worktree.gitFolder + "/locked") == .missing,
          occupants(of: worktree.path).isEmpty
        else { return Pruning() }
        return try Keep(git).prune(patterns, in: worktree)
      }
      all.removed += pruning.removed
      all.refused += pruning.refused
    }
    return all
  }
}
