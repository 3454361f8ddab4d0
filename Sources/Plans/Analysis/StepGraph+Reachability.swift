extension StepGraph {
  /// For each pair whether its second node waits, directly or not, for its first.
  ///
  /// Sixty-four first nodes are followed at a time, one bit each, in one pass over the graph; so
  /// thousands of questions cost a few dozen passes.
  package func reachability(of pairs: [(from: Int, to: Int)]) -> [Bool] {
    var answers = [Bool](repeating: false, count: pairs.count)
    var questions: [Int: [Int]] = [:]
    for (index, pair) in pairs.enumerated() { questions[pair.from, default: []].append(index) }
    let sources = questions.keys.sorted()
    var start = 0
    while start < sources.count {
      let batch = sources[start..<min(start + 64, sources.count)]
      var reached = [UInt64](repeating: 0, count: count)
      for (bit, source) in batch.enumerated() { reached[source] = 1 << UInt64(bit) }
      for node in order.lazy.map(Int.init) {
        var mask = reached[node]
        for need in needs(of: node) { mask |= reached[Int(need)] }
        reached[node] = mask
      }
      for (bit, source) in batch.enumerated() {
        for question in questions[source] ?? [] {
          let target = pairs[question].to
          answers[question] = target != source && reached[target] & 1 << UInt64(bit) != 0
        }
      }
      start += 64
    }
    return answers
  }
}
