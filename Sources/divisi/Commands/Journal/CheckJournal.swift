import Arguments
import Journal
import JSONValues
import Runtime

struct CheckJournal: Command {
  static let spec = CommandSpec<Self>("check", "say whether everything is as it was written") {
    Example("divisi journal check", "read all of it, and say what is damaged or missing")
    Discussion(
      """
      Reads the pages of the database, every event, snapshot and message with its checksum, and \
      holds each run against what lies beside the journal. Runs that go on are not held up.
      """)
    Exit(0, "all is as it was written")
    Exit(1, "something is damaged or missing, or there is no journal")
  }

  func run(in session: Session) throws -> ExitStatus {
    let check = try JournalFile.open(session.journalFolder(), .read).check(flaw: \.flaw)
    if session.wantsJSON {
      session.print(check.json)
    } else {
      for finding in check.findings { session.complain("\(finding)") }
      session.say(check.summary)
    }
    return check.isSound ? .success : .failure
  }
}

extension JournalCheck {
  fileprivate var summary: String {
    let content = [
      counted(runs, "run"), counted(events, "event"), counted(snapshots, "snapshot"),
      counted(messages, "message"),
    ].joined(separator: ", ")
    let damages = findings.count { $0.weight == .damage }
    return "\(content): "
      + (damages == 0 ? "all as it was written" : "\(counted(damages, "damage")) found")
  }

  fileprivate var json: JSON {
    [
      "sound": .bool(isSound), "runs": .int(runs), "events": .int(events),
      "snapshots": .int(snapshots), "messages": .int(messages),
      "findings": .array(
        findings.map { ["weight": .string($0.weight.rawValue), "text": .string($0.text)] }),
    ]
  }
}
