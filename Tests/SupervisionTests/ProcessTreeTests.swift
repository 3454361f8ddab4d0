import Glibc
import Supervision
import Testing

@Suite struct ProcessTreeTests {
  private func entry(_ pid: Int32, below parent: Int32) -> ProcessEntry {
    ProcessEntry(pid: pid, parent: parent, session: 1, startTicks: 0, hasEnded: false)
  }

  @Test func descendantsAreFoundAtAnyDepth() {
    let table = ProcessTable([
      entry(9, below: 5), entry(5, below: 2), entry(2, below: 1), entry(3, below: 1),
      entry(4, below: 3), entry(6, below: 9),
    ])
    #expect(Set(table.descendants(of: [2]).map(\.pid)) == [5, 9, 6])
    #expect(Set(table.descendants(of: [3, 9]).map(\.pid)) == [4, 6])
    #expect(table.descendants(of: []) == [])
    #expect(table.descendants(of: [77]) == [])
  }

  @Test func aNameOfAProcessMayHoldAnything() {
    let stat = "12 (a) R 1 (b) S 7 8 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 1407744 39 5\n"
    let entry = ProcessEntry(pid: 12, stat: stat)
    #expect(
      entry == ProcessEntry(pid: 12, parent: 7, session: 9, startTicks: 1_407_744, hasEnded: false))
    let ended = "12 (a) Z 7 8 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 1407744 39 5\n"
    #expect(ProcessEntry(pid: 12, stat: ended)?.hasEnded == true)
    #expect(ProcessEntry(pid: 12, stat: "12 (a) R 1 2") == nil)
    #expect(ProcessEntry(pid: 12, stat: "") == nil)
  }

  @Test func thisProcessIsListed() throws {
    let table = ProcessTable.read()
    let mine = try #require(ProcessIdentity.current(of: getpid()))
    #expect(mine.isRunning)
    #expect(table.entries.contains { $0.pid == mine.pid && $0.startTicks == mine.startTicks })
    #expect(ProcessIdentity.current(of: 1 << 30) == nil)
  }
}
