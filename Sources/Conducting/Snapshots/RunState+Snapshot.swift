internal import JSONValues
import Plans

/// A state as bytes, so that resuming need not fold all that came before.
///
/// What there is for every step is written as numbers in a row, which a plan of a hundred thousand steps needs; the rest is
/// one line of JSON.
extension RunState {
  /// Changes whenever the encoding does: a snapshot of another version is passed over.
  package static let snapshotVersion = 4

  package func snapshot() -> [UInt8] {
    var writer = ByteWriter()
    writer.put(JSON.line(of: SnapshotRest(self)))
    TermsWriter.write(terms, to: &writer)
    writer.put(steps.count)
    for step in steps {
      writer.put(step.id.text)
      writer.put(Self.kinds.firstIndex(of: step.kind) ?? 0)
      writer.put(Priority.allCases.firstIndex(of: step.priority) ?? 0)
      writer.put(Int(step.terms))
      writer.put(step.estimate)
      // Names of other steps as their places.
      writer.put(step.group.flatMap(index) ?? -1)
      let needs = step.needs.compactMap(index)
      writer.put(needs.count)
      for need in needs { writer.put(need) }
    }
    for standing in standings {
      standing.phase.write(to: &writer)
      writer.put(Int(standing.attempts))
      writer.put(standing.began.milliseconds)
      writer.put(standing.ended.milliseconds)
    }
    return writer.bytes
  }

  package init(snapshot bytes: [UInt8]) throws(SnapshotFlaw) {
    self.init()
    var reader = ByteReader(bytes)
    let rest: SnapshotRest
    do {
      rest = try JSON.parse(try reader.text()).decode(SnapshotRest.self)
    } catch {
      throw SnapshotFlaw()
    }
    rest.fill(&self)
    terms = try TermsReader.read(&reader)
    let count = try reader.count()
    var places = StepPlaces(reserving: count)
    steps.reserveCapacity(count)
    indices.value.reserveCapacity(count)
    for index in 0..<count {
      let step = try Self.readStep(&reader, terms: terms.count, &places)
      indices.value[step.id] = Int32(index)
      steps.append(step)
    }
    guard places.fit(count) else { throw SnapshotFlaw() }
    for index in 0..<count {
      let group = places.group(of: index)
      if group >= 0 { steps[index].group = steps[Int(group)].id }
      steps[index].needs = places.needs(of: index).map { steps[Int($0)].id }
    }
    standings.reserveCapacity(count)
    for _ in 0..<count { standings.append(try StepStanding(from: &reader)) }
    guard reader.isAtEnd else { throw SnapshotFlaw() }
    derive(places)
  }

  private static let kinds: [RunStep.Kind] = [.agent, .command, .approval, .group]

  private static func readStep(
    _ reader: inout ByteReader, terms: Int, _ places: inout StepPlaces
  ) throws(SnapshotFlaw) -> StepRecord {
    let id = StepID(try reader.text())
    let kind = try reader.int()
    let priority = try reader.int()
    let number = try reader.int()
    let estimate = try reader.number()
    let group = try reader.stepPlace()
    guard kinds.indices.contains(kind), Priority.allCases.indices.contains(priority),
      number >= 0, number < terms
    else { throw SnapshotFlaw() }
    var needs: [Int32] = []
    for _ in 0..<(try reader.count()) { needs.append(try reader.stepPlace()) }
    places.add(group: group, needs: needs)
    return StepRecord(
      id: id, kind: kinds[kind], priority: Priority.allCases[priority], group: nil,
      terms: Int32(number), estimate: estimate, needs: [])
  }

  /// All that follows from what was read.
  private mutating func derive(_ places: StepPlaces) {
    for (number, terms) in terms.enumerated() where termNumbers.value[terms] == nil {
      termNumbers.value[terms] = Int32(number)
    }
    hasWorkspaces.value = terms.contains { $0.hasWorkspace }
    barriers.value = Barriers(blockers)
    drawGraph(places)
    tallies = [Int](repeating: 0, count: 12)
    for index in steps.indices {
      tallies[standings[index].phase.tally] += 1
      standings[index].open = openNeeds(of: index)
    }
  }
}

extension StepPhase {
  fileprivate func write(to writer: inout ByteWriter) {
    writer.put(tally)
    switch self {
    case .ready(let since): writer.put(since.milliseconds)
    case .waiting(let until): writer.put(until.milliseconds)
    case .blocked(let blocker): writer.put(blocker)
    case .replaced(let other): writer.put(other.text)
    case .skipped(let cause): writer.put(JSON.line(of: cause))
    default: break
    }
  }

  fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
    switch try reader.int() {
    case 0: self = .pending
    case 1: self = .standby
    case 2: self = .ready(since: Instant(milliseconds: try reader.number()))
    case 3: self = .waiting(until: Instant(milliseconds: try reader.number()))
    case 4: self = .active
    case 5: self = .blocked(blocker: try reader.int())
    case 6: self = .replaced(by: StepID(try reader.text()))
    case 7: self = .completed
    case 8: self = .failed
    case 9:
      let text = try reader.text()
      do { self = .skipped(try JSON.parse(text).decode(SkipCause.self)) } catch {
        throw SnapshotFlaw()
      }
    case 10: self = .cancelled
    case 11: self = .removed
    default: throw SnapshotFlaw()
    }
  }
}

extension StepStanding {
  fileprivate init(from reader: inout ByteReader) throws(SnapshotFlaw) {
    phase = try StepPhase(from: &reader)
    attempts = Int32(truncatingIfNeeded: try reader.number())
    began = Instant(milliseconds: try reader.number())
    ended = Instant(milliseconds: try reader.number())
  }
}
