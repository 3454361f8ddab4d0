import Foundation
import TestSupport
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(20))) struct FullDiskTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  /// Writes until there is no more room, and gives what was acknowledged by then.
  private func fill(_ file: JournalFile, _ lock: RunLock, from first: Int) throws -> Int {
    var last = first
    while true {
      do throws(JournalError) {
        last = try file.append(entry(lock, last + 1...last + 50))
      } catch {
        #expect(error == .full(path: ground.folder.database))
        #expect(!error.endsTheFile)
        return last
      }
    }
  }

  /// SQLite answers a database that may grow no further as it answers a full disk.
  @Test func aFullDiskLosesNothingAndTheRunGoesOnOnceThereIsRoom() throws {
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...1))
    try file.database.runScript("PRAGMA max_page_count = 40")
    let last = try fill(file, lock, from: 1)
    #expect(last > 50)
    #expect(try ground.events() == events(1...last))
    #expect(
      failure { try file.append(entry(lock, last + 1...last + 50)) }
        == .full(path: ground.folder.database))
    try file.database.runScript("PRAGMA max_page_count = 400")
    #expect(try file.append(entry(lock, last + 1...last + 50)) == last + 50)
    #expect(try ground.events() == events(1...last + 50))
    #expect(try ground.read().damages() == [])
  }

  @Test func allWhoShareACommitAreTold() async throws {
    let lock = try ground.lock()
    let journal = try await Journal.open(ground.folder, durability: .process)
    try await journal.perform { file throws(JournalError) in
      try file.begin(record("run-1"), under: lock)
      try file.database.runScript("PRAGMA max_page_count = 14")
    }
    let asked = (1...200).map { journal.submit(entry(lock, $0...$0)) }
    var last = 0
    var failures = 0
    for commit in asked {
      do throws(JournalError) {
        last = try await commit.last()
        #expect(failures == 0, "a decision was written behind one that was not")
      } catch {
        failures += 1
      }
    }
    #expect(failures > 0)
    #expect(try ground.events() == (last == 0 ? [] : events(1...last)))
  }

  @Test(.enabled(if: PrivateMounts.areAllowed))
  func onAReallyFullDiskNothingIsLost() throws {
    let result = try PrivateMounts.run(
      """
      mount -t tmpfs -o size=700k none "$disk"
      head -c 200k /dev/zero > "$disk/ballast"
      journal-writer append "$disk/j" run-1 1000000 10 full | tail -n 2
      journal-writer read "$disk/j" run-1
      journal-writer append "$disk/j" run-1 10 10 full
      rm "$disk/ballast"
      journal-writer append "$disk/j" run-1 10 10 full
      journal-writer read "$disk/j" run-1
      """, in: ground.scratch)
    let lines = result.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 6, "\(result.output) \(result.errors)")
    let last = try #require(Int(lines[0]))
    #expect(
      lines[1].contains("the disk is full") && lines[1].contains("what was committed is safe"))
    #expect(lines[2] == "\(last)")
    #expect(lines[3].contains("the disk is full"))
    #expect(lines[4] == "\(last + 10)")
    #expect(lines[5] == "\(last + 10)")
  }

  /// A limit of the system on the size of files makes SQLite fail in the middle of a commit.
  @Test func aWriteThatTheSystemRefusesIsToldAndLosesNothing() throws {
    let programs = URL(fileURLWithPath: builtProgram("journal-writer")).deletingLastPathComponent()
    let result = try runProgram(
      "/bin/sh",
      [
        "-c",
        """
        (trap '' XFSZ; ulimit -f 300; journal-writer append "$0" run-1 1000000 10 full | tail -n 2)
        journal-writer read "$0" run-1
        journal-writer append "$0" run-1 10 10 full
        """, ground.folder.path,
      ], in: ground.scratch.path, environment: ["PATH": programs.path + ":/usr/bin:/bin"])
    let lines = result.output.split(separator: "\n").map(String.init)
    try #require(lines.count == 4, "\(result.output) \(result.errors)")
    let last = try #require(Int(lines[0]))
    #expect(
      lines[1].hasPrefix(
        "error: cannot use \(ground.folder.database): SQLite says \"disk I/O error\""))
    #expect(lines[2] == "\(last)")
    #expect(lines[3] == "\(last + 10)")
  }
}
