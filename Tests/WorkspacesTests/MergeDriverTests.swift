import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// Programs of the repository's choice that merge files.
@Suite struct MergeDriverTests {
  private let scene: Scene

  init() throws {
    scene = try Scene([
      ".gitattributes": "*.txt merge=own\n", "a.txt": "base\n",
      "deep/.gitattributes": "* merge=union\n",
      "deep/b": "base\n", "other": "base\n",
    ])
  }

  /// Two commits that changed the same lines, and how git merges the one into the other.
  private func merge(_ changed: String...) throws -> Merge {
    let base = try scene.base()
    var sides: [ObjectID] = []
    for side in ["ours", "theirs"] {
      try scene.person("checkout", "--quiet", "--detach", base.hex)
      for path in changed { try scene.write(path, side + "\n") }
      try scene.person("commit", "--quiet", "--all", "--message", side)
      sides.append(try #require(try scene.git.commit("HEAD")))
    }
    // The person's checkout is of something else by now.
    try scene.person("rm", "--quiet", "-r", ".")
    let before = try scene.personalState()
    let merge = try scene.git.merge(sides[1], into: sides[0])
    if let tree = merge.tree {
      #expect(try scene.git.merged(sides[1], into: sides[0])?.tree == tree)
    }
    #expect(try scene.personalState() == before)
    #expect(
      try listFolder(scene.git.repository.commonFolder).allSatisfy { !$0.hasPrefix("divisi-m") })
    return merge
  }

  private func show(_ merge: Merge, _ path: String) throws -> String {
    try scene.person("show", try #require(merge.tree).hex + ":" + path)
  }

  @Test(arguments: ["echo", "printf %s", "printf '%s\\n\\n'"])
  func whatADriverSaysIsNoPartOfTheAnswer(_ saying: String) throws {
    try scene.person(
      "config", "merge.own.driver",
      "\(saying) merging; echo left > left-here; cat %A %B > %A.new; mv %A.new %A")
    let merge = try merge("a.txt")
    #expect(try show(merge, "a.txt") == "ours\ntheirs\n")
  }

  @Test func whatAKilledMergeLeftIsRemovedADayLater() throws {
    let left = scene.git.repository.commonFolder + "/divisi-merge-1-2"
    try createFolder(left)
    try writeFile(left + "/.gitattributes", [])
    try scene.person("config", "merge.own.driver", "cat %A %B > %A.new; mv %A.new %A")
    let base = try scene.base()
    _ = try scene.git.merge(base, into: base)
    #expect(entryKind(left) == .folder, "the merge may be under way")
    let dayBefore = timespec(tv_sec: time(nil) - 86_401, tv_nsec: 0)
    utimensat(AT_FDCWD, left, [dayBefore, dayBefore], 0)
    _ = try merge("a.txt")
    #expect(entryKind(left) == .missing)
  }

  @Test func whatADriverDoesNotDecideIsAConflict() throws {
    try scene.person("config", "merge.own.driver", "echo no; exit 1")
    guard case .conflicts(let conflicts) = try merge("a.txt") else {
      Issue.record("it was merged")
      return
    }
    #expect(conflicts.map(\.path) == ["a.txt"])
  }

  @Test func attributesOfWhatIsMergedDecideAndNotThoseOfTheCheckout() throws {
    #expect(try show(try merge("deep/b"), "deep/b") == "ours\ntheirs\n")
  }

  @Test func aDriverOfTheRepositorysOwnIsFound() throws {
    try scene.write("tools/join.sh", "cat \"$1\" \"$2\" > \"$1.new\"; mv \"$1.new\" \"$1\"\n")
    try scene.person("add", "tools")
    try scene.person("commit", "--quiet", "--message", "Tools")
    try scene.person("config", "merge.own.driver", "sh ./tools/join.sh %A %B")
    #expect(try show(try merge("a.txt"), "a.txt") == "ours\ntheirs\n")
  }
}

extension Merge {
  fileprivate var tree: ObjectID? { if case .clean(let tree) = self { tree } else { nil } }
}
