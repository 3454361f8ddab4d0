internal import Files
internal import Glibc

/// A note beside the journal of how far a run has been written: the witness against the journal.
///
/// SQLite cannot tell a write-ahead log that was cut or removed from one that never was longer. The
/// tip can: it is written after each commit and before anybody is told of it, so a journal that ends
/// before its tip has lost something. It is never synced, as it has to outlive the process only; where
/// a power cut takes the tip back, it names an earlier event that the journal has too.
final class RunTip {
  /// Sequence, chain and their checksum in hexadecimal, always this long: written over in place, it
  /// needs no room on a full disk.
  private static let length = 3 * 17

  private let descriptor: Int32
  private let path: String

  init(of session: String, in folder: JournalFolder) throws(JournalError) {
    path = folder.tip(session)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .folder(FileError("write", path, code: errno)) }
  }

  deinit { Glibc.close(descriptor) }

  func write(_ sequence: Int, _ chain: Chain) throws(JournalError) {
    let words = [UInt64(sequence), chain.value, Self.sum(UInt64(sequence), chain.value)]
    var text: [UInt8] = []
    text.reserveCapacity(Self.length)
    for (index, word) in words.enumerated() {
      for shift in stride(from: 60, through: 0, by: -4) {
        text.append(Self.digits[Int(word >> UInt64(shift)) & 15])
      }
      text.append(UInt8(ascii: index == 2 ? "\n" : " "))
    }
    guard pwrite(descriptor, text, text.count, 0) == text.count else {
      throw .folder(FileError("write", path, code: errno))
    }
  }

  /// The runs that have been written.
  static func sessions(in folder: JournalFolder) -> [String] {
    let sessions = (try? listFolder(folder.path + "/runs")) ?? []
    return sessions.filter { entryKind(folder.tip($0)) == .file }
  }

  /// What the last writer noted; nothing where there is no note, or none that makes sense.
  static func read(
    of session: String, in folder: JournalFolder
  ) throws(JournalError) -> (sequence: Int, chain: Chain)? {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(folder.tip(session))
    } catch {
      if error.isMissing { return nil }
      throw .folder(error)
    }
    let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
      .compactMap { UInt64($0, radix: 16) }
    guard words.count == 3, words[2] == sum(words[0], words[1]), let sequence = Int(exactly: words[0])
    else { return nil }
    return (sequence, Chain(value: words[1]))
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func sum(_ sequence: UInt64, _ chain: UInt64) -> UInt64 {
    var sum = Chain(value: chain)
    sum.mix(sequence)
    return sum.value
  }
}
