import Foundation
import TestSupport
import Testing

/// Agents that take in what has landed while they work, by a merge or a rebase of their own.
@Suite(.timeLimit(.minutes(10))) struct TakenInTests {
  private let scene: FaultScene

  init() throws {
    scene = try FaultScene()
    _ = try scene.scratch.shell(
      """
      printf 'one\\n' > f.txt; git add f.txt
      git -c user.name=p -c user.email=p@localhost commit -qm f
      """)
  }

  /// In a script: waits until the branch holds what the other step made.
  private let landed = """
    i=0; until git show orchestration/t:f.txt | grep -q quick; do
    sleep 0.05; i=$((i + 1)); [ $i -lt 1200 ] || exit 9; done
    """

  private func plan(_ script: String, more: String = "") throws {
    try scene.scratch.folder.write("slow.sh", script)
    try scene.plan([
      "id: quick, run: 'echo quick >> f.txt; echo new > quick.txt', retries: 0",
      "id: slow, run: 'sh \(scene.place)/slow.sh', retries: 1\(more)",
    ])
  }

  @Test func whatLandedIsNotDroppedByARebaseOfTheAgents() throws {
    try plan(
      """
      [ "$DIVISI_ATTEMPT_NUMBER" = 1 ] || { printf 'one\\nquick\\nslow\\n' > f.txt; exit 0; }
      echo slow >> f.txt; \(scene.git) commit -qam slow
      \(landed)
      \(scene.git) rebase -q orchestration/t || {
        git checkout -q --theirs f.txt; git add f.txt; GIT_EDITOR=true \(scene.git) rebase --continue
      }
      """)
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(result.output.contains("took away lines that others had added"), "\(result.output)")
    #expect(try scene.branch("f.txt") == "one\nquick\nslow\n")
  }

  /// Files that others changed are not the agent's because it holds them.
  @Test(arguments: ["merge -q --no-edit", "rebase -q"])
  func whatLandedIsNotTakenForTheAgentsOwn(_ way: String) throws {
    try plan(
      """
      echo slow > slow.txt; git add slow.txt; \(scene.git) commit -qm slow
      \(landed)
      \(scene.git) \(way) orchestration/t
      """, more: ", files: [slow.txt]")
    let result = try scene.scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.output.contains("failed"), "\(result.output)")
    #expect(try scene.merged() == ["f.txt", "quick.txt", "slow.txt"])
  }
}
