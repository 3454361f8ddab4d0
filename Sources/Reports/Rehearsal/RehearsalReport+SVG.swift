import Conducting
import Plans
import Simulation
import Terminal

extension RehearsalReport {
  /// How many rows a picture shows.
  static let mostPictureRows = 200

  /// The time table as a picture that stands by itself, for light and dark pages.
  package func svg() -> String {
    var picture = TimeTable(self)
    return picture.draw()
  }
}

private struct TimeTable {
  private static let margin = 24.0
  private static let header = 72.0
  private static let axisHeight = 26.0
  private static let rowHeight = 24.0
  private static let barHeight = 12.0
  private static let chartWidth = 680.0
  /// Room for the length behind a bar that ends last.
  private static let lengthRoom = 64.0
  private static let idSize = 12.0
  private static let smallSize = 11.0
  private static let legendLine = 20.0

  private let report: RehearsalReport
  private let rows: [RehearsalReport.Row]
  private let axis: TimeAxis
  private let idWidth: Double
  private var output = ""

  init(_ report: RehearsalReport) {
    self.report = report
    rows = report.rows(atMost: RehearsalReport.mostPictureRows)
    axis = TimeAxis(report.rehearsal.shown.length, atMost: 8)
    let widest = rows.map { TextMeasure.width($0.id, size: Self.idSize, isBold: true) }.max() ?? 0
    idWidth = min(max(widest, 60), 220).rounded(.up)
  }

  private var left: Double { Self.margin + idWidth + 16 }
  private var width: Double { left + Self.chartWidth + Self.lengthRoom + Self.margin }
  private var top: Double { Self.header + Self.axisHeight }
  private var bottom: Double { top + Double(rows.count) * Self.rowHeight }

  private func x(_ time: Span) -> Double { left + axis.place(time, in: Self.chartWidth) }
  private func middle(_ row: Int) -> Double {
    top + (Double(row) + 0.5) * Self.rowHeight
  }

  // MARK: The whole

