/// One place of a pattern: a run of anything, or exactly one of what an element stands for.
enum PatternItem<Element: Hashable & Sendable>: Hashable, Sendable {
  case run
  case one(Element)
}

/// Whether two patterns of runs and elements can stand for the same sequence, and for which.
///
/// The table says for each pair of positions whether the rests can be the same. It is filled from
/// the end, so that neither time nor stack depends on more than the two lengths.
struct PatternMeeting<Element: Hashable & Sendable> {
  private let one: [PatternItem<Element>]
  private let two: [PatternItem<Element>]
  private let elementsMeet: (Element, Element) -> Bool
  private var rests: [Bool]
  private let width: Int

  init(
    _ one: [PatternItem<Element>], _ two: [PatternItem<Element>],
    elementsMeet: @escaping (Element, Element) -> Bool
  ) {
    self.one = one
    self.two = two
    self.elementsMeet = elementsMeet
    width = two.count + 1
    rests = Array(repeating: false, count: (one.count + 1) * width)
    for mine in stride(from: one.count, through: 0, by: -1) {
      for theirs in stride(from: two.count, through: 0, by: -1) {
        rests[mine * width + theirs] = restsMeet(mine, theirs)
      }
    }
  }

  var isPossible: Bool { rests[0] }

  private func rest(_ mine: Int, _ theirs: Int) -> Bool { rests[mine * width + theirs] }

  private func restsMeet(_ mine: Int, _ theirs: Int) -> Bool {
    switch (item(one, mine), item(two, theirs)) {
    case (nil, nil): true
    case (.run, nil): rest(mine + 1, theirs)
    case (nil, .run): rest(mine, theirs + 1)
    case (.run, _), (_, .run): rest(mine + 1, theirs) || rest(mine, theirs + 1)
    case (.one(let mineElement), .one(let theirElement)):
      rest(mine + 1, theirs + 1) && elementsMeet(mineElement, theirElement)
    case (.one, nil), (nil, .one): false
    }
  }

  private func item(_ items: [PatternItem<Element>], _ index: Int) -> PatternItem<Element>? {
    index < items.count ? items[index] : nil
  }

  /// The elements of a shortest common sequence, each given by one side or by both.
  func steps() -> [(mine: Element?, theirs: Element?)]? {
    guard isPossible else { return nil }
    var steps: [(mine: Element?, theirs: Element?)] = []
    var (mine, theirs) = (0, 0)
    while mine < one.count || theirs < two.count {
      switch (item(one, mine), item(two, theirs)) {
      case (.one(let mineElement), .one(let theirElement)):
        steps.append((mineElement, theirElement))
        mine += 1
        theirs += 1
      case (.run, _) where rest(mine + 1, theirs): mine += 1
      case (_, .run) where rest(mine, theirs + 1): theirs += 1
      case (.run, .one(let element)):
        steps.append((nil, element))
        theirs += 1
      case (.one(let element), .run):
        steps.append((element, nil))
        mine += 1
      default: return steps
      }
    }
    return steps
  }
}
