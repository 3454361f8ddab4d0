internal import Files
internal import Glibc

/// A note beside the journal of how far a run has been written: the witness against the journal.
///
/// SQLite cannot tell a write-ahead log that was cut or removed from one that never was longer. The
/// tip can: it is written after each commit and before anybody is told of it, so a journal that ends
/// before its tip has lost something. It is never synced, as it has to outlive the process only;
/// where a power cut takes the tip back, it names an earlier event that the journal has too.
final class RunTip {
  /// What a tip says: the last event that was committed, and the chain behind it.
  struct Note: Hashable, Sendable {
    let sequence: Int
    let chain: Chain
  }

  /// Sequence, chain and their checksum in hexadecimal, each with a character behind it.
  private static let length = 3 * 17

  private let descriptor: Int32

  init(
    of session: String, in folder: JournalFolder, _ sequence: Int, _ chain: Chain
  ) throws(JournalError) {
    let path = folder.tip(session)
    func failure() -> JournalError {
      errno == ENOSPC || errno == EDQUOT
        ? .full(path: path) : .folder(FileError("write", path, code: errno))
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw failure() }
    guard write(sequence, chain) else { throw failure() }
  }

  deinit { close(descriptor) }

  /// Notes how far the run is written; false where the system refuses.
  ///
  /// What has been committed stays committed without it: an older note is a weaker witness, no
  /// wrong one.
  @discardableResult
  func write(_ sequence: Int, _ chain: Chain) -> Bool {
    Self.text(of: sequence, chain).withUnsafeBytes {
      pwrite(descriptor, $0.baseAddress, $0.count, 0) == $0.count
    }
  }

  private static func text(of sequence: Int, _ chain: Chain) -> [UInt8] {
    let number = UInt64(sequence)
    return [UInt8](unsafeUninitializedCapacity: length) { bytes, count in
      for word in [number, chain.value, sum(number, chain.value)] {
        for shift in stride(from: 60, through: 0, by: -4) {
          bytes[count] = digits[Int(truncatingIfNeeded: word >> UInt64(shift)) & 15]
          count += 1
        }
        bytes[count] = UInt8(ascii: count == length - 1 ? "\n" : " ")
        count += 1
      }
    }
  }

  /// The runs that have been written. A tip before the first event is of one that was never begun: its writer was
  /// killed on the way.
  static func sessions(in folder: JournalFolder) -> [String] {
    let sessions = (try? listFolder(folder.path + "/runs")) ?? []
    return sessions.filter { session in
      guard entryKind(folder.tip(session)) == .file else { return false }
      return (try? read(of: session, in: folder))?.sequence != 0
    }
  }

  /// What the last writer noted; nothing where there is no note, or none that makes sense.
  static func read(
    of session: String, in folder: JournalFolder
  ) throws(JournalError) -> Note? {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try readFile(folder.tip(session))
    } catch {
      if error.isMissing { return nil }
      throw .folder(error)
    }
    let words = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
      .compactMap { UInt64($0, radix: 16) }
    guard words.count == 3, words[2] == sum(words[0], words[1]),
      let sequence = Int(exactly: words[0])
    else { return nil }
    return Note(sequence: sequence, chain: Chain(value: words[1]))
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func sum(_ sequence: UInt64, _ chain: UInt64) -> UInt64 {
    var sum = Chain(value: chain)
    sum.mix(sequence)
    return sum.value
  }
}
