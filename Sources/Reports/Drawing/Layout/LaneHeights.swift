/// How high each box and lane stands, given their order in the columns.
///
/// Every place wants to stand level with what it is joined to, lanes more than boxes, so that long
/// arrows run straight. Each column is brought as near to that as its order and the room between
/// places allow, which is a weighted isotonic regression; columns take turns.
struct LaneHeights {
  private(set) var middles: [Double]
  private let columns: Columns
  private let spacing: LayeredLayout.Spacing

  init(_ columns: Columns, _ spacing: LayeredLayout.Spacing) {
    self.columns = columns
    self.spacing = spacing
    middles = Array(repeating: 0, count: columns.places.count)
    for column in columns.order {
      var y = 0.0
      for (index, place) in column.enumerated() {
        if index > 0 { y += room(column[index - 1], place) }
        middles[place] = y
      }
      let shift = y / 2
      for place in column { middles[place] -= shift }
    }
    let rounds = max(4, min(30, 3_000_000 / max(1, columns.places.count)))
    for round in 0..<rounds {
      let isForward = round.isMultiple(of: 2)
      for column in isForward ? Array(columns.order.indices) : columns.order.indices.reversed() {
        settle(column, side: round < rounds - 4 ? (isForward ? .before : .behind) : .both)
      }
    }
  }

  private enum Side {
    case before
    case behind
    case both
  }

  /// How far apart the middles of two neighbours must be.
  private func room(_ upper: Int, _ lower: Int) -> Double {
    let gap =
      columns.isLane(upper) || columns.isLane(lower) ? spacing.betweenLanes : spacing.betweenBoxes
    return (columns.places[upper].height + columns.places[lower].height) / 2 + gap
  }

  private mutating func settle(_ index: Int, side: Side) {
    let column = columns.order[index]
    guard !column.isEmpty else { return }
    // Offsets turn "at least so far apart" into "not falling".
    var offsets = [0.0]
    for (upper, lower) in zip(column, column.dropFirst()) {
      offsets.append(offsets[offsets.count - 1] + room(upper, lower))
    }
    var blocks: [(sum: Double, weight: Double, count: Int)] = []
    let wishes = wishes(of: column, side)
    for (position, (wish, weight)) in wishes.enumerated() {
      blocks.append(((wish - offsets[position]) * weight, weight, 1))
      while blocks.count > 1,
        blocks[blocks.count - 2].sum / blocks[blocks.count - 2].weight
          > blocks[blocks.count - 1].sum / blocks[blocks.count - 1].weight
      {
        let last = blocks.removeLast()
        blocks[blocks.count - 1].sum += last.sum
        blocks[blocks.count - 1].weight += last.weight
        blocks[blocks.count - 1].count += last.count
      }
    }
    var position = 0
    for block in blocks {
      for _ in 0..<block.count {
        middles[column[position]] = block.sum / block.weight + offsets[position]
        position += 1
      }
    }
  }

  private func wishes(of column: [Int], _ side: Side) -> [(Double, weight: Double)] {
    var wishes = column.map { wish(of: $0, side) }
    // What is joined to nothing wants to stand by its neighbour, above or below.
    for index in wishes.indices.dropFirst() where wishes[index] == nil {
      guard let upper = wishes[index - 1] else { continue }
      wishes[index] = (upper.0 + room(column[index - 1], column[index]), 0.1)
    }
    for index in wishes.indices.dropLast().reversed() where wishes[index] == nil {
      guard let lower = wishes[index + 1] else { continue }
      wishes[index] = (lower.0 - room(column[index], column[index + 1]), 0.1)
    }
    return wishes.enumerated().map { $1 ?? (middles[column[$0]], 0.1) }
  }

  private func wish(of place: Int, _ side: Side) -> (Double, weight: Double)? {
    var joined: [Int] = []
    if side != .behind { joined += columns.before[place] }
    if side != .before || joined.isEmpty { joined += columns.behind[place] }
    if joined.isEmpty { joined = columns.before[place] }
    guard !joined.isEmpty else { return nil }
    let mean = joined.reduce(0.0) { $0 + middles[$1] } / Double(joined.count)
    let isStraight = columns.isLane(place) && joined.contains { columns.isLane($0) }
    return (mean, isStraight ? 8 : columns.isLane(place) ? 4 : 1)
  }
}
