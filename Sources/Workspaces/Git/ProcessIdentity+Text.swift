package import Supervision

/// A process as it is written where people read it too, such as in the lock of a worktree:
/// `process 71 of 88123 in 3f2a...`.
extension ProcessIdentity {
  package var text: String { "process \(pid) of \(startTicks) in \(bootID)" }

  /// The process that a text names, wherever in it.
  package init?(in text: String) {
    let words = text.split(separator: " ")
    guard let index = words.firstIndex(of: "process"), words.count > index + 5,
      words[index + 2] == "of", words[index + 4] == "in",
      let pid = Int32(words[index + 1]), let startTicks = Int(words[index + 3])
    else { return nil }
    self.init(pid: pid, startTicks: startTicks, bootID: String(words[index + 5]))
  }
}
