/// A difference between two trees as git writes it, read into lines without copying them.
struct LineDiff {
  /// A line of a file, known by its text without the space around it: a line that was indented
  /// anew is the same line.
  struct Key: Hashable {
    let file: String
    let text: UInt64
  }

  /// Lines that stand together, and what they took the place of.
  struct Hunk {
    /// The lines of the old file; an empty range for what was only added.
    let old: Range<Int>
    var removed: [Range<Int>] = []
    var added: [Added] = []
  }

  struct Added {
    let key: Key
    /// Where it stands in the bytes of the difference.
    let place: Range<Int>
  }

  /// How many more of a line there are in the new tree than in the old one.
  private(set) var net: [Key: Int] = [:]
  /// Where an added line stands in the bytes of the difference, for telling it.
  private(set) var places: [Key: Range<Int>] = [:]
  /// By file.
  private(set) var hunks: [String: [Hunk]] = [:]
  /// Files that are not text, with the object that each became; nothing where it went.
  private(set) var binaries: [String: String] = [:]
  private var bytes: [UInt8]

  /// Lines without a letter or digit say nothing by themselves and are left out.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var reader = Reader(bytes: bytes)
    while let line = reader.next() { read(line, &reader) }
  }

  func text(of key: Key) -> String {
    places[key].map { String(decoding: bytes[$0], as: UTF8.self) } ?? ""
  }

  /// The part of a file that a line came with first.
  func hunk(of key: Key) -> Hunk? {
    hunks[key.file]?.first { $0.added.contains { $0.key == key } }
  }

  /// The words at a place, and how often each is there.
  func words(in place: Range<Int>) -> [ArraySlice<UInt8>: Int] {
    bytes[place].split { byte in
      let isLetter = (byte | 0x20) >= 97 && (byte | 0x20) <= 122
      return !isLetter && !(48...57).contains(byte) && byte != UInt8(ascii: "_") && byte < 0x80
    }.reduce(into: [:]) { $0[$1, default: 0] += 1 }
  }

  /// Both as one; files that the other shows as text are none of those that are not.
  func joined(with other: LineDiff) -> LineDiff {
    var all = self
    let offset = bytes.count
    func moved(_ place: Range<Int>) -> Range<Int> {
      place.lowerBound + offset..<place.upperBound + offset
    }
    all.bytes += other.bytes
    all.net.merge(other.net) { $0 + $1 }
    all.places.merge(other.places.mapValues(moved)) { first, _ in first }
    for (file, parts) in other.hunks {
      all.hunks[file, default: []] += parts.map { part in
        Hunk(
          old: part.old, removed: part.removed.map(moved),
          added: part.added.map { Added(key: $0.key, place: moved($0.place)) })
      }
      all.binaries[file] = nil
    }
    return all
  }

  private var file = ""
  private var object = ""

  private mutating func read(_ line: Range<Int>, _ reader: inout Reader) {
    if starts(line, "diff --git ") {
      file = ""
      object = ""
    } else if starts(line, "index ") {
      // `index OLD..NEW MODE`
      let words = bytes[line].split(separator: UInt8(ascii: " "))
      if words.count > 1, let dots = words[1].lastIndex(of: UInt8(ascii: ".")) {
        object = String(decoding: words[1][(dots + 1)...], as: UTF8.self)
      }
    } else if starts(line, "--- ") || starts(line, "+++ ") {
      if let path = path(line.dropFirst(4)) { file = path }
    } else if starts(line, "Binary files ") {
      binaries[binaryPath(line)] = object.utf8.allSatisfy { $0 == 48 } ? "" : object
    } else if starts(line, "@@ ") {
      readHunk(line, &reader)
    }
  }

  /// `@@ -START,COUNT +START,COUNT @@`: by the counts alone it is known what is content, whatever
  /// the content looks like.
  private mutating func readHunk(_ line: Range<Int>, _ reader: inout Reader) {
    let words = bytes[line].split(separator: UInt8(ascii: " "), maxSplits: 3)
    guard words.count >= 3 else { return }
    var left = count(words[1]) + count(words[2])
    var hunk = Hunk(old: oldLines(words[1]))
    defer { hunks[file, default: []].append(hunk) }
    while left > 0, let line = reader.next() {
      guard let sign = bytes[line].first else { continue }
      // "\ No newline at end of file" belongs to the line before.
      guard sign != UInt8(ascii: "\\") else { continue }
      left -= 1
      let content = trimmed(line.dropFirst())
      if sign == UInt8(ascii: "-") { hunk.removed.append(content) }
      guard let text = fingerprint(content) else { continue }
      let key = Key(file: file, text: text)
      net[key, default: 0] += sign == UInt8(ascii: "+") ? 1 : -1
      guard sign == UInt8(ascii: "+") else { continue }
      hunk.added.append(Added(key: key, place: content))
      if places[key] == nil { places[key] = content }
    }
  }

  /// `-START,COUNT`; a count of zero names the line before.
  private func oldLines(_ word: ArraySlice<UInt8>) -> Range<Int> {
    let number = word.dropFirst().prefix { $0 != UInt8(ascii: ",") }
    let start = Int(String(decoding: number, as: UTF8.self)) ?? 0
    let count = count(word)
    return count == 0 ? start + 1..<start + 1 : start..<start + count
  }

  private func count(_ word: ArraySlice<UInt8>) -> Int {
    guard let comma = word.firstIndex(of: UInt8(ascii: ",")) else { return 1 }
    return Int(String(decoding: word[(comma + 1)...], as: UTF8.self)) ?? 0
  }

  private func starts(_ line: Range<Int>, _ text: StaticString) -> Bool {
    guard line.count >= text.utf8CodeUnitCount else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy {
      bytes[line.lowerBound + $0] == text.utf8Start[$0]
    }
  }

  private func trimmed(_ line: Range<Int>) -> Range<Int> {
    var range = line
    func isSpace(_ byte: UInt8) -> Bool { byte == 32 || byte == 9 || byte == 13 }
    while let first = range.first, isSpace(bytes[first]) { range = range.dropFirst() }
    while let last = range.last, isSpace(bytes[last]) { range = range.dropLast() }
    return range
  }

  /// A number for a text, the same for the same text; nothing where it says nothing.
  private func fingerprint(_ range: Range<Int>) -> UInt64? {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    var isTelling = false
    for byte in bytes[range] {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
      let isLetter = (byte | 0x20) >= 97 && (byte | 0x20) <= 122
      if isLetter || (48...57).contains(byte) || byte >= 0x80 { isTelling = true }
    }
    return isTelling ? hash : nil
  }

  /// The path behind `--- ` or `+++ `, without its prefix; nothing for the file that is none.
  private func path(_ range: Range<Int>) -> String? {
    // git ends the line with a tab where the path has a space.
    var range = range
    if range.last.map({ bytes[$0] }) == UInt8(ascii: "\t") { range = range.dropLast() }
    let text = unquoted(bytes[range])
    return text == "/dev/null" ? nil : String(text.dropFirst(2))
  }

  /// `Binary files a/x and b/x differ`: both are the same path, or one is none.
  private func binaryPath(_ line: Range<Int>) -> String {
    let text = bytes[line].dropFirst("Binary files ".utf8.count).dropLast(" differ".utf8.count)
    let none = Array("/dev/null".utf8)
    let and = Array(" and ".utf8)
    if text.starts(with: none) {
      return String(unquoted(text.dropFirst(none.count + and.count)).dropFirst(2))
    }
    if text.reversed().starts(with: none.reversed()) {
      return String(unquoted(text.dropLast(none.count + and.count)).dropFirst(2))
    }
    return String(unquoted(text.prefix((text.count - and.count) / 2)).dropFirst(2))
  }

  /// A path as git quotes it in the manner of C, where it holds a quote or a control character.
  private func unquoted(_ text: ArraySlice<UInt8>) -> String {
    guard text.first == UInt8(ascii: "\""), text.last == UInt8(ascii: "\""), text.count > 1 else {
      return String(decoding: text, as: UTF8.self)
    }
    var plain: [UInt8] = []
    var rest = text.dropFirst().dropLast()
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
        plain.append(byte)
        continue
      }
      switch escape {
      case UInt8(ascii: "n"): plain.append(10)
      case UInt8(ascii: "t"): plain.append(9)
      case UInt8(ascii: "r"): plain.append(13)
      case UInt8(ascii: "a"): plain.append(7)
      case UInt8(ascii: "b"): plain.append(8)
      case UInt8(ascii: "v"): plain.append(11)
      case UInt8(ascii: "f"): plain.append(12)
      case 48...55:
        let digits = [escape] + rest.prefix(2)
        rest = rest.dropFirst(2)
        plain.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 48) })
      default: plain.append(escape)
      }
    }
    return String(decoding: plain, as: UTF8.self)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position = 0

    mutating func next() -> Range<Int>? {
      guard position < bytes.count else { return nil }
      let end = bytes[position...].firstIndex(of: 10) ?? bytes.count
      defer { position = end + 1 }
      return position..<end
    }
  }
}
