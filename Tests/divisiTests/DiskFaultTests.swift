import Foundation
import TestSupport
import Testing

/// Disks that are full or may not be written, for real: small file systems in memory.
@Suite(
  .timeLimit(.minutes(3)), .enabled(if: SmallDisk.areAllowed, "mounting is not allowed here"))
struct DiskFaultTests {
  private let scene: FaultScene

  init() throws { scene = try FaultScene() }

  @Test func aRunWaitsForRoomForItsJournalAndGoesOn() throws {
    try SmallDisk.mounted(at: scene.place + "/.divisi", size: "3m") {
      try scene.plan([
        "id: a, run: 'echo one > one.txt; head -c 10M /dev/zero > \"$DIVISI_SCRATCH/ballast\"; true'",
        "id: b, needs: [a], run: 'echo two > two.txt'",
      ])
      let run = try Running("run t", in: scene.scratch)
      try scene.until("it is told") { try run.told().contains("the journal cannot be written") }
      #expect(
        try run.told().contains(
          "the disk is full; what was committed is safe, free some space; it is tried again every 2 s"
        ))
      #expect(run.isRunning)
      try FileManager.default.removeItem(atPath: scene.attempt(1, "scratch/ballast"))
      let result = try run.result()
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(try scene.merged() == ["one.txt", "two.txt"])
      try scene.expectWhole()
    }
  }

  @Test func aRunOnAFullDiskCanBeLeftAndGoesOnLater() throws {
    try SmallDisk.mounted(at: scene.place + "/.divisi", size: "3m") {
      try scene.plan([
        "id: a, run: 'echo one > one.txt; head -c 10M /dev/zero > \"$DIVISI_SCRATCH/ballast\"; true'"
      ])
      let run = try Running("run t", in: scene.scratch)
      try scene.until("it is told") { try run.told().contains("the journal cannot be written") }
      run.send(SIGINT)
      try scene.until("it is heard") { try run.told().contains("paused; what runs is finished") }
      run.send(SIGINT)
      try scene.until("it is heard") { try run.told().contains("stopping the agents") }
      run.send(SIGINT)
      #expect(try run.result().status == 130)
      try FileManager.default.removeItem(atPath: scene.attempt(1, "scratch/ballast"))
      let result = try scene.scratch.divisi("resume")
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(try scene.merged() == ["one.txt"])
      try scene.expectWhole()
    }
  }

  @Test func aWorktreeThatThereIsNoRoomForIsABlocker() throws {
    _ = try scene.scratch.shell(
      "head -c 3M /dev/urandom > big.bin; git add big.bin; \(scene.git) commit -qm big")
    try SmallDisk.mounted(at: scene.place + "/.worktrees", size: "1m") {
      try scene.plan(["id: a, run: 'echo one > one.txt'"])
      let result = try scene.scratch.divisi("run t")
      #expect(result.status == 3, "\(result.output)\(result.errors)")
      #expect(result.output.contains("make room on the disk; nothing was lost"))
      try SmallDisk.resize(scene.place + "/.worktrees", to: "30m")
      #expect(try scene.scratch.divisi("retry a").status == 0)
      let second = try scene.scratch.divisi("resume")
      #expect(second.status == 0, "\(second.output)\(second.errors)")
      #expect(try scene.merged() == ["big.bin", "one.txt"])
      try scene.expectWhole()
    }
  }

  /// The setting that keeps some of the disk free holds for the disk of the worktrees, too.
  @Test func nothingMoreIsBegunWhereTooLittleIsFree() throws {
    try SmallDisk.mounted(at: scene.place + "/.worktrees", size: "8m") {
      try scene.plan([
        "id: a, run: 'echo one > one.txt; head -c 5M /dev/zero > ../ballast'",
        "id: b, needs: [a], run: 'echo two > two.txt'",
      ])
      let run = try Running("run t --set workspace.free_disk=4MiB", in: scene.scratch)
      try scene.until("it is told") { try run.told().contains("blocked") || !run.isRunning }
      let told = """
        run               blocked: on the disk of \(scene.place)/.worktrees only 2 MiB of 8 MiB are free; 4 MiB are \
        to stay free: `divisi clean` and workspace.prune make room, workspace.free_disk(_share) asks for \
        less; it goes on by itself once that is mended
        """
      let words = try run.told()
      #expect(words.contains(told), "\(words)")
      #expect(try scene.merged() == ["one.txt"])
      try FileManager.default.removeItem(atPath: scene.place + "/.worktrees/ballast")
      let result = try run.result()
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(try scene.merged() == ["one.txt", "two.txt"])
      try scene.expectWhole()
    }
  }

  @Test func whatFinishedStepsHaveBuiltMakesRoomForTheNext() throws {
    try SmallDisk.mounted(at: scene.place + "/.worktrees", size: "8m") {
      try scene.plan([
        "id: a, run: 'echo build/ > .gitignore; mkdir build; head -c 5M /dev/zero > build/ballast'",
        "id: b, needs: [a], run: 'echo two > two.txt'",
      ])
      let result = try scene.scratch.divisi(
        "run t --set workspace.free_disk=4MiB --set workspace.prune=[build]")
      #expect(result.status == 0, "\(result.output)\(result.errors)")
      #expect(
        result.errors.contains(
          "the disk is short; removed what finished steps built: .worktrees/task-a/build"))
      #expect(try scene.merged() == [".gitignore", "two.txt"])
      try scene.expectWhole()
    }
  }

  @Test func aRepositoryThatMayNotBeWrittenStartsNothing() throws {
    try SmallDisk.mounted(at: scene.place + "/.divisi", size: "1m") {
      try SmallDisk.setReadOnly(scene.place + "/.divisi", true)
      try scene.plan(["id: a, run: 'echo one > one.txt'"])
      let result = try scene.scratch.divisi("run t")
      #expect(result.status == 4, "\(result.output)\(result.errors)")
      let told = result.output + result.errors
      #expect(told.contains("\(scene.place)/.divisi cannot be written: Read-only file system"))
      #expect(told.contains("see who may write to"))
      #expect(try scene.scratch.shell("git branch") == "* main\n")
      try SmallDisk.setReadOnly(scene.place + "/.divisi", false)
      #expect(try scene.scratch.divisi("run t").status == 0)
      try scene.expectWhole()
    }
  }

  @Test func aRepositoryThatBecomesReadOnlyIsABlockerAndTheWorkIsThere() throws {
    let store = scene.place + "/.git"
    try FileManager.default.moveItem(atPath: store, toPath: store + "-before")
    try SmallDisk.mounted(at: store, size: "20m") {
      _ = try scene.scratch.shell("cp -r .git-before/. .git; rm -rf .git-before")
      try scene.agent(
        """
        echo one > one.txt; \(scene.flag("begun")); \(scene.wait(for: "go"))
        [ "$DIVISI_ATTEMPT_NUMBER" = 1 ] || cp one.txt two.txt
        """)
      let result = try scene.run { _ in try SmallDisk.setReadOnly(store, true) }
      #expect(result.status == 3, "\(result.output)\(result.errors)")
      #expect(result.errors.contains("Read-only file system"))
      #expect(result.errors.contains("check who may write there"))
      #expect(try scene.scratch.folder.read(".worktrees/task-a/one.txt") == "one\n")
      try SmallDisk.setReadOnly(store, false)
      #expect(try scene.scratch.divisi("retry a").status == 0)
      let second = try scene.scratch.divisi("resume")
      #expect(second.status == 0, "\(second.output)\(second.errors)")
      #expect(try scene.merged() == ["one.txt", "two.txt"])
      try scene.expectWhole()
    }
  }
}
