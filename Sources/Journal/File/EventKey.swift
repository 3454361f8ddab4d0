/// The key of an event: its run in the upper half, its sequence in the lower.
enum EventKey {
  private static let bits: Int64 = 32

  static let lastSequence = Int(UInt32.max)

  static func of(_ sequence: Int, inRun run: Int64) -> Int64 { run << bits + Int64(sequence) }

  static func last(inRun run: Int64) -> Int64 { of(lastSequence, inRun: run) }

  static func sequence(of key: Int64) -> Int { Int(key) & lastSequence }
}
