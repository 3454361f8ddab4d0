import Configuration
import Files
import Glibc
import Processes
import Workspaces

extension Readiness {
  /// What an agent program takes at work, measured of those that are known: 140 to 500 MiB.
  private static let memoryOfAgent = 300 << 20
  /// What Divisi itself has open, and for each agent.
  private static let descriptorsOfRun = 256
  private static let descriptorsOfAgent = 16
  /// Fewer watches than this are used up by one editor.
  private static let fewWatches = 8192

  func checkMachine(_ needs: ReadinessNeeds, _ depth: Depth) -> [ReadinessFinding] {
    var findings = checkSupervisor(needs) + checkMemory(needs) + checkDescriptors(needs)
    findings += checkWatches()
    if depth > .needed { findings += checkCgroup() + checkTerminal() }
    return findings
  }

  private func checkSupervisor(_ needs: ReadinessNeeds) -> [ReadinessFinding] {
    let subject = "supervisor"
    if let program = surroundings.supervisor, access(program, X_OK) == 0 {
      return [ReadinessFinding(.machine, subject, .ok, program)]
    }
    guard needs.needsSupervisor else { return [] }
    return [
      ReadinessFinding(
        .machine, subject, .error, "`divisi-supervise` does not lie beside `divisi`",
        mend: "install both programs into the same folder")
    ]
  }

  func checkDisk(_ folder: String, _ level: ReadinessFinding.Level) -> [ReadinessFinding] {
    func finding(
      _ level: ReadinessFinding.Level, _ found: String, mend: String? = nil
    ) -> [ReadinessFinding] {
      [ReadinessFinding(.machine, "disk", level, found, mend: mend)]
    }
    let settings = Settings.shared
    let least = surroundings.configuration.value(settings.freeDisk) ?? 0
    // The setting is in hundredths.
    let share = (surroundings.configuration.value(settings.freeDiskShare) ?? 0) / 100
    do throws(FileError) {
      let space = try DiskSpace.at(folder)
      let free = "\(bytes(space.free)) of \(bytes(space.total)) are free"
      if space.isEnough(leastFree: least, leastShare: share) { return finding(.ok, free) }
      let limit = max(least, Int(Double(space.total) * share))
      return finding(
        level, "\(free); no worktree is made with less than \(bytes(limit))",
        mend:
          "make room (`divisi clean` lists worktrees), or lower workspace.free_disk and workspace.free_disk_share"
      )
    } catch {
      return finding(.warning, error.description)
    }
  }

  private func checkMemory(_ needs: ReadinessNeeds) -> [ReadinessFinding] {
    guard let free = surroundings.machine.freeMemory else { return [] }
    let needed = needs.agentsAtOnce * Self.memoryOfAgent
    let found = "\(bytes(free)) are free"
    guard free < needed else { return [ReadinessFinding(.machine, "memory", .ok, found)] }
    return [
      ReadinessFinding(
        .machine, "memory", .warning,
        "\(found); \(needs.agentsWords) may take \(bytes(needed))",
        mend: "run fewer at once: limits.agents")
    ]
  }

  private func checkDescriptors(_ needs: ReadinessNeeds) -> [ReadinessFinding] {
    let needed = Self.descriptorsOfRun + Self.descriptorsOfAgent * needs.agentsAtOnce
    let facts = surroundings.machine
    let most =
      facts.descriptors < needed
      ? min(raiseDescriptorLimit(to: needed), facts.mostDescriptors) : facts.descriptors
    guard most < needed else {
      return [ReadinessFinding(.machine, "open files", .ok, "\(most) at once")]
    }
    return [
      ReadinessFinding(
        .machine, "open files", .warning,
        "\(most) at once; \(needs.agentsWords) may take \(needed)",
        mend: "raise the limit: ulimit -Hn \(needed), or LimitNOFILE= of the service")
    ]
  }

  private func checkWatches() -> [ReadinessFinding] {
    func finding(
      _ level: ReadinessFinding.Level, _ found: String, mend: String? = nil
    ) -> [ReadinessFinding] {
      [ReadinessFinding(.machine, "inotify", level, found, mend: mend)]
    }
    let facts = surroundings.machine
    guard facts.canWatchFiles else {
      return finding(
        .warning, "no more files can be watched by this user",
        mend: "end what watches files, or: sysctl fs.inotify.max_user_instances=1024")
    }
    guard let watches = facts.watches else { return [] }
    guard watches < Self.fewWatches else {
      return finding(.ok, "\(watches) files can be watched")
    }
    return finding(
      .warning, "only \(watches) files can be watched by this user, which build tools use up soon",
      mend: "sysctl fs.inotify.max_user_watches=524288")
  }

  private func checkCgroup() -> [ReadinessFinding] {
    guard let folder = delegatedCgroup() else {
      return [
        ReadinessFinding(
          .machine, "cgroup", .note,
          "none is delegated: limits.memory holds for each process alone, limits.processes for all of the user, and "
            + "limits.cpus not at all",
          mend: "start it in a scope of its own: systemd-run --user --scope divisi run ...")
      ]
    }
    return [ReadinessFinding(.machine, "cgroup", .ok, folder)]
  }

  private func checkTerminal() -> [ReadinessFinding] {
    func set(_ name: String) -> String? {
      surroundings.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    // The first that is set counts, as everywhere in the system.
    let locale = set("LC_ALL") ?? set("LC_CTYPE") ?? set("LANG") ?? "C"
    let isUnicode = locale.lowercased().contains("utf-8") || locale.lowercased().contains("utf8")
    let terminal = set("TERM") ?? "none"
    return [
      ReadinessFinding(.machine, "terminal", .ok, terminal),
      isUnicode
        ? ReadinessFinding(.machine, "locale", .ok, locale)
        : ReadinessFinding(
          .machine, "locale", .note,
          "\(locale): pictures are drawn in plain letters, and agents may garble others",
          mend: "export LANG=C.UTF-8"),
    ]
  }

  /// Whether agents can be walled in.
  func checkWalls() async -> [ReadinessFinding] {
    let subject = "bubblewrap"
    let path = surroundings.environment["PATH"]
    guard let program = findProgram("bwrap", path: path, from: surroundings.folder) else {
      return [
        ReadinessFinding(
          .machine, subject, .note,
          "not found, so agents have no walls but those of their programs",
          mend: "apt-get install bubblewrap")
      ]
    }
    let ending = await trial(
      [program, "--unshare-user", "--ro-bind", "/", "/", "/bin/true"], in: "/", within: .seconds(5))
    guard ending.status == 0 else {
      return [
        ReadinessFinding(
          .machine, subject, .note, "\(program) cannot put up walls here: \(ending.words)",
          mend: "let users make namespaces: sysctl kernel.unprivileged_userns_clone=1")
      ]
    }
    return [ReadinessFinding(.machine, subject, .ok, program)]
  }

  private func bytes(_ count: Int) -> String {
    let units = [(40, "TiB"), (30, "GiB"), (20, "MiB")]
    guard let (shift, unit) = units.first(where: { count >> $0.0 > 0 }) else {
      return "\(count >> 10) KiB"
    }
    let tenths = count / (1 << shift / 10)
    return tenths >= 100 ? "\(tenths / 10) \(unit)" : "\(tenths / 10).\(tenths % 10) \(unit)"
  }
}

extension ReadinessNeeds {
  fileprivate var agentsWords: String {
    agentsAtOnce == 1 ? "an agent" : "\(agentsAtOnce) agents at once"
  }
}
