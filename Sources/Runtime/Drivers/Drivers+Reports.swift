import Diagnostics
import Evidence
import Files
import Plans

/// What gates write of their tests into files.
extension Drivers {
  /// More than any suite writes.
  private static let largestReport = 256 << 20
  /// Files bear the time of the last tick of the kernel's clock, which may be that before the gate began.
  private static let tick: Int64 = 10

  /// The tests in the reports that a gate has written since it began; nothing where there are none.
  ///
  /// - Parameter start: in milliseconds since 1970.
  func reported(by gate: Gate, in folder: String, since start: Int) -> CountedTests? {
    let globs = gate.reports.map(\.value)
    // A tree may hold more than a hundred thousand files that are no reports.
    let heads = globs.map(\.head)
    let paths = walkFolder(folder, limit: .max) { inner in
      let names = inner.split(separator: "/")
      return inner != ".git"
        && heads.contains { zip($0, names).allSatisfy { $0 == $1 } }
    }.filter { path in globs.contains { $0.matches(path) } }
    let written = paths.sorted().map { "\(folder)/\($0)" }.filter { path in
      (try? modificationTime(path)).map { $0 + Self.tick >= Int64(start) } ?? false
    }
    return CountedTests(
      reports: written.lazy.map { path -> [UInt8]? in
        guard let size = try? fileSize(path), size <= Self.largestReport else { return nil }
        return try? readFile(path)
      })
  }
}

extension Glob {
  /// The folders that all it matches lies in.
  fileprivate var head: [Substring] {
    Array(
      text.split(separator: "/").dropLast().prefix { name in
        !name.contains { "*?[]{}!\\".contains($0) }
      })
  }
}

extension Gate {
  /// Who says where tests are reported means that there are some.
  var expected: Expectation? {
    expectation?.value ?? (reports.isEmpty ? nil : Expectation(.moreThan, 0))
  }
}
