/// Boxes sorted into columns, with a lane through every column that an arrow passes.
///
/// A place is a box or a lane; boxes come first and keep their numbers.
struct Columns {
  private(set) var places: [LayeredLayout.Box]
  private(set) var columnOfPlace: [Int]
  /// The places of each column from top to bottom.
  private(set) var order: [[Int]]
  /// The lanes of each arrow, in order.
  private(set) var lanes: [[Int]]
  /// What each place is joined to in the column before and behind it.
  private(set) var before: [[Int]]
  private(set) var behind: [[Int]]
  let boxCount: Int

  init(
    _ boxes: [LayeredLayout.Box], _ arrows: [LayeredLayout.Arrow], _ spacing: LayeredLayout.Spacing,
    first: Set<Int>, last: Set<Int>
  ) {
    boxCount = boxes.count
    places = boxes
    columnOfPlace = Self.columns(boxes, arrows, spacing, first: first, last: last)
    lanes = Array(repeating: [], count: arrows.count)
    before = Array(repeating: [], count: boxes.count)
    behind = before
    for (index, arrow) in arrows.enumerated() {
      var previous = arrow.from
      for column in columnOfPlace[arrow.from]
        + 1..<max(
          columnOfPlace[arrow.from] + 1, columnOfPlace[arrow.to])
      {
        let lane = places.count
        places.append(LayeredLayout.Box(width: 0, height: 0))
        columnOfPlace.append(column)
        before.append([previous])
        behind.append([])
        behind[previous].append(lane)
        lanes[index].append(lane)
        previous = lane
      }
      behind[previous].append(arrow.to)
      before[arrow.to].append(previous)
    }
    order = Array(repeating: [], count: (columnOfPlace.max() ?? 0) + 1)
    for place in places.indices { order[columnOfPlace[place]].append(place) }
  }

  func isLane(_ place: Int) -> Bool { place >= boxCount }

  // MARK: Columns

  /// The column of each box: behind all that lead to it, as near to them as that allows, and in
  /// columns that are not much higher than the picture is wide.
  private static func columns(
    _ boxes: [LayeredLayout.Box], _ arrows: [LayeredLayout.Arrow], _ spacing: LayeredLayout.Spacing,
    first: Set<Int>, last: Set<Int>
  ) -> [Int] {
    let levels = levels(boxes.count, arrows, first: first, last: last)
    let count = (levels.max() ?? 0) + 1
    var sizes = [Int](repeating: 0, count: count)
    for level in levels { sizes[level] += 1 }
    let tallest = sizes.max() ?? 0
    guard first.isEmpty, last.isEmpty, tallest > 8 else { return levels }
    let width = boxes.lazy.map(\.width).reduce(0, +) / Double(boxes.count) + spacing.betweenColumns
    let height = boxes.lazy.map(\.height).reduce(0, +) / Double(boxes.count) + spacing.betweenBoxes
    // The tallest column that makes the picture about as wide as a page is.
    var best = (flaw: Double.infinity, limit: tallest)
    for limit in stride(from: 6, through: tallest, by: max(1, tallest / 64)) {
      let columns = sizes.reduce(0) { $0 + ($1 + limit - 1) / limit }
      let ratio = Double(columns) * width / (Double(min(limit, tallest)) * height)
      let flaw = ratio > 1.7 ? ratio / 1.7 : 1.7 / ratio
      if flaw < best.flaw { best = (flaw, limit) }
    }
    return split(levels, count: count, limit: best.limit)
  }

  /// Deals the boxes of a level that has too many out to several columns.
  private static func split(_ levels: [Int], count: Int, limit: Int) -> [Int] {
    var starts: [Int] = []
    var next = 0
    var sizes = [Int](repeating: 0, count: count)
    for level in levels { sizes[level] += 1 }
    for size in sizes {
      starts.append(next)
      next += max(1, (size + limit - 1) / limit)
    }
    var dealt = [Int](repeating: 0, count: count)
    return levels.map { level in
      defer { dealt[level] += 1 }
      let parts = max(1, (sizes[level] + limit - 1) / limit)
      let even = (sizes[level] + parts - 1) / parts
      return starts[level] + dealt[level] / even
    }
  }

