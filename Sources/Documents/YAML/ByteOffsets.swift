/// Turns libyaml's positions, which count characters, into offsets in bytes.
///
/// One checkpoint every 64 characters keeps this small and quick; ASCII needs none at all.
struct ByteOffsets {
  private static let stride = 64
  private let bytes: [UInt8]
  /// The byte at which every 64th character begins; empty where all characters are one byte.
  private var checkpoints: [Int] = []
  /// libyaml does not count a byte order mark.
  private let start: Int

  init(of bytes: [UInt8]) {
    self.bytes = bytes
    start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    if bytes[start...].allSatisfy({ $0 < 0x80 }) { return }
    var characters = 0
    for offset in start..<bytes.count where bytes[offset] & 0xC0 != 0x80 {
      if characters % Self.stride == 0 { checkpoints.append(offset) }
      characters += 1
    }
  }

  func byte(ofCharacter index: Int) -> Int {
    guard !checkpoints.isEmpty else { return start + index }
    let checkpoint = index / Self.stride
    guard checkpoint < checkpoints.count else { return bytes.count }
    var offset = checkpoints[checkpoint]
    var left = index % Self.stride
    while left > 0, offset < bytes.count {
      offset += 1
      while offset < bytes.count, bytes[offset] & 0xC0 == 0x80 { offset += 1 }
      left -= 1
    }
    return offset
  }
}
