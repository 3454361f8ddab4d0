import Arguments
import Files
import Journal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

struct ExportJournal: Command {
  var file: String?
  var sessions: [String] = []

  static let spec = CommandSpec<Self>("export", "write all that happened as lines of JSON") {
    Example("divisi journal export -o journal.jsonl", "keep a copy that `import` takes back")
    Example(
      "divisi journal export | jq 'select(.event)'", "look at the events of every run")
    Discussion(
      """
      Writes runs with their events and messages, one a line, as docs/JSON.md has it. The last \
      line has counts and a checksum: without it an export is not whole. Runs that go on are not \
      held up.
      """)
    Option(
      \.file, "-o", "--output", help: "write to this file", placeholder: "FILE",
      completion: .files)
    Argument(
      \.sessions, "RUN", "only these runs, by session id", completion: .dynamic("run"))
    Exit(0, "all was written")
    Exit(1, "the journal is damaged or there is none, or the export could not be written")
  }

  func run(in session: Session) throws -> ExitStatus {
    let journal = try JournalFile.open(session.journalFolder(), .read)
    guard let file, file != "-" else {
      do throws(JournalError) {
        try journal.export(sessions, to: 1)
      } catch {
        // Where nobody reads any more, that is no failure.
        guard case .folder(let failure) = error, failure.code == EPIPE else { throw error }
      }
      return .success
    }
    let count = try export(journal, to: absolutePath(file, from: session.folder))
    session.say("wrote \(counted(count.runs, "run")), \(counted(count.events, "event")) to \(file)")
    return .success
  }

  /// An export that fails leaves what was at the path.
  private func export(_ journal: JournalFile, to path: String) throws -> ExportCount {
    let draft = "\(path).divisi-\(getpid())"
    let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw Failure(FileError("write", path, code: errno)) }
    defer {
      close(descriptor)
      unlink(draft)
    }
    let count = try journal.export(sessions, to: descriptor)
    guard fsync(descriptor) == 0, rename(draft, path) == 0 else {
      throw Failure(FileError("write", path, code: errno))
    }
    return count
  }
}
