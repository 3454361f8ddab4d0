import Arguments
import Documents
import Journal
import JSONValues

/// A length of time as it is written in plans.
struct Age: ArgumentValue {
  let duration: Duration
  let argumentText: String

  init?(argument text: String) {
    guard let duration = try? Quantities.duration(text) else { return nil }
    self.duration = duration
    argumentText = text
  }

  static let expectation = "a time such as `12h` or `30d`"
  static let placeholder = "TIME"

  var milliseconds: Int64 { Int64(duration / .milliseconds(1)) }
}

struct CompactJournal: Command {
  var age: Age?
  var isRehearsal = false

  static let spec = CommandSpec<Self>("compact", "make the journal smaller") {
    Example("divisi journal compact", "let go of what can be derived from the events")
    Example(
      "divisi journal compact --older-than 30d",
      "and of whole runs that ended more than 30 days ago")
    Discussion(
      """
      Removes the snapshots of runs that have ended, and gives the room back to the disk. Only with \
      --older-than are runs removed, with their events and messages: `divisi journal export` keeps \
      them first. Runs that have not ended, or that somebody runs, are never removed, and are not \
      held up.
      """)
    Option(\.age, "--older-than", help: "remove runs that ended longer ago than this")
    Flag(\.isRehearsal, "-n", "--dry-run", help: "only say which runs would be removed")
    Exit(0, "it is done")
    Exit(1, "there is no journal, or it could not be written")
  }

  func run(in session: Session) throws -> ExitStatus {
    let folder = try session.journalFolder()
    let cutoff = age.map { session.now - $0.milliseconds }
    if isRehearsal {
      let runs = try JournalFile.open(folder, .read).runs().reversed()
        .filter { run in cutoff.map { run.standing.ended ?? .max < $0 } ?? false }.map(\.session)
      if session.wantsJSON {
        session.print(["would_remove_runs": .array(runs.map { .string($0) })])
      } else {
        for run in runs { session.print(run) }
        session.say("would remove \(counted(runs.count, "run"))")
      }
      return .success
    }
    // To open for writing would make a journal where there is none.
    _ = try JournalFile.open(folder, .read)
    let compaction = try JournalFile.open(folder, .write(.full))
      .compact(removingEndedBefore: cutoff, at: session.now)
    if session.wantsJSON {
      session.print(compaction.json)
    } else {
      for run in compaction.removedRuns { session.print(run) }
      session.say(compaction.summary)
    }
    return .success
  }
}

extension Compaction {
  fileprivate var summary: String {
    "removed \(counted(removedRuns.count, "run")), \(counted(removedSnapshots, "snapshot")); "
      + "\(size(bytesBefore)) before, \(size(bytesAfter)) now"
  }

  private func size(_ bytes: Int) -> String {
    let tenths = (bytes * 10 + 524_288) / 1_048_576
    return bytes < 1_048_576 ? "\((bytes + 512) / 1024) KiB" : "\(tenths / 10).\(tenths % 10) MiB"
  }

  fileprivate var json: JSON {
    [
      "removed_runs": .array(removedRuns.map { .string($0) }),
      "removed_snapshots": .int(removedSnapshots), "bytes_before": .int(bytesBefore),
      "bytes_after": .int(bytesAfter),
    ]
  }
}
