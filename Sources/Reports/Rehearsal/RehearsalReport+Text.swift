import Conducting
import Plans
import Simulation
package import Terminal

extension RehearsalReport {
  /// How many rows a screen shows.
  static let mostRows = 60
  /// How wide the picture is where nothing says how wide the screen is.
  static let usualWidth = 80

  /// The time table as bars for a terminal, then what it means.
  ///
  /// - Parameter isASCII: for terminals and fonts without blocks to draw with.
  package func text(on screen: Screen, isASCII: Bool = false) -> String {
    let paint = screen.palette.paint as (TextRole, String) -> String
    let head = paint(.heading, title.printable) + paint(.dim, ": " + headline) + "\n"
    guard !rows.isEmpty else { return head + summary(on: screen) }
    let chart = Chart(
      rows(atMost: Self.mostRows), rehearsal.shown.length, screen, isASCII: isASCII)
    var text = head + "\n" + chart.axis
    for row in chart.rows { text += chart.line(row) }
    let hidden = rows.count - chart.rows.count
    if hidden > 0 {
      text += paint(.dim, "  and \(counted(hidden, "more step")) (--json lists them)") + "\n"
    }
    return text + "\n" + chart.legend + "\n" + summary(on: screen)
  }
}

/// Bars made of characters.
private struct Chart {
  private static let widestID = 24
  private static let narrowest = 20

  let rows: [RehearsalReport.Row]
  private let length: Span
  private let palette: Palette
  private let isASCII: Bool
  private let idWidth: Int
  private let lengthWidth: Int
  private let width: Int
  private let screenWidth: Int

  init(_ rows: [RehearsalReport.Row], _ length: Span, _ screen: Screen, isASCII: Bool) {
    self.rows = rows
    self.length = length
    self.isASCII = isASCII
    palette = screen.palette
    screenWidth = screen.width ?? RehearsalReport.usualWidth
    idWidth = min(Self.widestID, screenWidth / 3, rows.map(\.id.displayWidth).max() ?? 0)
    lengthWidth = rows.map(\.length.said.displayWidth).max() ?? 0
    width = max(Self.narrowest, screenWidth - 2 - idWidth - 2 - 2 - lengthWidth)
  }

  private func paint(_ role: TextRole?, _ text: String) -> String {
    role.map { palette.paint($0, text) } ?? text
  }

  // MARK: Axis

  /// Labels, and below them a line with marks.
  var axis: String {
    let axis = TimeAxis(length, atMost: max(2, width / 10))
    var labels = ""
    var rule = [Character](repeating: isASCII ? "-" : "─", count: width)
    for tick in axis.ticks {
      let place = min(width - 1, Int(axis.place(tick, in: Double(width))))
      rule[place] = isASCII ? "+" : "┬"
      let label = TimeAxis.label(tick)
      guard place >= labels.count, place + label.count <= width else { continue }
      labels += String(repeating: " ", count: place - labels.count) + label
    }
    let margin = String(repeating: " ", count: 2 + idWidth + 2)
    return margin + paint(.dim, labels) + "\n" + margin + paint(.dim, String(rule)) + "\n"
  }

  // MARK: Rows

  func line(_ row: RehearsalReport.Row) -> String {
    let id = row.id.truncated(toWidth: idWidth)
    let blank = String(repeating: " ", count: idWidth - id.displayWidth + 2)
    let mark = row.isCritical ? paint(.warning, "*") : " "
    let bars = cells(row)
    let time = row.length == .zero ? "" : row.length.said
    let gap = String(repeating: " ", count: 2 + lengthWidth - time.displayWidth)
    let line = "\(mark) \(paint(row.isCritical ? .emphasized : nil, id))\(blank)\(painted(bars))"
    return time.isEmpty ? line.trimmed + "\n" : line + gap + paint(.dim, time) + "\n"
  }

