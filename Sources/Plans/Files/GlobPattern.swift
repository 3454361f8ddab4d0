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
    PatternMeeting(one, other) { mine, theirs in meeting(mine, theirs).isPossible }
  }

  private static func meeting(_ one: Segment, _ other: Segment) -> PatternMeeting<ScalarSet> {
    PatternMeeting(one, other) { mine, theirs in !mine.intersection(theirs).isEmpty }
  }

  private static func commonPath(_ one: Alternative, _ other: Alternative) -> String? {
    guard let steps = meeting(one, other).steps() else { return nil }
    var segments: [String] = []
    for step in steps {
      let anything: Segment = [.run]
      guard let segment = commonSegment(step.mine ?? anything, step.theirs ?? anything) else {
        return nil
      }
      segments.append(segment)
    }
    // Both may be all of the repository; any path will do.
    return segments.isEmpty ? "a" : segments.joined(separator: "/")
  }

  private static func commonSegment(_ one: Segment, _ other: Segment) -> String? {
    guard let steps = meeting(one, other).steps() else { return nil }
    var text = String.UnicodeScalarView()
    for step in steps {
      let shared = (step.mine ?? .all).intersection(step.theirs ?? .all)
      guard let scalar = shared.example else { return nil }
      text.append(scalar)
    }
    return text.isEmpty ? "a" : String(text)
  }

  // MARK: Literal parts

  /// A path as a pattern that only it matches.
  private static func row(ofPath path: String) -> Alternative {
    path.split(separator: "/").filter { $0 != "." }.map { segment in
      .one(segment.unicodeScalars.map { .one(ScalarSet($0)) })
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
