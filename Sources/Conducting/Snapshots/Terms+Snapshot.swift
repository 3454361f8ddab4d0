import JSONValues
import Plans

// Terms differ by their files and their costs; who does a step and how it is judged is the same for many. Such parts are
// written once, as JSON, and then named by their numbers.

enum TermsWriter {
  static func write(_ all: [Terms], to writer: inout ByteWriter) {
    var seats = Parts<[Seat]>()
    var resources = Parts<[ResourceRequest]>()
    var gates = Parts<[RunGate]>()
    var contingencies = Parts<Fallback>()
    var rows = ByteWriter()
    rows.put(all.count)
    for terms in all {
      rows.put(seats.number(of: terms.seats))
      rows.put(terms.hasWorkspace ? 1 : 0)
      rows.put(terms.lane)
      rows.put(terms.files.count)
      for file in terms.files { rows.put(file) }
      rows.put(resources.number(of: terms.resources))
      rows.put(gates.number(of: terms.gates))
      rows.put(terms.retries.map(Int64.init))
      rows.put(terms.cost?.microdollars)
      rows.put(terms.tokens.map(Int64.init))
      rows.put(terms.expectedCost?.microdollars)
      rows.put(terms.contingency.map { contingencies.number(of: $0) } ?? -1)
    }
    seats.write(to: &writer)
    resources.write(to: &writer)
    gates.write(to: &writer)
    contingencies.write(to: &writer)
    writer.put(rows)
  }
}

enum TermsReader {
  static func read(_ reader: inout ByteReader) throws(SnapshotFlaw) -> [Terms] {
    let seats: [[Seat]] = try parts(&reader)
    let resources: [[ResourceRequest]] = try parts(&reader)
    let gates: [[RunGate]] = try parts(&reader)
    let contingencies: [Fallback] = try parts(&reader)
    let count = try reader.count()
    var all: [Terms] = []
    all.reserveCapacity(count)
    for _ in 0..<count {
      var terms = Terms()
      terms.seats = try part(of: seats, try reader.int())
      terms.hasWorkspace = try reader.int() != 0
      terms.lane = try reader.optionalText()
      for _ in 0..<(try reader.count()) { terms.files.append(try reader.text()) }
      terms.resources = try part(of: resources, try reader.int())
      terms.gates = try part(of: gates, try reader.int())
      terms.retries = try reader.optionalNumber().map(Int.init)
      terms.cost = try reader.optionalNumber().map(Money.init(microdollars:))
      terms.tokens = try reader.optionalNumber().map(Int.init)
      terms.expectedCost = try reader.optionalNumber().map(Money.init(microdollars:))
      let contingency = try reader.int()
      if contingency >= 0 { terms.contingency = try part(of: contingencies, contingency) }
      all.append(terms)
    }
    return all
  }

  private static func parts<Part: Decodable>(
    _ reader: inout ByteReader
  ) throws(SnapshotFlaw) -> [Part] {
    let text = try reader.text()
    do { return try JSON.parse(text).decode([Part].self) } catch { throw SnapshotFlaw() }
  }

  private static func part<Part>(of parts: [Part], _ number: Int) throws(SnapshotFlaw) -> Part {
    guard parts.indices.contains(number) else { throw SnapshotFlaw() }
    return parts[number]
  }
}

/// Each value once, in the order in which they came.
private struct Parts<Part: Hashable & Encodable> {
  private var all: [Part] = []
  private var numbers: [Part: Int] = [:]

  mutating func number(of part: Part) -> Int {
    if let known = numbers[part] { return known }
    numbers[part] = all.count
    all.append(part)
    return all.count - 1
  }

  func write(to writer: inout ByteWriter) { writer.put(JSON.line(of: all)) }
}
