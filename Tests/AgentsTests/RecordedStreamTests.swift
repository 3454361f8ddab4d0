import Agents
import Plans
import TestSupport
import Testing

/// Real programs against the scripted model server, as `Tests/ModelServer/record.py` kept them.
@Suite struct RecordedStreamTests {
  @Test func everyRecordedEndIsToldApart() throws {
    let lines = try Recording.names.map { name in
      line(name, AttemptResult(try remains(name), by: try Recording(name).harness().rules))
    }
    expectGolden(
      lines.joined(separator: "\n") + "\n", at: Recording.folder + "/results.txt")
  }

  @Test func aResumedSessionIsChargedOnlyWhatItAdded() throws {
    for program in ["claude", "codex"] {
      let rules = ResultRules(needsConclusion: true, usageOver: .session, costOver: .session)
      let first = AttemptResult(try remains("\(program)-first"), by: rules)
      var remains = try remains("\(program)-resumed")
      remains.earlier = first.totals
      let second = AttemptResult(remains, by: rules)
      #expect(second.session == first.session && second.session != nil)
      #expect(second.usage == Usage(input: 100, output: 10), "\(program)")
      #expect(second.totals?.usage == Usage(input: 200, output: 20))
      if program == "claude" {
        #expect(second.cost == Money(microdollars: 450))
        #expect(second.totals?.cost == Money(microdollars: 900))
      } else {
        #expect(second.cost == nil)
      }
    }
  }

  @Test func countsOfAnotherSessionAreNotTakenOff() throws {
    let rules = ResultRules(needsConclusion: true, usageOver: .session, costOver: .session)
    var remains = try remains("codex-first")
    remains.earlier = SessionTotals(session: "another", usage: Usage(input: 60, output: 6))
    #expect(AttemptResult(remains, by: rules).usage == Usage(input: 100, output: 10))
  }

  @Test func aSuccessThatLeftNoWorkIsNone() throws {
    let rules = ResultRules(needsConclusion: true)
    for name in ["claude-success", "codex-success"] {
      var remains = try remains(name)
      #expect(AttemptResult(remains, by: rules).hasSucceeded)
      remains.hasWork = false
      #expect(AttemptResult(remains, by: rules).failure?.kind == .noWork)
      remains.hasWork = nil
      #expect(AttemptResult(remains, by: rules).hasSucceeded)
    }
  }

  /// Each of exit status, last line and error flag lies alone.
  @Test func eachSignOfSuccessIsNeeded() throws {
    let rules = ResultRules(needsConclusion: true)
    for name in ["claude-success", "codex-success"] {
      var failed = try remains(name)
      failed.ending = .exited(1)
      #expect(AttemptResult(failed, by: rules).failure?.kind == .crash)
      var cut = try remains(name)
      cut.account.conclusion = nil
      #expect(AttemptResult(cut, by: rules).failure?.kind == .crash)
      var flagged = try remains(name)
      flagged.account.conclusion?.isError = true
      #expect(AttemptResult(flagged, by: rules).failure?.kind == .failed)
    }
  }

  @Test func whatIsStoppedInRetriesOfABrokenServiceIsNotItsOwnFault() throws {
    let rules = ResultRules(needsConclusion: true)
    var remains = try remains("claude-killed")
    remains.ending = .stopped(.timeout)
    #expect(AttemptResult(remains, by: rules).failure?.kind == .timeout)
    remains.account.retry = RetryNotice(cause: .overload, words: "overloaded (529)")
    #expect(AttemptResult(remains, by: rules).failure?.kind == .overload)
    remains.ending = .stopped(.output)
    #expect(AttemptResult(remains, by: rules).failure?.kind == .output)
  }

  /// What Claude Code says of a service that does not answer, or answers with something else, and of a session in which
  /// the model can do no more.
  @Test(arguments: [
    (
      #""result":"Request timed out. If the API is slow to answer, try later""#, FailureKind.network
    ),
    (
      #""result":"API Error: API returned an empty or malformed response (HTTP 200)""#,
      .overload
    ),
    (#""result":"Something odd""#, .overload),
    (#""terminal_reason":"prompt_too_long","result":"Prompt is too long""#, .session),
    (#""terminal_reason":"image_error","result":"Accumulated images""#, .session),
  ])
  func aServiceOrASessionThatFailsIsNoFaultOfTheWork(_ end: String, _ kind: FailureKind) throws {
    var reader = StreamReader(.claude)
    let said = #"{"type":"assistant","session_id":"s","error":"server_error","message":{}}"#
    let line = #"{"type":"result","subtype":"success","is_error":true,\#(end)}"#
    _ = reader.receive(Array("\(said)\n\(line)\n".utf8))
    let result = AttemptResult(
      AttemptRemains(account: reader.account, ending: .exited(1), hasWork: true),
      by: ResultRules(needsConclusion: true))
    #expect(result.failure?.kind == kind)
    #expect((result.session == nil) == (kind == .session))
  }

  @Test func whatAnAgentDoesIsSeenWhileItDoesIt() throws {
    var seen: [Activity] = []
    let recording = try Recording("codex-success")
    var reader = StreamReader(.codex)
    for byte in recording.output {
      _ = reader.receive([byte])
      if seen.last != reader.account.activity { seen.append(reader.account.activity) }
    }
    #expect(
      seen == [
        .starting, .thinking,
        .using(
          ToolUse(
            id: "item_3", name: "shell",
            kind: .command("mkdir -p '.' && cat > 'hello.txt' <<'END-OF-FILE'\nhello\nEND-OF-FILE"))
        ),
        .thinking,
        .using(
          ToolUse(
            id: "item_4", name: "shell",
            kind: .command("cat hello.txt && git add -A && git commit -qm greeting"))),
        .thinking, .done,
      ])
  }

  @Test func filesThatAnAgentWritesAreNamed() throws {
    for (name, program) in [("claude-success", "Write"), ("codex-patch", "apply_patch")] {
      let recording = try Recording(name)
      var reader = try recording.reader()
      let uses = reader.receive(recording.output).compactMap { event in
        if case .toolBegan(let use) = event, use.name == program { use.kind } else { nil }
      }
      #expect(uses == [.edit(["/repository/hello.txt"])], "\(name)")
    }
  }

  private func remains(_ name: String) throws -> AttemptRemains {
    let recording = try Recording(name)
    return AttemptRemains(
      account: try recording.account(), ending: recording.ending, errors: recording.errors,
      hasWork: true)
  }

  private func line(_ name: String, _ result: AttemptResult) -> String {
    var parts = [name, result.failure.map(\.kind.rawValue) ?? "success"]
    if let reset = result.failure?.reset { parts.append("reset \(reset)") }
    if let turns = result.turns { parts.append("\(turns) turns") }
    if let usage = result.usage { parts.append("\(usage.input)+\(usage.output)") }
    if let cost = result.cost { parts.append("\(cost.microdollars) u$") }
    if !result.tools.isEmpty { parts.append(result.tools.joined(separator: " ")) }
    if !result.questions.isEmpty { parts.append("\(result.questions.count) questions") }
    parts.append(result.session == nil ? "no session" : "session")
    let words = result.failure?.words ?? result.summary ?? ""
    parts.append("\"" + words.prefix(70).replacing("\n", with: " ") + "\"")
    return parts.joined(separator: " | ")
  }
}
