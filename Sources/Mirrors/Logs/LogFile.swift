import Conducting
import Files

/// One log on disk, and what is still to be added to it.
struct LogFile: Sendable {
  let path: String
  /// The number of the last event that it tells of.
  private(set) var last = 0
  /// When that event happened.
  private(set) var lastTime: Instant?
  private(set) var isThere = false
  private var pending: [UInt8] = []

  /// Opens what is there: a last line that was cut short goes, and so does what the journal does not
  /// know of (a power cut can take back the journal's last events and not a log's).
  ///
  /// - Parameter session: only lines of this run count, where a log has several.
  init(_ path: String, of session: String?, upTo sequence: Int) throws(FileError) {
    self.path = path
    let mark = LineMark(session: session)
    var found: LineMark.Found?
    try mendFile(path) { bytes in
      let (kept, last) = mark.mended(bytes, upTo: sequence)
      found = last
      return kept
    }
    isThere = entryKind(path) == .file
    last = found?.sequence ?? 0
    lastTime = found?.time
  }

  /// A log that cannot be looked at.
  init(unread path: String) { self.path = path }

  mutating func add(_ line: [UInt8], _ sequence: Int) {
    guard sequence > last else { return }
    last = sequence
    pending += line
  }

  var pendingSize: Int { pending.count }

  /// Writes what is to be added; makes the file even if that is nothing. What could not be written is
  /// kept for the next time.
  mutating func write() throws(FileError) {
    guard !pending.isEmpty || !isThere else { return }
    try appendToFile(path, pending)
    isThere = true
    pending.removeAll(keepingCapacity: true)
  }

  mutating func giveUp() { pending = [] }
}

/// How a log's line says which event it is of.
struct LineMark: Sendable {
  struct Found: Sendable {
    let sequence: Int
    let time: Instant?
  }

  private let owner: [UInt8]

  init(session: String?) { owner = Array((session.map { "\"session\":\"\($0)\"," } ?? "").utf8) }

  /// Whether a line is this run's, and of which event.
  func read(_ line: ArraySlice<UInt8>) -> Found? {
    let start = Array("{\"seq\":".utf8)
    guard line.starts(with: start) else { return nil }
    let digits = line.dropFirst(start.count).prefix { (0x30...0x39).contains($0) }
    let rest = line[digits.endIndex...].dropFirst()
    guard let sequence = Int(String(decoding: digits, as: UTF8.self)), rest.starts(with: owner)
    else { return nil }
    let time = rest.dropFirst(owner.count + 6).prefix { $0 != UInt8(ascii: "\"") }
    return Found(
      sequence: sequence, time: Timestamp.read(String(decoding: time, as: UTF8.self)))
  }

  /// The run of a line in a plan's log; nothing where it is no whole line of one.
  static func session(of line: ArraySlice<UInt8>) -> String? {
    let parts = line.prefix(300).split(separator: UInt8(ascii: "\""), maxSplits: 6)
    guard line.last == UInt8(ascii: "}"), parts.count > 5,
      parts[1].elementsEqual("seq".utf8), parts[3].elementsEqual("session".utf8)
    else { return nil }
    return String(decoding: parts[5], as: UTF8.self)
  }

  /// The whole lines of a log up to an event, and the last of this run; nothing where all of it may
  /// stay.
  func mended(_ bytes: [UInt8], upTo sequence: Int) -> (kept: [UInt8]?, last: Found?) {
    var end = (bytes.lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
    let whole = end
    var behind: [ArraySlice<UInt8>] = []
    var isCut = whole < bytes.count
    var found: Found?
    while end > 0 {
      let start = (bytes[..<(end - 1)].lastIndex(of: UInt8(ascii: "\n")) ?? -1) + 1
      let line = bytes[start..<end]
      if let mine = read(line) {
        if mine.sequence <= sequence {
          found = mine
          break
        }
        isCut = true
      } else {
        behind.append(line)
      }
      end = start
    }
    guard isCut else { return (nil, found) }
    return (Array(bytes[..<end]) + behind.reversed().flatMap { $0 }, found)
  }
}
