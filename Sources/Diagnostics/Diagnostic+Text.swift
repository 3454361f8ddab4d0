/// What a piece of a diagnostic's text is, so that whoever shows it can colour it.
package enum DiagnosticRole: Sendable {
  case place
  case error
  case warning
  case note
  case sourceLine
  case caret
  case hint
}

extension Diagnostic {
  /// The diagnostic as a person reads it: place, severity and message, then the source line with a
  /// caret under the words meant, then related places.
  ///
  /// - Parameters:
  ///   - source: the text that `place` points into; without it only the first line is shown.
  ///   - paint: wraps a piece for the screen; leaves it as it is by default.
  package func text(
    in source: SourceText?, paint: (DiagnosticRole, String) -> String = { _, text in text }
  ) -> String {
    var lines = [headline(paint)]
    var hintIsShown = hint == nil
    if let place, let source, let excerpt = Excerpt(place, in: source) {
      lines.append(excerpt.sourceLine(paint))
      lines.append(excerpt.caretLine(hint: hint, paint))
      hintIsShown = true
    }
    if !hintIsShown, let hint { lines.append("  " + paint(.hint, "hint: \(hint)")) }
    for related in related {
      let prefix = Self.prefix(file: related.file, place: related.place)
      lines.append(paint(.place, prefix) + paint(.note, "note:") + " " + related.message)
    }
    return lines.joined(separator: "\n")
  }

  private func headline(_ paint: (DiagnosticRole, String) -> String) -> String {
    let role: DiagnosticRole =
      switch severity {
      case .error: .error
      case .warning: .warning
      case .note: .note
      }
    let prefix = Self.prefix(file: file, place: place)
    return paint(.place, prefix) + paint(role, "\(severity.rawValue):") + " " + message
  }

  private static func prefix(file: String, place: Place?) -> String {
    guard !file.isEmpty else { return "" }
    guard let place else { return "\(file): " }
    return "\(file):\(place.line):\(place.column): "
  }
}

/// The part of a source line that is shown under a diagnostic.
///
/// Tabs become one space and control characters a middle dot, so that the caret stands where it
/// should; a very long line is cut around the place.
private struct Excerpt {
  private static let widest = 120

  let number: Int
  let shown: String
  let caretColumn: Int
  let caretLength: Int

  init?(_ place: Place, in source: SourceText) {
    guard let range = source.lineBytes(Int(place.line)) else { return nil }
    var scalars = Array(String(decoding: source.bytes[range], as: UTF8.self).unicodeScalars)
    if place.line == 1, scalars.first == "\u{FEFF}" { scalars.removeFirst() }
    guard scalars.contains(where: { !$0.properties.isWhitespace }) else { return nil }
    let start = min(max(Int(place.column) - 1, 0), scalars.count)
    let meant = place.bytes.clamped(to: 0..<source.bytes.count).clamped(to: range)
    let length = String(decoding: source.bytes[meant], as: UTF8.self).unicodeScalars.count
    var first = 0
    if scalars.count > Self.widest {
      first = max(0, min(start - Self.widest / 3, scalars.count - Self.widest))
    }
    let last = min(scalars.count, first + Self.widest)
    var text = ""
    for scalar in scalars[first..<last] {
      switch scalar {
      case "\t": text.unicodeScalars.append(" ")
      case _ where scalar.properties.generalCategory == .control: text.append("\u{B7}")
      default: text.unicodeScalars.append(scalar)
      }
    }
    let cutBefore = first > 0 ? "..." : ""
    number = Int(place.line)
    shown = cutBefore + text + (last < scalars.count ? "..." : "")
    caretColumn = start - first + cutBefore.count
    caretLength = max(1, min(length, last - start))
  }

  private var gutter: String {
    let digits = String(number)
    return String(repeating: " ", count: max(0, 5 - digits.count)) + digits
  }

  func sourceLine(_ paint: (DiagnosticRole, String) -> String) -> String {
    "\(gutter) | " + paint(.sourceLine, shown)
  }

  func caretLine(hint: String?, _ paint: (DiagnosticRole, String) -> String) -> String {
    let blank = String(repeating: " ", count: gutter.count)
    let indent = String(repeating: " ", count: caretColumn)
    let caret = "^" + String(repeating: "~", count: caretLength - 1)
    let tail = hint.map { " " + paint(.hint, $0) } ?? ""
    return "\(blank) | \(indent)" + paint(.caret, caret) + tail
  }
}
