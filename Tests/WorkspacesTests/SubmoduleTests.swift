import Files
import Foundation
import TestSupport
import Testing

@testable import Workspaces

/// Worktrees that are used again, in a repository with a submodule.
@Suite struct SubmoduleTests {
  private let scene: Scene
  /// What the submodule's own server has.
  private let library: Scene
  /// The first commit of the submodule is this one's, the second the next one's.
  private let (first, second): (ObjectID, ObjectID)

  init() throws {
    library = try Scene(["lib.c": "int x;\n"])
    scene = try Scene()
    try scene.person("submodule", "--quiet", "add", "file://" + library.root, "lib")
    try scene.person("commit", "--quiet", "--message", "Add a library")
    first = try #require(try scene.git.commit("main"))
    try scene.write("lib/lib.c", "int y;\n")
    try scene.person("-C", "lib", "commit", "--quiet", "--all", "--message", "More")
    try scene.person("commit", "--quiet", "--all", "--message", "The newer library")
    second = try #require(try scene.git.commit("main"))
  }

  /// A worktree for somebody who has a setting for all repositories.
  private func prepare(_ setting: [String], at commit: ObjectID) throws -> Worktree {
    let file = scene.folder.path + "/gitconfig"
    try scene.person("config", "--file", file, setting[0], setting[1])
    let runner = try SpawnedGit(
      environment: Scene.environment.merging(["GIT_CONFIG_GLOBAL": file]) { $1 })
    return try Worktrees(Git(scene.git.repository, runner: runner))
      .prepare(step: "api", of: scene.owner, at: commit).worktree
  }

  @Test func whatIsUsedAgainHasTheSubmoduleOfItsCommit() throws {
    let worktree = try scene.prepare(at: first).worktree
    #expect(try worktree.read("lib/lib.c") == "int x;\n")
    #expect(try scene.prepare(at: second).worktree == worktree)
    #expect(try worktree.read("lib/lib.c") == "int y;\n")
    #expect(try scene.git.status(of: worktree).isClean)
  }

  @Test func gatesSeeTheSubmoduleOfTheirCommit() throws {
    let gates = try scene.worktrees.integrate(first, plan: "shop", of: scene.owner)
    try gates.write("lib/built.o", "left by a gate\n")
    try gates.write("lib/lib.c", "changed by a gate\n")
    _ = try scene.worktrees.integrate(second, plan: "shop", of: scene.owner)
    #expect(try gates.read("lib/lib.c") == "int y;\n")
    #expect(entryKind(gates.path + "/lib/built.o") == .missing)
    let none = try scene.git.squash(
      tree: try #require(try scene.git.commit("main~2").map(scene.git.tree(of:))), onto: second,
      message: "none")
    _ = try scene.worktrees.integrate(none, plan: "shop", of: scene.owner)
    #expect(entryKind(gates.path + "/lib") == .missing)
    #expect(try scene.worktrees.isUnchanged(gates))
  }

  @Test func aRewindTakesTheSubmoduleAlong() throws {
    let prepared = try scene.prepare(at: first)
    try scene.keep.release(
      .rewind(prepared.worktree, branch: prepared.branch, to: second), of: scene.owner,
      because: "the next step")
    #expect(try !scene.checkpoint(prepared).isCommitted)
    #expect(try prepared.worktree.read("lib/lib.c") == "int y;\n")
  }

  @Test func whatWasCommittedInASubmoduleIsKeptFirst() throws {
    let worktree = try scene.prepare(at: first).worktree
    try worktree.write("lib/lib.c", "int z;\n")
    try scene.agent(worktree, "-C", "lib", "commit", "--quiet", "--all", "--message", "Mine")
    let mine = try scene.agent(worktree, "-C", "lib", "rev-parse", "HEAD").dropLast()
    try scene.agent(worktree, "commit", "--quiet", "--all", "--message", "Bump")
    for step in ["api", "other"] {
      try scene.worktrees.park(worktree)
      _ = try scene.prepare(step, at: second)
    }
    #expect(try scene.person("show", "\(mine):lib.c") == "int z;\n")
  }

