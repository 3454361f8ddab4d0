/// Rows of text in columns that line up.
package struct Table: Sendable {
  package struct Column: Hashable, Sendable {
    package enum Alignment: Hashable, Sendable {
      case left
      /// For numbers, so that their digits stand below each other.
      case right
    }

    package var title: String
    package var alignment: Alignment
    /// Whether text may be cut off where the screen is too narrow; ids and numbers may not.
    package var mayShrink: Bool

    package init(_ title: String, _ alignment: Alignment = .left, mayShrink: Bool = false) {
      self.title = title
      self.alignment = alignment
      self.mayShrink = mayShrink
    }
  }

  package struct Cell: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// What is shown: one line, free of control characters.
    package let text: String
    package let role: TextRole?

    package init(_ text: String, _ role: TextRole? = nil) {
      self.text = text.printable
      self.role = role
    }

    package init(stringLiteral value: String) { self.init(value) }
  }

  /// What a column that may shrink keeps at least.
  private static let narrowest = 8

  package let columns: [Column]
  package private(set) var rows: [[Cell]] = []

  package init(_ columns: [Column]) { self.columns = columns }

  /// Adds a row; cells that are left out at its end are empty.
  package mutating func append(_ row: [Cell]) {
    precondition(row.count <= columns.count, "a row has more cells than the table has columns")
    rows.append(row + Array(repeating: "", count: columns.count - row.count))
  }

  /// The table as lines, each ended by a line end; nothing where it has no rows.
  ///
  /// Two spaces part the columns, and no line ends in spaces. On a screen with a width, columns
  /// that may shrink are cut, the widest first; a column is never cut below its title or eight
  /// columns, so that a very narrow screen breaks lines rather than lose all sense.
  package func text(on screen: Screen = .plain) -> String {
    guard !rows.isEmpty else { return "" }
    let widths = widths(within: screen.width)
    var text = ""
    if columns.contains(where: { !$0.title.isEmpty }) {
      text += line(columns.map { Cell($0.title, .heading) }, widths, screen.palette)
    }
    for row in rows { text += line(row, widths, screen.palette) }
    return text
  }

  private func widths(within limit: Int?) -> [Int] {
    var widths = columns.map(\.title.displayWidth)
    for row in rows {
      for (index, cell) in row.enumerated() {
        widths[index] = max(widths[index], cell.text.displayWidth)
      }
    }
    guard let limit else { return widths }
    // The widest level at which all fits is common to the columns that are cut.
    func cut(to level: Int) -> [Int] {
      columns.indices.map { index in
        guard columns[index].mayShrink else { return widths[index] }
        return min(widths[index], max(level, columns[index].title.displayWidth))
      }
    }
    var level = max(limit, Self.narrowest)
    while level > Self.narrowest, cut(to: level).reduce(2 * (widths.count - 1), +) > limit {
      level -= 1
    }
    return cut(to: level)
  }

  private func line(_ cells: [Cell], _ widths: [Int], _ palette: Palette) -> String {
    var line = ""
    var blanks = 0
    for (index, cell) in cells.enumerated() {
      let shown =
        columns[index].mayShrink ? cell.text.truncated(toWidth: widths[index]) : cell.text
      let room = max(0, widths[index] - shown.displayWidth)
      if columns[index].alignment == .right { blanks += room }
      if !shown.isEmpty {
        line += String(repeating: " ", count: blanks)
        line += cell.role.map { palette.paint($0, shown) } ?? shown
        blanks = 0
      }
      if columns[index].alignment == .left { blanks += room }
      blanks += 2
    }
    return line + "\n"
  }
}
