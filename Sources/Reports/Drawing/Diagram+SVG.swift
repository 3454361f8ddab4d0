package import Plans
import Terminal

extension Diagram {
  /// The diagram as a picture that stands by itself, for light and dark pages.
  package func svg() -> String {
    var picture = Picture(self)
    return picture.draw()
  }
}

private struct Picture {
  private static let margin = 24.0
  private static let header = 58.0
  private static let titleSize = 13.0
  private static let smallSize = 11.0
  private static let boxPadding = 12.0

  private let diagram: Diagram
  private let titles: [[String]]
  private let layout: DiagramLayout
  private var output = ""

  init(_ diagram: Diagram) {
    self.diagram = diagram
    let widest =
      diagram.nodes.map { node in
        max(
          TextMeasure.width(node.title, size: Self.titleSize, isBold: true) * 0.6,
          TextMeasure.width(Self.detail(of: node) + "   " + node.estimate, size: Self.smallSize))
      }.max() ?? 0
    let width = (min(max(widest, 110), 210) + 2 * Self.boxPadding + 18).rounded(.up)
    titles = diagram.nodes.map { node in
      TextMeasure.lines(
        node.title, width: width - 2 * Self.boxPadding - 18, size: Self.titleSize, atMost: 2,
        isBold: true)
    }
    layout = DiagramLayout(
      diagram, .init(width: width, heights: titles.map { $0.count > 1 ? 62 : 46 }))
  }

  private static func detail(of node: Diagram.Node) -> String {
    node.id == node.title ? node.doer : "\(node.id) \u{B7} \(node.doer)"
  }

  // MARK: The whole

