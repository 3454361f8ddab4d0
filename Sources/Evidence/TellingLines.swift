/// Tells by its bytes whether a line may tell of tests, so that of millions of others none is looked at
/// closely. A line that passes may still tell nothing.
struct TellingLines: Sendable {
  /// What stands in every line that a counter reads.
  private static let phrases = [
    "Executed ", "Test Suite '", "] Testing ", "Test run with ", "passed", "failed", "skipped",
    " error", "deselected", "no tests", "test result: ", "Summary [", "\"Action\":", "--- PASS: ",
    "--- FAIL: ", "--- SKIP: ", "ok  \t", "ok \t", "FAIL\t", "?   \t", "No test", "***Skipped",
    "***Not Run", "Ran ", "OK", "FAILED", "NO TESTS RAN", "Tests:", "Tests ", "1..", "<testsuite",
    "testcase", "<failure", "<error", "<skipped", "\u{2139}",
  ].map { Array($0.utf8) }
  private static let beginnings = ["ok", "not ok", "# ", "Bail out!"].map { Array($0.utf8) }
  private static let passedTest = Array(" passed after ".utf8)
  private static let testRun = Array("Test run with ".utf8)

  /// The phrases that begin with each byte.
  private let byFirst: [[[UInt8]]]

  init() {
    var table = [[[UInt8]]](repeating: [], count: 256)
    for phrase in Self.phrases { table[Int(phrase[0])].append(phrase) }
    byFirst = table
  }

  func mayTell(_ line: [UInt8]) -> Bool {
    if Self.beginnings.contains(where: { line.starts(with: $0) }) { return true }
    guard hasPhrase(line) else { return false }
    // A test that passed is told once more in the total; there are thousands of these lines.
    return !Self.contains(line, Self.passedTest) || Self.contains(line, Self.testRun)
  }

  private func hasPhrase(_ line: [UInt8]) -> Bool {
    line.withUnsafeBufferPointer { bytes in
      for index in bytes.indices {
        for phrase in byFirst[Int(bytes[index])] where Self.stands(phrase, at: index, in: bytes) {
          return true
        }
      }
      return false
    }
  }

  private static func contains(_ line: [UInt8], _ phrase: [UInt8]) -> Bool {
    line.withUnsafeBufferPointer { bytes in
      bytes.indices.contains { bytes[$0] == phrase[0] && stands(phrase, at: $0, in: bytes) }
    }
  }

  private static func stands(
    _ phrase: [UInt8], at place: Int, in bytes: UnsafeBufferPointer<UInt8>
  ) -> Bool {
    guard bytes.count - place >= phrase.count else { return false }
    for offset in phrase.indices where bytes[place + offset] != phrase[offset] { return false }
    return true
  }
}
