import Foundation
package import Testing

/// Compares a text with the golden file that is kept for it.
///
/// With `DIVISI_UPDATE_GOLDEN=1` in the environment the file is written instead; a person reviews
/// the difference before it is committed.
package func expectGolden(
  _ actual: String, at path: String, sourceLocation: SourceLocation = #_sourceLocation
) {
  let url = URL(fileURLWithPath: path)
  if ProcessInfo.processInfo.environment["DIVISI_UPDATE_GOLDEN"] == "1" {
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(actual.utf8).write(to: url)
    } catch {
      Issue.record("cannot write \(path): \(error)", sourceLocation: sourceLocation)
    }
    return
  }
  guard let expected = try? String(contentsOf: url, encoding: .utf8) else {
    Issue.record("no golden file at \(path)", sourceLocation: sourceLocation)
    return
  }
  #expect(actual == expected, "differs from \(path)", sourceLocation: sourceLocation)
}
