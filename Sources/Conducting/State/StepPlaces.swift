/// Where the group and the needs of each step stand, in two rows of numbers: looking up a million names takes longer than
/// all else that is done with them.
struct StepPlaces: Sendable {
  private var groups: [Int32] = []
  private var needs: [Int32] = []
  /// Where the needs of each step begin, and behind the last where they end.
  private var starts: [Int32] = [0]

  init() {}

  init(reserving count: Int) {
    groups.reserveCapacity(count)
    starts.reserveCapacity(count + 1)
    needs.reserveCapacity(count * 3)
  }

  /// The next step; -1 where it is in no group.
  mutating func add(group: Int32, needs: some Sequence<Int32>) {
    groups.append(group)
    self.needs.append(contentsOf: needs)
    starts.append(Int32(self.needs.count))
  }

  func group(of index: Int) -> Int32 { groups[index] }
  func needs(of index: Int) -> ArraySlice<Int32> {
    needs[Int(starts[index])..<Int(starts[index + 1])]
  }

  /// Whether no place is outside of the plan.
  func fit(_ count: Int) -> Bool {
    let plan = 0..<Int32(count)
    return groups.allSatisfy { $0 == -1 || plan.contains($0) } && needs.allSatisfy(plan.contains)
  }
}
