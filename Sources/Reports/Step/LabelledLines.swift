import Terminal

/// A page of short names with what is to be said of each behind it; what is nothing is left out.
struct LabelledLines {
  private static let label = 11

  private let screen: Screen
  private(set) var text = ""

  init(_ screen: Screen) { self.screen = screen }

  mutating func heading(_ words: String) {
    text += screen.palette.paint(.heading, words.printable) + "\n"
  }

  mutating func line(_ words: String, _ role: TextRole? = nil) {
    let isEmpty = words.allSatisfy { $0 == " " }
    text += (isEmpty ? "" : painted(words.printable, role)) + "\n"
  }

  /// A part of the page, behind an empty line.
  mutating func section(_ name: String, _ words: String, _ role: TextRole? = nil) {
    guard !words.isEmpty else { return }
    text += "\n"
    add(screen.palette.paint(.heading, name), name.displayWidth, words, role)
  }

  mutating func add(_ name: String, _ words: String, _ role: TextRole? = nil) {
    guard !words.isEmpty else { return }
    add(screen.palette.paint(.dim, name), name.displayWidth, words, role)
  }

  private mutating func add(_ name: String, _ width: Int, _ words: String, _ role: TextRole?) {
    let room = screen.width.map { max(20, $0 - Self.label) } ?? .max
    let lines = words.split(separator: "\n").flatMap { $0.printable.wrapped(toWidth: room) }
    let blanks = String(repeating: " ", count: max(2, Self.label - width))
    for (place, line) in lines.enumerated() {
      let head = place == 0 ? name + blanks : String(repeating: " ", count: Self.label)
      text += head + painted(line, role) + "\n"
    }
  }

  private func painted(_ words: String, _ role: TextRole?) -> String {
    role.map { screen.palette.paint($0, words) } ?? words
  }
}
