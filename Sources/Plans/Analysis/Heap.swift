/// A binary heap with the smallest element first.
package struct Heap<Element: Comparable> {
  @usableFromInline var elements: [Element] = []

  @inlinable package init() {}

  @inlinable package var isEmpty: Bool { elements.isEmpty }
  @inlinable package var count: Int { elements.count }

  @inlinable package var first: Element? { elements.first }

  /// One that satisfies a condition, if there is any: the first in no order but the heap's own.
  @inlinable package func first(where isWanted: (Element) -> Bool) -> Element? {
    elements.first(where: isWanted)
  }

  @inlinable package mutating func push(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0, elements[index] < elements[(index - 1) / 2] {
      elements.swapAt(index, (index - 1) / 2)
      index = (index - 1) / 2
    }
  }

  @inlinable package mutating func pop() -> Element? {
    guard let first = elements.first, let last = elements.popLast() else { return nil }
    guard !elements.isEmpty else { return first }
    elements[0] = last
    var index = 0
    while true {
      var smallest = index
      for child in [2 * index + 1, 2 * index + 2]
      where child < elements.count && elements[child] < elements[smallest] {
        smallest = child
      }
      if smallest == index { return first }
      elements.swapAt(index, smallest)
      index = smallest
    }
  }
}

extension Heap: Sendable where Element: Sendable {}
