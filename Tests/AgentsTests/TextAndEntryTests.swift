import Agents
import Plans
import TestSupport
import Testing

/// Streams of programs that are known by their configuration alone.
@Suite struct TextAndEntryTests {
  private func read(_ dialect: StreamDialect, _ text: String) -> StreamAccount {
    var reader = StreamReader(dialect)
    _ = reader.receive(text.utf8)
    _ = reader.finish()
    return reader.account
  }

  private func judge(
    _ account: StreamAccount, _ ending: ProcessEnding, errors: String = "",
    _ statuses: [Int32: FailureKind] = [:]
  ) -> AttemptResult {
    AttemptResult(
      AttemptRemains(account: account, ending: ending, errors: errors, hasWork: true),
      by: ResultRules(needsConclusion: false, exitStatuses: statuses))
  }

  @Test func theExitStatusAloneJudgesAProgramThatPrintsText() {
    let account = read(.text, "\u{1B}[32mWorking\u{1B}[0m\r\nAll done")
    #expect(judge(account, .exited(0)).hasSucceeded)
    #expect(judge(account, .exited(0)).summary == "All done")
    #expect(judge(account, .exited(1)).failure?.kind == .failed)
    #expect(judge(account, .exited(127)).failure?.kind == .missing)
    #expect(judge(account, .exited(3), [3: .turnLimit]).failure?.kind == .turnLimit)
    #expect(judge(account, .signalled(11)).failure?.kind == .crash)
    #expect(judge(account, .notStarted("no such file")).failure?.kind == .missing)
  }

  /// As aider 0.86 printed it, and ended with status 0.
  @Test func aProgramThatEndsWellWithoutWorkIsAskedForItsLastWords() {
    let account = read(
      .text,
      "Repo-map: using 1024 tokens\n\nlitellm.BadRequestError: OpenAIException - Incorrect API key\n"
    )
    let rules = ResultRules(needsConclusion: false)
    var remains = AttemptRemains(account: account, ending: .exited(0), hasWork: false)
    #expect(AttemptResult(remains, by: rules).failure?.kind == .authentication)
    remains.account = read(.text, "I added the rate limit.\n")
    #expect(AttemptResult(remains, by: rules).failure?.kind == .noWork)
  }

  @Test(arguments: [
    #"{"summary": "done", "tokens": {"prompt_tokens": 900000, "completion_tokens": 5}}"#,
    #"{"summary": "done", "tokens": {"output": 5}}"#,
    #"{"summary": "done", "tokens": "many"}"#,
  ])
  func tokensThatCannotBeReadAreNotKnown(_ line: String) {
    #expect(judge(read(.text, line), .exited(0)).usage == nil)
  }

