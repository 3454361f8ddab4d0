package import Agents
package import Configuration
import Processes

/// Looks at everything that a run needs before anything is started: programs, logins, the repository, the machine.
///
/// Nothing is changed by it but two things: the limit of open files of this process is raised as far as the run
/// needs, and programs that proved to work are remembered for some hours, so that the next run is not held up.
/// Programs are tried in folders of their own, with settings of their own, without a key and where no model can be
/// reached.
package struct Readiness: Sendable {
  /// What it looks at.
  package struct Surroundings: Sendable {
    /// The folder that the person stands in.
    package var folder: String
    package var environment: [String: String]
    /// The home folder that agents will see, with the person's logins in it.
    package var home: String
    package var configuration: Configuration
    package var agents: AgentRegistry
    /// Where `divisi-supervise` lies, where it was found.
    package var supervisor: String?
    package var machine: MachineFacts
    /// In milliseconds since 1970.
    package var now: Int64

    package init(
      folder: String, environment: [String: String], home: String? = nil,
      configuration: Configuration, agents: AgentRegistry,
      supervisor: String? = supervisorProgram(),
      machine: MachineFacts = .read(), now: Int64 = currentMilliseconds()
    ) {
      self.folder = folder
      self.environment = environment
      self.home = home ?? environment["HOME"] ?? "/"
      self.configuration = configuration
      self.agents = agents
      self.supervisor = supervisor
      self.machine = machine
      self.now = now
    }
  }

  /// How closely is looked.
  package enum Depth: Sendable, Hashable, Comparable {
    /// Whether what is needed is there at all; no program of a harness is started.
    case presence
    /// At what is needed; programs that worked some hours ago are believed.
    case needed
    /// At everything that there is, anew.
    case everything
    /// Also whether the models answer, for a few tokens.
    case answers
  }

  let surroundings: Surroundings

  package init(_ surroundings: Surroundings) { self.surroundings = surroundings }

  /// Looks at all of it at once, and tells in a fixed order.
  package func check(
    _ needs: ReadinessNeeds, _ depth: Depth = .needed
  ) async -> ReadinessReport {
    let harnesses = harnessNames(needs, depth)
    let findings = await withTaskGroup(of: (Int, [ReadinessFinding]).self) { group in
      for (rank, name) in harnesses.enumerated() {
        // Slow programs first.
        group.addTask { (1 + rank, await check(harness: name, needs, depth)) }
      }
      if depth > .needed { group.addTask { (.max, await checkWalls()) } }
      group.addTask { (0, checkRepository(needs, depth)) }
      group.addTask {
        (
          1 + harnesses.count,
          checkAgents(needs, depth) + checkPrograms(needs) + checkMachine(needs, depth)
        )
      }
      var parts: [(Int, [ReadinessFinding])] = []
      for await part in group { parts.append(part) }
      return parts.sorted { $0.0 < $1.0 }.flatMap(\.1)
    }
    return ReadinessReport(
      ReadinessFinding.Group.allCases.flatMap { group in findings.filter { $0.group == group } })
  }

  private func harnessNames(_ needs: ReadinessNeeds, _ depth: Depth) -> [String] {
    let needed = needs.harnesses.map(\.name)
    guard depth > .needed else { return needed }
    return needed
      + surroundings.configuration.harnesses.map(\.name).filter { !needed.contains($0) }
  }
}
