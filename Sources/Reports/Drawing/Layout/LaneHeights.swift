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
    for (position, place) in column.enumerated() {
      let (wish, weight) = wish(of: place, side)
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

  private func wish(of place: Int, _ side: Side) -> (Double, weight: Double) {
    var joined: [Int] = []
    if side != .behind { joined += columns.before[place] }
    if side != .before { joined += columns.behind[place] }
    // What is joined to nothing on this side stays where it is, if others let it.
    guard !joined.isEmpty else { return (middles[place], 0.1) }
    let mean = joined.reduce(0.0) { $0 + middles[$1] } / Double(joined.count)
    let isStraight = columns.isLane(place) && joined.contains { columns.isLane($0) }
    return (mean, isStraight ? 8 : columns.isLane(place) ? 4 : 1)
  }
}
