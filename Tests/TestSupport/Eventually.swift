package import Testing

/// Waits until something is so. It fails only where it never is: the time allowed is no measure.
package func eventually(
  _ what: String, sourceLocation: SourceLocation = #_sourceLocation, _ isSo: () throws -> Bool
) async throws {
  for _ in 0..<6000 {
    if try isSo() { return }
    try await Task.sleep(for: .milliseconds(10))
  }
  Issue.record("never: \(what)", sourceLocation: sourceLocation)
  throw CancellationError()
}
