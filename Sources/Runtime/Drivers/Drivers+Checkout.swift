import Conducting
import Files
import JSONValues
import Supervision
import Synchronization
import Workspaces

/// An agent that writes outside of its worktree, into the person's checkout, breaks no promise of Divisi's; but the
/// person is told.
extension Drivers {
  /// Notes how the checkout stands before an agent is let loose.
  func lookAtCheckout(before id: AttemptID, _ job: Job) async {
    guard job.kind == .agent else { return }
    checkoutWork.withLock { $0.begin(id) }
    let look = await blocking { () throws(Never) -> CheckoutLook? in
      let look = try? self.look()
      self.pin(look?.stashes ?? [], job)
      return look
    }
    if let look {
      try? writeFile(checkoutRecord(id), Array((JSON.line(of: look) + "\n").utf8))
    }
  }

  /// Tells what has changed in the checkout since then, once for all attempts that saw it.
  func tellOfCheckout(after id: AttemptID, _ job: Job) {
    let wasAlone = checkoutWork.withLock { $0.end(id) }
    guard let before: CheckoutLook = read(checkoutRecord(id)), let now = try? look(),
      let told = lastTold.withLock({ last -> [String]? in
        // What another attempt's end has been told of is no news at this one's.
        let news = before.changes(to: now)
        let known = last.map { Set($0.changes(to: now)) } ?? Set(news)
        last = now
        // Whose change it is cannot be told where a command of the plan may have made it.
        return wasAlone ? news.filter(known.contains) : []
      }), !told.isEmpty
    else { return }
    watcher.note(
      "while \(id) ran, your own checkout changed: \(told.brief); "
        + "where that was not you, the agent left its worktree. Nothing of it is merged")
  }

  /// Once for each that is found, and not for each attempt.
  private func pin(_ stashes: [String], _ job: Job) {
    let isNew = pinnedStashes.withLock { pinned in
      let isNew = !pinned.isSuperset(of: stashes)
      pinned.formUnion(stashes)
      return isNew
    }
    guard isNew else { return }
    _ = try? Keep(git).pin(
      stashes: stashes, of: WorkOwner(session: job.session, step: "stash"),
      because: "stashes that were there before an agent")
  }

  private func look() throws(WorkspaceError) -> CheckoutLook {
    // Divisi's own mirrors change as the run goes on, and the plan file with them, wherever it lies.
    try git.lookAtCheckout(
      without: [".orchestration", ".milestones"], rewriting: brief.request.plan)
  }

  private func checkoutRecord(_ id: AttemptID) -> String {
    folder.attempt(id).path + "/checkout.json"
  }
}

/// Which commands of a plan work in the checkout beside attempts that do not.
struct CheckoutWork {
  private var running = 0
  private var begun = 0
  /// How many had begun when an attempt did; nothing where one was at work.
  private var before: [AttemptID: Int?] = [:]

  mutating func beginCommand() { (running, begun) = (running + 1, begun + 1) }

  mutating func endCommand() { running -= 1 }

  mutating func begin(_ id: AttemptID) { before[id] = .some(running == 0 ? begun : nil) }

  /// Whether no command was at work beside an attempt, as far as this process has seen.
  mutating func end(_ id: AttemptID) -> Bool {
    guard let noted = before.removeValue(forKey: id) else { return running == 0 }
    return noted == begun
  }
}
