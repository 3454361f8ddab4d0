import Foundation
import FuzzInputs
import TestSupport
import Testing

/// What the fuzzer found worth keeping, and mutations of it, do no harm.
@Suite struct FuzzReplayTests {
  private static let corpus: [[UInt8]] = {
    let folder = packageRoot() + "/Fuzz/corpus"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.sorted().compactMap { name in
      FileManager.default.contents(atPath: "\(folder)/\(name)").map { Array($0) }
    }
  }()

  @Test func everyInputOfTheCorpusIsRead() {
    #expect(Self.corpus.count > 20)
    for input in Self.corpus { feed(input) }
  }

  @Test func mutationsOfTheCorpusAreRead() {
    guard !Self.corpus.isEmpty else { return }
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      var input = Self.corpus.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 1...4, using: &generator) where input.count > 1 {
        let index = Int.random(in: 1..<input.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: input[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: input.remove(at: index)
        case 2: input.insert(UInt8.random(in: 0...255, using: &generator), at: index)
        default:
          let other = Self.corpus.randomElement(using: &generator) ?? []
          input.replaceSubrange(
            index..., with: other.suffix(Int.random(in: 0...other.count, using: &generator)))
        }
      }
      feed(input)
    }
  }
}
