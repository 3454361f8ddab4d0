internal import Files
internal import Glibc

/// The checksum over the lines of an export before its last, as its last line has it.
struct LineSum {
  private var chain = Chain(value: 0)

  mutating func add(_ line: some Sequence<UInt8>) {
    let isAdded: Void? = line.withContiguousStorageIfAvailable {
      chain.mix(UnsafeRawBufferPointer($0))
    }
    if isAdded == nil { Array(line).withUnsafeBytes { chain.mix($0) } }
  }

  var text: String {
    let digits = String(chain.value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}

/// Writes lines to an open file, a lot at a time.
struct LineWriter {
  private static let room = 1 << 16

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var sum = LineSum()

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// Over all lines so far.
  var checksum: String { sum.text }

  mutating func write(_ line: String) throws(JournalError) {
    sum.add(line.utf8)
    buffer.append(contentsOf: line.utf8)
    buffer.append(UInt8(ascii: "\n"))
    if buffer.count >= Self.room { try flush() }
  }

  mutating func flush() throws(JournalError) {
    var written = 0
    while written < buffer.count {
      let count = buffer.withUnsafeBytes { bytes in
        Glibc.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .folder(FileError("write", "the export", code: errno)) }
      written += count
    }
    buffer.removeAll(keepingCapacity: true)
  }
}

/// Reads lines from an open file, bounded in length.
struct LineReader {
  /// An event is far smaller; a file that is no export may have no line breaks at all.
  private static let longest = 64 << 20

  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false
  /// Of the line that was read last, from one.
  private(set) var number = 0

  init(_ descriptor: Int32) { self.descriptor = descriptor }

  /// The next line without its end, or nothing behind the last. Empty lines are passed over.
  mutating func next() throws(JournalError) -> [UInt8]? {
    while let line = try rawLine() {
      number += 1
      if !line.isEmpty { return line }
    }
    return nil
  }

  private mutating func rawLine() throws(JournalError) -> [UInt8]? {
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return Array(buffer[start..<end])
      }
      if isAtEnd {
        guard start < buffer.count else { return nil }
        defer { start = buffer.count }
        return Array(buffer[start...])
      }
      guard buffer.count - start < Self.longest else {
        throw .badExport(line: number + 1, flaw: "it is longer than any line of an export")
      }
      buffer.removeSubrange(..<start)
      searched = buffer.count
      start = 0
      try fill()
    }
  }

  private mutating func fill() throws(JournalError) {
    while true {
      var failure: Int32 = 0
      let chunk = [UInt8](unsafeUninitializedCapacity: 1 << 16) { bytes, count in
        let received = read(descriptor, bytes.baseAddress, bytes.count)
        if received < 0 { failure = errno }
        count = max(0, received)
      }
      if failure == EINTR { continue }
      guard failure == 0 else { throw .folder(FileError("read", "the export", code: failure)) }
      isAtEnd = chunk.isEmpty
      buffer.append(contentsOf: chunk)
      return
    }
  }
}