  /// What fills most of each cell; what a step does is seen before what it waits for.
  private func cells(_ row: RehearsalReport.Row) -> [Mark?] {
    var cells = [Mark?](repeating: nil, count: width)
    var weights = [Double](repeating: 0, count: width)
    let axis = TimeAxis(length, atMost: 1)
    func take(_ cell: Int, _ mark: Mark, _ weight: Double) {
      guard weight > weights[cell] else { return }
      (cells[cell], weights[cell]) = (mark, weight)
    }
    for bar in row.bars {
      let (from, to) = (
        axis.place(bar.from, in: Double(width)), axis.place(bar.to, in: Double(width))
      )
      let first = min(width - 1, Int(from))
      let last = max(first, min(width - 1, Int(to.rounded(.up)) - 1))
      for cell in first...last {
        let share = min(to, Double(cell + 1)) - max(from, Double(cell))
        take(cell, Mark(bar), bar.kind == .ready ? share / 1e6 : max(share, 1e-9))
      }
      if bar.hasFailed { take(last, .failed, 2) }
      if bar.kind == .approving, bar.from == bar.to { take(first, .approved, 2) }
    }
    return cells
  }

  private func painted(_ cells: [Mark?]) -> String {
    var text = ""
    var next = 0
    while next < cells.count {
      let mark = cells[next]
      var end = next
      while end < cells.count, cells[end] == mark { end += 1 }
      let sign = mark?.sign(isASCII: isASCII) ?? " "
      text += paint(mark?.role, String(repeating: sign, count: end - next))
      next = end
    }
    return text
  }

  // MARK: Legend

  /// What the signs mean, those that are to be seen.
  var legend: String {
    let shown = Set(rows.flatMap { cells($0) }.compactMap(\.self))
    var entries = Mark.allCases.filter(shown.contains).map { mark in
      (sign: String(mark.sign(isASCII: isASCII)), role: mark.role, words: mark.words)
    }
    if rows.contains(where: \.isCritical) {
      entries.append((sign: "*", role: .warning, words: "critical path"))
    }
    var lines = [""]
    var used = 0
    for entry in entries {
      let width = 2 + entry.sign.displayWidth + 1 + entry.words.displayWidth
      if used > 0, used + width > screenWidth {
        lines.append("")
        used = 0
      }
      used += width
      lines[lines.count - 1] += "  " + paint(entry.role, entry.sign) + " " + entry.words
    }
    return lines.map { $0 + "\n" }.joined()
  }
}

/// What a cell of a chart can show.
private enum Mark: Hashable, CaseIterable {
  case working, verifying, approving, approved, merging, waiting, failed

  init(_ bar: Bar) {
    self =
      switch bar.kind {
      case .ready, .queued: .waiting
      case .working: .working
      case .verifying: .verifying
      case .approving: .approving
      case .merging: .merging
      }
  }

  func sign(isASCII: Bool) -> Character {
    switch self {
    case .working: isASCII ? "#" : "█"
    case .verifying: isASCII ? "=" : "▒"
    case .approving: isASCII ? "?" : "░"
    case .approved: isASCII ? "^" : "◆"
    case .merging: isASCII ? "%" : "▓"
    case .waiting: isASCII ? "." : "·"
    case .failed: isASCII ? "x" : "×"
    }
  }

  var role: TextRole {
    switch self {
    case .working: .running
    case .verifying, .merging, .approved: .completed
    case .approving: .waiting
    case .waiting: .dim
    case .failed: .failed
    }
  }

  var words: String {
    switch self {
    case .working: "at work"
    case .verifying: "gates"
    case .approving: "waits for approval"
    case .approved: "approved"
    case .merging: "merged and tried"
    case .waiting: "could go on, waits"
    case .failed: "failed, tried again"
    }
  }
}

extension String {
  /// Without spaces at its end.
  fileprivate var trimmed: String {
    var text = self
    while text.last == " " { text.removeLast() }
    return text
  }
}
