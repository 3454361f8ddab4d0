/// What goes first where several steps could: priority, then what hangs on it, then plan order.
package struct Urgency: Comparable, Sendable {
  package let priority: Priority
  let behind: Int64
  package let node: Int

  package init(priority: Priority, behind: Int64, node: Int) {
    self.priority = priority
    self.behind = behind
    self.node = node
  }

  package static func < (one: Urgency, other: Urgency) -> Bool {
    if one.priority != other.priority { return one.priority < other.priority }
    if one.behind != other.behind { return one.behind > other.behind }
    return one.node < other.node
  }
}
