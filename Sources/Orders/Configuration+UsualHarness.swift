package import Configuration

extension Configuration {
  /// The harness of steps that name none.
  package var usualHarness: String { Staff.usualHarness }
}