  @Test(arguments: [
    (#"{"message": "boom"}"#, "boom"), ("true", "true"), ("3", "3"), ("null", nil),
    ("false", nil), (#"" ""#, nil),
  ])
  func whateverStandsForAnErrorIsOne(_ error: String, _ words: String?) {
    let result = judge(read(.text, #"{"summary": "done", "error": \#(error)}"#), .exited(0))
    #expect(result.failure?.words == words)
  }

  @Test func theLastLineMaySayWhatCameOfIt() {
    let account = read(
      .text,
      """
      {"summary": "not the last"}
      working
      {"summary": "Wrote it.", "session": "s", "turns": 3, "cost": 0.25, "tokens": {"input": 9, "output": 1}}

      """)
    let result = judge(account, .exited(0))
    #expect(result.summary == "Wrote it.")
    #expect(result.session == "s" && result.turns == 3)
    #expect(result.cost == Money(microdollars: 250_000))
    #expect(result.usage == Usage(input: 9, output: 1))
    let empty = judge(read(.text, #"{"summary": "ok", "error": ""}"#), .exited(0))
    #expect(empty.hasSucceeded && empty.summary == "ok")
    let failed = judge(read(.text, #"{"error": "rate limit", "resets_at": 99}"#), .exited(0))
    #expect(failed.failure == AttemptResult.Failure(.rateLimit, "rate limit", reset: .at(99)))
  }

  /// The words are whatever the program makes of it; its statuses are defined.
  @Test(arguments: [
    (StreamDialect.text, #"{"error": "no units left"}"#),
    (.entries, #"{"type": "error", "message": "no units left"}"#),
  ])
  func aStatusThatIsDefinedSaysWhatAnErrorIs(_ dialect: StreamDialect, _ line: String) {
    var reader = StreamReader(dialect)
    _ = reader.receive(Array("\(line)\n".utf8))
    _ = reader.finish()
    let rules = ResultRules(needsConclusion: false, exitStatuses: [75: .rateLimit])
    let kinds = [Int32(75), 1].map { status in
      AttemptResult(AttemptRemains(account: reader.account, ending: .exited(status)), by: rules)
        .failure?.kind
    }
    #expect(kinds == [.rateLimit, .failed])
  }

  @Test func aLineOfJSONInTheMiddleOfTextIsText() {
    let account = read(.text, "{\"error\": \"in a log\"}\nAll done\n")
    #expect(judge(account, .exited(0)).hasSucceeded)
    #expect(account.lastWords == "All done")
  }

  @Test func textThatTellsOfALimitOrALostNetworkIsUnderstood() {
    let limit = judge(read(.text, "Error: 429 Too Many Requests, try again in 20s\n"), .exited(1))
    #expect(limit.failure?.kind == .rateLimit)
    #expect(limit.failure?.reset == .after(.seconds(20)))
    let network = judge(read(.text, ""), .exited(1), errors: "connect ECONNREFUSED 127.0.0.1:1")
    #expect(network.failure?.kind == .network)
  }

  @Test func entriesOfManyFormsAreRead() {
    let account = read(
      .entries,
      """
      Loaded cached credentials.
      {"type":"init","session_id":"g-1","model":"gemini"}
      {"type":"message","role":"user","content":"write it"}
      {"type":"message","role":"assistant","content":"I will ","delta":true}
      {"type":"message","role":"assistant","content":"write.","delta":true}
      {"type":"tool_use","tool_name":"write_file","tool_id":"t1","parameters":{"file_path":"a.txt"}}
      {"type":"tool_result","tool_id":"t1","status":"success"}
      {"role":"assistant","content":"next","tool_calls":[{"id":"t2","function":{"name":"bash","arguments":"{\\"command\\":\\"ls\\"}"}}]}
      {"role":"tool","tool_call_id":"t2","content":"x"}
      {"type":"effect","id":"e1","detail":{"toolName":"edit","input":{"path":"b.txt"}},"state":{"status":"completed"}}
      {"type":"message","role":"assistant","content":"Done.","delta":true}
      {"type":"result","status":"success","stats":{"input_tokens":50,"output_tokens":5}}
      """)
    #expect(account.session == "g-1")
    #expect(account.tools == ["write_file", "bash", "edit"])
    #expect(account.openTools == [])
    #expect(account.usage == Usage(input: 50, output: 5))
    #expect(judge(account, .exited(0)).summary == "Done.")
  }

  @Test func anErrorThatIsTheLastEntryFails() {
    let account = read(
      .entries,
      """
      {"type":"error","severity":"warning","message":"loop detected"}
      {"type":"result","status":"error","error":{"type":"FatalAuth","message":"API key not found"}}
      """)
    #expect(judge(account, .exited(41)).failure?.kind == .authentication)
    #expect(judge(account, .exited(0)).failure?.kind == .authentication)
  }

  @Test(arguments: [
    ("resets 4:35am (UTC)", ResetTime.clock(minuteOfDay: 275, offsetFromUTC: 0)),
    ("or try again at 9:37 PM.", .clock(minuteOfDay: 1297, offsetFromUTC: nil)),
    ("resets 12am", .clock(minuteOfDay: 0, offsetFromUTC: nil)),
    ("try again at 16:05", .clock(minuteOfDay: 965, offsetFromUTC: nil)),
    ("try again in 2 days 3 hours 5 minutes", .after(.seconds(2 * 86_400 + 3 * 3600 + 300))),
    ("Please retry after 1.5s", .after(.milliseconds(1500))),
    ("retry in 1h30m.", .after(.seconds(5400))),
    (
      "You've hit your usage limit. Upgrade to Pro or try again at Nov 22nd, 2026 8:50 PM.",
      .date(year: 2026, month: 11, day: 22, minuteOfDay: 1250, offsetFromUTC: nil)
    ),
    (
      "resets Oct 9 at 5pm (UTC)",
      .date(year: nil, month: 10, day: 9, minuteOfDay: 1020, offsetFromUTC: 0)
    ),
    (
      "resets Sept 1st, 16:05",
      .date(year: nil, month: 9, day: 1, minuteOfDay: 965, offsetFromUTC: nil)
    ),
  ])
  func theTimeOfAResetIsReadOutOfWords(_ words: String, _ reset: ResetTime) {
    #expect(ResetTime.named(in: words) == reset)
  }

  @Test(arguments: [
    "", "in", "at", "try again at noon", "look at 5 files in 3 folders", "resets 25:00", "at 13pm",
    "in 99999999999999999999999 hours", "in 1e9 s", "after the end",
    "the limit of 9 Oct ends at 5pm", "try again at Oct 32nd 5pm", "resets Oct 9",
  ])
  func wordsThatNameNoTimeGiveNone(_ words: String) {
    #expect(ResetTime.named(in: words) == nil)
  }

  @Test func aClockTimeIsTheNextOne() {
    let midnight = 1_800_057_600  // a day's beginning in UTC
    let reset = ResetTime.clock(minuteOfDay: 275, offsetFromUTC: 0)
    #expect(reset.resolved(now: midnight, localOffset: 3600) == midnight + 275 * 60)
    #expect(
      reset.resolved(now: midnight + 5 * 3600, localOffset: 0) == midnight + 86_400 + 275 * 60)
    let local = ResetTime.clock(minuteOfDay: 60, offsetFromUTC: nil)
    #expect(local.resolved(now: midnight - 1800, localOffset: 3600) == midnight)
    #expect(ResetTime.after(.seconds(90)).resolved(now: 10, localOffset: 0) == 100)
    let second = 1_790_000_000
    #expect(ResetTime.at(second).resolved(now: 10, localOffset: 0) == second)
    #expect(ResetTime.at(second * 1000 + 7).resolved(now: 10, localOffset: 0) == second)
  }

  @Test func aDateWithoutAYearIsTheNextOne() {
    func second(_ year: Int?, _ month: Int, _ day: Int, now: Int = 0) -> Int {
      ResetTime.date(year: year, month: month, day: day, minuteOfDay: 60, offsetFromUTC: nil)
        .resolved(now: now, localOffset: 3600)
    }
    #expect(second(1970, 1, 1) == 0)
    #expect(second(2000, 2, 29) == 951_782_400)
    #expect(second(2026, 11, 22) == 1_795_305_600)
    let newYear = second(2027, 1, 1)
    #expect(second(nil, 1, 1, now: newYear - 86_400) == newYear)
    #expect(second(nil, 12, 31, now: newYear - 2 * 86_400) == newYear - 86_400)
    #expect(second(nil, 12, 31, now: newYear + 1) == second(2027, 12, 31))
  }

  /// A limit that the agent has got over says nothing of what came after it.
  @Test func aLimitThatIsOverIsNotWhatAnAttemptFailedOf() {
    let limited = #"{"type":"error","message":"rate limit reached, try again in 20s"}"# + "\n"
    let goesOn = #"{"role":"assistant","content":"I go on."}"# + "\n"
    let waiting = judge(read(.entries, limited), .stopped(.timeout))
    #expect(waiting.failure?.kind == .rateLimit)
    let past = judge(read(.entries, limited + goesOn), .stopped(.timeout))
    #expect(past.failure?.kind == .timeout)
    #expect(judge(read(.entries, limited + goesOn), .exited(0)).hasSucceeded)
  }

  @Test(arguments: [
    ("API Error: 529", FailureKind.overload), ("last status: 429", .rateLimit),
    ("HTTP/1.1 503 something", .overload), ("the server says: status code 401.", .authentication),
    ("litellm error (429)", .rateLimit), ("Invalid key. Please run /login", .authentication),
    ("Error: Session ID 7c is already in use.", .session),
    ("open /srv/app/login/1/x: no such file", .failed), ("=== 3 failed, 1429 passed", .failed),
    ("3 failed, 429 passed", .failed), ("1 error, 503 passed in 4s", .failed),
    ("line 502 is wrong", .failed), ("port 3000 is already in use", .failed),
  ])
  func whatAMessageIsAboutIsReadOutOfItsWordsNotItsNumbers(_ words: String, _ kind: FailureKind) {
    let failure = judge(read(.text, ""), .exited(1), errors: words).failure
    #expect(failure?.kind == kind)
  }

  @Test func numbersInAnAgentsLastWordsSayNothingOfAService() {
    let account = read(.text, "All endpoints answer with status 503, one test failed.\n")
    #expect(judge(account, .exited(1)).failure?.kind == .failed)
  }
}
