/// Paths are bytes to the system, and texts here. A byte that is no part of UTF-8 stands in the text as one of
/// the last characters of Unicode's private area, so that a name in another encoding goes back as it came.
extension String {
  package init(path bytes: some Collection<UInt8>) {
    if let text = String(validating: bytes, as: UTF8.self), !text.utf8.contains(0xF4) {
      self = text
      return
    }
    var text = String.UnicodeScalarView()
    var parser = Unicode.UTF8.ForwardParser()
    var source = bytes.makeIterator()
    var rest = bytes[...]
    func standIn(_ count: Int) {
      for byte in rest.prefix(count) {
        if let scalar = Unicode.Scalar(0x10FF00 + UInt32(byte)) { text.append(scalar) }
      }
    }
    reading: while true {
      let length: Int
      switch parser.parseScalar(from: &source) {
      case .valid(let encoded):
        length = encoded.count
        let scalar = Unicode.UTF8.decode(encoded)
        // One of those characters itself is taken byte by byte, too.
        if scalar.value >= 0x10FF80 { standIn(length) } else { text.append(scalar) }
      case .error(let count):
        length = count
        standIn(length)
      case .emptyInput: break reading
      }
      rest = rest.dropFirst(length)
    }
    self.init(text)
  }

  /// The bytes of a path that was read so.
  package var pathBytes: [UInt8] {
    // Only characters of that area begin with this byte.
    guard utf8.contains(0xF4) else { return Array(utf8) }
    return unicodeScalars.flatMap { scalar -> [UInt8] in
      scalar.value >= 0x10FF80
        ? [UInt8(scalar.value & 0xFF)] : Array(UTF8.encode(scalar) ?? .init())
    }
  }

  /// The same as the system takes it.
  package var rawPath: [CChar] {
    utf8.contains(0xF4) ? pathBytes.map { CChar(bitPattern: $0) } + [0] : Array(utf8CString)
  }
}
