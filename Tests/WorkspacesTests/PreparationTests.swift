import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// What an attempt's workspace has of its own, and what finished ones give back.
@Suite struct PreparationTests {
  @Test func everyAttemptHasItsOwnVariables() throws {
    let folder = try TemporaryFolder()
    let variables = WorkspaceVariables(
      session: "exec-shop-1", plan: "shop", step: "api", attempt: 2, worktree: "/w",
      folder: folder.path,
      ports: 20_100..<20_110)
    #expect(
      variables.all == [
        "DIVISI_RUN": "exec-shop-1", "DIVISI_PLAN": "shop", "DIVISI_STEP": "api",
        "DIVISI_ATTEMPT_NUMBER": "2", "DIVISI_ATTEMPT_DIR": folder.path, "DIVISI_WORKTREE": "/w",
        "DIVISI_SCRATCH": folder.path + "/scratch", "DIVISI_PORT_BASE": "20100",
        "DIVISI_PORT_COUNT": "10",
      ])
    #expect(entryKind(try variables.makeScratch()) == .folder)
  }

  @Test func attemptsOfARunNeverShareAPortWhateverIsTaken() {
    let ranges = PortRanges(base: 20_000, size: 10, columns: 8)
    for seed in 0..<200 as Range<UInt64> {
      var chance = SeededGenerator(seed: seed)
      let busy = Set((0..<40).map { _ in Int.random(in: 20_000..<32_768, using: &chance) })
      var given: Set<Int> = []
      for number in 0..<8 {
        // Each later one finds other ports taken: by those before, and by strangers.
        guard
          let range = ranges.range(
            number, of: "exec-\(seed % 7)",
            isTaken: { busy.contains($0) || given.contains($0) })
        else {
          Issue.record("seed \(seed): no range")
          continue
        }
        #expect(given.isDisjoint(with: range) && busy.isDisjoint(with: range), "seed \(seed)")
        #expect(range.count == 10 && range.upperBound <= 32_768)
        if chance.next() % 2 == 0 { given.formUnion(range) }
      }
    }
    #expect(ranges.range(8, of: "x", isTaken: { _ in false }) == nil)
    #expect(ranges.range(0, of: "x", isTaken: { _ in true }) == nil)
    #expect(PortRanges(size: 0).range(0, of: "x", isTaken: { _ in false }) == nil)
  }

  /// Where a whole row does not fit, there are fewer ranges, and not none.
  @Test(arguments: [(20_000, 100), (32_000, 10), (65_000, 10), (20_000, 12_768), (65_530, 6)])
  func largeRangesAndHighPortsLeaveSome(_ base: Int, _ size: Int) throws {
    let ranges = PortRanges(base: base, size: size)
    var given: Set<Int> = []
    for number in 0..<ranges.columns {
      let range = try #require(ranges.range(number, of: "exec-x", isTaken: { _ in false }))
      #expect(range.lowerBound >= base && range.count == size && given.isDisjoint(with: range))
      given.formUnion(range)
    }
    #expect(!given.isEmpty && (given.max() ?? 0) < 65_536)
  }

  @Test func aPortThatSomebodyListensOnIsTaken() throws {
    for family in [AF_INET, AF_INET6] {
      let descriptor = socket(family, Int32(SOCK_STREAM.rawValue), 0)
      // Some machines speak only one of the two.
      guard descriptor >= 0 else { continue }
      defer { close(descriptor) }
      guard listen(descriptor, 1) == 0 else { continue }
      var address = sockaddr_in6()
      var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
      let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          getsockname(descriptor, $0, &length)
        }
      }
      #expect(isNamed == 0)
      let port = Int(UInt16(bigEndian: address.sin6_port))
      #expect(isPortTaken(port))
    }
    #expect(isPortTaken(70_000))
  }

  @Test func theDiskRuleNeedsBothToBeFree() throws {
    let rule = DiskRule(leastFree: 5 << 30, leastPercent: 10)
    #expect(rule.verdict(DiskSpace(free: 20 << 30, total: 100 << 30)) == .enough)
    let little = rule.verdict(DiskSpace(free: 4 << 30, total: 20 << 30))
    #expect("\(little)" == "only 4.0 GiB of 20.0 GiB are free; 5.0 GiB are to stay free")
    let share = rule.verdict(DiskSpace(free: 90 << 30, total: 1000 << 30))
    #expect("\(share)" == "only 90.0 GiB of 1000.0 GiB are free; 100.0 GiB are to stay free")
    #expect(share.hint?.contains("workspace.prune") == true)
    let folder = try TemporaryFolder()
    #expect(
      try diskVerdict(at: folder.path + "/not/there", DiskRule(leastFree: 0, leastPercent: 0))
        == .enough)
  }

  // MARK: pruning

  private func finished(
    _ scene: Scene, _ step: String, _ files: [String: String]
  ) throws -> Worktrees.Prepared {
    let prepared = try scene.prepare(step)
    for (path, text) in files { try prepared.worktree.write(path, text) }
    try scene.worktrees.park(prepared.worktree)
    return prepared
  }

  @Test func whatGitIgnoresGoesAndEverythingElseStays() throws {
    let scene = try Scene([
      ".gitignore": "build/\nout/\n*.log\n", "src/a.txt": "one\n", "gen/kept.txt": "tracked\n",
    ])
    let parked = try finished(
      scene, "api",
      [
        "build/big.o": "x", "build/deep/er.o": "x", "deep/build/b.o": "x", "out/work.txt": "x",
        "deep/secret.log": "x", "gen/new.o": "x", "notes/idea.md": "an idea",
      ])
    let pruning = try scene.worktrees.prune(
      ["build", "/deep/**/build", "gen", "notes", "miss*g"], besides: [])
    let path = parked.worktree.path
    #expect(pruning.removed.sorted() == [path + "/build", path + "/deep/build"])
    #expect(pruning.refused.sorted() == [path + "/gen", path + "/notes"])
    for file in [
      "out/work.txt", "deep/secret.log", "gen/new.o", "gen/kept.txt", "notes/idea.md", "src/a.txt",
    ] {
      #expect(entryKind(path + "/" + file) == .file, "\(file)")
    }
    #expect(entryKind(path + "/build") == .missing)
    #expect(entryKind(path + "/deep/build") == .missing)
  }

  @Test func aFolderInWhichGitTracksAnythingIsRefused() throws {
    let scene = try Scene([".gitignore": "build/\n", "src/a.txt": "one\n"])
    let prepared = try scene.prepare("api")
    try prepared.worktree.write("build/release-notes.md", "work\n")
    try scene.agent(prepared.worktree, "add", "--force", "build/release-notes.md")
    try scene.agent(prepared.worktree, "commit", "--quiet", "--message", "Notes")
    try prepared.worktree.write("build/a.o", "x")
    // Taken out of the index, but still in the commit.
    for isInIndex in [true, false] {
      if !isInIndex {
        try scene.agent(prepared.worktree, "rm", "--quiet", "--cached", "-r", "build")
      }
      try scene.worktrees.park(prepared.worktree)
      let pruning = try scene.worktrees.prune(["build"], besides: [])
      #expect(pruning.removed == [], "in the index: \(isInIndex)")
      #expect(!pruning.refused.isEmpty)
      #expect(try prepared.worktree.read("build/release-notes.md") == "work\n")
      #expect(try prepared.worktree.read("build/a.o") == "x")
    }
  }

  @Test func linksRepositoriesAndWorktreesInUseKeepWhatTheyHave() throws {
    let scene = try Scene([".gitignore": "build/\nvendor/\nnode_modules\n", "src/a.txt": "one\n"])
    try scene.write("node_modules/left/pad.js", "x")
    let linked = Worktrees(scene.git, brought: BroughtFiles(linked: ["node_modules"]))
    let prepared = try linked.prepare(step: "api", of: scene.owner, at: try scene.base())
    try prepared.worktree.write("vendor/own.txt", "x")
    try Scene.git(["init", "--quiet"], in: prepared.worktree.path + "/vendor")
    try linked.park(prepared.worktree)
    let busy = try scene.prepare("busy", at: try scene.base())
    try busy.worktree.write("build/a.o", "x")
    let waiting = try finished(scene, "waiting", ["build/a.o": "x"])
    let pruning = try scene.worktrees.prune(
      ["node_modules", "vendor", "build"], besides: ["waiting"])
    #expect(pruning.removed == [])
    #expect(try busy.worktree.read("build/a.o") == "x")
    #expect(try waiting.worktree.read("build/a.o") == "x")
    #expect(entryKind(scene.root + "/node_modules/left/pad.js") == .file)
    #expect(throws: WorkspaceError.notOurs(scene.root)) {
      _ = try scene.keep.prune(
        ["src"], in: Worktree(path: scene.root, gitFolder: scene.root + "/.git"))
    }
  }
}
