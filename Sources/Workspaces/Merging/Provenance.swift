/// Where a commit comes from: what its trailers say, and what a landed attempt is found again by.
package struct Provenance: Sendable, Hashable {
  package let plan: String
  package let step: String
  package let attempt: Int
  package let session: String

  package init(plan: String, step: String, attempt: Int, session: String) {
    self.plan = plan
    self.step = step
    self.attempt = attempt
    self.session = session
  }

  /// The message of a step's commit: `feat(<plan>): <title>`, what more there is to say, trailers.
  package func message(title: String, body: String = "") -> String {
    let subject = title.split(whereSeparator: \.isNewline).joined(separator: " ")
    let text = body.isEmpty ? "" : body + (body.hasSuffix("\n") ? "\n" : "\n\n")
    return """
      feat(\(plan)): \(subject)

      \(text)Divisi-Plan: \(plan)
      Divisi-Step: \(step)
      Divisi-Attempt: \(attempt)
      Divisi-Session: \(session)

      """
  }

  /// The trailers in git's own format: asked of `git log`, one field each.
  static let logFormat = ["Plan", "Step", "Attempt", "Session"]
    .map { "%(trailers:key=Divisi-\($0),valueonly,separator=%x2C)" }.joined(separator: "%x1f")

  init?(logFields fields: ArraySlice<Substring>) {
    let texts = fields.map { String($0.filter { !$0.isNewline }) }
    guard texts.count == 4, let attempt = Int(texts[2]) else { return nil }
    self.init(plan: texts[0], step: texts[1], attempt: attempt, session: texts[3])
  }
}
