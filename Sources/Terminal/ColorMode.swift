/// Whether output is coloured, as a person asks for it.
package enum ColorMode: String, Sendable, CaseIterable {
  case auto
  case always
  case never

  /// Whether text on a stream is to be coloured.
  ///
  /// `always` and `never` are the last word. `auto` asks the environment first: `NO_COLOR` (set
  /// to anything) says no, then `CLICOLOR_FORCE` (set to anything but 0) says yes, then a
  /// `TERM` of `dumb` or a `CLICOLOR` of 0 says no; what is left is coloured on a terminal alone.
  package func isColored(environment: [String: String], isTerminal: Bool) -> Bool {
    switch self {
    case .always: return true
    case .never: return false
    case .auto: break
    }
    if let asked = environment["NO_COLOR"], !asked.isEmpty { return false }
    if let forced = environment["CLICOLOR_FORCE"], !forced.isEmpty, forced != "0" { return true }
    if environment["TERM"] == "dumb" || environment["CLICOLOR"] == "0" { return false }
    return isTerminal
  }
}
