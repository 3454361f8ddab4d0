import Arguments
import Files
import Journal
import JSONValues

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct ImportJournal: Command {
  var file = ""

  static let spec = CommandSpec<Self>("import", "take back an export into an empty journal") {
    Example("divisi journal import journal.jsonl", "bring back what `export` wrote")
    Discussion(
      """
      The journal has to be empty or gone: move a damaged one away first, with its -wal and -shm. \
      All of the export is taken or nothing. What a run wrote after the export is missing then, \
      and resuming the run says so.
      """)
    Argument(\.file, "FILE", "an export, or - for standard input", completion: .files)
    Exit(0, "all was taken")
    Exit(1, "the export is not whole, or the journal is not empty; nothing was taken")
  }

  func run(in session: Session) throws -> ExitStatus {
    let count = try restore(into: session.journalFolder(), from: session.folder)
    if session.wantsJSON {
      session.print(
        ["runs": .int(count.runs), "events": .int(count.events), "messages": .int(count.messages)])
    } else {
      session.say(
        "took \(counted(count.runs, "run")), \(counted(count.events, "event")), "
          + counted(count.messages, "message"))
    }
    return .success
  }

  private func restore(into journal: JournalFolder, from folder: String) throws -> ExportCount {
    if file == "-" { return try JournalFile.restore(journal, from: 0) }
    let path = absolutePath(file, from: folder)
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Failure(FileError("read", file, code: errno)) }
    defer { close(descriptor) }
    return try JournalFile.restore(journal, from: descriptor)
  }
}
