import Files
import Glibc

/// A process that cannot be taken for another: its number, when it began, and in which boot.
package struct Owner: Sendable, Hashable {
  package let process: Int32
  /// In clock ticks since the machine started.
  package let start: UInt64
  package let boot: String

  /// The process that asks.
  package static func current() -> Owner? { Owner(of: getpid()) }

  /// Whoever has that number now, or nothing where nobody has.
  package init?(of process: Int32) {
    guard let start = startTicks(of: process) else { return nil }
    self.init(process: process, start: start, boot: bootIdentifier())
  }

  package init(process: Int32, start: UInt64, boot: String) {
    self.process = process
    self.start = start
    self.boot = boot
  }

  /// Whether it still runs. A number that another process has by now does not count.
  package var isAlive: Bool { Owner(of: process) == self }

  /// As it is written where people read it too: `process 71 of 88123 in 3f2a...`.
  package var text: String { "process \(process) of \(start) in \(boot)" }

  /// The owner that a text names, wherever in it.
  package init?(in text: String) {
    let words = text.split(separator: " ")
    guard let index = words.firstIndex(of: "process"), words.count > index + 5,
      words[index + 2] == "of", words[index + 4] == "in",
      let process = Int32(words[index + 1]), let start = UInt64(words[index + 3])
    else { return nil }
    self.init(process: process, start: start, boot: String(words[index + 5]))
  }
}

/// The 22nd field of the process's status line; its name, in brackets, may hold anything.
private func startTicks(of process: Int32) -> UInt64? {
  guard let bytes = try? readFile("/proc/\(process)/stat"),
    let bracket = bytes.lastIndex(of: UInt8(ascii: ")"))
  else { return nil }
  let fields = bytes[bracket...].split(separator: UInt8(ascii: " "))
  guard fields.count > 20, fields[1].first != UInt8(ascii: "Z") else { return nil }
  return UInt64(String(decoding: fields[20], as: UTF8.self))
}

private func bootIdentifier() -> String {
  let bytes = (try? readFile("/proc/sys/kernel/random/boot_id")) ?? []
  return String(decoding: bytes.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
}

/// The processes that a test of their links holds for: where they work, or what they have open.
func processes(
  whose links: (String) -> [String], leadTo matches: (String) -> Bool
) -> [Int32] {
  let numbers = ((try? listFolder("/proc")) ?? []).compactMap { Int32($0) }
  return numbers.filter { number in
    links("/proc/\(number)").contains { link in
      guard let target = linkTarget(link) else { return false }
      return matches(target)
    }
  }.sorted()
}

/// The processes that work in a folder or below it, this one left out.
package func occupants(of folder: String) -> [Int32] {
  processes(whose: { [$0 + "/cwd"] }, leadTo: { $0 == folder || $0.hasPrefix(folder + "/") })
    .filter { $0 != getpid() }
}

/// What a symbolic link says, or nothing where none is there.
func linkTarget(_ path: String) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink(path, &buffer, buffer.count - 1)
  guard count >= 0 else { return nil }
  return String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
