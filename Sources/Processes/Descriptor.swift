import CSupport
import Glibc

/// An open descriptor that is closed when it is let go of.
struct Descriptor: ~Copyable, Sendable {
  let number: Int32

  /// Takes what a system call gave; nothing where it failed, with errno set.
  init?(_ number: Int32) {
    guard number >= 0 else { return nil }
    self.number = number
  }

  deinit { close(number) }
}

/// A pipe between this process and one that it starts.
struct Pipe: ~Copyable, Sendable {
  let reading: Descriptor
  private(set) var writing: Descriptor?

  /// Fails where the process has no descriptors left, with errno set.
  init?() {
    var ends: [Int32] = [-1, -1]
    guard divisi_pipe(&ends) == 0, let reading = Descriptor(ends[0]) else { return nil }
    self.reading = reading
    writing = Descriptor(ends[1])
  }

  /// So that the end of the writer is the end of the pipe.
  mutating func closeWriting() { writing = nil }

  var writingNumber: Int32 {
    switch writing {
    case .some(let descriptor): descriptor.number
    case .none: -1
    }
  }
}
