internal import CSQLite

/// What SQLite refused, in its own words.
package struct SQLiteError: Hashable, Sendable, CustomStringConvertible {
  /// The extended result code, such as `SQLITE_IOERR_FSYNC`.
  package let code: Int32
  package let message: String
  /// The statement that failed. Its values are left out: they may be secret.
  package let sql: String?

  init(code: Int32, message: String, sql: String?) {
    self.code = code
    self.message = message
    self.sql = sql
  }

  init(_ code: Int32, on handle: OpaquePointer?, sql: String? = nil) {
    self.code = code
    message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    self.sql = sql
  }

  /// The class of the failure, such as `SQLITE_IOERR`.
  var primaryCode: Int32 { code & 0xFF }

  var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }

  package var description: String {
    let statement = sql.map { " in `\($0)`" } ?? ""
    return "SQLite says \"\(message)\" (\(code))\(statement)"
  }
}

extension JournalError {
  /// What a refusal of SQLite means to whoever uses the journal at a path.
  init(_ error: SQLiteError, at path: String, waited: Duration) {
    switch error.primaryCode {
    case SQLITE_FULL: self = .full(path: path)
    case SQLITE_BUSY, SQLITE_LOCKED: self = .busy(path: path, waited: waited)
    case SQLITE_CORRUPT: self = .corrupt(path: path, detail: error.message)
    case SQLITE_NOTADB: self = .notAJournal(path: path, reason: error.message)
    case SQLITE_READONLY: self = .readOnly(path: path)
    default: self = .unavailable(path: path, error)
    }
  }
}
