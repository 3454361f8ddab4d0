/// What a glob means: one or more alternatives, each a row of segments.
package struct GlobPattern: Hashable, Sendable {
  typealias Segment = [PatternItem<ScalarSet>]
  typealias Alternative = [PatternItem<Segment>]

  let alternatives: [Alternative]

  init(alternatives: [Alternative]) { self.alternatives = alternatives }

  package func matches(_ path: String) -> Bool {
    let row = Self.row(ofPath: path)
    return alternatives.contains { Self.meeting($0, row).isPossible }
  }

  package func overlaps(_ other: GlobPattern) -> Bool {
    alternatives.contains { mine in
      other.alternatives.contains { Self.overlap(mine, $0) }
    }
  }

  package func commonPath(with other: GlobPattern) -> String? {
    for mine in alternatives {
      for theirs in other.alternatives {
        if let path = Self.commonPath(mine, theirs) { return path }
      }
    }
    return nil
  }

  static func overlap(_ one: Alternative, _ other: Alternative) -> Bool {
    meeting(one, other).isPossible
  }

  // MARK: Meeting

  private static func meeting(
    _ one: Alternative, _ other: Alternative
  ) -> PatternMeeting<Segment> {
    PatternMeeting(one, other) { mine, theirs in commonName(mine, theirs) != nil }
  }

  private static func meeting(_ one: Segment, _ other: Segment) -> PatternMeeting<ScalarSet> {
    PatternMeeting(one, other) { mine, theirs in !mine.intersection(theirs).isEmpty }
  }

  private static func commonPath(_ one: Alternative, _ other: Alternative) -> String? {
    guard let steps = meeting(one, other).steps() else { return nil }
    var segments: [String] = []
    for step in steps {
      let anything: Segment = [.run]
      guard let segment = commonName(step.mine ?? anything, step.theirs ?? anything) else {
        return nil
      }
      segments.append(segment)
    }
    // Both may be all of the repository; any path will do.
    return segments.isEmpty ? "a" : segments.joined(separator: "/")
  }

  /// A name that both segments match. `.` and `..` are no names, and neither is an empty text.
  private static func commonName(_ one: Segment, _ other: Segment) -> String? {
    guard let shortest = commonText(one, other) else { return nil }
    if !["", ".", ".."].contains(shortest) { return shortest }
    for name in names(of: one) {
      if let text = commonText(name, other) { return text }
    }
    return nil
  }

  private static func commonText(_ one: Segment, _ other: Segment) -> String? {
    guard let steps = meeting(one, other).steps() else { return nil }
    var text = String.UnicodeScalarView()
    for step in steps {
      let shared = (step.mine ?? .all).intersection(step.theirs ?? .all)
      guard let scalar = shared.example else { return nil }
      text.append(scalar)
    }
    return String(text)
  }

  /// The segment as patterns that match just those of its texts that are names: a name begins with
  /// no dot, or with one and something else, or with two and anything more.
  static func names(of segment: Segment) -> [Segment] {
    let dot = ScalarSet(".")
    let other = ScalarSet([0x2E...0x2E], negated: true)
    return [[other], [dot, other], [dot, dot, .all]].flatMap { restrict(segment[...], to: $0[...]) }
  }

  /// The segment where its first characters are of these sets.
  private static func restrict(
    _ segment: ArraySlice<PatternItem<ScalarSet>>, to sets: ArraySlice<ScalarSet>
  ) -> [Segment] {
    guard let set = sets.first else { return [Array(segment)] }
    switch segment.first {
    case nil: return []
    case .one(let own)?:
      let both = own.intersection(set)
      if both.isEmpty { return [] }
      return restrict(segment.dropFirst(), to: sets.dropFirst()).map { [.one(both)] + $0 }
    case .run?:
      return restrict(segment, to: sets.dropFirst()).map { [.one(set)] + $0 }
        + restrict(segment.dropFirst(), to: sets)
    }
  }

  // MARK: Literal parts

  /// A path as a pattern that only it matches.
  private static func row(ofPath path: String) -> Alternative {
    // By scalars: a mark that combines with the slash before it must not hide it.
    path.unicodeScalars.split(separator: "/").filter { $0.count != 1 || $0.first != "." }.map {
      segment in
      .one(segment.map { .one(ScalarSet($0)) })
    }
  }

  /// The leading segments of an alternative that have no wildcards.
  static func literalPrefix(of alternative: Alternative) -> [String] {
    var prefix: [String] = []
    for item in alternative {
      guard let text = literal(item) else { break }
      prefix.append(text)
    }
    return prefix
  }

  private static func literal(_ item: PatternItem<Segment>) -> String? {
    guard case .one(let segment) = item else { return nil }
    var text = String.UnicodeScalarView()
    for character in segment {
      guard case .one(let set) = character, set.ranges.count == 1,
        set.ranges[0].count == 1, let scalar = Unicode.Scalar(set.ranges[0].lowerBound)
      else { return nil }
      text.append(scalar)
    }
    return String(text)
  }
}

extension GlobPattern {
  /// The folder or file at the root that every match lies in, where there is one.
  package var firstFolder: String? {
    var first: String?
    for alternative in alternatives {
      guard let name = Self.literalPrefix(of: alternative).first, first == nil || first == name
      else { return nil }
      first = name
    }
    return first
  }
}