  /// The longest way to each box, then what has more arrows out than in drawn towards them.
  private static func levels(
    _ count: Int, _ arrows: [LayeredLayout.Arrow], first: Set<Int>, last: Set<Int>
  ) -> [Int] {
    var needs = [[Int]](repeating: [], count: count)
    var dependents = needs
    for arrow in arrows {
      needs[arrow.to].append(arrow.from)
      dependents[arrow.from].append(arrow.to)
    }
    var open = needs.map(\.count)
    var levels = [Int](repeating: first.isEmpty ? 0 : 1, count: count)
    for box in first { levels[box] = 0 }
    var order = (0..<count).filter { open[$0] == 0 }
    var index = 0
    while index < order.count {
      let box = order[index]
      index += 1
      for dependent in dependents[box] {
        levels[dependent] = max(levels[dependent], levels[box] + 1)
        open[dependent] -= 1
        if open[dependent] == 0 { order.append(dependent) }
      }
    }
    let end = (levels.max() ?? 0) + (last.isEmpty ? 0 : 1)
    for box in order.reversed() where !first.contains(box) {
      guard dependents[box].count > needs[box].count,
        let next = dependents[box].map({ levels[$0] }).min()
      else { continue }
      levels[box] = max(levels[box], next - 1)
    }
    for box in last { levels[box] = end }
    return levels
  }

  // MARK: Crossings

  /// Sorts the places of each column by where what they are joined to stands, to and fro, and keeps
  /// the order with the fewest crossings.
  mutating func reduceCrossings() {
    var best = (crossings: crossings(), order: order)
    // A fixed amount of work: many rounds for small pictures, a few for very large ones.
    let rounds = max(2, min(24, 1_500_000 / max(1, places.count)))
    for round in 0..<rounds where best.crossings > 0 {
      let isForward = round.isMultiple(of: 2)
      let columns =
        isForward ? Array(order.indices.dropFirst()) : order.indices.dropLast().reversed()
      for column in columns { sort(column, by: isForward ? before : behind) }
      if places.count < 3000 { swapNeighbours() }
      let crossings = crossings()
      if crossings < best.crossings { best = (crossings, order) }
    }
    order = best.order
  }

  private func positions() -> [Int] {
    var positions = [Int](repeating: 0, count: places.count)
    for column in order {
      for (index, place) in column.enumerated() { positions[place] = index }
    }
    return positions
  }

  private mutating func sort(_ column: Int, by joined: [[Int]]) {
    let positions = positions()
    let weights = order[column].map { place -> Double in
      let others = joined[place]
      guard !others.isEmpty else { return Double(positions[place]) }
      return others.reduce(0.0) { $0 + Double(positions[$1]) } / Double(others.count)
    }
    let sorted = order[column].indices.sorted { one, other in
      (weights[one], one) < (weights[other], other)
    }
    order[column] = sorted.map { order[column][$0] }
  }

  /// Swaps neighbours wherever that makes fewer crossings on both sides of their column.
  private mutating func swapNeighbours() {
    let positions = positions()
    for column in order.indices {
      var isBetter = true
      var rounds = 0
      while isBetter, rounds < 4 {
        isBetter = false
        rounds += 1
        for index in order[column].indices.dropLast() {
          let (upper, lower) = (order[column][index], order[column][index + 1])
          let now =
            Self.crossings(before[upper], before[lower], positions)
            + Self.crossings(behind[upper], behind[lower], positions)
          let then =
            Self.crossings(before[lower], before[upper], positions)
            + Self.crossings(behind[lower], behind[upper], positions)
          if then < now {
            order[column].swapAt(index, index + 1)
            isBetter = true
          }
        }
      }
    }
  }

  private static func crossings(_ upper: [Int], _ lower: [Int], _ positions: [Int]) -> Int {
    var count = 0
    for one in upper {
      for other in lower where positions[one] > positions[other] { count += 1 }
    }
    return count
  }

  /// How often the arrows between all columns cross.
  func crossings() -> Int {
    let positions = positions()
    var total = 0
    for column in order.dropLast() {
      let ends = column.flatMap { place in behind[place].map { positions[$0] }.sorted() }
      total += Self.inversions(ends)
    }
    return total
  }

  /// How many pairs stand in falling order, counted while they are merged.
  private static func inversions(_ numbers: [Int]) -> Int {
    var (source, target) = (numbers, numbers)
    var count = 0
    var width = 1
    while width < source.count {
      var start = 0
      while start < source.count {
        let middle = min(start + width, source.count)
        let end = min(start + 2 * width, source.count)
        var (left, right) = (start, middle)
        for index in start..<end {
          if left < middle, right >= end || source[left] <= source[right] {
            target[index] = source[left]
            left += 1
          } else {
            target[index] = source[right]
            count += middle - left
            right += 1
          }
        }
        start = end
      }
      swap(&source, &target)
      width *= 2
    }
    return count
  }
}
