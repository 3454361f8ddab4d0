/// How a piece of text looks on a terminal.
///
/// The eight colours that every terminal has in its own theme, so that text is readable on light
/// and on dark ground.
package struct TextStyle: Hashable, Sendable {
  package enum Color: Int, Sendable, CaseIterable {
    case black
    case red
    case green
    case yellow
    case blue
    case magenta
    case cyan
    case white
  }

  package var color: Color?
  package var isBold: Bool
  package var isDim: Bool
  package var isUnderlined: Bool

  package init(
    _ color: Color? = nil, isBold: Bool = false, isDim: Bool = false, isUnderlined: Bool = false
  ) {
    self.color = color
    self.isBold = isBold
    self.isDim = isDim
    self.isUnderlined = isUnderlined
  }

  /// The text between the escape sequences that switch the style on and off again.
  ///
  /// The style is put around each line by itself, so that lines can be taken apart afterwards.
  package func applied(to text: String) -> String {
    var codes: [Int] = []
    if isBold { codes.append(1) }
    if isDim { codes.append(2) }
    if isUnderlined { codes.append(4) }
    if let color { codes.append(30 + color.rawValue) }
    guard !codes.isEmpty else { return text }
    let start = "\u{1B}[" + codes.map(String.init).joined(separator: ";") + "m"
    return text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { $0.isEmpty ? "" : start + $0 + "\u{1B}[0m" }
      .joined(separator: "\n")
  }
}
