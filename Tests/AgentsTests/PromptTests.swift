import Agents
import Diagnostics
import Evidence
import Plans
import TestSupport
import Testing

@Suite struct PromptTests {
  private func step() throws -> Step {
    var step = Step(
      id: Located("api"), title: "Payment API", work: Located(.task("Write the API.\n")),
      files: [Located(try Glob("src/api/**"))],
      gates: [
        Gate(
          check: Located(.run("make test")), name: "unit tests",
          expectation: Located(.init(.atLeast, 3))),
        Gate(check: Located(.review(agent: "architect")), criteria: ["no secrets in logs"]),
      ], artifacts: [Located("docs/api.md")], acceptance: ["cards are charged once"])
    step.tools = [Located("mcp__brain__search")]
    return step
  }

  private func plan() throws -> Plan {
    Plan(
      id: Located("checkout"), title: "Checkout flow", goal: "Customers can pay by card",
      steps: [try step()], gates: [Gate(check: Located(.run("make lint")))])
  }

  @Test func aPromptSaysTheTaskAndHowItIsJudged() throws {
    expectGolden(
      Prompt(
        for: try step(), of: try plan(), mergeGates: [Gate(check: Located(.approve("maintainer")))]
      ).text,
      at: golden("prompt.md"))
  }

  @Test func aLaterAttemptIsToldWhatWasWrong() throws {
    let prompt = Prompt(
      for: try step(), of: try plan(), task: "From the file.", attempt: 2,
      feedback: [
        .gate(
          name: "unit tests", command: "make test", failure: .status(2),
          tail: "```\nassertion failed\n```"),
        .review(
          agent: "architect",
          findings: [.init("logs the card", severity: "high", file: "src/api/pay.c", line: 7)]),
        .conflict(files: ["src/api/pay.c"], words: "CONFLICT (content)"),
        .dropped(file: "a.c", lines: ["int a;", "int b;"]),
        .outside(["Makefile"]), .submodules(["vendor/zlib"]), .artifacts(["docs/api.md"]),
        .ending(.init(.turnLimit, "Reached maximum number of turns")), .person("Use the sandbox."),
      ], instructions: "You are careful.\n\n")
    expectGolden(prompt.text, at: golden("retry.md"))
    expectGolden(prompt.continuation, at: golden("continuation.md"))
  }

  @Test func aSessionThatWasCutOffIsOnlyToldToGoOn() throws {
    #expect(
      Prompt(for: try step(), of: try plan()).continuation
        == "Go on with the task where you were, until it is done.\n")
  }

  @Test func aReviewerSeesTheTaskTheCriteriaAndTheChange() throws {
    let step = try step()
    let prompt = ReviewPrompt(
      of: step, by: step.gates[1], task: "Write the API.",
      diff: "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-```\n+````\n", diffFile: "/run/diff.patch")
    expectGolden(prompt.text, at: golden("review.md"))
    var long = prompt
    long.diff = String(repeating: "+x\n", count: 100_000)
    #expect(long.text.contains("read it in `/run/diff.patch`") && long.text.utf8.count < 3000)
    long.diff = " \n"
    #expect(long.text.contains("The diff is empty."))
  }

  private func golden(_ name: String) -> String {
    packageRoot(file: #filePath) + "/Tests/AgentsTests/Prompts/" + name
  }
}
