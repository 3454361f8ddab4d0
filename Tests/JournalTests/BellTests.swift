import Foundation
import TestSupport
import Testing

@testable import Journal

/// With a tick of hours, only the kernel's word can wake the listener in time.
@Suite(.timeLimit(.minutes(20))) struct BellTests {
  let ground: Ground

  init() throws { ground = try Ground() }

  @Test func aMessageFromAnotherProcessWakesTheRunner() async throws {
    try ground.write(1)
    let bell = try Bell(of: "run-1", in: ground.folder, tick: .seconds(36_000))
    let writer = try Writer("post", ground.folder.path, "run-1", "1")
    for await _ in bell.rings { break }
    #expect(writer.status() == 0)
    #expect(try ground.read().waitingMessages(of: "run-1").count == 1)
  }

  @Test func whatRangBeforeAnybodyListenedIsHeardOnceItDoes() async throws {
    let bell = try Bell(of: "run-1", in: ground.folder, tick: .seconds(36_000))
    for _ in 1...100 { try Bell.ring("run-1", in: ground.folder) }
    var rings = bell.rings.makeAsyncIterator()
    #expect(await rings.next() != nil)
  }

  @Test func onlyItsOwnBellWakesTheRunner() async throws {
    var bell: Bell? = try Bell(of: "run-1", in: ground.folder, tick: .seconds(36_000))
    let rings = bell?.rings
    try Bell.ring("run-2", in: ground.folder)
    let (file, lock) = try ground.begin()
    _ = try file.append(entry(lock, 1...9))
    try ground.scratch.write(".divisi/runs/run-1/other", "")
    // The thread hears what came before the end of the bell before it hears that end.
    bell = nil
    var iterator = rings?.makeAsyncIterator()
    #expect(await iterator?.next() == nil)
  }

  @Test func aBellThatWasRemovedRingsAgain() async throws {
    let bell = try Bell(of: "run-1", in: ground.folder, tick: .seconds(36_000))
    var rings = bell.rings.makeAsyncIterator()
    try Bell.ring("run-1", in: ground.folder)
    #expect(await rings.next() != nil)
    try FileManager.default.removeItem(atPath: ground.folder.run("run-1"))
    // Losing its folder wakes the listener, which makes the folder anew.
    #expect(await rings.next() != nil)
    try Bell.ring("run-1", in: ground.folder)
    #expect(await rings.next() != nil)
  }

  @Test func theTickComesWithoutAnyRing() async throws {
    let bell = try Bell(of: "run-1", in: ground.folder, tick: .milliseconds(1))
    var rings = bell.rings.makeAsyncIterator()
    for _ in 1...3 { #expect(await rings.next() != nil) }
  }

  @Test func theRingsEndWithTheBell() async throws {
    var bell: Bell? = try Bell(of: "run-1", in: ground.folder, tick: .seconds(36_000))
    let rings = bell?.rings
    bell = nil
    var iterator = rings?.makeAsyncIterator()
    #expect(await iterator?.next() == nil)
  }
}
