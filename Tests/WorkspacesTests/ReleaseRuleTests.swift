import Foundation
import TestSupport
import Testing

/// Promise: one function removes or resets worktrees and branches, and it pins first.
@Suite struct ReleaseRuleTests {
  private let allowed = [
    "Workspaces/Keeping/Keep+Release.swift",
    // Removes only what git ignores, which a test of its own makes sure of.
    "Workspaces/Keeping/Keep+Prune.swift",
  ]
  private let forbidden = [
    #""worktree",\s*"(remove|prune)""#, #""--hard""#, #""clean",\s*"-"#,
    #""branch",\s*"-[a-zA-Z]*[dDfM]"#,
    #""update-ref",\s*"(-d|--stdin)""#, #""checkout",[^\]]*"(-f|--force)""#, #""--reset""#,
    #""stash",\s*"(drop|clear|pop)""#, #""switch",[^\]]*"(-f|--force|--discard-changes|-C)""#,
    #""reflog",\s*"(expire|delete)""#, #""gc""#, #"\["restore""#, #""--abort""#, #""--quit""#,
  ]

  private func offences(in text: String) throws -> [String] {
    try forbidden.filter { pattern in
      try NSRegularExpression(pattern: pattern).firstMatch(
        in: text, range: NSRange(text.startIndex..., in: text)) != nil
    }
  }

  @Test func nothingElseRemovesOrResets() throws {
    let sources = packageRoot() + "/Sources"
    let files = try #require(FileManager.default.enumerator(atPath: sources))
    var seen = 0
    for case let file as String in files where file.hasSuffix(".swift") {
      let text = try String(contentsOfFile: sources + "/" + file, encoding: .utf8)
      if allowed.contains(file) {
        seen += 1
        #expect(try !offences(in: text).isEmpty)
      } else {
        #expect(try offences(in: text) == [], "\(file) does what only \(allowed) may do")
      }
    }
    #expect(seen == allowed.count)
  }

  @Test func theRuleSeesWhatItIsFor() throws {
    #expect(try offences(in: #"run(["worktree", "remove", path])"#).count == 1)
    #expect(try offences(in: #"run(["reset", "--hard"])"#).count == 1)
    #expect(try offences(in: #"run(["status"])"#) == [])
  }
}
