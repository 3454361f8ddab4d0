import Glibc

/// Ranges of ports for the attempts of a run (`workspace.ports`, `workspace.port_base`).
///
/// The machine's ports are taken as a table: an attempt has a column, by the number that its run
/// gave it, and is given the first row in which all its ports are free. Attempts of one run never
/// meet, because their columns differ; runs seldom do, because each begins with a row of its own.
package struct PortRanges: Sendable, Hashable {
  package let base: Int
  /// Ports in a range.
  package let size: Int
  /// Ranges in a row: how many attempts of a run may have one at once, and fewer where the machine has no more ports. It
  /// must not change while the run goes on.
  package let columns: Int

  package init(base: Int = 20_000, size: Int = 10, columns: Int = 128) {
    self.base = base
    self.size = size
    self.columns = min(columns, size > 0 ? max(0, Self.end(of: base) - base) / size : 0)
  }

  /// The system gives out ports from here on by itself.
  private static func end(of base: Int) -> Int { base < 32_768 ? 32_768 : 65_536 }

  /// The range of an attempt, or nothing where none is free.
  ///
  /// - Parameters:
  ///   - number: the attempt's ports number.
  ///   - isTaken: whether somebody has a port now.
  package func range(
    _ number: Int, of session: String, isTaken: (Int) -> Bool = isPortTaken
  ) -> Range<Int>? {
    guard size > 0, number >= 0, number < columns, base > 0 else { return nil }
    let rows = (Self.end(of: base) - base) / (size * columns)
    guard rows > 0 else { return nil }
    let first = Int(Self.hash(session) % UInt64(rows))
    for row in 0..<rows {
      let start = base + ((first + row) % rows * columns + number) * size
      let range = start..<(start + size)
      if !range.contains(where: isTaken) { return range }
    }
    return nil
  }

  /// The same for the same run in every process.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }
}

/// Whether somebody listens on a port of this machine, or nobody may: seen by binding it.
package func isPortTaken(_ port: Int) -> Bool {
  guard let number = UInt16(exactly: port) else { return true }
  return !canBind4(number) || !canBind6(number)
}

private func canBind4(_ port: UInt16) -> Bool {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = port.bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return canBind(AF_INET, &address, MemoryLayout<sockaddr_in>.size) ?? true
}

private func canBind6(_ port: UInt16) -> Bool {
  var address = sockaddr_in6()
  address.sin6_family = sa_family_t(AF_INET6)
  address.sin6_port = port.bigEndian
  address.sin6_addr = in6addr_loopback
  return canBind(AF_INET6, &address, MemoryLayout<sockaddr_in6>.size) ?? true
}

/// Nothing where the machine does not speak the protocol, or has no such address.
private func canBind(_ family: Int32, _ address: UnsafeRawPointer, _ size: Int) -> Bool? {
  let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  // What has just been closed does not count: whoever serves there next may bind it.
  var yes: Int32 = 1
  setsockopt(
    descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout.size(ofValue: yes)))
  if bind(descriptor, address.assumingMemoryBound(to: sockaddr.self), socklen_t(size)) == 0 {
    return true
  }
  return errno == EADDRNOTAVAIL ? nil : false
}
