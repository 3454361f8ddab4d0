/// Where boxes joined by arrows stand, in columns from left to right, and how the arrows run.
///
/// Arrows run straight through columns, in lanes that no box stands in, and bend only in the room
/// between columns; so no arrow ever runs through a box.
struct LayeredLayout {
  struct Box {
    var width: Double
    var height: Double
  }

  /// An arrow from one box to another. Where it leaves and meets them is counted from their middle.
  struct Arrow {
    var from: Int
    var to: Int
    var leavesAt = 0.0
    var meetsAt = 0.0
  }

  struct Spacing {
    var betweenColumns = 64.0
    var betweenBoxes = 18.0
    var betweenLanes = 12.0
  }

  /// The left upper corner of each box.
  private(set) var corners: [Point] = []
  /// The points of each arrow: it runs straight from the first to the second, bends to the third,
  /// runs straight to the fourth, and so on.
  private(set) var routes: [[Point]] = []
  private(set) var size = Box(width: 0, height: 0)
  /// How often arrows cross.
  private(set) var crossings = 0

  /// The arrows must make no circle.
  ///
  /// - Parameter first: boxes that must stand in the first column, and those that must in the last.
  init(
    _ boxes: [Box], _ arrows: [Arrow], spacing: Spacing = Spacing(), first: Set<Int> = [],
    last: Set<Int> = []
  ) {
    guard !boxes.isEmpty else {
      routes = arrows.map { _ in [] }
      return
    }
    var columns = Columns(boxes, arrows, spacing, first: first, last: last)
    columns.reduceCrossings()
    crossings = columns.crossings()
    let middles = LaneHeights(columns, spacing).middles
    place(columns, middles, boxes, arrows, spacing)
  }

  private mutating func place(
    _ columns: Columns, _ middles: [Double], _ boxes: [Box], _ arrows: [Arrow], _ spacing: Spacing
  ) {
    var lefts: [Double] = []
    var widths: [Double] = []
    var x = 0.0
    for column in columns.order {
      let width = column.map { columns.places[$0].width }.max() ?? 0
      lefts.append(x)
      widths.append(width)
      x += width + spacing.betweenColumns
    }
    let top = columns.places.indices.map { middles[$0] - columns.places[$0].height / 2 }.min() ?? 0
    let bottom =
      columns.places.indices.map { middles[$0] + columns.places[$0].height / 2 }.max() ?? 0
    size = Box(width: x - spacing.betweenColumns, height: bottom - top)
    corners = boxes.indices.map { box in
      let column = columns.columnOfPlace[box]
      return Point(
        x: lefts[column] + (widths[column] - boxes[box].width) / 2,
        y: middles[box] - boxes[box].height / 2 - top)
    }
    routes = arrows.indices.map { index in
      let arrow = arrows[index]
      var points = [
        Point(
          x: corners[arrow.from].x + boxes[arrow.from].width,
          y: middles[arrow.from] + arrow.leavesAt - top)
      ]
      let begin = columns.columnOfPlace[arrow.from]
      points.append(Point(x: lefts[begin] + widths[begin], y: points[0].y))
      for lane in columns.lanes[index] {
        let column = columns.columnOfPlace[lane]
        points.append(Point(x: lefts[column], y: middles[lane] - top))
        points.append(Point(x: lefts[column] + widths[column], y: middles[lane] - top))
      }
      let end = columns.columnOfPlace[arrow.to]
      let y = middles[arrow.to] + arrow.meetsAt - top
      points.append(Point(x: lefts[end], y: y))
      points.append(Point(x: corners[arrow.to].x, y: y))
      return points
    }
  }
}

struct Point: Hashable {
  var x: Double
  var y: Double
}
