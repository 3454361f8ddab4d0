import Foundation
import JSONValues
import TestSupport
import Testing

/// Runs that only a person can move on, where nobody is there to wait for.
@Suite(.timeLimit(.minutes(10))) struct WaitingRunTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// An agent that writes a file of its own and tells what it cost.
  private func agent(cost: String) throws {
    try scratch.folder.write(
      "agent.sh",
      """
      echo x > "$DIVISI_STEP.txt"
      echo '{"summary": "done", "cost": \(cost)}'
      """)
  }

  @Test func aRunThatHasSpentItsBudgetEndsAndGoesOnWithAHigherOne() throws {
    try agent(cost: "1.00")
    try scratch.plan(
      ["id: a, task: Go., harness: scripted", "id: b, task: Go., harness: scripted, needs: [a]"],
      more: "limits: {cost: $1}")
    let first = try scratch.divisi("run t --yes")
    #expect(first.status == 3, "\(first.output)\(first.errors)")
    #expect(first.output.contains("$1.00 of $1.00 are spent; divisi limit cost AMOUNT"))
    #expect(try scratch.divisi("limit cost 5").status == 0)
    let second = try scratch.divisi("resume")
    #expect(second.status == 0, "\(second.output)\(second.errors)")
  }

  @Test func whatAStepMaySpendIsRaisedForItAlone() throws {
    try agent(cost: "1.00")
    try scratch.plan(
      [
        "id: a, task: Go., harness: scripted, limits: {cost: $1}, gates: [{run: 'test -e ok'}], retries: 3"
      ])
    let first = try scratch.divisi("run t --yes")
    #expect(first.status == 3, "\(first.output)\(first.errors)")
    #expect(first.output.contains("divisi limit --step a cost AMOUNT"), "\(first.output)")
    #expect(try scratch.divisi("limit --step a agents 5").status == 2)
    let raised = try scratch.divisi("limit --step a cost 9")
    #expect(raised.status == 0, "\(raised.output)\(raised.errors)")
    try scratch.folder.write("agent.sh", "touch ok")
    _ = try scratch.divisi("retry a")
    let second = try scratch.divisi("resume")
    #expect(second.status == 0, "\(second.output)\(second.errors)")
  }

  /// The lane is free when the approval is given, and not before.
  @Test func whatTheApprovedHoldsKeepsNobodyWaiting() throws {
    try agent(cost: "0")
    try scratch.plan([
      "id: a, task: Go., harness: scripted, lane: web, gates: [{approve: ada}]",
      "id: b, task: Go., harness: scripted, lane: web",
    ])
    let first = try scratch.divisi("run t --yes")
    #expect(first.status == 3, "\(first.output)\(first.errors)")
    #expect(try scratch.divisi("approve a").status == 0)
    let second = try scratch.divisi("resume")
    #expect(second.status == 0, "\(second.output)\(second.errors)")
  }

  /// Nothing frees what there is not, and nobody is told by waiting.
  @Test func aStepThatTakesMoreThanThereIsWaitsForAPerson() throws {
    try agent(cost: "0")
    try scratch.plan(["id: a, task: Go., harness: scripted, resources: [{licence: 2}]"])
    let result = try scratch.divisi("run t --yes")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(result.errors.contains("it takes 2 of `resource:licence`"), "\(result.errors)")
    try scratch.plan(["id: a, task: Go., harness: scripted"], id: "other")
    let negative = try scratch.divisi("run other --yes --set limits.cost=-5")
    #expect(negative.errors.contains("not more than 0"), "\(negative.errors)")
  }

  @Test func whatQueuesBehindAnApprovalKeepsNobodyWaiting() throws {
    try scratch.plan(
      (1...4).map { "id: s\($0), run: 'echo \($0) > \($0).txt'" },
      more: "gates: [{approve: ada}]")
    let result = try scratch.divisi("run t")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
  }

  /// It ended between two of them, and left behind what the first had begun.
  @Test func allThatIsKeptForARunIsTakenBeforeItWeighsItsEnd() throws {
    let steps = ["x", "y", "z", "u", "v", "w"]
    try scratch.plan(
      steps.map { "id: \($0), approve: ada" } + [
        "id: last, needs: [\(steps.joined(separator: ", "))], run: 'echo x > x.txt'"
      ])
    #expect(try scratch.divisi("run t").status == 3)
    for step in steps { #expect(try scratch.divisi("approve \(step)").status == 0) }
    let result = try scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }

  @Test func tokensThatNobodyCanHaveUsedAreNotKnown() throws {
    try scratch.folder.write(
      "agent.sh",
      """
      echo x > "$DIVISI_STEP.txt"
      echo '{"summary": "done", "tokens": 9223372036854775807, "cost": 1e300}'
      """)
    try scratch.plan(["a", "b", "c"].map { "id: \($0), task: Go., harness: scripted" })
    let result = try scratch.divisi("run t --yes")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let status = try JSON.parse(scratch.divisi("--json status").output)
    #expect(status["spent"]?["tokens_known"]?.flag == false)
  }

  // MARK: several runs

  @Test func aStepThatOneUnfinishedRunHasNeedsNoNameOfTheRun() throws {
    try scratch.plan(["id: a, approve: me"], id: "one")
    #expect(try scratch.divisi("run one").status == 3)
    try scratch.plan(["id: better, approve: me", "id: both, approve: me"], id: "two")
    #expect(try scratch.divisi("run two").status == 3)
    try scratch.plan(["id: both, approve: me"], id: "three")
    #expect(try scratch.divisi("run three").status == 3)
    #expect(try scratch.divisi("approve a").status == 0)
    // A beginning that only one step's name has will do here too.
    #expect(try scratch.divisi("show be").status == 0)
    let several = try scratch.divisi("approve both")
    #expect(several.status == 1)
    #expect(several.errors.contains("2 runs that have not ended have a step `both`"))
    #expect(several.errors.contains("--run"), "\(several.errors)")
  }

  @Test func aRunForWhichCommandsWaitIsNotArchivedAndAnArchivedOneTakesNone() throws {
    try scratch.plan(["id: a, run: 'exit 7', retries: 0"])
    #expect(try scratch.divisi("run t").status == 1)
    #expect(try scratch.divisi("retry a").status == 0)
    let early = try scratch.divisi("archive t")
    #expect(early.status == 1)
    #expect(early.errors.contains("commands wait for"), "\(early.errors)")
    #expect(try scratch.divisi("resume").status == 1)
    #expect(try scratch.divisi("archive t").status == 0)
    let late = try scratch.divisi("retry a")
    #expect(late.status == 1)
    #expect(late.errors.contains("is archived"), "\(late.errors)")
  }

  // MARK: what is told

  @Test func aCommandThatFailsIsToldWithItsLastWords() throws {
    try scratch.plan(["id: a, run: 'echo first >&2; echo oh no >&2; exit 7', retries: 0"])
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("failed: it ended with status 7: oh no"), "\(result.output)")
  }

  @Test func aFailureIsToldAlsoWhereOnlyThatIsAskedFor() throws {
    try scratch.plan(["id: a, run: 'exit 7', retries: 0"])
    let failed = try scratch.divisi("-q run t")
    #expect(failed.status == 1)
    #expect(failed.errors.contains("t failed"), "\(failed.errors)")
    try scratch.plan(["id: a, run: 'true', retries: 0"], id: "u")
    let passed = try scratch.divisi("-q run u")
    #expect((passed.status, passed.output + passed.errors) == (0, ""))
  }

  /// Whoever starts a run takes it to begin from where they are.
  @Test func whatABranchThatIsGoneOnWithLacksIsTold() throws {
    try scratch.plan(["id: a, run: 'echo x > a.txt', retries: 0"])
    #expect(try scratch.divisi("run t").status == 0)
    let commit = "git -c user.name=p -c user.email=p@localhost commit -q --allow-empty -m"
    _ = try scratch.shell("\(commit) one; \(commit) two")
    try scratch.plan(["id: b, run: 'echo x > b.txt', retries: 0"])
    let second = try scratch.divisi("run t")
    #expect(second.status == 0, "\(second.output)\(second.errors)")
    #expect(second.errors.contains("without 2 commits that lead to"), "\(second.errors)")
    _ = try scratch.shell("git -c user.name=p -c user.email=p@localhost merge -q orchestration/t")
    try scratch.plan(["id: c, run: 'echo x > c.txt', retries: 0"])
    let third = try scratch.divisi("run t")
    #expect(third.status == 0, "\(third.output)\(third.errors)")
    #expect(!third.errors.contains("lead to"), "\(third.errors)")
  }

  /// A command without a worktree works in the checkout.
  @Test func whatThePlanItselfChangesInTheCheckoutIsNoAlarm() throws {
    try scratch.folder.write(
      "agent.sh",
      "i=0; until [ -e \(scratch.folder.path)/in.txt ]; do sleep 0.05; done; echo x > x.txt")
    try scratch.plan([
      "id: a, task: Go., harness: scripted", "id: b, run: 'echo x > in.txt', worktree: false",
    ])
    let result = try scratch.divisi("run t --yes")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.errors.contains("checkout changed"), "\(result.errors)")
  }

  @Test func aPlanFileThatLiesElsewhereIsNoAlarm() throws {
    try scratch.folder.write("agent.sh", "echo x > $DIVISI_STEP.txt")
    try scratch.plan([
      "id: a, task: Go., harness: scripted", "id: b, task: Go., harness: scripted, needs: [a]",
    ])
    _ = try scratch.shell("mkdir plans; mv .orchestration/sessions/t.yaml plans/t.yaml")
    let result = try scratch.divisi("run plans/t.yaml --yes")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(!result.errors.contains("checkout changed"), "\(result.errors)")
  }
}
