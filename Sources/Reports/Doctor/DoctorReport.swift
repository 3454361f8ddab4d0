package import JSONValues
package import Terminal

/// What was found out about everything that runs need, as a person or a program reads it.
package struct DoctorReport: Sendable {
  package enum Level: String, Sendable, CaseIterable {
    case ok
    case note
    case warning
    case error

    fileprivate var role: TextRole {
      switch self {
      case .ok: .success
      case .note: .note
      case .warning: .warning
      case .error: .error
      }
    }
  }

  /// One thing that was looked at.
  package struct Line: Sendable, Hashable {
    package var group: String
    package var subject: String
    package var level: Level
    package var found: String
    package var mend: String?

    package init(
      group: String, subject: String, level: Level, found: String, mend: String? = nil
    ) {
      self.group = group
      self.subject = subject
      self.level = level
      self.found = found
      self.mend = mend
    }
  }

  /// Below this text is broken more often than it is read.
  private static let narrowest = 24

  private let lines: [Line]
  private let plan: String?

  /// - Parameters:
  ///   - lines: those of one group behind each other.
  ///   - plan: the plan whose needs were looked at.
  package init(_ lines: [Line], plan: String? = nil) {
    self.lines = lines
    self.plan = plan
  }

  package var isReady: Bool { !lines.contains { $0.level == .error } }

  /// Everything, in groups, with how to mend it below each line; then whether it is enough.
  package func text(on screen: Screen) -> String {
    let paint = screen.palette.paint as (TextRole, String) -> String
    let widest = lines.map(\.subject.displayWidth).max() ?? 0
    let margin = 2 + 9 + widest + 2
    var text = ""
    var group = ""
    for line in lines {
      if line.group != group {
        group = line.group
        text += (text.isEmpty ? "" : "\n") + paint(.heading, group) + "\n"
      }
      let level = paint(line.level.role, line.level.rawValue) + blank(9 - line.level.rawValue.count)
      let subject = line.subject + blank(widest + 2 - line.subject.displayWidth)
      let found = wrapped(line.found.printable, screen, margin)
      text += "  " + level + subject + found.joined(separator: "\n" + blank(margin)) + "\n"
      for part in wrapped(line.mend?.printable ?? "", screen, margin) where !part.isEmpty {
        text += blank(margin) + paint(.hint, part) + "\n"
      }
    }
    return text + "\n" + conclusion(paint) + "\n"
  }

  /// What is wrong alone, each on a line with how to mend it below; empty where nothing is.
  package func problems(on screen: Screen) -> String {
    let paint = screen.palette.paint as (TextRole, String) -> String
    return [Level.error, .warning].flatMap { level in lines.filter { $0.level == level } }
      .map { line in
        let head = paint(line.level.role, line.level.rawValue + ":")
        let mend = line.mend.map { "  " + paint(.hint, $0.printable) + "\n" } ?? ""
        return "\(head) \(line.subject): \(line.found.printable)\n\(mend)"
      }.joined()
  }

  /// For programs; its keys are documented in docs/JSON.md and stay.
  package var json: JSON {
    [
      "ready": .bool(isReady), "plan": plan.map { .string($0) } ?? .null,
      "findings": .array(
        lines.map { line in
          [
            "group": .string(line.group), "subject": .string(line.subject),
            "level": .string(line.level.rawValue), "found": .string(line.found),
            "mend": line.mend.map { .string($0) } ?? .null,
          ]
        }),
    ]
  }

  private func conclusion(_ paint: (TextRole, String) -> String) -> String {
    let what = plan.map { " to run \($0)" } ?? ""
    let warnings = lines.count { $0.level == .warning }
    let rest = warnings == 0 ? "" : ", " + counted(warnings, "warning")
    let errors = lines.count { $0.level == .error }
    guard errors > 0 else { return paint(.success, "ready\(what)") + rest }
    return paint(.error, "not ready\(what)") + ": " + counted(errors, "error") + rest
  }

  private func wrapped(_ text: String, _ screen: Screen, _ margin: Int) -> [String] {
    guard let width = screen.width else { return [text] }
    return text.wrapped(toWidth: max(width - margin, Self.narrowest))
  }

  private func blank(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }
}
