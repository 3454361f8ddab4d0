import Files
import Glibc
import Journal
import Workspaces

extension Readiness {
  /// Git, the repository, and the folder where Divisi keeps its own.
  func checkRepository(_ needs: ReadinessNeeds, _ depth: Depth) -> [ReadinessFinding] {
    let level = needs.needsGit ? ReadinessFinding.Level.error : .note
    var findings: [ReadinessFinding] = []
    var newest: [(Int64, String)] = []
    func add(
      _ subject: String, _ level: ReadinessFinding.Level, _ found: String, mend: String? = nil
    ) {
      findings.append(ReadinessFinding(.repository, subject, level, found, mend: mend))
    }
    let runner: SpawnedGit
    do throws(GitError) {
      runner = try SpawnedGit(environment: surroundings.environment)
    } catch {
      add("git", level, error.description, mend: error.hint)
      return findings
    }
    let repository: Repository
    do throws(RepositoryError) {
      repository = try Repository.find(from: surroundings.folder)
    } catch {
      // Which git it is would not mend this.
      add("repository", level, error.description, mend: error.hint)
      return findings
    }
    let git = Git(repository, runner: runner)
    do throws(WorkspaceError) {
      let facts = try RepositoryFacts.read(git)
      add("git", .ok, "\(facts.version) at \(runner.program)")
      let base = try facts.head.base()
      add("repository", .ok, "\(repository.root), \(facts.head.words)")
      if facts.isShallow {
        add(
          "clone", .warning, "shallow: what was merged before its oldest commit cannot be told",
          mend: "git fetch --unshallow")
      }
      if facts.leavesPointers {
        add(
          "git-lfs", .warning,
          "files of git-lfs stay pointers in worktrees, as it is not set up here",
          mend: "install git-lfs and run: git lfs install")
      }
      for filter in facts.requiredFilters {
        guard let lack = lack(of: filter), try git.tracksFiles(filteredBy: filter.name) else {
          continue
        }
        let isLargeFiles = filter.name == "lfs"
        add(
          isLargeFiles ? "git-lfs" : "filter \(filter.name)", level,
          "files that need it cannot be checked out: \(lack)",
          mend: isLargeFiles
            ? "install git-lfs, or leave its files as pointers: git lfs uninstall"
            : "install it, or do without: git config filter.\(filter.name).required false")
      }
      if case .detached = facts.head {
        add("branch", .note, "none is checked out; a run begins from commit \(base.short)")
      }
      if facts.isSparse { add("checkout", .note, "sparse, and worktrees will be as well") }
      newest.append((try git.committed(base), "the newest commit"))
    } catch {
      let subject = if case .oldGit = error { "git" } else { "repository" }
      add(subject, level, error.description, mend: error.hint)
    }
    let (home, lastRun) = checkHome(repository.home + "/.divisi")
    findings.append(home)
    if let lastRun { newest.append((lastRun, "the newest run in the journal")) }
    return findings + checkDisk(repository.home + "/.worktrees", level) + checkClock(newest, depth)
  }

  /// Why a filter that git requires cannot be run; nothing where it can, as far as its command tells.
  private func lack(of filter: RequiredFilter) -> String? {
    guard let command = filter.command else { return "no command is set for it" }
    guard let program = firstProgram(of: command) else { return nil }
    let path = surroundings.environment["PATH"]
    return findProgram(program, path: path, from: surroundings.folder) == nil
      ? "`\(program)` is not on the PATH" : nil
  }

  /// Whether a journal can be kept in a folder, and when the newest run of the one that is there was.
  private func checkHome(_ folder: String) -> (ReadinessFinding, newest: Int64?) {
    func finding(
      _ level: ReadinessFinding.Level, _ found: String, mend: String? = nil
    ) -> ReadinessFinding {
      ReadinessFinding(.repository, ".divisi", level, found, mend: mend)
    }
    var place = folder
    while entryKind(place) == .missing, place != "/" { place = parentFolder(of: place) }
    guard entryKind(place) == .folder, access(place, W_OK) == 0 else {
      let why =
        entryKind(place) == .folder ? String(cString: strerror(errno)) : "a file is in its place"
      return (
        finding(
          .error, "\(folder) cannot be written: \(why)",
          mend: "see who may write to \(place), and whether its disk is read-only"), nil
      )
    }
    let journal = JournalFolder(folder)
    let elsewhere = "work in a clone of the repository on a disk of this machine"
    switch journal.disk {
    case .network(let kind):
      return (
        finding(
          .error, "\(folder) lies on \(kind), where processes cannot share a journal",
          mend: elsewhere), nil
      )
    case .program(let kind):
      return (
        finding(
          .warning, "\(folder) lies on \(kind), which may lose through a crash what was written",
          mend: elsewhere), nil
      )
    case .local: break
    }
    do throws(JournalError) {
      let runs = try JournalFile.open(journal, .read).runs()
      let newest = runs.map { max($0.created, $0.standing.ended ?? 0) }.max()
      let count = "\(runs.count) \(runs.count == 1 ? "run" : "runs")"
      return (finding(.ok, "\(folder), with \(count) in its journal"), newest)
    } catch {
      if case .missing = error { return (finding(.ok, "\(folder) can be written"), nil) }
      return (finding(.error, "\(error)", mend: "`divisi journal check` looks closer"), nil)
    }
  }

  private func checkClock(_ newest: [(Int64, String)], _ depth: Depth) -> [ReadinessFinding] {
    // The clocks of people who commit differ a little.
    if let (time, what) = newest.max(by: { $0.0 < $1.0 }), time > surroundings.now + 120_000 {
      let seconds = (time - surroundings.now) / 1000
      return [
        ReadinessFinding(
          .machine, "clock", .warning, "it stands \(Self.roughly(seconds)) before \(what)",
          mend: "set the clock; until it is right, the times of a run go on from the latest it saw")
      ]
    }
    return depth > .needed
      ? [ReadinessFinding(.machine, "clock", .ok, "not before anything that was written here")] : []
  }

  private static func roughly(_ seconds: Int64) -> String {
    switch seconds {
    case ..<120: "\(seconds) seconds"
    case ..<7200: "\(seconds / 60) minutes"
    case ..<172_800: "\(seconds / 3600) hours"
    default: "\(seconds / 86_400) days"
    }
  }
}

extension RepositoryFacts.Head {
  fileprivate var words: String {
    switch self {
    case .branch(let name, let commit): "on \(name) at \(commit.short)"
    case .detached(let commit): "at commit \(commit.short)"
    case .unborn(let name): "on \(name), without a commit"
    }
  }
}