  mutating func draw() -> String {
    let legend = legendLines
    let height = bottom + 20 + Double(legend.count) * Self.legendLine + 12
    let (w, h) = (number(width), number(height))
    let title = fitted(report.title, width - 2 * Self.margin, size: 18, isBold: true)
    output = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(w) \(h)" width="\(w)" height="\(h)" \
      role="img" aria-labelledby="divisi-title divisi-desc" \
      font-family="'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif">
      <title id="divisi-title">\(escaped(report.title))</title>
      <desc id="divisi-desc">\(escaped(description))</desc>
      <style>\(Self.style)</style>
      <rect class="page" width="\(w)" height="\(h)"/>
      <text class="title" x="\(number(Self.margin))" y="40" font-size="18" font-weight="600">\
      \(escaped(title))</text>
      <text class="dim" x="\(number(Self.margin))" y="60" font-size="12">\
      \(escaped(fitted(report.caption, width - 2 * Self.margin, size: 12)))</text>

      """
    if !rows.isEmpty {
      drawAxis()
      drawPath()
      for (number, row) in rows.enumerated() { draw(row, number) }
    }
    var y = bottom + 28
    for line in legend {
      draw(line, y)
      y += Self.legendLine
    }
    return output + "</svg>\n"
  }

  private var description: String {
    "\(report.caption). One row a step, time from left to right; "
      + "critical path \(report.path.joined(separator: ", "))."
  }

  private mutating func drawAxis() {
    for tick in axis.ticks {
      let x = number(x(tick))
      output += "<path class=\"grid\" d=\"M\(x) \(number(top - 4)) V\(number(bottom))\"/>"
      output += "<text class=\"dim\" x=\"\(x)\" y=\"\(number(top - 10))\" font-size=\"11\" "
      output += "text-anchor=\"middle\">\(TimeAxis.label(tick))</text>\n"
    }
  }

  /// From each step of the critical path to the one that began by its doing, at the time when that was.
  private mutating func drawPath() {
    let path = report.rehearsal.shown.path
    let places = Dictionary(
      rows.enumerated().map { ($1.step, $0) }, uniquingKeysWith: { first, _ in first })
    for (one, next) in zip(path, path.dropFirst()) {
      guard let from = places[one], let to = places[next] else { continue }
      let begin = rows[to].began
      let start = min(rows[from].ended, begin)
      output += "<path class=\"path\" d=\"M\(number(x(start))) \(number(middle(from)))"
      output += " H\(number(x(begin))) V\(number(middle(to)))\"/>\n"
    }
  }

  // MARK: Rows

  private mutating func draw(_ row: RehearsalReport.Row, _ number: Int) {
    let y = middle(number)
    output += "<g class=\"row\(row.isCritical ? " on-path" : "")\">"
    output += "<title>\(escaped(words(row)))</title>"
    let id = fitted(row.id, idWidth, size: Self.idSize, isBold: row.isCritical)
    output += "<text class=\"\(row.isCritical ? "title" : "name")\" x=\"\(text(left - 16))\" "
    output += "y=\"\(text(y + 4))\" font-size=\"12\" text-anchor=\"end\""
    output += row.isCritical ? " font-weight=\"600\">" : ">"
    output += "\(escaped(id))</text>"
    for bar in row.bars { draw(bar, y) }
    if row.isCritical { outline(row, y) }
    if row.length > .zero {
      output += "<text class=\"dim\" x=\"\(text(x(row.ended) + 7))\" y=\"\(text(y + 4))\" "
      output += "font-size=\"11\">\(row.length.said)</text>"
    }
    output += "</g>\n"
  }

  private func text(_ value: Double) -> String { number(value) }

  private func words(_ row: RehearsalReport.Row) -> String {
    let times = "\(TimeAxis.label(row.began)) to \(row.ended.said)"
    let title = row.title.isEmpty || row.title == row.id ? "" : ": " + row.title
    return "\(row.id)\(title)\n\(times)" + (row.isCritical ? ", on the critical path" : "")
  }

  private mutating func draw(_ bar: Bar, _ y: Double) {
    let (from, to) = (x(bar.from), x(bar.to))
    switch Look(bar) {
    case .waiting:
      output += "<path class=\"waiting\" d=\"M\(number(from)) \(number(y)) H\(number(to))\"/>"
    case .approving where bar.from == bar.to:
      output += diamond(from, y)
    case let look:
      output += rectangle(look.rawValue, from, y, max(1, to - from), Self.barHeight)
    }
  }

  private func rectangle(
    _ name: String, _ x: Double, _ y: Double, _ width: Double, _ height: Double
  ) -> String {
    "<rect class=\"\(name)\" x=\"\(number(x))\" y=\"\(number(y - height / 2))\" "
      + "width=\"\(number(width))\" height=\"\(number(height))\"/>"
  }

  private func diamond(_ x: Double, _ y: Double) -> String {
    "<path class=\"approved\" d=\"M\(number(x)) \(number(y - 7)) l7 7 l-7 7 l-7 -7 Z\"/>"
  }

  /// Around each attempt, so that the path is seen without its colour, too.
  private mutating func outline(_ row: RehearsalReport.Row, _ y: Double) {
    for (_, bars) in Dictionary(grouping: row.bars, by: \.attempt).sorted(by: { $0.key < $1.key }) {
      let work = bars.filter { $0.kind != .ready && $0.from < $0.to }
      guard let first = work.first, let last = work.last else { continue }
      output += rectangle(
        "outline", x(first.from) - 1, y, max(2, x(last.to) - x(first.from) + 2),
        Self.barHeight + 3)
    }
  }

  private func fitted(
    _ text: String, _ width: Double, size: Double, isBold: Bool = false
  ) -> String {
    TextMeasure.lines(text, width: width, size: size, atMost: 1, isBold: isBold).first ?? ""
  }

  // MARK: Legend

  private struct Entry {
    var look: Look?
    var text: String
    var isPath = false

    var width: Double { (look == nil && !isPath ? 0 : 26) + TextMeasure.width(text, size: 11) + 14 }
  }

  /// Only what the picture shows, in lines that fit.
  private var legendLines: [[Entry]] {
    let shown = Set(rows.lazy.flatMap(\.bars).map(Look.init))
    var entries = Look.allCases.filter(shown.contains).map { Entry(look: $0, text: $0.words) }
    if rows.contains(where: \.isCritical) {
      entries.append(Entry(text: "critical path", isPath: true))
    }
    let hidden = report.rows.count - rows.count
    if hidden > 0 {
      entries.append(Entry(text: "and \(counted(hidden, "step")) that have no room"))
    }
    var lines: [[Entry]] = []
    var used = Double.infinity
    for entry in entries {
      if used + entry.width > width - 2 * Self.margin {
        lines.append([])
        used = 0
      }
      lines[lines.count - 1].append(entry)
      used += entry.width
    }
    return lines
  }

  private mutating func draw(_ entries: [Entry], _ y: Double) {
    var x = Self.margin
    for entry in entries {
      if entry.isPath {
        output += rectangle("outline", x, y - 4, 20, Self.barHeight)
      } else if let look = entry.look {
        if look == .waiting {
          output += "<path class=\"waiting\" d=\"M\(number(x)) \(number(y - 4)) h20\"/>"
        } else {
          output += rectangle(look.rawValue, x, y - 4, 20, 10)
        }
      }
      let start = entry.look == nil && !entry.isPath ? x : x + 26
      output += "<text class=\"dim\" x=\"\(number(start))\" y=\"\(number(y))\" font-size=\"11\">"
      output += "\(escaped(entry.text))</text>\n"
      x += entry.width
    }
  }

  /// How a bar looks; the raw value is its class.
  private enum Look: String, Hashable, CaseIterable {
    case working, verifying, approving, merging, waiting, failed

    init(_ bar: Bar) {
      self =
        switch bar.kind {
        case _ where bar.hasFailed: .failed
        case .ready, .queued: .waiting
        case .working: .working
        case .verifying: .verifying
        case .approving: .approving
        case .merging: .merging
        }
    }

    var words: String {
      switch self {
      case .working: "at work"
      case .verifying: "gates"
      case .approving: "approval"
      case .merging: "merged and tried"
      case .waiting: "could go on, waits"
      case .failed: "failed, tried again"
      }
    }
  }

  // MARK: Style

  /// Plain colours first, for programs that know no more of CSS; dark pages override them.
  private static let style = """

    .page{fill:#fff}.title{fill:#1f2328}.name{fill:#424a53}.dim{fill:#59636e}
    .grid{fill:none;stroke:#d1d9e0;stroke-width:1}
    .working{fill:#54aeff}.verifying{fill:#4ac26b}.merging{fill:#1a7f37}
    .approving{fill:#d4a72c}.approved{fill:#d4a72c}.failed{fill:#e5534b}
    .waiting{fill:none;stroke:#afb8c1;stroke-width:2;stroke-dasharray:2 3}
    .outline{fill:none;stroke:#8250df;stroke-width:1.8}
    .path{fill:none;stroke:#8250df;stroke-width:1.6}
    @media (prefers-color-scheme:dark){
    .page{fill:#0d1117}.title{fill:#f0f6fc}.name{fill:#c6cdd5}.dim{fill:#9198a1}
    .grid{stroke:#2a313c}
    .working{fill:#388bfd}.verifying{fill:#3fb950}.merging{fill:#238636}
    .approving{fill:#bb8009}.approved{fill:#bb8009}.failed{fill:#da3633}
    .waiting{stroke:#656c76}.outline{stroke:#ab7df8}.path{stroke:#ab7df8}}

    """
}

extension RehearsalReport {
  /// What stands below the title.
  var caption: String {
    guard let likely = rehearsal.spread.median, let most = rehearsal.spread.share(90) else {
      return headline
    }
    return "\(headline), likely \(likely.roughly), 9 of 10 within \(most.roughly)"
  }
}
