package import Files
import Glibc

/// A cgroup of version 2 that holds one attempt's processes, made below a folder that was delegated.
package struct Cgroup: Sendable, Hashable {
  package let path: String

  /// For one that was made before.
  package init(path: String) { self.path = path }

  /// Makes a cgroup with limits, or says why the folder does not serve.
  package init(
    below root: String, named name: String, limits: Launch.Limits
  ) throws(FileError) {
    path = root + "/" + Self.fileName(name)
    guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw FileError("make the cgroup", path, code: errno)
    }
    do {
      if let memory = limits.memory {
        try set("memory.max", "\(memory)")
        // One that swaps instead is no faster ended. Not every kernel counts swap.
        try? set("memory.swap.max", "0")
      }
      if let processes = limits.processes { try set("pids.max", "\(processes)") }
      if let cpus = limits.cpus { try set("cpu.max", "\(Int(min(cpus, 1e6) * 100_000)) 100000") }
    } catch {
      remove()
      throw error
    }
  }

  /// Lends a descriptor to hand to the process that shall be in it.
  package func withMembers<Result>(
    for program: String, _ body: (Int32) throws(SpawnError) -> Result
  ) throws(SpawnError) -> Result {
    let descriptor = open(path + "/cgroup.procs", O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SpawnError(program, .limits, code: errno, path: path) }
    defer { close(descriptor) }
    return try body(descriptor)
  }

  /// Ends all that is in it at once, where the kernel can.
  package func kill() { try? set("cgroup.kill", "1") }

  /// The pids of what is in it.
  package var members: [Int32] {
    guard let bytes = try? readFile(path + "/cgroup.procs") else { return [] }
    return bytes.split(separator: UInt8(ascii: "\n")).compactMap {
      Int32(String(decoding: $0, as: UTF8.self))
    }.filter { $0 > 1 }
  }

  package var peakMemory: Int? {
    guard let bytes = try? readFile(path + "/memory.peak") else { return nil }
    return Int(String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self))
  }

  /// How often the system ended a process in it for want of memory.
  package var memoryKills: Int? {
    guard let bytes = try? readFile(path + "/memory.events") else { return nil }
    for line in bytes.split(separator: UInt8(ascii: "\n")) {
      let words = line.split(separator: UInt8(ascii: " "))
      if words.count == 2, words[0].elementsEqual("oom_kill".utf8) {
        return Int(String(decoding: words[1], as: UTF8.self))
      }
    }
    return nil
  }

  /// Takes away the empty cgroup.
  package func remove() { rmdir(path) }

  private func set(_ name: String, _ value: String) throws(FileError) {
    let file = path + "/" + name
    let descriptor = open(file, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("set", file, code: errno) }
    defer { close(descriptor) }
    let bytes = Array(value.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count else {
      throw FileError("set", file, code: errno)
    }
  }

  /// A name that is one component of a path, whatever the marker holds.
  package static func fileName(_ marker: String) -> String {
    let kept = marker.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
        byte
      default: UInt8(ascii: "_")
      }
    }
    return "divisi-" + String(decoding: kept, as: UTF8.self)
  }
}
