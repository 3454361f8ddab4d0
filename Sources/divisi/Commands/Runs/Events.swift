import Arguments
import Conducting
import Journal
import Plans
import Reports
import Runtime
import Terminal

struct Events: Arguments.Command {
  var run: String?
  var isFollowing = false
  var after = 0
  var step: String?

  static let spec = CommandSpec<Self>("events", "list what happened in a run") {
    Example("divisi events", "one line an event, in plain words")
    Example("divisi events -f --json", "follow it from a program")
    Example("divisi events --step api", "what happened to one step")
    Flag(\.isFollowing, "-f", "--follow", help: "go on until the run has ended")
    Option(\.after, "--after", help: "begin behind this event")
    Option(\.step, "--step", help: "of this step alone", completion: .dynamic("step"))
    Argument(
      \.run, "RUN", "session id, its beginning, or a plan", completion: .dynamic("run"))
    Exit(1, "there is no such run or step")
  }

  func objection() -> String? {
    after < 0 ? "`--after` takes the number of an event, not \(after)" : nil
  }

  func run(in session: Session) throws -> ExitStatus {
    var chosen = try session.run(run)
    let only = try step.map { chosen.state.id(try session.step($0, of: chosen)) }
    let watch = ChangeWatch([chosen.reading.folder.run(chosen.session)])
    var lines = EventLines(of: chosen.state, on: session.output, clock: .local)
    let wantsJSON = session.wantsJSON
    func show(_ event: NumberedEvent) {
      session.print(wantsJSON ? EventLines.json(event) : lines.line(event))
    }
    var last = after
    try chosen.file.eachEvent(
      of: chosen.session, after: min(after, chosen.state.sequence),
      where: { record in
        last = max(last, record.sequence)
        return only.map { record.step == $0.text } ?? true
      }
    ) { event throws(RunBookError) in show(event) }
    try chosen.reading.catchUp(in: chosen.file)
    var note = IdlenessNote()
    while isFollowing, chosen.state.result == nil || last < chosen.state.sequence {
      note.tell(of: chosen, in: session)
      watch.wait(atMost: .seconds(2))
      try chosen.reading.catchUp(in: chosen.file)
      try chosen.file.eachEvent(of: chosen.session, after: last) { event throws(RunBookError) in
        last = event.sequence
        if only == nil || event.fact.subject?.step == only { show(event) }
      }
    }
    return .success
  }
}
