extension String {
  /// Without colours and other codes for a terminal, and without the carriage returns of progress bars.
  package var withoutTerminalCodes: String {
    guard utf8.contains(where: { $0 == 0x1B || $0 == 0x0D }) else { return self }
    var kept: [UInt8] = []
    var bytes = utf8.makeIterator()
    while let byte = bytes.next() {
      switch byte {
      case 0x0D: continue
      case 0x1B:
        guard let kind = bytes.next() else { break }
        if kind == UInt8(ascii: "[") {
          while let next = bytes.next(), !(0x40...0x7E).contains(next) {}
        } else if kind == UInt8(ascii: "]") {
          while let next = bytes.next(), next != 0x07, next != UInt8(ascii: "\\") {}
        }
      default: kept.append(byte)
      }
    }
    return String(decoding: kept, as: UTF8.self)
  }
}
