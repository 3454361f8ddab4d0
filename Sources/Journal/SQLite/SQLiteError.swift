internal import CSQLite
internal import Glibc

/// What SQLite refused, in its own words.
package struct SQLiteError: Hashable, Sendable, CustomStringConvertible {
  /// The extended result code, such as `SQLITE_IOERR_FSYNC`.
  package let code: Int32
  package let message: String
  /// What the system said to SQLite, where it was asked for something; else 0.
  package let systemCode: Int32
  /// The statement that failed. Its values are left out: they may be secret.
  package let sql: String?

  init(_ code: Int32, on handle: OpaquePointer?, sql: String? = nil) {
    self.code = code
    message = String(cString: handle.map { sqlite3_errmsg($0) } ?? sqlite3_errstr(code))
    // Else, and after a COMMIT, SQLite still tells what some earlier call left.
    let isOfSystem = [SQLITE_IOERR, SQLITE_CANTOPEN].contains(code & 0xFF) && sql != "COMMIT"
    systemCode = isOfSystem ? handle.map { sqlite3_system_errno($0) } ?? 0 : 0
    self.sql = sql
  }

  /// The class of the failure, such as `SQLITE_IOERR`.
  var primaryCode: Int32 { code & 0xFF }

  var isConstraint: Bool { primaryCode == SQLITE_CONSTRAINT }

  package var description: String {
    let system = systemCode == 0 ? "" : ", the system \"\(String(cString: strerror(systemCode)))\""
    let statement = sql.map { " in `\($0)`" } ?? ""
    return "SQLite says \"\(message)\" (\(code))\(system)\(statement)"
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
    case SQLITE_IOERR, SQLITE_CANTOPEN: self.init(ofSystem: error, at: path)
    default: self = .unavailable(path: path, error)
    }
  }
  private init(ofSystem error: SQLiteError, at path: String) {
    switch error.systemCode {
    case ENOSPC, EDQUOT: self = .full(path: path)
    case EROFS, EACCES, EPERM: self = .readOnly(path: path)
    default: self = .unavailable(path: path, error)
    }
  }
}
