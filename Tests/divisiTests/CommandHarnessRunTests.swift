import Foundation
import JSONValues
import Runtime
import TestSupport
import Testing

/// Runs whose agents are programs known by their command alone: what they are given, and what they may ask.
@Suite(.timeLimit(.minutes(20))) struct CommandHarnessRunTests {
  private let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func plan(_ step: String, agent: String, harness: String) throws {
    try scratch.folder.write("agent.sh", agent)
    try scratch.folder.write(
      ".orchestration/sessions/t.yaml",
      """
      id: t
      title: Try
      status: planned
      workflow:
        phases:
          - {id: a, title: First, task: Write it., harness: scripted, \(step)}
      """)
    try scratch.folder.write(
      "divisi.yaml",
      """
      retries: {task_delay: 10ms, transient_delay: 10ms}
      limits: {spacing: 0s}
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        scripted: {\(harness)}
      """)
  }

  private func folder(_ number: Int) throws -> String {
    let runs = scratch.folder.path + "/.divisi/runs"
    let run = try #require(try FileManager.default.contentsOfDirectory(atPath: runs).first)
    return ".divisi/runs/\(run)/a/\(number)"
  }

  private func branch(_ path: String) throws -> String {
    try scratch.shell("git show orchestration/t:\(path)")
  }

  @Test func aProgramIsToldEverythingByItsCommandAndItsEnvironment() throws {
    try plan(
      "model: large",
      agent:
        "echo \"$*\" > words; env | sort > env; pwd > place; cat > in; stat -c %a \"${TMPDIR%/*}\" > mode",
      harness: """
        command: [sh, "\(scratch.folder.path)/agent.sh", "{prompt_file}", "{worktree}", "{attempt_dir}"],
            model: [--model, "{model}"], prompt: stdin, environment: {OWN: "in {worktree}"}
        """)
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let attempt = scratch.folder.path + "/" + (try folder(1))
    let work = scratch.folder.path + "/.worktrees/task-a"
    #expect(
      try branch("words") == "\(attempt)/prompt.md \(work) \(attempt) --model large\n")
    #expect(try branch("place") == work + "\n")
    #expect(try branch("in") == scratch.folder.read(folder(1) + "/prompt.md"))
    let environment = try branch("env").split(separator: "\n").map(String.init)
    for line in [
      "DIVISI_ATTEMPT_DIR=\(attempt)", "DIVISI_ATTEMPT_NUMBER=1", "DIVISI_PLAN=t",
      "DIVISI_SCRATCH=\(attempt)/scratch", "DIVISI_STEP=a", "DIVISI_WORKTREE=\(work)",
      "OWN=in \(work)",
    ] {
      #expect(environment.contains(line), "\(line)")
    }
    // A socket's path may have 107 bytes, of which its maker needs some.
    let temporary = try #require(environment.first { $0.hasPrefix("TMPDIR=") }?.dropFirst(7))
    #expect(temporary.hasPrefix("/tmp/divisi-\(getuid())/") && temporary.utf8.count < 50)
    #expect(try branch("mode") == "700\n")
    #expect(!FileManager.default.fileExists(atPath: String(temporary)))
    #expect(try scratch.shell("ls -d \(attempt)/tmp").contains("No such file"))
    #expect(environment.contains { $0.hasPrefix("DIVISI_RUN=exec-t-") })
    let port = environment.first { $0.hasPrefix("DIVISI_PORT_BASE=") }?.split(separator: "=").last
    #expect((20_000..<32_768).contains(port.flatMap { Int($0) } ?? 0))
  }

  /// What an attempt before it did is not what this one did.
  @Test func aSecondAttemptThatDoesNothingIsNoWork() throws {
    try plan(
      "retries: 1, artifacts: [more.txt]",
      agent: """
        if [ "$DIVISI_ATTEMPT_NUMBER" = 1 ]; then echo x > out.txt; fi
        echo '{"role":"assistant","content":"All is well."}'
        """, harness: "command: [sh, \"\(scratch.folder.path)/agent.sh\"], output: entries")
    let result = try scratch.divisi("run t")
    #expect(result.status == 1)
    #expect(try scratch.folder.read(folder(1) + "/result.json").contains("\"failure\"") == false)
    #expect(try scratch.folder.read(folder(2) + "/result.json").contains("\"no work\""))
  }

  /// A program with sessions goes on in its own, and is told only what is new.
  @Test func aProgramGoesOnInItsSession() throws {
    try scratch.folder.write("check.sh", "grep -q two out.txt || { echo wanted two; false; }")
    try plan(
      "gates: [{run: 'sh ../../check.sh'}]",
      agent: """
        echo '{"type":"thread.started","thread_id":"thread-'$$'"}' | sed "s/thread-[0-9]*/${2:-thread-1}/"
        if grep -q 'wanted two' "$1"; then echo two > out.txt; else echo one > out.txt; fi
        echo '{"type":"turn.completed","usage":{"input_tokens":'${3:-100}',"output_tokens":10}}'
        """,
      harness: """
        command: [sh, "\(scratch.folder.path)/agent.sh", "{prompt_file}"], output: codex,
            resume: ["{session}", "250"]
        """)
    let result = try scratch.divisi("run t")
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    let first = try JSON.parse(try scratch.folder.read(folder(1) + "/result.json"))
    let second = try JSON.parse(try scratch.folder.read(folder(2) + "/result.json"))
    #expect(first["session"] == "thread-1" && second["session"] == "thread-1")
    // The counts of a session go on: the second attempt used what it added.
    #expect(first["input"]?.count == 100)
    #expect(second["input"]?.count == 150)
    #expect(second["output"]?.count == 0)
    let prompt = try scratch.folder.read(folder(2) + "/prompt.md")
    #expect(prompt.contains("wanted two") && !prompt.contains("Write it."))
  }

  /// A question ends a run that nobody sits at, the agent waits on, and the answer reaches it when the run is resumed.
  @Test func aQuestionIsAnsweredByAPersonAndAskedAgain() throws {
    try plan(
      "retries: 0",
      agent: """
        ask() {
          echo 'Which colour?' > "$DIVISI_ATTEMPT_DIR/question.new"
          mv "$DIVISI_ATTEMPT_DIR/question.new" "$DIVISI_ATTEMPT_DIR/question.md"
          i=0
          while [ ! -e "$DIVISI_ATTEMPT_DIR/answers/$1.md" ]; do
            sleep 0.1; i=$((i + 1)); [ $i -lt 600 ] || exit 9
          done
          cat "$DIVISI_ATTEMPT_DIR/answers/$1.md" >> colour.txt
        }
        ask 1
        ask 2
        """, harness: "command: [sh, \"\(scratch.folder.path)/agent.sh\"]")
    let run = try scratch.divisi("run t")
    #expect(run.status == 3, "\(run.output)\(run.errors)")
    #expect(run.errors.contains("it asks: Which colour?"))
    #expect(try scratch.divisi("status").output.contains("Which colour?"))
    #expect(try scratch.divisi("answer a red").status == 0)
    let second = try scratch.divisi("resume")
    #expect(second.status == 3, "\(second.output)\(second.errors)")
    #expect(try scratch.divisi("answer a green and blue").status == 0)
    let third = try scratch.divisi("resume")
    #expect(third.status == 0, "\(third.output)\(third.errors)")
    #expect(try branch("colour.txt") == "red\ngreen and blue\n")
    #expect(try scratch.folder.read(folder(1) + "/answers/2.md") == "green and blue\n")
  }

  /// As on a full disk: what a person has said is not lost, and the question stands as long as the agent has no answer.
  @Test func anAnswerThatCannotBeWrittenIsHandedOverLater() throws {
    try plan(
      "retries: 0",
      agent: """
        : > "$DIVISI_ATTEMPT_DIR/answers"
        echo 'Which colour?' > "$DIVISI_ATTEMPT_DIR/question.md"
        i=0
        while [ ! -e "$DIVISI_ATTEMPT_DIR/answers/1.md" ]; do
          sleep 0.1; i=$((i + 1)); [ $i -lt 600 ] || exit 9
        done
        cat "$DIVISI_ATTEMPT_DIR/answers/1.md" > colour.txt
        """, harness: "command: [sh, \"\(scratch.folder.path)/agent.sh\"]")
    #expect(try scratch.divisi("run t").status == 3)
    #expect(try scratch.divisi("answer a red").status == 0)
    let running = try Running("resume --wait", in: scratch)
    let changes = ChangeWatch([scratch.folder.path + "/.divisi"])
    while try running.isRunning && !running.told().contains("could not be handed over") {
      changes.wait(atMost: .milliseconds(100))
    }
    #expect(try scratch.folder.read(folder(1) + "/question.md") == "Which colour?\n")
    try FileManager.default.removeItem(atPath: scratch.folder.path + "/" + folder(1) + "/answers")
    let result = try running.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try branch("colour.txt") == "red\n")
  }

  @Test func aQuestionThatIsTakenBackKeepsNobodyWaiting() throws {
    let wait =
      "i=0; until [ -e \"$0\" ]; do sleep 0.1; i=$((i + 1)); [ $i -lt 600 ] || exit 9; done"
    try plan(
      "retries: 0",
      agent: """
        echo 'Which colour?' > "$DIVISI_ATTEMPT_DIR/question.md"
        sh -c '\(wait)' "\(scratch.folder.path)/go"
        rm "$DIVISI_ATTEMPT_DIR/question.md"
        sh -c '\(wait)' "\(scratch.folder.path)/end"
        echo red > colour.txt
        """, harness: "command: [sh, \"\(scratch.folder.path)/agent.sh\"]")
    #expect(try scratch.divisi("run t").status == 3)
    try scratch.folder.write("go", "")
    let running = try Running("resume --wait", in: scratch)
    let changes = ChangeWatch([scratch.folder.path + "/.divisi"])
    // What another runner told of the agent is not taken for what it does now.
    while try !scratch.divisi("--json events").output.contains("\"working\"") {
      changes.wait(atMost: .seconds(1))
    }
    try scratch.folder.write("end", "")
    let result = try running.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
  }
}
