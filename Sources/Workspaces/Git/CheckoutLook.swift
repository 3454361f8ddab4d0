import Files
import Glibc

/// How the person's own checkout stands: enough to tell later whether somebody has been at it.
package struct CheckoutLook: Codable, Hashable, Sendable {
  /// The branch that is checked out and its commit; the commit alone where there is no branch.
  var branch: String?
  var head: String?
  /// What is not as in that commit, each with what changes when it is written or staged.
  var files: [String: String]
  /// What the person has set aside with `git stash`, the newest last: one pile for all checkouts.
  package internal(set) var stashes: [String]?

  /// What is different in a later look: files, then the branch, in words.
  package func changes(to later: CheckoutLook) -> [String] {
    var paths = later.files.filter { files[$0.key] != $0.value }.map(\.key)
    // What a commit has taken in is told with the commit.
    if later.head == head { paths += files.keys.filter { later.files[$0] == nil } }
    var words = paths.sorted()
    if later.branch != branch {
      words.append("\(branch ?? "no branch") was left for \(later.branch ?? "no branch")")
    } else if later.head != head {
      let places = [head, later.head].map { $0.map { String($0.prefix(10)) } ?? "nothing" }
      words.append("\(branch ?? "HEAD") went from \(places[0]) to \(places[1])")
    }
    for stash in stashes ?? [] where later.stashes?.contains(stash) != true {
      words.append("a stash was taken, which `git stash store \(stash.prefix(10))` brings back")
    }
    return words
  }
}

extension Git {
  /// Looks at the checkout that Divisi was called in, and at no folder that is named, nor a file that Divisi writes anew.
  package func lookAtCheckout(
    without folders: [String], rewriting file: String? = nil
  ) throws(WorkspaceError) -> CheckoutLook {
    let draft = file.map { file in
      let folder = parentFolder(of: "/" + file).dropFirst()
      let name = file.split(separator: "/").last ?? ""
      return (folder.isEmpty ? "" : folder + "/") + ".\(name).divisi-"
    }
    let fields = try run([
      "status", "--porcelain=v2", "-z", "--branch", "--untracked-files=all", "--no-renames",
      "--ignore-submodules=all",
    ]).fields
    var look = CheckoutLook(files: [:])
    for field in fields {
      let words = field.words(2)
      guard words.count == 2 else { continue }
      let rest = words[1]
      switch words[0] {
      case "#" where rest.hasPrefix("branch.oid "): look.head = String(rest.dropFirst(11))
      case "#" where rest.hasPrefix("branch.head "): look.branch = String(rest.dropFirst(12))
      case "1", "u", "?":
        let count = words[0] == "1" ? 7 : words[0] == "u" ? 9 : 0
        let parts = rest.words(count + 1)
        guard parts.count == count + 1, let path = parts.last.map(String.init),
          !folders.contains(where: { path.hasPrefix($0 + "/") }), path != file,
          draft.map(path.hasPrefix) != true
        else { continue }
        // What is staged is told by its object, what is not by size and time.
        let staged = parts.dropLast().joined(separator: " ")
        look.files[path] = staged + " " + stamp(of: repository.root + "/" + path)
      default: continue
      }
    }
    look.stashes = personalStashes()
    return look
  }

  /// The stashes that were not made on a branch of Divisi's.
  private func personalStashes() -> [String]? {
    guard let bytes = try? readFile(repository.commonFolder + "/logs/refs/stash") else {
      return nil
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      // OLD NEW WHO WHEN<tab>WIP on BRANCH: ...
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard parts.count == 2, !parts[1].contains("on feature/task-"),
        !parts[1].contains("On feature/task-")
      else { return nil }
      return parts[0].split(separator: " ").dropFirst().first.map(String.init)
    }
  }

  private func stamp(of path: String) -> String {
    var status = stat()
    guard lstat(path, &status) == 0 else { return "gone" }
    return "\(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
  }
}
