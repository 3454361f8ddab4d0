import CSupport

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What one output stream is shown on.
package struct Screen: Hashable, Sendable {
  /// How many columns there are; nothing where output goes to a file or a program, which is never
  /// to lose text for want of room.
  package let width: Int?
  package let palette: Palette

  package init(width: Int?, palette: Palette) {
    self.width = width
    self.palette = palette
  }

  /// A file or a pipe.
  package static let plain = Screen(width: nil, palette: .plain)

  /// The width is that of `COLUMNS` where it is a number above zero, otherwise what the terminal
  /// says, otherwise 80 columns. What is no terminal has none.
  ///
  /// - Parameter columns: what the terminal says; 0 where it does not know.
  package init(
    isTerminal: Bool, columns: Int, environment: [String: String], color: ColorMode
  ) {
    let asked = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
    self.init(
      width: isTerminal ? asked ?? (columns > 0 ? columns : 80) : nil,
      palette: Palette(
        isColored: color.isColored(environment: environment, isTerminal: isTerminal)))
  }

  /// What is behind a descriptor of this process.
  package init(descriptor: Int32, environment: [String: String], color: ColorMode) {
    self.init(
      isTerminal: isatty(descriptor) == 1, columns: Int(divisi_terminal_columns(descriptor)),
      environment: environment, color: color)
  }
}
