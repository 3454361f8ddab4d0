import Files
import Glibc

/// One process as the system lists it.
package struct ProcessEntry: Sendable, Hashable {
  package let pid: Int32
  package let parent: Int32
  package let session: Int32
  package let startTicks: Int
  /// It has ended and only waits for its parent to notice.
  package let hasEnded: Bool

  package init(pid: Int32, parent: Int32, session: Int32, startTicks: Int, hasEnded: Bool) {
    self.pid = pid
    self.parent = parent
    self.session = session
    self.startTicks = startTicks
    self.hasEnded = hasEnded
  }

  /// The process with a pid, or nothing where there is none.
  package static func read(_ pid: Int32) -> ProcessEntry? {
    withBytes(of: "/proc/\(pid)/stat") { ProcessEntry(pid: pid, stat: $0) } ?? nil
  }

  /// From the text of `/proc/PID/stat`. The name in it may hold anything, so it is passed over from
  /// the last parenthesis back.
  package init?(pid: Int32, stat: String) {
    var stat = stat
    let entry = stat.withUTF8 { ProcessEntry(pid: pid, stat: UnsafeRawBufferPointer($0)) }
    guard let entry else { return nil }
    self = entry
  }

  private init?(pid: Int32, stat: UnsafeRawBufferPointer) {
    guard let parenthesis = stat.lastIndex(of: UInt8(ascii: ")")), parenthesis + 2 < stat.count
    else { return nil }
    let state = stat[parenthesis + 2]
    var numbers = (parent: 0, session: 0, start: 0)
    var field = 0
    var value = 0
    for byte in stat[(parenthesis + 2)...] {
      if byte == UInt8(ascii: " ") {
        switch field {
        case 1: numbers.parent = value
        case 3: numbers.session = value
        case 19: numbers.start = value
        default: break
        }
        field += 1
        value = 0
        if field > 19 { break }
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        value = value &* 10 &+ Int(byte - UInt8(ascii: "0"))
      }
    }
    guard field > 19 else { return nil }
    self.pid = pid
    parent = Int32(truncatingIfNeeded: numbers.parent)
    session = Int32(truncatingIfNeeded: numbers.session)
    startTicks = numbers.start
    hasEnded = state == UInt8(ascii: "Z") || state == UInt8(ascii: "X")
  }
}

/// All processes at about one moment.
package struct ProcessTable: Sendable {
  package private(set) var entries: [ProcessEntry] = []

  /// What the system lists now. What ends meanwhile is left out.
  package static func read() -> ProcessTable {
    var table = ProcessTable()
    guard let folder = opendir("/proc") else { return table }
    defer { closedir(folder) }
    while let item = readdir(folder) {
      let pid = withUnsafePointer(to: &item.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 1) { strtol($0, nil, 10) }
      }
      guard pid > 0, let entry = ProcessEntry.read(Int32(pid)) else { continue }
      table.entries.append(entry)
    }
    return table
  }

  package init(_ entries: [ProcessEntry] = []) { self.entries = entries }

  /// The processes below some, at any depth, without them.
  package func descendants(of roots: Set<Int32>) -> [ProcessEntry] {
    let children = Dictionary(grouping: entries, by: \.parent)
    var found: [ProcessEntry] = []
    var seen = roots
    var waiting = Array(roots)
    while let pid = waiting.popLast() {
      for child in children[pid] ?? [] where seen.insert(child.pid).inserted {
        found.append(child)
        waiting.append(child.pid)
      }
    }
    return found
  }

  /// The processes that began at some tick or later with just this marker.
  package func marked(_ marker: String, since ticks: Int) -> [ProcessEntry] {
    let entry = Array("\(markerVariable)=\(marker)".utf8)
    return entries.filter { process in
      process.startTicks >= ticks && !process.hasEnded
        && withBytes(of: "/proc/\(process.pid)/environ") { holds(entry, in: $0) } == true
    }
  }
}

/// Whether a list of texts, each ended by a zero, has one that is just this.
private func holds(_ entry: [UInt8], in environment: UnsafeRawBufferPointer) -> Bool {
  var start = environment.startIndex
  while start < environment.endIndex {
    let end = environment[start...].firstIndex(of: 0) ?? environment.endIndex
    if end - start == entry.count, environment[start..<end].elementsEqual(entry) { return true }
    start = end + 1
  }
  return false
}

/// Lends the bytes of a file of the system, which has no size to be asked for.
private func withBytes<Result>(
  of path: String, _ body: (UnsafeRawBufferPointer) -> Result
) -> Result? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  // Enough for any `stat`; a long environment is read again into more.
  var room = 4096
  while true {
    let result: Result?? = withUnsafeTemporaryAllocation(byteCount: room, alignment: 1) { buffer in
      var count = 0
      while count < room {
        let received = pread(descriptor, buffer.baseAddress! + count, room - count, off_t(count))
        if received < 0, errno == EINTR { continue }
        if received <= 0 { return .some(body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))) }
        count += received
      }
      return .none
    }
    if let result { return result }
    room *= 4
  }
}

/// All threads of the machine, which is what the limit on a user's processes counts at most.
package func withRunningTasks(_ limit: Int) -> Int {
  // No system has more than that.
  min(limit, 1 << 30) + runningTasks()
}

private func runningTasks() -> Int {
  guard let bytes = try? readFile("/proc/loadavg"),
    let slash = bytes.firstIndex(of: UInt8(ascii: "/"))
  else { return 0 }
  let digits = bytes[(slash + 1)...].prefix { $0 > 0x20 }
  return Int(String(decoding: digits, as: UTF8.self)) ?? 0
}
