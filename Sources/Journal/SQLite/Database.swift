internal import CSQLite

/// One connection to a database: statements prepared once, values bound by type.
///
/// SQL is literal text (`StaticString`): nothing that comes from outside can become part of it.
/// Belongs to one thread at a time (it is not `Sendable`, and SQLite's own mutex is off). The
/// connection closes when the last reference and the last cursor are gone.
final class Database {
  enum Access {
    case read
    case write
    /// As `write`, and makes the file where there is none.
    case create
    /// Reads a file that nothing can change, without locks and without a write-ahead log.
    case readFrozen
  }

  let path: String
  private let handle: OpaquePointer
  private let patience: BusyPatience
  /// By the address of their text, which a literal keeps for the life of the process.
  private var statements: [UnsafePointer<UInt8>: Statement] = [:]

  /// - Parameter patience: how long a statement waits for another connection's lock.
  init(_ path: String, _ access: Access, patience: Duration) throws(JournalError) {
    var flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_URI
    var query = ""
    switch access {
    case .read: flags |= SQLITE_OPEN_READONLY
    case .write: flags |= SQLITE_OPEN_READWRITE
    case .create: flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
    case .readFrozen:
      flags |= SQLITE_OPEN_READONLY
      query = "?immutable=1"
    }
    var opened: OpaquePointer?
    let code = sqlite3_open_v2("file:" + Self.escaped(path) + query, &opened, flags, nil)
    guard code == SQLITE_OK, let opened else {
      let failure = SQLiteError(code, on: opened)
      sqlite3_close_v2(opened)
      throw JournalError(failure, at: path, waited: patience)
    }
    self.path = path
    handle = opened
    self.patience = BusyPatience(patience)
    sqlite3_busy_handler(
      handle,
      { context, attempt in
        guard let context else { return 0 }
        let patience = Unmanaged<BusyPatience>.fromOpaque(context).takeUnretainedValue()
        return patience.waits(attempt: attempt) ? 1 : 0
      }, Unmanaged.passUnretained(self.patience).toOpaque())
  }

  deinit {
    // The handler's context goes with this object; a cursor may keep the connection a little longer.
    sqlite3_busy_handler(handle, nil, nil)
    sqlite3_close_v2(handle)
  }

  /// In a URI the path may hold none of the characters that end one.
  private static func escaped(_ path: String) -> String {
    var text = ""
    for character in path {
      switch character {
      case "%": text += "%25"
      case "?": text += "%3f"
      case "#": text += "%23"
      default: text.append(character)
      }
    }
    return text
  }

  /// Runs a statement to its end and gives the number of rows that it changed.
  @discardableResult
  func run(_ sql: StaticString, _ values: SQLValue...) throws(JournalError) -> Int {
    var cursor = try cursor(sql, values)
    while try cursor.next() {}
    return Int(sqlite3_changes64(handle))
  }

  /// Runs several statements, none of which needs a value.
  func runScript(_ sql: String) throws(JournalError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else {
      throw JournalError(SQLiteError(code, on: handle, sql: sql), at: path, waited: patience.limit)
    }
  }

  /// The rows of a query, one after the other.
  func rows(_ sql: StaticString, _ values: SQLValue...) throws(JournalError) -> Cursor {
    try cursor(sql, values)
  }

  /// The whole number that a query gives, or nothing where it gives no row or null.
  func number(_ sql: StaticString, _ values: SQLValue...) throws(JournalError) -> Int64? {
    var cursor = try cursor(sql, values)
    return try cursor.next() ? cursor.optionalInteger(0) : nil
  }

  var lastInsertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

  /// As `run`, for what is run for every event: no list of values lies between.
  func run(
    _ sql: StaticString, binding bind: (inout Binder) -> Void
  ) throws(JournalError) {
    var cursor = try Cursor(try statement(sql), binding: bind)
    while try cursor.next() {}
  }

  private func cursor(_ sql: StaticString, _ values: [SQLValue]) throws(JournalError) -> Cursor {
    try Cursor(try statement(sql)) { binder in
      for value in values { binder.add(value) }
    }
  }

  private func statement(_ sql: StaticString) throws(JournalError) -> Statement {
    if let known = statements[sql.utf8Start], !known.isBusy { return known }
    let statement = try Statement(sql, on: handle, of: path, patience)
    statements[sql.utf8Start] = statement
    return statement
  }

  /// Does something in one transaction that takes the write lock at once, so that what is read in
  /// it cannot be outdated when it writes. Any error undoes all of it.
  func write<Result>(
    _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    try transaction("BEGIN IMMEDIATE", body)
  }

  /// Does something on one unchanging view of the database.
  func read<Result>(
    _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    try transaction("BEGIN", body)
  }

  /// Does something that waits for another's lock only so long.
  func hurried<Result>(
    _ limit: Duration, _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    let usual = patience.limit
    patience.limit = limit
    defer { patience.limit = usual }
    return try body()
  }

  private func transaction<Result>(
    _ begin: StaticString, _ body: () throws(JournalError) -> Result
  ) throws(JournalError) -> Result {
    try run(begin)
    do {
      let result = try body()
      try run("COMMIT")
      return result
    } catch {
      undo()
      throw error
    }
  }

  /// SQLite ends a transaction by itself after some failures (disk full, I/O); then there is nothing
  /// left to undo.
  private func undo() {
    guard sqlite3_get_autocommit(handle) == 0 else { return }
    sqlite3_exec(handle, "ROLLBACK", nil, nil, nil)
  }
}
