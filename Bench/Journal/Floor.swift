import CSQLite
import Glibc
import Journal

/// The plainest thing that SQLite can do with an event: one table, one loop, nothing checked.
final class Floor {
  private var handle: OpaquePointer?
  private var insert: OpaquePointer?
  private var begin: OpaquePointer?
  private var commit: OpaquePointer?
  private var row: Int64 = 0

  init(_ path: String, _ durability: JournalDurability) {
    check(sqlite3_open(path, &handle))
    let synchronous = durability == .full ? "FULL" : "NORMAL"
    let setUp = """
      PRAGMA journal_mode = WAL; PRAGMA synchronous = \(synchronous);
      CREATE TABLE events(seq INTEGER PRIMARY KEY, run INTEGER, at INTEGER, kind TEXT, step TEXT,
        attempt INTEGER, body TEXT);
      """
    check(sqlite3_exec(handle, setUp, nil, nil, nil))
    check(
      sqlite3_prepare_v2(handle, "INSERT INTO events VALUES(?, ?, ?, ?, ?, ?, ?)", -1, &insert, nil)
    )
    check(sqlite3_prepare_v2(handle, "BEGIN IMMEDIATE", -1, &begin, nil))
    check(sqlite3_prepare_v2(handle, "COMMIT", -1, &commit, nil))
  }

  deinit {
    for statement in [insert, begin, commit] { sqlite3_finalize(statement) }
    sqlite3_close(handle)
  }

  func append(_ events: [EventRecord]) {
    step(begin)
    for event in events {
      row += 1
      sqlite3_bind_int64(insert, 1, row)
      sqlite3_bind_int64(insert, 2, 1)
      sqlite3_bind_int64(insert, 3, event.at)
      sqlite3_bind_text(insert, 4, event.kind, -1, divisi_sqlite_transient())
      sqlite3_bind_text(insert, 5, event.step, -1, divisi_sqlite_transient())
      sqlite3_bind_int64(insert, 6, 1)
      sqlite3_bind_text(insert, 7, event.body, -1, divisi_sqlite_transient())
      step(insert)
    }
    step(commit)
  }

  private func step(_ statement: OpaquePointer?) {
    let code = sqlite3_step(statement)
    check(code == SQLITE_DONE ? SQLITE_OK : code)
    sqlite3_reset(statement)
  }

  private func check(_ code: Int32) {
    guard code != SQLITE_OK else { return }
    print("journal-bench: \(String(cString: sqlite3_errmsg(handle)))")
    exit(1)
  }
}
