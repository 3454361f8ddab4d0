internal import CSQLite

/// Binds the values of a statement from the first to the last. SQLite keeps copies.
struct Binder {
  private let pointer: OpaquePointer
  private var index: Int32 = 0
  /// What the first refusal was.
  private(set) var code = SQLITE_OK

  init(_ pointer: OpaquePointer) { self.pointer = pointer }

  private mutating func note(_ code: Int32) {
    if self.code == SQLITE_OK { self.code = code }
  }

  private mutating func next() -> Int32 {
    index += 1
    return index
  }

  mutating func add(_ value: SQLValue) {
    switch value {
    case .null: addNull()
    case .integer(let value): add(value)
    case .text(let text): add(text)
    case .bytes(let bytes): add(bytes)
    }
  }

  mutating func addNull() { note(sqlite3_bind_null(pointer, next())) }

  mutating func add(_ value: Int64) { note(sqlite3_bind_int64(pointer, next(), value)) }

  mutating func add(_ text: String) {
    let index = next()
    var text = text
    let code = text.withUTF8 { [pointer] buffer in
      guard let start = buffer.baseAddress else {
        return sqlite3_bind_text(pointer, index, "", 0, nil)
      }
      return start.withMemoryRebound(to: CChar.self, capacity: buffer.count) { start in
        sqlite3_bind_text64(
          pointer, index, start, UInt64(buffer.count), divisi_sqlite_transient(),
          UInt8(SQLITE_UTF8))
      }
    }
    note(code)
  }

  mutating func add(_ bytes: [UInt8]) {
    let index = next()
    guard !bytes.isEmpty else { return note(sqlite3_bind_zeroblob(pointer, index, 0)) }
    let code = bytes.withUnsafeBytes { [pointer] buffer in
      sqlite3_bind_blob64(
        pointer, index, buffer.baseAddress, UInt64(buffer.count), divisi_sqlite_transient())
    }
    note(code)
  }

  mutating func add(_ text: String?) { if let text { add(text) } else { addNull() } }

  mutating func add(_ value: Int?) { if let value { add(Int64(value)) } else { addNull() } }
}
