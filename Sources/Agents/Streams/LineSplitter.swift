/// Cuts a stream into lines as it comes, in whatever pieces.
///
/// No more than `longest` bytes of an unfinished line are held: what is longer is let go as it comes,
/// and counted. Tool output rides in single lines, so the bound is far above what any has.
package struct LineSplitter: Sendable {
  package static let longest = 32 << 20

  private let limit: Int
  private var pending: [UInt8] = []
  private var isDropping = false
  /// How many lines were too long to be read.
  package private(set) var dropped = 0

  package init(longest: Int = LineSplitter.longest) { limit = longest }

  /// Calls `take` for each line that these bytes complete, without its line break.
  package mutating func receive(
    _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void
  ) {
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      let piece = UnsafeRawBufferPointer(rebasing: rest[rest.startIndex..<end])
      rest = rest[(end + 1)...]
      if isDropping || pending.count + piece.count > limit {
        dropped += 1
      } else if pending.isEmpty {
        take(piece)
      } else {
        pending.append(contentsOf: piece)
        pending.withUnsafeBytes(take)
      }
      forget()
    }
    guard !isDropping else { return }
    if pending.count + rest.count > limit {
      forget()
      isDropping = true
    } else {
      pending.append(contentsOf: rest)
    }
  }

  /// Gives the last line where it has no line break: a program that was killed leaves such a one.
  package mutating func finish(_ take: (UnsafeRawBufferPointer) -> Void) {
    if isDropping {
      dropped += 1
    } else if !pending.isEmpty {
      pending.withUnsafeBytes(take)
    }
    forget()
  }

  private mutating func forget() {
    // A long line's memory is given back; a short one's is used again.
    pending.removeAll(keepingCapacity: pending.capacity <= 1 << 16)
    isDropping = false
  }
}
