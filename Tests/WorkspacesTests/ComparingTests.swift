import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

@Suite struct ComparingTests {
  /// A commit of exactly these files.
  private func commit(_ scene: Scene, _ files: [String: String], on parent: ObjectID? = nil) throws
    -> ObjectID
  {
    let index = scene.folder.path + "/index-\(UUID().uuidString)"
    var lines = ""
    for (path, text) in files {
      let blob = try scene.git.object(
        ["hash-object", "-w", "--stdin"], input: Array(text.utf8))
      lines += "100644 \(blob) 0\t\(path)\0"
    }
    let environment = ["GIT_INDEX_FILE": index]
    try scene.git.run(
      ["update-index", "-z", "--index-info"], input: Array(lines.utf8), environment: environment)
    let tree = try scene.git.object(["write-tree"], environment: environment)
    return try scene.git.writeCommit(
      tree: tree, parents: [parent].compactMap { $0 }, message: "A test\n")
  }

  private func dropped(
    base: [String: String], ours: [String: String], theirs: [String: String],
    result: [String: String]
  ) throws -> [DroppedPart] {
    let scene = try Scene()
    return try scene.git.droppedLines(
      base: commit(scene, base), ours: commit(scene, ours), theirs: commit(scene, theirs),
      result: commit(scene, result))
  }

  @Test func aLineThatAResolutionDroppedIsNamed() throws {
    let lost = try dropped(
      base: ["a": "one\ntwo\nthree\n"], ours: ["a": "one\nours\nthree\n"],
      theirs: ["a": "one\ntheirs 1\ntheirs 2\nthree\n"], result: ["a": "one\nours\nthree\n"])
    #expect(lost == [DroppedPart(side: .theirs, path: "a", lines: ["theirs 1", "theirs 2"])])
  }

  @Test func bothSidesKeptIsNothingDropped() throws {
    let lost = try dropped(
      base: ["a": "one\n"], ours: ["a": "one\nours\n"], theirs: ["a": "one\ntheirs\n"],
      result: ["a": "one\ntheirs\nours\n"])
    #expect(lost == [])
  }

  @Test func movedAndIndentedLinesSurvive() throws {
    let lost = try dropped(
      base: ["a": "one\n"], ours: ["a": "one\nlet x = 1\nlet y = 2\n"],
      theirs: ["b": "one\n"], result: ["b": "if true {\n  let x = 1\n}\none\n", "c": "let y = 2\n"])
    #expect(lost == [])
  }

  @Test func whatTheOtherSideTookAwayIsNotDropped() throws {
    let lost = try dropped(
      base: ["a": "dup\nx\ndup\n"], ours: ["a": "dup\ndup\nx\ndup\n"], theirs: ["a": "x\n"],
      result: ["a": "dup\nx\n"])
    #expect(lost == [])
  }

