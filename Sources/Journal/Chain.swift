/// The checksum that ties every event to all before it.
///
/// SQLite notices a damaged page, not a changed letter in a text. An event whose chain fits is the
/// one that was written, at its place in the history that was written. The function is part of the
/// format: it may not change.
struct Chain: Hashable, Sendable {
  private(set) var value: UInt64

  init(value: UInt64) { self.value = value }

  /// What stands before a run's first event: who the run is.
  init(session: String, plan: String, created: Int64) {
    value = 0xCBF2_9CE4_8422_2325
    mix(session)
    mix(plan)
    mix(UInt64(bitPattern: created))
  }

  mutating func add(_ event: EventRecord) {
    mix(UInt64(bitPattern: Int64(event.sequence)))
    mix(UInt64(bitPattern: event.at))
    mix(event.kind)
    mix(event.step)
    mix(event.attempt.map { Int64($0) })
    mix(event.body)
  }

  /// As it is kept in a column.
  var stored: Int64 { Int64(bitPattern: value) }

  init(stored: Int64) { value = UInt64(bitPattern: stored) }

  /// A bijection of the value for each word and of the word for each value, so that a single
  /// changed word always shows.
  mutating func mix(_ word: UInt64) {
    value = (value ^ word) &* 0x9E37_79B9_7F4A_7C15
    value ^= value >> 29
  }

  mutating func mix(_ text: String?) {
    guard var text else { return mix(UInt64.max) }
    text.withUTF8 { mix(UnsafeRawBufferPointer($0)) }
  }

  mutating func mix(_ number: Int64?) {
    mix(UInt64(number == nil ? 0 : 1))
    mix(UInt64(bitPattern: number ?? 0))
  }

  /// Length first, then eight bytes a word, little-endian, the last filled up with zeros.
  mutating func mix(_ bytes: UnsafeRawBufferPointer) {
    mix(UInt64(bytes.count))
    var offset = 0
    while offset + 8 <= bytes.count {
      mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      offset += 8
    }
    guard offset < bytes.count else { return }
    var rest: UInt64 = 0
    for (position, byte) in bytes[offset...].enumerated() {
      rest |= UInt64(byte) << UInt64(8 * position)
    }
    mix(rest)
  }
}

extension RunRecord {
  /// Over everything in the row, as its standing changes and no chain covers that.
  var checksum: Int64 {
    var sum = Chain(session: session, plan: plan, created: created)
    sum.mix(standing.status)
    sum.mix(standing.ended)
    sum.mix(standing.summary)
    return sum.stored
  }
}

extension InboxMessage {
  func checksum(session: String) -> Int64 {
    var sum = Chain(session: session, plan: sender, created: at)
    sum.mix(UInt64(bitPattern: Int64(number)))
    sum.mix(body)
    sum.mix(taken.map { Int64($0) })
    return sum.stored
  }
}

extension Snapshot {
  func checksum(after chain: Chain) -> Int64 {
    var sum = chain
    sum.mix(UInt64(bitPattern: Int64(sequence)))
    sum.mix(UInt64(bitPattern: Int64(version)))
    sum.mix(UInt64(bitPattern: at))
    state.withUnsafeBytes { sum.mix($0) }
    return sum.stored
  }
}
