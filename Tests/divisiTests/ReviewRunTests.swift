import Foundation
import JSONValues
import Runtime
import TestSupport
import Testing

/// Gates at which another agent judges the work, with scripts in the place of agents.
@Suite(.timeLimit(.minutes(20))) struct ReviewRunTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  /// - Parameters:
  ///   - agent: a script that works.
  ///   - reviewer: a script that judges; `$1` is its prompt.
  private func plan(
    agent: String, reviewer: String, more: String = "retries: 1"
  ) throws {
    try scratch.folder.write("agent.sh", agent)
    try scratch.folder.write("reviewer.sh", reviewer)
    try scratch.folder.write(
      ".orchestration/sessions/t.yaml",
      """
      id: t
      title: Try
      status: planned
      defaults: {harness: worker}
      workflow:
        phases:
          - id: a
            task: Write the greeting.
            \(more)
            gates: [{review: critic, harness: judge, criteria: [it greets]}]
      """)
    try scratch.folder.write(
      ".claude/agents/critic.md",
      "---\nname: critic\ndescription: judges\n---\nYou are hard to please.\n")
    try scratch.folder.write(
      "divisi.yaml",
      """
      retries: {task_delay: 10ms, transient_delay: 10ms}
      limits: {spacing: 0s}
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        worker: {command: [sh, "\(scratch.folder.path)/agent.sh", "{prompt_file}"]}
        judge: {command: [sh, "\(scratch.folder.path)/reviewer.sh", "{prompt_file}"]}
      """)
  }

  private func session() throws -> String {
    try #require(
      try FileManager.default.contentsOfDirectory(atPath: scratch.folder.path + "/.divisi/runs")
        .first)
  }

  private func attempt(_ number: Int, _ file: String) throws -> String {
    try scratch.folder.read(".divisi/runs/\(try session())/a/\(number)/\(file)")
  }

  private func asked() throws -> Int {
    try scratch.folder.read("asked").split(separator: "\n").count
  }

  @Test func whatIsAcceptedIsMergedAndTheReviewerSeesTheChange() throws {
    try plan(
      agent: "echo hello > hello.txt",
      reviewer: """
        cat hello.txt > "\(scratch.folder.path)/seen"
        echo I looked.
        echo '{'
        echo '  "verdict": "accept", "findings": []'
        echo '}'
        """)
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scratch.folder.read("seen") == "hello\n")
    let prompt = try attempt(1, "checks/gate-0-1/1/prompt.md")
    for words in [
      "You are hard to please.", "Write the greeting.", "- it greets", "+hello", "\"verdict\"",
    ] {
      #expect(prompt.contains(words), "\(words)")
    }
  }

  @Test func whatIsRejectedIsDoneAgainWithTheFindings() throws {
    try plan(
      agent: """
        if grep -q 'hello.txt:1: .high. it greets nobody' "$1"; then echo hello world > hello.txt
        else echo hello > hello.txt; fi
        """,
      reviewer: """
        if grep -q world hello.txt; then echo '{"verdict": "accept", "findings": []}'; else
        echo '{"verdict": "reject", "findings": [{"message": "it greets nobody", "severity": "high", "file": "hello.txt", "line": 1}]}'
        fi
        """)
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scratch.shell("git show orchestration/t:hello.txt") == "hello world\n")
    #expect(
      try scratch.shell(
        "git log -1 --format='%(trailers:key=Divisi-Attempt,valueonly,separator=)' orchestration/t"
      ) == "2\n")
  }

  @Test func aMalformedAnswerIsAskedForOnceMore() throws {
    try plan(
      agent: "echo hello > hello.txt",
      reviewer: """
        echo x >> "\(scratch.folder.path)/asked"
        if grep -q 'Answer again' "$1"; then echo '{"verdict": "accept", "findings": []}'
        else echo Looks good to me.; fi
        """)
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try asked() == 2)
    // A program without sessions is told everything again.
    #expect(try attempt(1, "checks/gate-0-1/2/prompt.md").contains("+hello"))
  }

  @Test func anAnswerThatIsMalformedTwiceFailsTheGate() throws {
    try plan(
      agent: "echo hello > hello.txt",
      reviewer: """
        echo x >> "\(scratch.folder.path)/asked"
        echo Looks good to me.
        """, more: "retries: 0")
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(result.output.contains("also when it was asked again"), "\(result.output)")
    #expect(try asked() == 2)
    #expect(try scratch.shell("git ls-tree -r orchestration/t") == "")
  }

  @Test func aLimitOfTheReviewerIsWaitedForAndNoFaultOfTheWork() throws {
    try plan(
      agent: "echo hello > hello.txt",
      reviewer: """
        echo x >> "\(scratch.folder.path)/asked"
        if [ "$(wc -l < "\(scratch.folder.path)/asked")" -lt 2 ]; then
        echo 'error: rate limit exceeded' >&2; exit 1; fi
        echo '{"verdict": "accept", "findings": []}'
        """, more: "retries: 0")
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try asked() == 2)
    // All of the account hear of it.
    #expect(try scratch.divisi("events").output.contains("is limited until"))
  }

  /// Work is not done again because whoever is to judge it cannot.
  @Test func aReviewerThatIsLimitedForGoodBlocksTheStepAndCostsNoRetry() throws {
    try plan(
      agent: "echo hello > hello.txt",
      reviewer: """
        echo x >> "\(scratch.folder.path)/asked"
        echo 'error: rate limit exceeded' >&2; exit 1
        """)
    let result = try scratch.divisi("run t --set retries.transient_time=25ms")
    #expect(result.status == 3, "\(result.output)\(result.errors)")
    #expect(try asked() == 3)
    #expect(result.output.contains("the reviewer failed"), "\(result.output)")
    #expect(!result.output.contains("attempt 2"), "\(result.output)")
  }

  @Test func aReviewerThatFailsIsAskedAgainAndThenBlocksTheStep() throws {
    try plan(
      agent: "echo hello > hello.txt",
      reviewer: """
        echo x >> "\(scratch.folder.path)/asked"
        [ "$(wc -l < "\(scratch.folder.path)/asked")" -gt 1 ] || exit 3
        for i in $(seq 300); do echo "if (a) { b() }"; done
        echo '{"verdict": "accept", "findings": []}'
        echo '{"summary": "I looked.", "cost": 0.01}'
        """, more: "retries: 0")
    let passed = try scratch.divisi("run t")
    #expect(passed.status == 0, "\(passed.output)\(passed.errors)")
    #expect(try asked() == 2)
    try plan(agent: "echo hello > hello.txt", reviewer: "exit 3", more: "retries: 2")
    _ = try scratch.shell("git branch -D -q feature/task-a orchestration/t")
    let blocked = try scratch.divisi("run t --yes")
    #expect(blocked.status == 3, "\(blocked.output)\(blocked.errors)")
    #expect(blocked.output.contains("the reviewer failed"), "\(blocked.output)")
    #expect(!blocked.output.contains("attempt 2"), "\(blocked.output)")
  }

  /// A reviewer that says when it begins, and accepts when it is let go on.
  private var patientReviewer: String {
    """
    cd "\(scratch.folder.path)"
    echo x >> asked
    i=0; while [ ! -e go ] && [ $i -lt 600 ]; do sleep 0.1; i=$((i + 1)); done
    echo '{"verdict": "accept", "findings": []}'
    """
  }

  /// A run whose reviewer is at work.
  private func beingReviewed() throws -> Running {
    let running = try Running("run t", in: scratch)
    let changes = ChangeWatch([scratch.folder.path])
    while (try? asked()) ?? 0 == 0 { changes.wait(atMost: .milliseconds(100)) }
    return running
  }

  @Test func aReviewerThatOutlivesTheRunIsHeardWhenItIsResumed() throws {
    try plan(agent: "echo hello > hello.txt", reviewer: patientReviewer)
    try beingReviewed().kill()
    try scratch.folder.write("go", "")
    let result = try scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try asked() == 1)
  }

  /// That it was ended says nothing of the work: it is asked again, and no attempt is lost for it.
  @Test func aReviewerThatWasStoppedIsAskedAgainWhenTheRunIsResumed() throws {
    try plan(agent: "echo hello > hello.txt", reviewer: patientReviewer, more: "retries: 0")
    let running = try beingReviewed()
    running.send(SIGTERM)
    let stopped = try running.result()
    #expect(stopped.status == 130, "\(stopped.output)\(stopped.errors)")
    try scratch.folder.write("go", "")
    let result = try scratch.divisi("resume")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try asked() == 2)
  }

  @Test func oneHarnessForAllIsTheReviewersToo() throws {
    try plan(
      agent: """
        if grep -q 'Judge a change' "$1"; then echo '{"verdict": "accept", "findings": []}'
        else echo hello > hello.txt; fi
        """, reviewer: "exit 1")
    let result = try scratch.divisi("run t --agent worker")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }
}
