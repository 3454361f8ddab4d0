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

  /// The time in milliseconds since 1970.
  var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

/// A number with its word: `1 run`, `2 runs`.
func counted(_ number: Int, _ word: String) -> String {
  "\(number) \(word)\(number == 1 ? "" : "s")"
}
