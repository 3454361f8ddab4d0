/// What a piece of text means to its reader; how it looks follows from it.
package enum TextRole: Sendable, CaseIterable {
  case error
  case warning
  case note
  case hint
  /// A file, line and column.
  case place
  case heading
  case emphasized
  /// What matters less than the text around it.
  case dim
  case success

  /// The states that a thing under way can be in.
  case pending
  case running
  case waiting
  case blocked
  case completed
  case failed
}

/// Gives text its look by what it means; the plain one leaves text as it is.
package struct Palette: Hashable, Sendable {
  package let isColored: Bool

  package init(isColored: Bool) { self.isColored = isColored }

  /// For files, pipes and whoever asked for no colour.
  package static let plain = Palette(isColored: false)
  package static let colored = Palette(isColored: true)

  package func paint(_ role: TextRole, _ text: String) -> String {
    isColored ? Self.style(of: role).applied(to: text) : text
  }

  package static func style(of role: TextRole) -> TextStyle {
    switch role {
    case .error, .failed: TextStyle(.red, isBold: true)
    case .warning, .blocked: TextStyle(.yellow, isBold: true)
    case .note: TextStyle(.cyan)
    case .hint: TextStyle(.green)
    case .place, .heading, .emphasized: TextStyle(isBold: true)
    case .dim, .pending: TextStyle(isDim: true)
    case .success, .completed: TextStyle(.green)
    case .running: TextStyle(.blue)
    case .waiting: TextStyle(.magenta)
    }
  }
}
