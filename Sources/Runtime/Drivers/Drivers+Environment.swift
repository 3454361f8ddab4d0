import Conducting
import Configuration
import Diagnostics
import Plans
import Processes
import Supervision
import Workspaces

/// What the programs of an attempt find around them.
extension Drivers {
  /// What may stand in a file; what the step names of the person's environment comes by `secrets`.
  func environment(of step: Step, _ id: AttemptID, _ job: Job) -> [String: String] {
    let variables = WorkspaceVariables(
      session: job.session, plan: job.plan.text, step: id.step.text, attempt: id.number,
      worktree: workingFolder(id, job), folder: folder.attempt(id).path, ports: ports(of: id, job))
    return usualEnvironment.merging(variables.all) { _, own in own }
  }

  /// What a step names of the person's environment: handed on by supervisors and written nowhere, because it may be a
  /// key like any other.
  func secrets(of step: Step) -> [String: String] {
    guard !step.environment.isEmpty else { return [:] }
    let named = allowedEnvironment(
      from: surroundings.environment, naming: step.environment.map(\.value))
    return named.filter { usualEnvironment[$0.key] == nil }
  }

  /// What the processes of a step, and of its gates, may take of the machine.
  func limits(of step: Step) -> Launch.Limits {
    let settings = Settings.shared
    return Launch.Limits(
      memory: step.limits.memory?.value ?? brief.configuration.value(settings.memory),
      processes: step.limits.processes?.value ?? brief.configuration.value(settings.processes),
      cpus: step.limits.cpus?.value ?? brief.configuration.value(settings.cpus))
  }

  /// The ports that were given to an attempt when it was prepared.
  private func ports(of id: AttemptID, _ job: Job) -> Range<Int>? {
    guard job.attempt?.ports != nil,
      let record: PreparedRecord = read(folder.attempt(id).path + "/workspace.json")
    else { return nil }
    return record.ports.map { $0.first..<($0.first + $0.count) }
  }

  /// Ports for an attempt that nobody has now.
  func freePorts(_ id: AttemptID, _ job: Job) throws(NoPorts) -> Range<Int>? {
    guard let number = job.attempt?.ports else { return nil }
    if let known = ports(of: id, job) { return known }
    guard let range = portRanges.range(number, of: job.session) else {
      throw NoPorts(ranges: portRanges)
    }
    return range
  }

  private var portRanges: PortRanges {
    let settings = Settings.shared
    return PortRanges(
      base: brief.configuration.value(settings.portBase) ?? 20_000,
      size: brief.configuration.value(settings.ports) ?? 10)
  }
}

/// No range of ports is free.
struct NoPorts: Error, CustomStringConvertible {
  let ranges: PortRanges

  var description: String {
    "no \(ranges.size) ports in a row are free from \(ranges.base) on; workspace.port_base has others looked at, and "
      + "`workspace.ports: 0` gives none"
  }
}
