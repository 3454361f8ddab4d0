extension Duration {
  /// The time as a person says it, in the two largest units that matter: `850ms`, `13s`,
  /// `2m 13s`, `1h 05m`, `3d 04h`.
  package var words: String {
    let (seconds, attoseconds) = components
    if seconds < 0 || attoseconds < 0 { return "-" + (.zero - self).words }
    let milliseconds = attoseconds / 1_000_000_000_000_000
    if seconds == 0, milliseconds < 1000 { return milliseconds == 0 ? "0s" : "\(milliseconds)ms" }
    let wholeSeconds = seconds + (milliseconds >= 500 ? 1 : 0)
    if wholeSeconds < 60 { return "\(wholeSeconds)s" }
    if wholeSeconds < 3600 { return "\(wholeSeconds / 60)m \(padded(wholeSeconds % 60))s" }
    let minutes = (wholeSeconds + 30) / 60
    if minutes < 24 * 60 { return "\(minutes / 60)h \(padded(minutes % 60))m" }
    let hours = (minutes + 30) / 60
    return "\(hours / 24)d \(padded(hours % 24))h"
  }
}

private func padded(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

/// A count with its word: `1 step`, `3 steps`, `2 entries`.
///
/// - Parameter plural: where it is not the word with an `s`.
package func counted(_ count: Int, _ singular: String, _ plural: String? = nil) -> String {
  "\(count) " + (count == 1 ? singular : plural ?? singular + "s")
}
