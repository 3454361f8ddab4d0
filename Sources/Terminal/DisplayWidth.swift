extension Character {
  /// How many columns the character takes on a terminal: none, one or two.
  ///
  /// A character is what a reader sees as one: a letter with its accents, an emoji with its
  /// modifiers, a flag of two letters.
  package var displayWidth: Int {
    guard let first = unicodeScalars.first else { return 0 }
    if first.value >= 0x20, first.value < 0x7F { return widensByVariation ? 2 : 1 }
    if unicodeScalars.allSatisfy(\.takesNoColumn) { return 0 }
    if widensByVariation { return 2 }
    let isFlag = unicodeScalars.count == 2 && (0x1F1E6...0x1F1FF).contains(first.value)
    if isFlag || unicodeScalars.contains(where: \.isWide) { return 2 }
    return 1
  }

  /// Whether a variation selector asks for the emoji rather than the letter.
  private var widensByVariation: Bool {
    utf8.count > 3 && unicodeScalars.contains("\u{FE0F}")
  }
}

extension StringProtocol {
  /// How many columns the text takes on a terminal, were it printed on one line.
  package var displayWidth: Int {
    if utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) { return utf8.count }
    return reduce(0) { $0 + $1.displayWidth }
  }

  /// The text in at most so many columns; what is cut off is shown as `...`.
  package func truncated(toWidth width: Int) -> String {
    guard displayWidth > width else { return String(self) }
    let dots = String(repeating: ".", count: Swift.max(0, Swift.min(3, width)))
    var result = ""
    var room = width - dots.count
    for character in self {
      room -= character.displayWidth
      if room < 0 { break }
      result.append(character)
    }
    while result.last == " " { result.removeLast() }
    return result + dots
  }

  /// The text on one line, with nothing in it that a terminal would obey: line ends and tabs are
  /// spaces, other control characters a middle dot.
  package var printable: String {
    guard unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else {
      return String(self)
    }
    var result = String.UnicodeScalarView()
    var isAfterReturn = false
    for scalar in unicodeScalars {
      defer { isAfterReturn = scalar == "\r" }
      switch scalar {
      case "\n" where isAfterReturn: continue
      case "\n", "\r", "\t": result.append(" ")
      case _ where scalar.properties.generalCategory == .control: result.append("\u{B7}")
      default: result.append(scalar)
      }
    }
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var takesNoColumn: Bool {
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .control: true
    // The soft hyphen is a format character that terminals show.
    case .format: value != 0xAD
    // Vowels and final consonants of Korean syllables written in parts.
    default: (0x1160...0x11FF).contains(value)
    }
  }

  fileprivate var isWide: Bool {
    guard value >= 0x1100 else { return false }
    var low = 0
    var high = wideScalars.count
    while low < high {
      let middle = (low + high) / 2
      if wideScalars[middle].upperBound < value { low = middle + 1 } else { high = middle }
    }
    return low < wideScalars.count && wideScalars[low].contains(value)
  }
}

/// The scalars whose East Asian width is wide or full (Unicode 14), in order; what is not assigned
/// between two of them counts as wide.
private let wideScalars: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x231A...0x231B, 0x2329...0x232A, 0x23E9...0x23EC, 0x23F0...0x23F0,
  0x23F3...0x23F3, 0x25FD...0x25FE, 0x2614...0x2615, 0x2648...0x2653, 0x267F...0x267F,
  0x2693...0x2693, 0x26A1...0x26A1, 0x26AA...0x26AB, 0x26BD...0x26BE, 0x26C4...0x26C5,
  0x26CE...0x26CE, 0x26D4...0x26D4, 0x26EA...0x26EA, 0x26F2...0x26F3, 0x26F5...0x26F5,
  0x26FA...0x26FA, 0x26FD...0x26FD, 0x2705...0x2705, 0x270A...0x270B, 0x2728...0x2728,
  0x274C...0x274C, 0x274E...0x274E, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797,
  0x27B0...0x27B0, 0x27BF...0x27BF, 0x2B1B...0x2B1C, 0x2B50...0x2B50, 0x2B55...0x2B55,
  0x2E80...0x303E, 0x3041...0x3247, 0x3250...0x4DBF, 0x4E00...0xA4C6, 0xA960...0xA97C,
  0xAC00...0xD7A3, 0xF900...0xFAD9, 0xFE10...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6,
  0x16FE0...0x1B2FB, 0x1F004...0x1F004, 0x1F0CF...0x1F0CF, 0x1F18E...0x1F18E, 0x1F191...0x1F19A,
  0x1F200...0x1F320, 0x1F32D...0x1F335, 0x1F337...0x1F37C, 0x1F37E...0x1F393, 0x1F3A0...0x1F3CA,
  0x1F3CF...0x1F3D3, 0x1F3E0...0x1F3F0, 0x1F3F4...0x1F3F4, 0x1F3F8...0x1F43E, 0x1F440...0x1F440,
  0x1F442...0x1F4FC, 0x1F4FF...0x1F53D, 0x1F54B...0x1F54E, 0x1F550...0x1F567, 0x1F57A...0x1F57A,
  0x1F595...0x1F596, 0x1F5A4...0x1F5A4, 0x1F5FB...0x1F64F, 0x1F680...0x1F6C5, 0x1F6CC...0x1F6CC,
  0x1F6D0...0x1F6D2, 0x1F6D5...0x1F6DF, 0x1F6EB...0x1F6EC, 0x1F6F4...0x1F6FC, 0x1F7E0...0x1F7F0,
  0x1F90C...0x1F93A, 0x1F93C...0x1F945, 0x1F947...0x1F9FF, 0x1FA70...0x1FAF6, 0x20000...0x3FFFD,
]
