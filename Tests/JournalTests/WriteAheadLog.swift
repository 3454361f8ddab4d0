import Foundation

@testable import Journal

/// How many commits stand in the write-ahead log: a frame whose page count is not zero ends one.
///
/// SQLite has no locks on this file, so that it can be read beside it (the database cannot: closing it
/// would end the locks of this process).
func commits(in folder: JournalFolder) throws -> Int {
  let log = [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.database + "-wal")))
  guard log.count > 32 else { return 0 }
  func word(_ offset: Int) -> UInt32 {
    log[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
  }
  let frame = 24 + Int(word(8))
  var count = 0
  for offset in stride(from: 32, to: log.count - frame + 1, by: frame) {
    // What an earlier round of the log left behind its end has other salts.
    guard word(offset + 8) == word(16), word(offset + 12) == word(20) else { break }
    if word(offset + 4) != 0 { count += 1 }
  }
  return count
}
