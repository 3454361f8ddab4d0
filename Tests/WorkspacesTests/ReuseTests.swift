import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// A worktree that is used again is what a new one would be.
@Suite struct ReuseTests {
  private static let paths = [
    "a", "a/b", "a/b/c", "d/e.txt", "d/f.txt", "l", "sp ace/\u{FC}", "x.sh", "g/h/i", "g/h",
  ]

  /// A commit of random files, programs and links; what was a file in one may be a folder in the next.
  private func commit(_ scene: Scene, _ chance: inout SeededGenerator) throws -> ObjectID {
    try scene.person("rm", "-rf", "--quiet", "--ignore-unmatch", ".")
    try scene.write("README", "\(Int.random(in: 0..<2, using: &chance))\n")
    for path in Self.paths where Bool.random(using: &chance) {
      let full = scene.root + "/" + path
      let above = sequence(first: parentFolder(of: path)) { parentFolder(of: $0) }
        .prefix { !$0.isEmpty && $0 != "." && $0 != "/" }
      guard entryKind(full) == .missing, try !isLink(full),
        try above.allSatisfy({
          try !isLink(scene.root + "/" + $0) && entryKind(scene.root + "/" + $0) != .file
        })
      else { continue }
      try createFolder(parentFolder(of: full))
      switch Int.random(in: 0..<4, using: &chance) {
      case 0:
        try FileManager.default.createSymbolicLink(atPath: full, withDestinationPath: "README")
      case 1:
        try scene.write(path, "#!/bin/sh\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: full)
      default: try scene.write(path, "\(Int.random(in: 0..<3, using: &chance))\r\n")
      }
    }
    try scene.person("add", "--all")
    try scene.person("commit", "--quiet", "--allow-empty", "--message", "Next")
    return try scene.base()
  }

  private func isLink(_ path: String) throws -> Bool {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: path)) != nil
  }

  /// Every entry with what it is and holds.
  private func picture(_ root: String) throws -> [String: String] {
    var found: [String: String] = [:]
    let walker = try #require(FileManager.default.enumerator(atPath: root))
    while let path = walker.nextObject() as? String {
      if path == ".git" { continue }
      let full = root + "/" + path
      let attributes = try FileManager.default.attributesOfItem(atPath: full)
      let kind = attributes[.type] as? FileAttributeType
      let mode = (attributes[.posixPermissions] as? Int ?? 0) & 0o100
      let text =
        switch kind {
        case .typeSymbolicLink: try FileManager.default.destinationOfSymbolicLink(atPath: full)
        case .typeRegular: String(decoding: try readFile(full), as: UTF8.self)
        default: ""
        }
      found[path] = "\(kind?.rawValue ?? "") \(mode) \(text)"
    }
    return found
  }

  @Test(arguments: 0..<12 as Range<UInt64>) func itHoldsWhatANewOneHolds(_ seed: UInt64) throws {
    var chance = SeededGenerator(seed: seed)
    let scene = try Scene()
    let commits = try (0..<4).map { _ in try commit(scene, &chance) }
    var worktree = try scene.prepare("first", at: commits[0]).worktree
    for (number, commit) in commits.enumerated().dropFirst() {
      // A tag of the same name leads elsewhere.
      try scene.person("tag", "--force", "feature/task-s\(number)", commits[0].hex)
      try scene.worktrees.park(worktree)
      let again = try scene.prepare("s\(number)", at: commit)
      #expect(again.isReused)
      worktree = again.worktree
      let new = try scene.prepare("new\(number)", at: commit).worktree
      #expect(try picture(worktree.path) == picture(new.path))
      #expect(try scene.agent(worktree, "status", "--porcelain", "--ignored") == "")
      #expect(
        try scene.agent(worktree, "symbolic-ref", "HEAD") == "refs/heads/feature/task-s\(number)\n")
      #expect(try scene.git.head(of: worktree) == commit)
    }
  }

  @Test(arguments: [
    "git update-index --assume-unchanged README; echo other > README",
    "git add -N README; echo message > \"$(git rev-parse --git-path SQUASH_MSG)\"",
    "echo staged > README; git add README; git checkout -q HEAD -- README; touch -d @1 README",
    "git rm -q --cached README", "echo 'README text eol=crlf' > .git-x; rm README",
  ])
  func itHoldsItWhateverWasLeft(_ script: String) throws {
    let scene = try Scene()
    let before = try scene.base()
    try scene.write("README", "next\n")
    try scene.person("commit", "--quiet", "--all", "--message", "Next")
    let first = try scene.prepare("first", at: before)
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/sh")
    shell.arguments = ["-c", script]
    shell.currentDirectoryURL = URL(fileURLWithPath: first.worktree.path)
    try shell.run()
    shell.waitUntilExit()
    try scene.worktrees.park(first.worktree)
    let again = try scene.prepare("again")
    #expect(try again.worktree.read("README") == "next\n")
    #expect(try scene.agent(again.worktree, "status", "--porcelain", "--ignored") == "")
    let message = try scene.agent(again.worktree, "rev-parse", "--git-path", "SQUASH_MSG")
    #expect(entryKind(again.worktree.path + "/" + message.dropLast()) == .missing)
    #expect(entryKind(String(message.dropLast())) == .missing)
  }

  @Test func aBranchThatIsCheckedOutElsewhereIsNotTakenTwice() throws {
    let scene = try Scene()
    let one = try scene.prepare("one")
    let two = try scene.prepare("two")
    #expect(throws: WorkspaceError.self) {
      try scene.keep.release(
        .reuse(one.worktree, branch: two.branch), of: scene.owner, because: "again")
    }
    #expect(try scene.agent(one.worktree, "symbolic-ref", "HEAD") == "refs/heads/\(one.branch)\n")
  }
}
