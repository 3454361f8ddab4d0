import Foundation
import Glibc
import TestSupport
import Testing

@testable import Journal

@Suite(.timeLimit(.minutes(20))) struct RunLockTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  @Test func aSecondRunnerIsToldWhoHoldsTheRun() throws {
    let writer = try Writer("hold", ground.folder.path, "run-1")
    #expect(writer.line() == "held")
    guard case .held(let holder) = failure({ try ground.lock() }) else {
      Issue.record("the lock was given twice")
      return
    }
    #expect(holder.process == writer.identifier)
    #expect(holder.session == "run-1")
    #expect(holder.since == 1)
    #expect(!holder.started.hasSuffix("+"))
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count)
    let host = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    #expect(
      "\(JournalError.held(holder))"
        == "run `run-1` is being run by process \(writer.identifier) on \(host)")
    #expect(try RunLock.holder(of: "run-1", in: ground.folder) == holder)
    #expect(try RunLock.holders(in: ground.folder) == [holder])
  }

  @Test func theLockDiesWithItsProcess() throws {
    let writer = try Writer("hold", ground.folder.path, "run-1")
    #expect(writer.line() == "held")
    writer.kill()
    #expect(try RunLock.holder(of: "run-1", in: ground.folder) == nil)
    let lock = try ground.lock()
    #expect(try RunLock.holder(of: "run-1", in: ground.folder)?.process == getpid())
    withExtendedLifetime(lock) {}
  }

  @Test func theLockKeepsOutThisProcessToo() throws {
    var lock: RunLock? = try ground.lock()
    #expect(throws: JournalError.self) { try ground.lock() }
    withExtendedLifetime(lock) {}
    lock = nil
    #expect(throws: Never.self) { try ground.lock() }
  }

  @Test func runsAreHeldEachByItself() throws {
    let locks = try ["a", "b"].map(ground.lock)
    #expect(try RunLock.holders(in: ground.folder).map(\.session) == ["a", "b"])
    withExtendedLifetime(locks) {}
  }

  @Test func lookingDoesNotTakeTheLock() throws {
    let lock = try ground.lock()
    for _ in 0..<3 { _ = try RunLock.holders(in: ground.folder) }
    #expect(throws: JournalError.self) { try ground.lock() }
    withExtendedLifetime(lock) {}
  }

  @Test func aRunnerWhoseLockWasRemovedWritesNoMore() throws {
    let (file, lock) = try ground.begin("run-1", .full)
    _ = try file.append(entry(lock, 1...1))
    unlink(ground.folder.lock("run-1"))
    #expect(!lock.isHeld)
    let second = try ground.lock()
    #expect(failure { try file.append(entry(lock, 2...2)) } == .lockLost(run: "run-1"))
    #expect(failure { try file.resume(lock, understanding: 1) } == .lockLost(run: "run-1"))
    #expect(try file.append(entry(second, 2...2)) == 2)
  }

  @Test func aHolderWhoCannotBeReadStillHolds() throws {
    let lock = try ground.lock()
    try ground.scratch.write(".divisi/runs/run-2/lock", "\u{0}\u{1}no JSON")
    #expect(try RunLock.holder(of: "run-2", in: ground.folder) == nil)
    truncate(ground.folder.lock("run-1"), 0)
    let holder = try RunLock.holder(of: "run-1", in: ground.folder)
    #expect(holder?.process == nil)
    #expect(holder.map { "\($0)" } == "another process")
    withExtendedLifetime(lock) {}
  }

  @Test(arguments: ["", "a/b", "../a", ".hidden", "a b", "ä", String(repeating: "a", count: 201)])
  func aSessionThatCannotNameAFolderIsRefused(session: String) {
    guard case .badSession(session, _) = failure({ try ground.lock(session) }) else {
      Issue.record("it was accepted")
      return
    }
  }
}