  mutating func draw() -> String {
    let legend = legendEntries
    let legendWidth = legend.reduce(0.0) {
      $0 + 40 + TextMeasure.width($1.text, size: Self.smallSize)
    }
    let titleWidth = TextMeasure.width(diagram.title, size: 18, isBold: true)
    let width =
      max(layout.size.width, min(legendWidth, 900), min(titleWidth, 900), 240) + 2 * Self.margin
    let height = layout.size.height + Self.header + 2 * Self.margin + (legend.isEmpty ? 0 : 34)
    let (w, h) = (number(width), number(height))
    output = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(w) \(h)" width="\(w)" height="\(h)" \
      role="img" aria-labelledby="divisi-title divisi-desc" \
      font-family="'Helvetica Neue', Helvetica, Arial, 'DejaVu Sans', sans-serif">
      <title id="divisi-title">\(escaped(diagram.title))</title>
      <desc id="divisi-desc">\(escaped(description))</desc>
      <style>\(Self.style)</style>
      <defs>
      \(["need", "critical", "shared"].map(Self.arrowHead).joined(separator: "\n"))
      </defs>
      <rect class="page" width="\(w)" height="\(h)"/>
      <text class="title" x="\(number(Self.margin))" y="40" font-size="18" font-weight="600">\
      \(escaped(fitted(diagram.title, width - 2 * Self.margin, size: 18, isBold: true)))</text>
      <text class="dim" x="\(number(Self.margin))" y="60" font-size="12">\(escaped(diagram.subtitle))</text>

      """
    output +=
      "<g transform=\"translate(\(number(Self.margin)) \(number(Self.margin + Self.header)))\">\n"
    for (index, frame) in layout.frames.enumerated() { if let frame { draw(frame, index) } }
    for isCritical in [false, true] {
      for (index, edge) in diagram.edges.enumerated() where edge.isCritical == isCritical {
        draw(edge, layout.routes[index])
      }
    }
    for index in diagram.nodes.indices { drawNode(index) }
    output += "</g>\n"
    draw(legend, y: height - 26, within: width - 2 * Self.margin)
    return output + "</svg>\n"
  }

  private var description: String {
    let frames = diagram.groups.isEmpty ? "" : " in \(counted(diagram.groups.count, "group"))"
    return "\(diagram.subtitle)\(frames); arrows lead from what is needed to what waits for it."
  }

  private mutating func draw(_ frame: DiagramLayout.Rectangle, _ group: Int) {
    let title = diagram.groups[group].title
    output += "<g><title>\(escaped("\(diagram.groups[group].id): \(title)"))</title>"
    output += rectangle(frame, class: "frame", radius: 10)
    output += "<text class=\"dim\" x=\"\(number(frame.x + 14))\" y=\"\(number(frame.y + 22))\" "
    output += "font-size=\"12\" font-weight=\"600\">"
    output += "\(escaped(fitted(title, frame.width - 28, size: 12, isBold: true)))</text></g>\n"
  }

  private mutating func draw(_ edge: Diagram.Edge, _ pieces: [[Point]]) {
    let kind = edge.sharing != nil ? "shared" : edge.isCritical ? "critical" : "need"
    // A group that could not be framed is drawn as its members, each with an arrow of its own.
    for piece in joined(pieces) {
      output +=
        "<path class=\"edge \(kind)\" marker-end=\"url(#divisi-\(kind))\" d=\"\(path(piece))\">"
      if let sharing = edge.sharing {
        output += "<title>\(escaped("not at once: both want \(sharing)"))</title>"
      }
      output += "</path>\n"
    }
  }

  /// Pieces that lead on from each other as one way.
  private func joined(_ pieces: [[Point]]) -> [[[Point]]] {
    var ways: [[[Point]]] = []
    for piece in pieces {
      if let end = ways.last?.last?.last, let start = piece.first, abs(end.y - start.y) < 0.5,
        start.x >= end.x - 0.5
      {
        ways[ways.count - 1].append(piece)
      } else {
        ways.append([piece])
      }
    }
    return ways
  }

  private func path(_ pieces: [[Point]]) -> String {
    var text = ""
    for points in pieces {
      for (index, point) in points.enumerated() {
        let place = "\(number(point.x)) \(number(point.y))"
        if text.isEmpty {
          text = "M" + place
        } else if index > 0, index.isMultiple(of: 2), abs(points[index - 1].y - point.y) > 0.05 {
          let before = points[index - 1]
          let middle = number((before.x + point.x) / 2)
          text += " C\(middle) \(number(before.y)) \(middle) \(number(point.y)) \(place)"
        } else {
          text += " L" + place
        }
      }
    }
    return text
  }

  private mutating func drawNode(_ index: Int) {
    let (node, box) = (diagram.nodes[index], layout.boxes[index])
    let full =
      "\(node.id): \(node.title)\n\(node.status.words), \(node.doer)"
      + (node.estimate.isEmpty ? "" : ", \(node.estimate)")
    output += "<g class=\"node \(node.status.rawValue)\(node.isCritical ? " on-path" : "")\">"
    output += "<title>\(escaped(full))</title>"
    output += rectangle(box, class: "box", radius: 7)
    output += glyph(node.status, x: box.x + Self.boxPadding + 5, y: box.y + 17.5)
    var y = box.y + 22
    for line in titles[index] {
      output +=
        "<text class=\"title\" x=\"\(number(box.x + Self.boxPadding + 18))\" y=\"\(number(y))\" "
      output += "font-size=\"13\" font-weight=\"600\">\(escaped(line))</text>"
      y += 16
    }
    let bottom = number(box.bottom - 10)
    let estimateWidth = TextMeasure.width(node.estimate, size: Self.smallSize)
    let room = box.width - 2 * Self.boxPadding - 18 - (estimateWidth > 0 ? estimateWidth + 8 : 0)
    output += "<text class=\"dim\" x=\"\(number(box.x + Self.boxPadding + 18))\" y=\"\(bottom)\" "
    output +=
      "font-size=\"11\">\(escaped(fitted(Self.detail(of: node), room, size: Self.smallSize)))</text>"
    if !node.estimate.isEmpty {
      output += "<text class=\"dim\" x=\"\(number(box.right - Self.boxPadding))\" y=\"\(bottom)\" "
      output += "font-size=\"11\" text-anchor=\"end\">\(escaped(node.estimate))</text>"
    }
    output += "</g>\n"
  }

  private func fitted(_ text: String, _ width: Double, size: Double, isBold: Bool = false) -> String
  {
    TextMeasure.lines(text, width: width, size: size, atMost: 1, isBold: isBold).first ?? ""
  }

  private func rectangle(
    _ box: DiagramLayout.Rectangle, class name: String, radius: Double
  ) -> String {
    "<rect class=\"\(name)\" x=\"\(number(box.x))\" y=\"\(number(box.y))\" "
      + "width=\"\(number(box.width))\" height=\"\(number(box.height))\" rx=\"\(number(radius))\"/>"
  }

  // MARK: Legend

  private struct LegendEntry {
    var text: String
    var status: StepStatus?
    var edge: String?
  }

  /// Only what the picture shows, and only where it needs saying.
  private var legendEntries: [LegendEntry] {
    var entries: [LegendEntry] = []
    let statuses = Set(diagram.nodes.map(\.status))
    if statuses != [.pending] {
      for status in StepStatus.allCases where statuses.contains(status) {
        entries.append(LegendEntry(text: status.words, status: status))
      }
    }
    if diagram.edges.contains(where: \.isCritical) {
      entries.append(LegendEntry(text: "critical path", edge: "critical"))
    }
    if diagram.edges.contains(where: { $0.sharing != nil }) {
      entries.append(
        LegendEntry(text: "not at once: shared files, lane or resource", edge: "shared"))
    }
    if diagram.hiddenPairs > 0 {
      entries.append(LegendEntry(text: "\(diagram.hiddenPairs) more such pairs are not drawn"))
    }
    return entries
  }

  private mutating func draw(_ legend: [LegendEntry], y: Double, within width: Double) {
    var x = Self.margin
    for entry in legend {
      if let status = entry.status {
        output += "<g class=\"node \(status.rawValue)\">\(glyph(status, x: x + 6, y: y - 4))</g>"
        x += 18
      } else if let edge = entry.edge {
        output += "<path class=\"edge \(edge)\" d=\"M\(number(x)) \(number(y - 4)) h22\"/>"
        x += 28
      }
      output += "<text class=\"dim\" x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"11\">"
      output += "\(escaped(entry.text))</text>\n"
      x += TextMeasure.width(entry.text, size: Self.smallSize) + 12
    }
  }

  /// A small shape for a status, so that it can be told without its colour.
  private func glyph(_ status: StepStatus, x: Double, y: Double) -> String {
    let inside =
      switch status {
      case .pending: ""
      case .ready: "<path class=\"sign\" d=\"M-2 0 h4\"/>"
      case .inProgress: "<path class=\"sign full\" d=\"M-1.6 -2.6 L2.6 0 L-1.6 2.6 Z\"/>"
      case .blocked: "<path class=\"sign\" d=\"M0 -2.8 v3.2 M0 2.2 v0.6\"/>"
      case .completed: "<path class=\"sign\" d=\"M-2.6 0.2 L-0.8 2 L2.6 -2\"/>"
      case .failed: "<path class=\"sign\" d=\"M-2 -2 L2 2 M2 -2 L-2 2\"/>"
      case .skipped: "<path class=\"sign\" d=\"M-2.4 -2 L0 0 L-2.4 2 M0.4 -2 L2.8 0 L0.4 2\"/>"
      case .cancelled: "<path class=\"sign\" d=\"M-2.6 2.6 L2.6 -2.6\"/>"
      }
    return
      "<g transform=\"translate(\(number(x)) \(number(y)))\"><circle class=\"mark\" r=\"5.5\"/>\(inside)</g>"
  }

  // MARK: Style

  private static func arrowHead(_ kind: String) -> String {
    "<marker id=\"divisi-\(kind)\" viewBox=\"0 0 8 8\" refX=\"7.5\" refY=\"4\" markerWidth=\"8\" "
      + "markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\">"
      + "<path class=\"head \(kind)\" d=\"M0 0.8 L8 4 L0 7.2 Z\"/></marker>"
  }

  /// Plain colours first, for programs that know no more of CSS; dark pages override them.
  private static let style = """

    .page{fill:#fff}.title{fill:#1f2328}.dim{fill:#59636e}
    .frame{fill:#f6f8fa;stroke:#d1d9e0}
    .box{fill:#fff;stroke:#afb8c1;stroke-width:1.2}.mark{fill:#fff;stroke:#818b98;stroke-width:1.4}
    .sign{fill:none;stroke:#818b98;stroke-width:1.4;stroke-linecap:round;stroke-linejoin:round}
    .ready .mark,.ready .sign{stroke:#0969da}
    .in_progress .box{fill:#ddf4ff;stroke:#0969da}.in_progress .mark{fill:#0969da;stroke:#0969da}
    .blocked .box{fill:#fff8c5;stroke:#9a6700}.blocked .mark{fill:#9a6700;stroke:#9a6700}
    .completed .box{fill:#dafbe1;stroke:#1a7f37}.completed .mark{fill:#1a7f37;stroke:#1a7f37}
    .failed .box{fill:#ffebe9;stroke:#cf222e}.failed .mark{fill:#cf222e;stroke:#cf222e}
    .skipped .box,.cancelled .box{fill:#f6f8fa;stroke-dasharray:4 3}
    .in_progress .sign,.blocked .sign,.completed .sign,.failed .sign{stroke:#fff}
    .in_progress .full{fill:#fff}
    .on-path .box{stroke:#8250df;stroke-width:2.2}
    .edge{fill:none;stroke:#818b98;stroke-width:1.4}.head{fill:#818b98}
    .edge.critical{stroke:#8250df;stroke-width:2.4}.head.critical{fill:#8250df}
    .edge.shared{stroke:#bc4c00;stroke-dasharray:5 4}.head.shared{fill:#bc4c00}
    @media (prefers-color-scheme:dark){
    .page{fill:#0d1117}.title{fill:#f0f6fc}.dim{fill:#9198a1}
    .frame{fill:#151b23;stroke:#3d444d}
    .box{fill:#0d1117;stroke:#656c76}.mark{fill:#0d1117;stroke:#9198a1}.sign{stroke:#9198a1}
    .ready .mark,.ready .sign{stroke:#4493f8}
    .in_progress .box{fill:#121d2f;stroke:#4493f8}.in_progress .mark{fill:#1f6feb;stroke:#4493f8}
    .blocked .box{fill:#272115;stroke:#d29922}.blocked .mark{fill:#9e6a03;stroke:#d29922}
    .completed .box{fill:#12261e;stroke:#3fb950}.completed .mark{fill:#238636;stroke:#3fb950}
    .failed .box{fill:#25171c;stroke:#f85149}.failed .mark{fill:#da3633;stroke:#f85149}
    .skipped .box,.cancelled .box{fill:#151b23}
    .on-path .box{stroke:#ab7df8}
    .edge{stroke:#9198a1}.head{fill:#9198a1}
    .edge.critical{stroke:#ab7df8}.head.critical{fill:#ab7df8}
    .edge.shared{stroke:#db6d28}.head.shared{fill:#db6d28}}

    """
}

extension StepStatus {
  /// The status in words for people.
  package var words: String { self == .inProgress ? "in progress" : rawValue }
}

/// A number with one digit behind the point where it needs one.
func number(_ value: Double) -> String {
  let tenths = Int((value * 10).rounded())
  let text = "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10)"
  return tenths % 10 == 0 ? text : text + ".\(abs(tenths) % 10)"
}

/// Text for XML, in which some characters must be written otherwise and some cannot stand at all.
func escaped(_ text: String) -> String {
  var escaped = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "&": escaped += "&amp;"
    case "<": escaped += "&lt;"
    case ">": escaped += "&gt;"
    case "\"": escaped += "&quot;"
    case "\n", "\t": escaped.unicodeScalars.append(scalar)
    case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF:
      escaped += "\u{FFFD}"
    default: escaped.unicodeScalars.append(scalar)
    }
  }
  return escaped
}
