import Agents
import Configuration
import Diagnostics
import Documents
import Workspaces

extension Readiness {
  /// Agents that are not there, and files that define none though they were meant to.
  func checkAgents(_ needs: ReadinessNeeds, _ depth: Depth) -> [ReadinessFinding] {
    let registry = surroundings.agents
    var findings: [ReadinessFinding] = []
    for need in needs.agents {
      guard let fallback = registry.choice(of: need.name).fallback else { continue }
      findings.append(
        ReadinessFinding(
          .agents, need.name, .warning, "\(fallback.sentence); asked for by \(need.usersText)",
          mend: "define it: .claude/agents/\(need.name).md"))
    }
    findings += checkServers(needs)
    for diagnostic in registry.diagnostics where diagnostic.severity != .note {
      let place = diagnostic.place.map { ":\($0.line):\($0.column)" } ?? ""
      let isAsked = needs.agents.contains { diagnostic.file.hasSuffix("/\($0.name).md") }
      // A file that this run has nothing to do with is for `doctor` to tell.
      guard depth > .needed || isAsked else { continue }
      findings.append(
        ReadinessFinding(
          .agents, "definition", .warning, "\(diagnostic.file)\(place): \(diagnostic.message)",
          mend: diagnostic.hint))
    }
    if depth > .needed {
      let count = registry.entries.count
      let words = count == 0 ? "none is defined" : "\(count) \(count == 1 ? "is" : "are") defined"
      findings.insert(ReadinessFinding(.agents, "agents", .ok, words), at: 0)
    }
    return findings
  }
}

extension Readiness {
  /// Servers that agents name and nobody defines: they would work without, and nobody would know.
  private func checkServers(_ needs: ReadinessNeeds) -> [ReadinessFinding] {
    let root = (try? Repository.find(from: surroundings.folder))?.root ?? surroundings.folder
    let file = ContextServers.file
    let servers = ContextServers(reading: "\(root)/\(file)")
    return needs.agents.flatMap { need -> [ReadinessFinding] in
      guard let agent = surroundings.agents.choice(of: need.name).definition else { return [] }
      return servers.missing(of: agent.servers).map { name in
        let why =
          servers.flaw.map { "\(file) cannot be used: \($0)" } ?? "\(file) does not define it"
        return ReadinessFinding(
          .agents, agent.name, .warning, "it goes without the server `\(name)`: \(why)",
          mend: "define it under `mcpServers` of \(file), or take it out of \(agent.path)")
      }
    }
  }

  /// Programs that commands begin with.
  func checkPrograms(_ needs: ReadinessNeeds) -> [ReadinessFinding] {
    let path = surroundings.environment["PATH"]
    let setUp = surroundings.configuration.value(Settings.shared.setUp) ?? []
    return needs.programs.map { need in
      if let place = findProgram(need.name, path: path, from: surroundings.folder) {
        return ReadinessFinding(.commands, need.name, .ok, place)
      }
      let found = "not on the PATH; needed by \(need.usersText)"
      guard setUp.isEmpty else {
        return ReadinessFinding(
          .commands, need.name, .warning, found, mend: "see that workspace.setup installs it")
      }
      return ReadinessFinding(
        .commands, need.name, .error, found, mend: "install it, or mend the command")
    }
  }
}
