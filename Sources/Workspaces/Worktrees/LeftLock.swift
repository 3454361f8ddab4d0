import Files
import Glibc
import Supervision

/// A lock file of git's that stands in the way of a worktree.
package struct LeftLock: Sendable, Hashable {
  package enum State: Sendable, Hashable {
    /// These processes have it open, or are gits that may have made it.
    case held([Int32])
    /// Nobody is seen to hold it, but that is not certain, for this reason.
    case unclear(String)
    /// Nobody holds it.
    case stale
  }

  package let path: String
  /// In seconds.
  package let age: Int
  package let state: State
}

extension Git {
  /// The lock files in the way of a worktree: those of its own folder and of its branch.
  package func locks(
    of worktree: Worktree, branch: String, now: Int
  ) -> [LeftLock] {
    [
      worktree.gitFolder + "/index.lock", worktree.gitFolder + "/HEAD.lock",
      repository.commonFolder + "/refs/heads/" + branch + ".lock",
    ].compactMap { lock(at: $0, now: now) }
  }

  /// Removes those locks that certainly nobody holds, and gives them to be told of.
  package func removeStaleLocks(
    of worktree: Worktree, branch: String, now: Int
  ) -> [LeftLock] {
    locks(of: worktree, branch: branch, now: now).filter { lock in
      lock.state == .stale && unlink(lock.path) == 0
    }
  }

  /// Removes one of the repository's own lock files if certainly nobody holds it, and gives it to be told of.
  func removeIfStale(_ path: String, now: Int) -> LeftLock? {
    guard path.hasPrefix(repository.commonFolder + "/"), let lock = lock(at: path, now: now),
      lock.state == .stale, unlink(path) == 0
    else { return nil }
    return lock
  }

  private func lock(at path: String, now: Int) -> LeftLock? {
    var status = stat()
    guard lstat(path, &status) == 0 else { return nil }
    let age = now - Int(status.st_mtim.tv_sec)
    return LeftLock(path: path, age: age, state: state(of: path, status, age: age))
  }

  private func state(of path: String, _ status: stat, age: Int) -> LeftLock.State {
    var holders = processes(
      whose: { process in
        ((try? listFolder(process + "/fd")) ?? []).map { process + "/fd/" + $0 }
      }, leadTo: { $0 == path })
    // A commit that waits for an editor holds its lock with the file closed. Who began later made another.
    holders += processes(
      whose: { isGit($0) && hasRun($0, for: age) ? [$0 + "/cwd"] : [] },
      leadTo: { place in
        [repository.root, repository.commonFolder].contains {
          place == $0 || place.hasPrefix($0 + "/")
        }
      })
    if !holders.isEmpty { return .held(Set(holders).sorted()) }
    // Only what runs as the lock's owner can be seen for certain.
    if geteuid() != 0, status.st_uid != geteuid() { return .unclear("another user made it") }
    if isOnNetwork(path) { return .unclear("it lies on a file system that other machines share") }
    if age < 10 { return .unclear("it is younger than 10 s") }
    return .stale
  }

  private func isGit(_ process: String) -> Bool {
    let name = (try? readFile(process + "/comm")) ?? []
    return name.starts(with: Array("git".utf8))
  }

  /// Whether a process is at least about so many seconds old.
  private func hasRun(_ process: String, for age: Int) -> Bool {
    guard let pid = Int32(lastComponent(of: process)), let entry = ProcessEntry.read(pid),
      let uptime = (try? readFile("/proc/uptime")).flatMap({
        Int(String(decoding: $0.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self))
      })
    else { return true }
    return uptime - entry.startTicks / sysconf(Int32(_SC_CLK_TCK)) >= age - 2
  }

  /// Whether other machines, whose processes cannot be seen here, may share the file system.
  private func isOnNetwork(_ path: String) -> Bool {
    guard let table = try? readFile("/proc/self/mounts") else { return true }
    var best = (length: -1, kind: "")
    for line in String(decoding: table, as: UTF8.self).split(whereSeparator: \.isNewline) {
      let words = line.split(separator: " ")
      guard words.count > 2 else { continue }
      let place = words[1] == "/" ? "" : String(words[1])
      if path.hasPrefix(place + "/"), place.utf8.count >= best.length {
        best = (place.utf8.count, String(words[2]))
      }
    }
    return ["nfs", "cifs", "smb", "fuse", "ceph", "lustre", "9p", "gfs", "ocfs", "beegfs"]
      .contains { best.kind.hasPrefix($0) }
  }
}
