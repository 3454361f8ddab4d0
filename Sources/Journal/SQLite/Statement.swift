internal import CSQLite

/// A value that goes into a statement.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)
  case bytes([UInt8])

  static func integer(_ value: Int) -> SQLValue { .integer(Int64(value)) }
  static func optional(_ text: String?) -> SQLValue { text.map { .text($0) } ?? .null }
  static func optional(_ value: Int64?) -> SQLValue { value.map { .integer($0) } ?? .null }
  static func optional(_ value: Int?) -> SQLValue { value.map { .integer($0) } ?? .null }
}

/// A prepared statement, kept for the life of its connection.
final class Statement {
  fileprivate let pointer: OpaquePointer
  private let sql: StaticString
  private let path: String
  private let patience: BusyPatience
  /// A cursor is on it: whoever needs the same statement meanwhile prepares another.
  fileprivate(set) var isBusy = false

  init(
    _ sql: StaticString, on handle: OpaquePointer, of path: String, _ patience: BusyPatience
  ) throws(JournalError) {
    var prepared: OpaquePointer?
    let code = sqlite3_prepare_v3(
      handle, sql.description, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &prepared, nil)
    guard code == SQLITE_OK, let prepared else {
      throw JournalError(
        SQLiteError(code, on: handle, sql: sql.description), at: path, waited: patience.limit)
    }
    pointer = prepared
    self.sql = sql
    self.path = path
    self.patience = patience
  }

  deinit { sqlite3_finalize(pointer) }

  fileprivate func failure(_ code: Int32) -> JournalError {
    let error = SQLiteError(code, on: sqlite3_db_handle(pointer), sql: sql.description)
    return JournalError(error, at: path, waited: patience.limit)
  }
}

/// The rows of one execution of a statement. Whatever way it is left, the statement is free again,
/// and with it the lock that reading holds.
struct Cursor: ~Copyable {
  private let statement: Statement

  init(
    _ statement: Statement, binding bind: (inout Binder) -> Void
  ) throws(JournalError) {
    self.statement = statement
    statement.isBusy = true
    var binder = Binder(statement.pointer)
    bind(&binder)
    guard binder.code == SQLITE_OK else { throw statement.failure(binder.code) }
  }

  deinit {
    sqlite3_reset(statement.pointer)
    sqlite3_clear_bindings(statement.pointer)
    statement.isBusy = false
  }

  /// Moves to the next row; false where there is none.
  mutating func next() throws(JournalError) -> Bool {
    switch sqlite3_step(statement.pointer) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw statement.failure(code)
    }
  }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement.pointer, column) }

  func number(_ column: Int32) -> Int { Int(integer(column)) }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  func text(_ column: Int32) -> String {
    guard let start = sqlite3_column_text(statement.pointer, column) else { return "" }
    let count = Int(sqlite3_column_bytes(statement.pointer, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(statement.pointer, column) else { return [] }
    let count = Int(sqlite3_column_bytes(statement.pointer, column))
    return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
  }

  private func isNull(_ column: Int32) -> Bool {
    sqlite3_column_type(statement.pointer, column) == SQLITE_NULL
  }
}
