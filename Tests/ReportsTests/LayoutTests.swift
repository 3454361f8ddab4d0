import Plans
import TestSupport
import Testing

@testable import Reports

/// What must hold for every picture, over random plans.
@Suite struct LayoutTests {
  private struct Sample {
    let seed: UInt64
    let diagram: Diagram
    let layout: DiagramLayout
  }

  private func sample(_ seed: UInt64, steps: Int) -> Sample {
    var generator = SeededGenerator(seed: seed)
    let plan = randomPlan(&generator, steps: steps, density: 2, files: seed.isMultiple(of: 3))
    let diagram = Diagram(plan, PlanAnalysis(plan))
    let heights = diagram.nodes.map { _ in Bool.random(using: &generator) ? 46.0 : 62 }
    return Sample(
      seed: seed, diagram: diagram,
      layout: DiagramLayout(diagram, .init(width: 180, heights: heights)))
  }

  private func overlap(_ one: DiagramLayout.Rectangle, _ other: DiagramLayout.Rectangle) -> Bool {
    one.x < other.right - 0.01 && other.x < one.right - 0.01 && one.y < other.bottom - 0.01
      && other.y < one.bottom - 0.01
  }

  private func contains(_ outer: DiagramLayout.Rectangle, _ inner: DiagramLayout.Rectangle) -> Bool
  {
    inner.x >= outer.x && inner.right <= outer.right && inner.y >= outer.y
      && inner.bottom <= outer.bottom
  }

  @Test func boxesAndFramesKeepApart() {
    for seed in 0..<250 as Range<UInt64> {
      let sample = sample(seed, steps: Int(seed % 40) + 1)
      let boxes = sample.layout.boxes
      for (index, box) in boxes.enumerated() {
        #expect(
          box.x >= -0.01 && box.y >= -0.01 && box.right <= sample.layout.size.width + 0.01
            && box.bottom <= sample.layout.size.height + 0.01, "seed \(seed): outside of the page")
        for other in boxes[..<index] { #expect(!overlap(box, other), "seed \(seed)") }
      }
      for (group, frame) in sample.layout.frames.enumerated() {
        guard let frame else { continue }
        let members = Set(sample.diagram.groups[group].members)
        for (index, box) in boxes.enumerated() {
          if members.contains(index) {
            #expect(contains(frame, box), "seed \(seed): a member outside of its frame")
          } else {
            #expect(!overlap(frame, box), "seed \(seed): a stranger in a frame")
          }
        }
        for other in sample.layout.frames[..<group] {
          if let other { #expect(!overlap(frame, other), "seed \(seed): frames overlap") }
        }
      }
    }
  }

  @Test func noArrowRunsThroughABoxAndAllLeadForward() {
    for seed in 0..<250 as Range<UInt64> {
      let sample = sample(seed, steps: Int(seed % 40) + 1)
      for (index, edge) in sample.diagram.edges.enumerated() {
        let route = sample.layout.routes[index]
        #expect(!route.isEmpty, "seed \(seed): an arrow is missing")
        for piece in route {
          let curve = flattened(piece)
          for (from, to) in zip(curve, curve.dropFirst()) {
            #expect(to.x >= from.x - 0.01, "seed \(seed): an arrow runs back")
            let middle = Point(x: (from.x + to.x) / 2, y: (from.y + to.y) / 2)
            for (node, box) in sample.layout.boxes.enumerated()
            where edge.from != .node(node) && edge.to != .node(node) {
              let isInside =
                middle.x > box.x + 0.5 && middle.x < box.right - 0.5 && middle.y > box.y + 0.5
                && middle.y < box.bottom - 0.5
              #expect(
                !isInside, "seed \(seed): an arrow runs through `\(sample.diagram.nodes[node].id)`")
            }
          }
        }
      }
    }
  }

  /// The way as it is drawn: straight pieces, and curves with level ends between them.
  private func flattened(_ points: [Point]) -> [Point] {
    var flat: [Point] = []
    for (index, point) in points.enumerated() {
      guard index > 0, index.isMultiple(of: 2) else {
        flat.append(point)
        continue
      }
      let before = points[index - 1]
      for step in 1...16 {
        let t = Double(step) / 16
        let (u, middle) = (1 - t, (before.x + point.x) / 2)
        flat.append(
          Point(
            x: u * u * u * before.x + 3 * u * u * t * middle + 3 * u * t * t * middle + t * t * t
              * point.x,
            y: u * u * (u + 3 * t) * before.y + t * t * (t + 3 * u) * point.y))
      }
    }
    return flat
  }

  @Test func sortingNeverMakesMoreCrossings() {
    for seed in 0..<200 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let count = Int.random(in: 2...30, using: &generator)
      let boxes = (0..<count).map { _ in LayeredLayout.Box(width: 10, height: 10) }
      let arrows = (0..<count * 2).compactMap { _ -> LayeredLayout.Arrow? in
        let (one, two) = (
          Int.random(in: 0..<count, using: &generator), Int.random(in: 0..<count, using: &generator)
        )
        return one == two ? nil : .init(from: min(one, two), to: max(one, two))
      }
      var columns = Columns(boxes, arrows, .init(), first: [], last: [])
      let before = columns.crossings()
      columns.reduceCrossings()
      #expect(columns.crossings() <= before, "seed \(seed)")
      #expect(columns.order.joined().sorted() == Array(columns.places.indices), "seed \(seed)")
    }
  }

  @Test func theSamePlanIsDrawnTheSame() {
    for seed in [3, 14, 15] as [UInt64] {
      #expect(sample(seed, steps: 30).diagram.svg() == sample(seed, steps: 30).diagram.svg())
    }
  }

  @Test func groupsThatCannotStandTogetherAreDrawnWithoutAFrame() {
    let plan = plan(
      step("g", work: .group), step("a", group: 0), step("b", needs: ["x"], group: 0),
      step("x", needs: ["a"]))
    let diagram = Diagram(plan, PlanAnalysis(plan))
    let layout = DiagramLayout(diagram, .init(width: 100, heights: [40, 40, 40]))
    #expect(layout.frames == [nil])
    #expect(layout.routes.allSatisfy { !$0.isEmpty })
  }

  @Test func textFitsTheRoomThatItIsGiven() {
    for text in [
      "", "short", "a somewhat longer title of a step", String(repeating: "W", count: 80),
      "\u{6F22}\u{5B57} \u{1F600}",
    ] {
      for width in [40.0, 100, 200] {
        let lines = TextMeasure.lines(text, width: width, size: 13, atMost: 2, isBold: true)
        #expect(lines.count <= 2)
        for line in lines {
          #expect(
            TextMeasure.width(line, size: 13, isBold: true) <= width || line == "\u{2026}",
            "\(line)")
        }
      }
    }
  }
}