  /// git called in a folder that is no repository of its own is in the one around it.
  @Test func aSubmoduleThatBecamePlainFilesLeavesThePersonsServerAsItIs() throws {
    try scene.person("remote", "add", "origin", "file:///mine")
    try scene.person("rm", "--quiet", "--cached", "lib")
    try FileManager.default.removeItem(atPath: scene.root + "/lib/.git")
    try scene.person("add", "lib/lib.c")
    try scene.person("commit", "--quiet", "--message", "Plain files")
    let worktree = try scene.prepare().worktree
    #expect(try worktree.read("lib/lib.c") == "int y;\n")
    #expect(try scene.person("remote", "get-url", "origin") == "file:///mine\n")
  }

  @Test(arguments: [
    ["clone.defaultRemoteName", "upstream"], ["submodule.lib.update", "!touch ran; false"],
    ["submodule.lib.update", "merge"], ["submodule.lib.update", "rebase"],
    ["submodule.lib.update", "none"],
  ])
  func settingsOfThePersonDoNotDecideHowASubmoduleIsFilled(_ setting: [String]) throws {
    try scene.person("remote", "add", "origin", "file:///mine")
    let settings = try scene.folder.read("sp ace \u{FC}/.git/config")
    let worktree = try prepare(setting, at: first)
    #expect(try worktree.read("lib/lib.c") == "int x;\n")
    #expect(entryKind(worktree.path + "/lib/ran") == .missing)
    #expect(
      try scene.agent(worktree, "-C", "lib", "remote", "get-url", "origin")
        == "file://\(library.root)\n")
    #expect(try prepare(setting, at: second).read("lib/lib.c") == "int y;\n")
    #expect(try scene.folder.read("sp ace \u{FC}/.git/config") == settings)
  }

  @Test func aCommitThatThePersonDoesNotHaveYetIsFetched() throws {
    try library.write("lib.c", "int z;\n")
    try library.person("commit", "--quiet", "--all", "--message", "Newer")
    let newer = try library.base()
    try scene.person("update-index", "--cacheinfo", "160000,\(newer.hex),lib")
    try scene.person("commit", "--quiet", "--message", "The newest library")
    // Whether git fetches from a file is the person's to say.
    let worktree = try prepare(["protocol.file.allow", "always"], at: scene.base())
    #expect(try worktree.read("lib/lib.c") == "int z;\n")
  }

  @Test func nothingIsPushedFromASubmoduleThatIsNoRepositoryAnyMore() throws {
    let prepared = try scene.prepare(at: first)
    try scene.agent(
      prepared.worktree, "-C", "lib", "commit", "--quiet", "--allow-empty", "--message", "Mine")
    let head = try scene.checkpoint(prepared).head
    try FileManager.default.removeItem(atPath: prepared.worktree.path + "/lib/.git")
    try FileManager.default.createDirectory(
      atPath: prepared.worktree.path + "/lib/.git", withIntermediateDirectories: false)
    #expect(
      try scene.git.storeSubmodules(of: prepared.worktree, from: first, to: head) == ["lib"])
  }

  @Test func whatNobodyCommittedInASubmoduleIsTold() throws {
    let prepared = try scene.prepare(at: first)
    try scene.agent(
      prepared.worktree, "-C", "lib", "commit", "--quiet", "--allow-empty", "--message", "Mine")
    #expect(try scene.checkpoint(prepared).uncommitted == [])
    try prepared.worktree.write("lib/lib.c", "int z;\n")
    #expect(try scene.checkpoint(prepared).uncommitted == ["lib"])
    try scene.agent(prepared.worktree, "-C", "lib", "commit", "--quiet", "--all", "-m", "Mine too")
    #expect(try scene.checkpoint(prepared).uncommitted == [])
    try prepared.worktree.write("lib/new.c", "int n;\n")
    #expect(try scene.checkpoint(prepared).uncommitted == ["lib"])
    // As projects say that build their submodules in place.
    try scene.person("config", "submodule.lib.ignore", "untracked")
    #expect(try scene.checkpoint(prepared).uncommitted == [])
    try prepared.worktree.write("lib/lib.c", "int z2;\n")
    #expect(try scene.checkpoint(prepared).uncommitted == ["lib"])
  }

  @Test func aSubmoduleThatAResolutionTookBackIsNamed() throws {
    let tree = try scene.git.tree(of: first)
    let more = try scene.git.tree(of: second)
    #expect(
      try scene.git.droppedLines(base: tree, ours: more, theirs: tree, result: tree).map(\.path)
        == ["lib"])
    #expect(try scene.git.droppedLines(base: tree, ours: more, theirs: tree, result: more) == [])
  }
}
