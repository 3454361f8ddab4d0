internal import Glibc

/// Where a repository's journal and the folders of its runs lie (`.divisi`).
package struct JournalFolder: Hashable, Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var database: String { path + "/journal.db" }

  /// The folder of one run: its lock, tip and bell, and what its attempts leave.
  package func run(_ session: String) -> String { "\(path)/runs/\(session)" }

  func lock(_ session: String) -> String { run(session) + "/lock" }
  func tip(_ session: String) -> String { run(session) + "/tip" }
  func bell(_ session: String) -> String { run(session) + "/bell" }

  /// Why a session cannot be the name of a folder, or nothing where it can.
  static func flaw(inSession session: String) -> String? {
    if session.isEmpty { return "is empty" }
    if session.utf8.count > 200 { return "has more than 200 characters" }
    if session.hasPrefix(".") { return "begins with a dot" }
    let isPlain = session.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isPlain ? nil : "holds more than letters, digits, `-`, `_` and `.`"
  }
}

/// What a journal survives. Every process may die at any instant in both.
package enum JournalDurability: String, Hashable, Sendable, CaseIterable {
  /// A power cut too: a commit returns when the disk has it (`synchronous=FULL`).
  case full
  /// A power cut or kernel crash can take back the last commits, never reorder them and never
  /// damage the file (`synchronous=NORMAL`); the loss is found when the run is resumed.
  case process
}
