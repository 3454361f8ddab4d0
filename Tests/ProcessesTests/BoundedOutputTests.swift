import Foundation
import Processes
import Testing

/// Output that is kept in memory is bounded by the system, not only by whoever looks at it.
@Suite struct BoundedOutputTests {
  @Test func aProgramThatNobodyWatchesCannotFillTheMemory() async throws {
    // It ignores the signal that ends what prints too much, as one does whose runner is gone.
    let result = try await run(
      Command(
        [
          "/bin/sh", "-c",
          "trap '' TERM; head -c 8000000 /dev/zero; echo \"$?\" >&2",
        ], in: "/", environment: ["PATH": "/usr/bin:/bin"],
        output: .memory(limit: 100_000), grace: .seconds(5)))
    #expect(result.outputBytes < 100_000 + (2 << 20))
    #expect(result.output.count == 100_000)
  }

  @Test func whatIsPrintedWithinTheLimitIsWhole() async throws {
    let result = try await run(
      Command(
        ["/bin/sh", "-c", "printf one; (printf two); printf three >&2"], in: "/",
        environment: ["PATH": "/usr/bin:/bin"], output: .memory(limit: 11),
        errors: .memory(limit: 5)))
    #expect(result.outputText == "onetwo")
    #expect(result.errorText == "three")
    #expect(result.reason == .ended)
  }
}
