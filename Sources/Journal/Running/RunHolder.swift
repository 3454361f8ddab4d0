internal import Files
internal import Glibc
internal import JSONValues

/// Who runs a run, as the lock file says.
package struct RunHolder: Hashable, Sendable {
  package var session: String
  /// Nothing where the holder has not written who it is (yet).
  package var process: Int32?
  package var host: String
  /// Since when, in milliseconds since 1970.
  package var since: Int64
  /// Tells this process from a later one with the same number: the boot, and when in it it started.
  package var started: String
  /// The newest version of the journal's tables that the holder knows.
  var version: Int

  init(
    session: String, process: Int32?, host: String, since: Int64, started: String, version: Int
  ) {
    self.session = session
    self.process = process
    self.host = host
    self.since = since
    self.started = started
    self.version = version
  }

  /// This process.
  init(session: String, at since: Int64, knowing version: Int) {
    self.init(
      session: session, process: getpid(), host: Self.hostName(), since: since,
      started: Self.startOfProcess(), version: version)
  }

  /// Reads what a holder wrote. The lock counts, not this text: what cannot be read is left out.
  init(session: String, readingFrom path: String) {
    let json = (try? readFile(path)).flatMap { try? JSON.parse($0) }
    func number(_ name: String) -> Int? {
      guard case .int(let value)? = json?[name] else { return nil }
      return value
    }
    func text(_ name: String) -> String {
      guard case .string(let value)? = json?[name] else { return "" }
      return value
    }
    self.init(
      session: session, process: number("pid").flatMap { Int32(exactly: $0) }, host: text("host"),
      since: Int64(number("since") ?? 0), started: text("started"),
      version: number("journal") ?? 0)
  }

  var text: String {
    let json: JSON = [
      "pid": .int(Int(process ?? 0)), "host": .string(host), "since": .int(Int(since)),
      "started": .string(started), "journal": .int(version),
    ]
    return json.text(.compact) + "\n"
  }

  private static func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "" }
    return name.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }

  private static func startOfProcess() -> String {
    let boot = (try? readFile("/proc/sys/kernel/random/boot_id")) ?? []
    let status = (try? readFile("/proc/self/stat")) ?? []
    // The 22nd field; the second is a name in brackets that may hold spaces and brackets.
    let behindName =
      String(decoding: status, as: UTF8.self)
      .split(separator: ")", omittingEmptySubsequences: false).last?.split(separator: " ") ?? []
    let ticks = behindName.count > 19 ? String(behindName[19]) : ""
    let id = String(decoding: boot.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
    return "\(id)+\(ticks)"
  }
}

extension RunHolder: CustomStringConvertible {
  package var description: String {
    guard let process else { return "another process" }
    return host.isEmpty ? "process \(process)" : "process \(process) on \(host)"
  }
}