  @Test func aFileOfOneSideThatIsGoneIsNamedWhateverItsName() throws {
    let name = "d\u{FC}r/a \"b\"\tc"
    let lost = try dropped(
      base: ["z": "z\n"], ours: ["z": "z\n", name: "--- a/x\n+++ b/y\n@@ -1 +1 @@\n"],
      theirs: ["z": "z\n"], result: ["z": "z\n"])
    #expect(
      lost == [
        DroppedPart(side: .ours, path: name, lines: ["--- a/x", "+++ b/y", "@@ -1 +1 @@"])
      ])
  }

  @Test func aBinaryThatWasReplacedIsNamed() throws {
    let lost = try dropped(
      base: ["p": "\0base"], ours: ["p": "\0ours"], theirs: ["p": "\0theirs"],
      result: ["p": "\0theirs"])
    #expect(lost == [DroppedPart(side: .ours, path: "p", lines: [])])
  }

  @Test func aLineThatHoldsWhatBothSidesBroughtIsNothingDropped() throws {
    let lost = try dropped(
      base: ["a": "call(x)\n"], ours: ["a": "call(x, a)\n"], theirs: ["a": "call(x, b)\n"],
      result: ["a": "call(x, a, b)\n"])
    #expect(lost == [])
    let half = try dropped(
      base: ["a": "call(x)\n"], ours: ["a": "call(x, a)\n"], theirs: ["a": "call(x, b)\n"],
      result: ["a": "call(x, b)\n"])
    #expect(half == [DroppedPart(side: .ours, path: "a", lines: ["call(x, a)"])])
  }

  @Test func whatWasWrittenAnewIsNamedAndNotCertain() throws {
    let lost = try dropped(
      base: ["a": "one\ntwo\nthree\n"], ours: ["a": "one\nours\nthree\n"],
      theirs: ["a": "one\ntheirs\nthree\n"], result: ["a": "one\nsomething else\nthree\n"])
    #expect(
      lost == [
        DroppedPart(side: .ours, path: "a", lines: ["ours"], isCertain: false),
        DroppedPart(side: .theirs, path: "a", lines: ["theirs"], isCertain: false),
      ])
    // What was only added stands for itself: something beside it does not replace it.
    let added = try dropped(
      base: ["a": "one\n"], ours: ["a": "one\nours 1\nours 2\n"],
      theirs: ["a": "one\ntheirs\n"], result: ["a": "one\ntheirs\nsomething else\n"])
    #expect(added == [DroppedPart(side: .ours, path: "a", lines: ["ours 1", "ours 2"])])
  }

  @Test func aBinaryThatWasMadeAnewIsNamedAndNotCertain() throws {
    let lost = try dropped(
      base: ["p": "\0base"], ours: ["p": "\0ours"], theirs: ["p": "\0theirs"],
      result: ["p": "\0both"])
    #expect(
      lost == [
        DroppedPart(side: .ours, path: "p", lines: [], isCertain: false),
        DroppedPart(side: .theirs, path: "p", lines: [], isCertain: false),
      ])
  }

  @Test func textThatAttributesHideIsComparedByLines() throws {
    let scene = try Scene([".gitattributes": "*.lock -diff\n"])
    let lost = try scene.git.droppedLines(
      base: commit(scene, ["a.lock": "one\n"]), ours: commit(scene, ["a.lock": "one\nours\n"]),
      theirs: commit(scene, ["a.lock": "one\ntheirs\n"]),
      result: commit(scene, ["a.lock": "one\ntheirs\n"]))
    #expect(lost == [DroppedPart(side: .ours, path: "a.lock", lines: ["ours"])])
  }

  /// One side renames a file in which the other changes a line.
  @Test func aFileThatGitCouldMergeLacksNothingThatGitsMergeLacks() throws {
    let scene = try Scene()
    let lines = (1...20).map { "line \($0)\n" }
    let base = try commit(scene, ["a": lines.joined()])
    let ours = try commit(scene, ["b": lines.joined()], on: base)
    var changed = lines
    changed[3] = "changed\n"
    let theirs = try commit(scene, ["a": changed.joined()], on: base)
    guard case .clean(let tree) = try scene.git.merge(theirs, into: ours) else {
      Issue.record("it does not fit")
      return
    }
    #expect(
      try scene.git.droppedLines(base: base, ours: ours, theirs: theirs, result: tree) == [])
  }

  @Test func whatAMergeDriverDroppedIsNamed() throws {
    let scene = try Scene()
    try scene.person("config", "merge.ours.driver", "true")
    func commit(_ files: [String: String], on base: ObjectID? = nil) throws -> ObjectID {
      let all = files.merging([".gitattributes": "gen merge=ours\n"]) { $1 }
      return try self.commit(scene, all, on: base)
    }
    let base = try commit(["gen": "one\n", "a": "a\n"])
    let ours = try commit(["gen": "one\nours\n", "a": "a\n"], on: base)
    let theirs = try commit(["gen": "one\ntheirs\n", "a": "b\n"], on: base)
    guard case .clean(let tree) = try scene.git.merge(theirs, into: ours) else {
      Issue.record("the driver was not asked")
      return
    }
    #expect(
      try scene.git.droppedByDrivers(base: base, ours: ours, theirs: theirs, result: tree)
        == [DroppedPart(side: .theirs, path: "gen", lines: ["theirs"])])
    #expect(
      try scene.git.droppedByDrivers(base: base, ours: base, theirs: theirs, result: theirs) == [])
  }

  /// Random edits of both sides: what git merges cleanly drops nothing, and every line that is then
  /// taken out of the result, and only that, is named.
  @Test(arguments: 0..<24) func cleanMergesDropNothingAndWhatIsTakenOutIsNamed(_ number: UInt64)
    throws
  {
    let seed = 7_000 + number
    var random = SeededGenerator(seed: seed)
    let scene = try Scene()
    var base: [String: [String]] = [:]
    for file in 0..<3 {
      base["f\(file)"] = (0..<Int.random(in: 5...40, using: &random)).map { _ in
        "line \(Int.random(in: 0..<30, using: &random))"
      }
    }
    func edited(_ side: String) -> [String: [String]] {
      var files = base
      for edit in 0..<Int.random(in: 1...6, using: &random) {
        let file = "f\(Int.random(in: 0..<3, using: &random))"
        var lines = files[file] ?? []
        let place = Int.random(in: 0...lines.count, using: &random)
        if Bool.random(using: &random), place < lines.count {
          lines.remove(at: place)
        } else {
          lines.insert("\(side) \(edit)", at: place)
        }
        files[file] = lines
      }
      return files
    }
    func text(_ files: [String: [String]]) -> [String: String] {
      files.mapValues { $0.map { $0 + "\n" }.joined() }
    }
    let start = try commit(scene, text(base))
    let (one, two) = (edited("ours"), edited("theirs"))
    let ours = try commit(scene, text(one), on: start)
    let theirs = try commit(scene, text(two), on: start)
    guard case .clean(let tree) = try scene.git.merge(theirs, into: ours) else { return }
    func lost(_ result: ObjectID) throws -> [DroppedPart] {
      try scene.git.droppedLines(base: start, ours: ours, theirs: theirs, result: result)
    }
    #expect(try lost(tree) == [], "seed \(seed)")
    guard
      let (file, line) = two.flatMap({ file, lines in lines.map { (file, $0) } })
        .filter({ $0.1.hasPrefix("theirs") }).randomElement(using: &random)
    else { return }
    var merged: [String: String] = [:]
    for file in two.keys {
      let text = try scene.git.run(["cat-file", "blob", "\(tree):\(file)"]).lines
      merged[file] = text.filter { $0 != line }.map { $0 + "\n" }.joined()
    }
    #expect(
      try lost(commit(scene, merged)) == [DroppedPart(side: .theirs, path: file, lines: [line])],
      "seed \(seed)")
  }

  @Test func aBigDifferenceIsReadInOnePass() throws {
    let scene = try Scene()
    let lines = (0..<200_000).map { "this is the line with the number \($0)\n" }
    let base = try commit(scene, ["a": "x\n"])
    let ours = try commit(scene, ["a": "x\n" + lines.joined()])
    let half = try commit(scene, ["a": "x\n" + lines.prefix(199_999).joined()])
    let lost = try scene.git.droppedLines(base: base, ours: ours, theirs: base, result: half)
    #expect(lost.map(\.lines) == [["this is the line with the number 199999"]])
  }

  @Test func mergedIsToldByContent() throws {
    let scene = try Scene()
    let base = try commit(scene, ["a": "1\n2\n3\n", "b": "b\n"])
    let first = try commit(scene, ["a": "1\nx\n3\n", "b": "b\n"], on: base)
    let tip = try commit(scene, ["a": "1\nx\n3\n", "b": "b\n", "c": "c\n"], on: first)
    let squashed = try commit(scene, ["a": "1\nx\n3\n", "b": "b\n", "c": "c\n"], on: base)
    let onwards = try commit(scene, ["a": "1\ny\n3\n", "b": "b\n", "c": "c\n"], on: squashed)
    let other = try commit(scene, ["a": "1\n2\n3\n", "b": "B\n"], on: base)
    let picked = try commit(scene, ["a": "1\nx\n3\n", "b": "B\n"], on: other)
    let rebased = try commit(scene, ["a": "1\nx\n3\n", "b": "B\n", "c": "c\n"], on: picked)
    let changed = try commit(scene, ["a": "1\nz\n3\n", "b": "B\n", "c": "d\n"], on: rebased)
    #expect(try scene.git.isMerged(first, into: tip) == .commits)
    #expect(try scene.git.isMerged(tip, into: squashed) == .content)
    #expect(try scene.git.isMerged(tip, into: onwards) == .squash)
    #expect(try scene.git.isMerged(tip, into: changed) == .changes)
    #expect(try scene.git.isMerged(tip, into: other) == nil)
    #expect(try scene.git.isMerged(tip, into: picked) == nil)
  }

  @Test(arguments: [
    ["diff.noprefix", "true"], ["diff.mnemonicPrefix", "true"], ["color.diff", "always"],
    ["color.ui", "always"], ["diff.context", "0"], ["diff.algorithm", "patience"],
    ["diff.external", "false"], ["diff.renames", "copies"], ["log.showSignature", "true"],
    ["diff.relative", "true"], ["log.follow", "true"],
  ])
  func aSquashIsFoundHoweverThePersonLikesDifferences(_ setting: [String]) throws {
    let scene = try Scene()
    let base = try commit(scene, ["a": "1\n2\n3\n4\n5\n6\n", "b": "b\n"])
    let first = try commit(scene, ["a": "1\nx\n3\n4\n5\n6\n", "b": "b\n"], on: base)
    let tip = try commit(scene, ["a": "1\nx\n3\n4\ny\n6\n", "b": "b\n"], on: first)
    let squashed = try commit(scene, ["a": "1\nx\n3\n4\ny\n6\n", "b": "b\n"], on: base)
    let onwards = try commit(scene, ["a": "1\nz\n3\n4\nz\n6\n", "b": "b\n"], on: squashed)
    try scene.person("config", setting[0], setting[1])
    #expect(try scene.git.isMerged(tip, into: onwards) == .squash)
  }

  /// Only looks, at what is under way: repositories within it are no part of the work.
  @Test func theFilesOfAStepAreThoseBesideRepositoriesWithin() throws {
    let scene = try Scene()
    let worktree = try scene.prepare().worktree
    try worktree.write("new.txt", "new\n")
    for folder in ["empty", "full"] {
      try worktree.write(folder + "/x", "x\n")
      try Scene.git(["init", "--quiet"], in: worktree.path + "/" + folder)
    }
    try Scene.git(["add", "x"], in: worktree.path + "/full")
    try Scene.git(["commit", "--quiet", "--message", "x"], in: worktree.path + "/full")
    let files = try #require(try scene.worktrees.files(of: "api"))
    #expect(
      try scene.person("ls-tree", "-r", "--name-only", files.hex)
        == "README\nnew.txt\nsrc/a.txt\n")
  }

  @Test func changesAreListedWithSizesAndHeldAgainstWhatIsAllowed() throws {
    let scene = try Scene()
    let base = try commit(scene, ["a": "1\n", "b": "2\n", "p": "\0"])
    let head = try commit(scene, ["a": "1\n22\n", "c \u{FC}": "333\n", "p": "\0\0"])
    let changes = try scene.git.changes(from: base, to: head)
    #expect(
      changes == [
        ChangedFile(path: "a", kind: .modified, lines: .init(added: 1, removed: 0), size: 5),
        ChangedFile(
          path: "b", kind: .deleted, lines: .init(added: 0, removed: 1), size: 0, largest: 2),
        ChangedFile(path: "c \u{FC}", kind: .added, lines: .init(added: 1, removed: 0), size: 4),
        ChangedFile(path: "p", kind: .modified, lines: nil, size: 2),
      ])
    #expect(changes.outside { $0 == "a" || $0 == "p" } == ["b", "c \u{FC}"])
    let folder = try TemporaryFolder()
    for (path, text) in ["a": "1\n", "b": "2\n", "p": "\0"] { try folder.write(path, text) }
    let path = folder.path + "/diff.patch"
    try scene.git.writePatch(from: base, to: head, changes, into: path)
    try Scene.git(["apply", "diff.patch"], in: folder.path)
    #expect(try folder.read("c \u{FC}") == "333\n")
    #expect(try folder.read("p") == "\0\0")
    // What is too large is named, and all else is there.
    try scene.git.writePatch(from: base, to: head, changes, into: path, limit: 4)
    let patch = try folder.read("diff.patch")
    #expect(patch.contains("git show \(head):a\n") && !patch.contains("+22"))
    #expect(patch.contains("+333"))
  }
}
