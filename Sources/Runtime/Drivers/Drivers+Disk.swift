import Conducting
import Configuration
import Plans
import Synchronization
import Workspaces

/// Room on the disks that a run writes to.
extension Drivers {
  /// Why nothing new should be begun for want of room, or nothing. Before it says so, build folders that finished steps
  /// have left are removed, where the configuration names them.
  func makeRoom() async -> String? {
    await blocking { () throws(Never) in
      guard let words = self.shortageOfDisk() else { return nil }
      return self.prune() ? self.shortageOfDisk() : words
    }
  }

  /// Waits until nothing stands in the way of beginning something new.
  func probe(_ outbox: Outbox) async {
    while !Task.isCancelled {
      var isHindered = faults.withLock { !$0.isEmpty }
      if !isHindered { isHindered = await makeRoom() != nil }
      if !isHindered { return outbox.put(.probed(fault: nil, message: "there is room again")) }
      try? await Task.sleep(for: .seconds(2))
    }
  }

  /// Tells that the branch can be reached again. There may be no room all the same.
  func tellOfMending(_ words: String, _ outbox: Outbox) async {
    let shortage = await makeRoom()
    outbox.put(.probed(fault: shortage.map { _ in .disk }, message: shortage ?? words))
  }

  private func shortageOfDisk() -> String? {
    let settings = Settings.shared
    let rule = DiskRule(
      leastFree: brief.configuration.value(settings.freeDisk) ?? 0,
      leastPercent: brief.configuration.value(settings.freeDiskShare) ?? 0)
    // Worktrees and what attempts leave may lie on disks of their own.
    for place in [repository.root, worktrees.folder, folder.path] {
      guard let verdict = try? diskVerdict(at: place, rule), let hint = verdict.hint else {
        continue
      }
      return "on the disk of \(place) \(verdict): \(hint)"
    }
    return nil
  }

  /// Says whether anything was removed.
  private func prune() -> Bool {
    let patterns = (brief.configuration.value(Settings.shared.prunedFolders) ?? []).map(\.text)
    // What is still worked in, or waits to be, is locked in the name of its run.
    guard let pruning = try? worktrees.prune(patterns, besides: []), !pruning.removed.isEmpty else {
      return false
    }
    let places = pruning.removed.map { repository.relativePath(of: $0) ?? $0 }
    watcher.note("the disk is short; removed what finished steps built: \(places.brief)")
    return true
  }
}

extension [String] {
  /// The first few, and how many more there are.
  var brief: String {
    prefix(5).joined(separator: ", ") + (count > 5 ? " and \(count - 5) more" : "")
  }
}
