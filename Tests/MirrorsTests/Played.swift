import Conducting
import Files
import Foundation
import Mirrors
import Plans
import Simulation
import TestSupport

/// A run that the simulation has played, and the folder in which it is mirrored.
struct Played {
  let folder: TemporaryFolder
  let subject: MirrorSubject
  let events: [(sequence: Int, event: Event)]
  let planText: String

  init(seed: UInt64, kind: PlanKind = .orchestration, folder: TemporaryFolder? = nil) throws {
    var scenario = Scenario.random(seed: seed)
    scenario.crashes = .none
    var played = try Playthrough(scenario, scrutiny: .little)
    try played.play()
    try self.init(
      scenario.order, try played.journal.events(), kind: kind, folder: folder, seed: seed)
  }

  init(
    _ order: RunOrder, _ events: [Event], kind: PlanKind = .orchestration,
    folder: TemporaryFolder? = nil, seed: UInt64 = 1
  ) throws {
    self.folder = try folder ?? TemporaryFolder()
    let file = "\(MirrorFolders(of: kind).active)/\(order.plan).yaml"
    subject = MirrorSubject(
      root: self.folder.path, session: order.session, plan: order.plan, kind: kind,
      planFile: kind == .prompts ? nil : file)
    self.events = events.enumerated().map { ($0.offset + 1, $0.element) }
    var writer = PlanWriter(generator: SeededGenerator(seed: seed))
    planText = writer.text(of: order, kind)
    if kind != .prompts { try self.folder.write(file, planText) }
  }

  /// The state behind so many events.
  func state(after count: Int? = nil) -> RunState {
    RunState(of: events.prefix(count ?? events.count).map(\.event))
  }

  /// All mirrors, by their paths.
  func mirrors() throws -> [String: String] {
    var files: [String: String] = [:]
    for path in walkFolder(folder.path) where path.hasPrefix(".") {
      files[path] = try folder.read(path)
    }
    return files
  }

  /// Takes away everything that is mirrored, and the status from the plan.
  func removeMirrors() throws {
    let folders = subject.folders
    for path in [folders.logs, folders.savedSessions, folders.completed, folders.current] {
      try? FileManager.default.removeItem(atPath: folder.path + "/" + path)
    }
    if let file = subject.planFile { try folder.write(file, planText) }
  }

  /// What `divisi journal mirror` does for one run.
  @discardableResult
  func rebuild() throws -> [String] {
    var rebuild = MirrorRebuild(subject)
    for (sequence, event) in events { rebuild.take(event, sequence) }
    let rebuilt = rebuild.write(state(), isNewest: true)
    let planLog = try PlanLog.write([rebuild.planLog], of: subject)
    return rebuilt.written + [planLog].compactMap { $0 } + rebuilt.warnings.map(\.description)
  }

  /// Mirrors the whole run as its runner does.
  @discardableResult
  func mirror() -> [MirrorWarning] {
    var mirror = RunMirror(subject)
    let state = state()
    var warnings = mirror.open(at: state).warnings
    warnings += mirror.take(events)
    return warnings + mirror.flush(state, at: state.now)
  }
}

extension MirrorSubject {
  var folders: MirrorFolders { MirrorFolders(of: kind) }
}

/// Writes the file of a plan as people do: blocks and brackets, comments, texts over several lines.
private struct PlanWriter {
  var generator: SeededGenerator

  /// Groups that have tasks in the file.
  private var groups: Set<StepID> = []

  init(generator: SeededGenerator) { self.generator = generator }

  mutating func text(of order: RunOrder, _ kind: PlanKind) -> String {
    var text = "# A plan.\nid: \(order.plan)   # its name\ntitle: Random\n"
    if chance(2) { text += "status: planned # where it stands\n" }
    if chance(3) { text += "progress: {percentage: 0}\n" }
    if chance(3) { text += "execution:\n  # mine\n  owner: ann\n" }
    groups = kind == .milestone ? [] : Set(order.steps.compactMap(\.group))
    var indent = ""
    if kind == .milestone {
      text += "tasks:\n"
    } else {
      text += "workflow:\n  phases:\n"
      indent = "    "
    }
    for step in order.steps where kind == .milestone || step.group == nil {
      text += written(step, indent)
      guard kind != .milestone, groups.contains(step.id) else { continue }
      text += "\(indent)  tasks:\n"
      for task in order.steps where task.group == step.id {
        text += written(task, indent + "    ")
      }
    }
    if chance(2) { text += "goal: |\n  Everything.\n\n" }
    return text
  }

  private mutating func written(_ step: RunStep, _ indent: String) -> String {
    guard step.kind != .group, chance(3) else {
      var text = "\(indent)- id: \(step.id)\n"
      if chance(2) { text += "\(indent)  status: pending  # for now\n" }
      if step.kind != .group || !groups.contains(step.id) {
        text += "\(indent)  task: |\n\(indent)    Do it.\n"
      }
      if chance(3) { text += "\n" }
      return text
    }
    return "\(indent)- {id: \(step.id), run: make}  # short\n"
  }

  private mutating func chance(_ one: Int) -> Bool {
    Int.random(in: 0..<one, using: &generator) == 0
  }
}
