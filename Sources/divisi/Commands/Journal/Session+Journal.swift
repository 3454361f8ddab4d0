import Conducting
import Files
import Journal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Session {
  /// Where the journal of the repository lies that the person stands in.
  func journalFolder() throws(Failure) -> JournalFolder {
    JournalFolder(try repository().home + "/.divisi")
  }

  /// The journal, for reading; nothing where nothing has run yet.
  func openJournalIfThere(_ folder: JournalFolder) throws(JournalError) -> JournalFile? {
    do throws(JournalError) {
      return try JournalFile.open(folder, .read)
    } catch {
      if case .missing = error { return nil }
      throw error
    }
  }

  /// The time in milliseconds since 1970.
  var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

extension JournalFile {
  /// How a run stands, as its events make it.
  func state(of session: String) throws -> RunState {
    var state = RunState()
    try forEachEvent(of: session) { event, _ in state.apply(event) }
    return state
  }

  /// Reads all events of a run, in order.
  func forEachEvent(of session: String, _ body: (Event, Int) -> Void) throws {
    var reader = try events(of: session)
    while let record = try reader.next() {
      do throws(FactFlaw) {
        let fact = try Fact(body: record.body)
        body(Event(at: Instant(milliseconds: record.at), fact), record.sequence)
      } catch {
        throw Failure(
          "event \(record.sequence) of \(session) cannot be read: \(error)",
          hint: "a newer divisi may have written it")
      }
    }
  }
}

/// A number with its word: `1 run`, `2 runs`.
func counted(_ number: Int, _ word: String) -> String {
  "\(number) \(word)\(number == 1 ? "" : "s")"
}
