/// A call of git that did not do what it was made for.
package struct GitError: Error, Hashable, Sendable {
  package enum Reason: Hashable, Sendable {
    case notInstalled
    /// The system's number for why no process could be made.
    case cannotStart(Int32)
    case timedOut(Duration)
    case killed(Int32)
    /// The system's number for why it cannot be told how it ended.
    case unknownEnd(Int32)
    /// Its exit status, and what it said.
    case refused(Int32, String)
  }

  package let reason: Reason
  /// What it was asked, without the options that every call has.
  package let arguments: [String]
  package let folder: String

  package init(_ reason: Reason, arguments: [String] = [], folder: String = "") {
    self.reason = reason
    self.arguments = Array(GitOptions.withoutCommon(arguments))
    self.folder = folder
  }
}

extension GitError {
  /// What git wrote about it.
  var text: String {
    if case .refused(_, let text) = reason { text } else { "" }
  }

  /// The call looked at a worktree that another was about to make, lock, unlock or remove, before it did
  /// anything itself: it is right to ask again.
  var isRace: Bool {
    text.contains("/commondir: ")
      || text.contains("/worktrees/")
        && (text.contains("gitdir file") || text.contains("failed to read '"))
  }

  /// Somebody holds, or left behind, one of git's lock files.
  var isLocked: Bool { text.contains(".lock': File exists") }

  /// The lock file that stands in the way.
  package var lockFile: String? {
    text.split(separator: "'").map(String.init).first { $0.hasSuffix(".lock") }
  }
  package var isDiskFull: Bool {
    text.contains("No space left on device") || text.contains("Disk quota exceeded")
  }

  /// The same with its cause, which git does not tell of a file of a checkout that there was no room for.
  func onFullDisk(_ path: String) -> GitError? {
    guard case .refused(let status, let text) = reason, !isDiskFull,
      text.contains("unable to write file"), let space = try? DiskSpace.at(path),
      space.free < 64 << 10
    else { return nil }
    return GitError(
      .refused(status, text + "error: No space left on device\n"), arguments: arguments,
      folder: folder)
  }

  /// A file or folder could not be written or removed for what it is, and not for what the disk or the moment is.
  var isOfFiles: Bool {
    text.contains("failed to remove") || text.contains("failed to delete")
      || text.contains("Permission denied")
  }

  package var isReadOnly: Bool {
    text.contains("Read-only file system") || text.contains("Permission denied")
      || text.contains("insufficient permission")
  }
  package var isUnsafeOwnership: Bool { text.contains("dubious ownership") }
}

extension GitError: CustomStringConvertible {
  package var description: String {
    switch reason {
    case .notInstalled: "git is not installed"
    case .cannotStart(let code): "git cannot be started: \(systemText(code))"
    case .timedOut(let limit): "`\(command)` was stopped after \(limit.components.seconds) s"
    case .killed(let signal): "`\(command)` was ended by signal \(signal)"
    case .unknownEnd(let code): "how `\(command)` ended is not known: \(systemText(code))"
    case .refused(let status, let text):
      "`\(command)` in \(folder) failed: \(firstLine(of: text) ?? "exit status \(status)")"
    }
  }

  /// What to do about it.
  package var hint: String {
    switch reason {
    case .notInstalled: return "install git \(GitVersion.least) or later"
    case .cannotStart: return "check the limits on processes and open files"
    case .timedOut: return "see whether the disk or the network is slow, and try again"
    case .killed: return "see whether memory ran out, and try again"
    case .unknownEnd: return "see whether something else waits for this program's children"
    case .refused:
      if isUnsafeOwnership {
        return "git does not trust the owner of this folder; if you do: "
          + "git config --global --add safe.directory \(folder)"
      }
      if isDiskFull { return "make room on the disk; nothing was lost" }
      if isLocked, let lockFile {
        return "another git holds \(lockFile); where none runs, remove that file"
      }
      if isReadOnly { return "check who may write there" }
      return "run the command there to see all that it says"
    }
  }

  private var command: String {
    "git " + arguments.prefix(4).joined(separator: " ") + (arguments.count > 4 ? " ..." : "")
  }

  private func firstLine(of text: String) -> String? {
    let lines = text.split(whereSeparator: \.isNewline)
    let telling = lines.first { $0.hasPrefix("fatal: ") || $0.hasPrefix("error: ") }
    return (telling ?? lines.first).map(String.init)
  }
}
