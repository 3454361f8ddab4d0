package import Agents
import Configuration
package import Diagnostics
import Documents
package import Files
import Glibc
import JSONValues
package import Plans

/// Why a run's frozen plan cannot be read.
package enum BriefError: Error, Hashable, Sendable, CustomStringConvertible {
  case file(FileError)
  case damaged(path: String, flaw: String)

  package var description: String {
    switch self {
    case .file(let error): error.description
    case .damaged(let path, let flaw): "\(path) cannot be used: \(flaw)"
    }
  }
}

/// A plan, and the texts that it was read from: what is checked is what is run, whoever edits the files meanwhile.
package struct ReadPlan: Sendable {
  package let plan: Plan
  /// By path from the root: the plan's file, or its prompt files.
  private let texts: [String: [UInt8]]

  package init(_ plan: Plan, from sources: [SourceText]) {
    self.plan = plan
    texts = Dictionary(sources.map { ($0.path, $0.bytes) }) { first, _ in first }
  }

  fileprivate func text(_ path: String) -> [UInt8]? { texts[path] }
}

extension Brief {
  /// Copies everything that a run is started from into its folder, the request last: a folder without one was
  /// never finished.
  package static func freeze(
    _ request: RunRequest, agents: AgentRegistry, _ read: ReadPlan, root: String,
    userFile: String?, in folder: RunFolder
  ) throws(BriefError) {
    do {
      let place = folder.frozen
      try createFolder(place)
      // Some of what is copied may be private.
      chmod(place.rawPath, 0o700)
      func copy(_ source: String, to name: String) throws(FileError) {
        let path = place + "/" + name
        try createFolder(parentFolder(of: path))
        if let bytes = read.text(source) { return try writeFile(path, bytes) }
        try writeFile(path, try readFile(absolutePath(source, from: root)))
      }
      if let path = request.plan { try copy(path, to: "plan.yaml") }
      for path in request.prompts + read.plan.promptFiles {
        try copy(path, to: "prompts/" + Self.name(of: path))
      }
      for (number, agent) in agents.entries.enumerated() {
        try copy(agent.file, to: "agents/\(number)/\(lastComponent(of: agent.file))")
      }
      let configuration = absolutePath(request.configuration ?? "divisi.yaml", from: root)
      if entryKind(configuration) == .file { try copy(configuration, to: "divisi.yaml") }
      let servers = absolutePath(ContextServers.file, from: root)
      if entryKind(servers) == .file { try copy(servers, to: Self.serversName) }
      if let userFile, entryKind(userFile) == .file { try copy(userFile, to: "user.yaml") }
      try writeFile(place + "/request.json", Array((JSON.line(of: request) + "\n").utf8))
    } catch {
      throw .file(error)
    }
  }

  /// Reads what a run was started from.
  ///
  /// - Parameter frozen: what was frozen just now, and need not be read again.
  package static func load(
    from folder: RunFolder, of frozen: ReadPlan? = nil
  ) throws(BriefError) -> Brief {
    let place = folder.frozen
    let path = place + "/request.json"
    let written = try text(path)
    guard let request = try? JSON.parse(written).decode(RunRequest.self) else {
      throw .damaged(path: path, flaw: "it is no request of a run")
    }
    var layers: [Layer] = []
    if let text = try optional("user.yaml", in: place) { layers.append(.userFile(text)) }
    if let text = try optional("divisi.yaml", in: place) { layers.append(.repositoryFile(text)) }
    for setting in Settings.shared.all {
      if let value = request.variables[setting.variable] {
        layers.append(
          .environment(variable: setting.variable, setting: setting.name, value: value))
      }
    }
    layers += request.assignments.map { assignment in
      let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return .flag("--set", setting: String(parts[0]), value: String(parts.last ?? ""))
    }
    let agents = try agents(in: place)
    var prompts: [String: String] = [:]
    let plan: Plan
    if let path = request.plan {
      plan = if let frozen { frozen.plan } else { try readPlan(place + "/plan.yaml", called: path) }
      for path in plan.promptFiles { prompts[path] = try prompt(path, in: place).text }
    } else {
      var files: [PromptFile] = []
      for path in request.prompts { files.append(try prompt(path, in: place)) }
      for file in files { prompts[file.path] = file.text }
      // In which order they run was settled when the run began, and is in the journal.
      plan = PromptPlan(files, repositoryFiles: [], imports: { _ in [] }).plan
    }
    let servers = ContextServers(reading: place + "/" + serversName)
    return Brief(request, plan, Configuration(layers), agents, servers, prompts: prompts)
  }

  private static func readPlan(_ path: String, called name: String) throws(BriefError) -> Plan {
    let text = SourceText(path: name, bytes: Array(try text(path).utf8))
    guard let plan = PlanDocument.read(text).value else {
      throw .damaged(path: path, flaw: "it holds no plan")
    }
    return plan
  }

  private static let serversName = "mcp.json"

  private static func agents(in place: String) throws(BriefError) -> AgentRegistry {
    let folder = place + "/agents"
    var files: [(source: SourceText, file: String)] = []
    let numbers = ((try? listFolder(folder)) ?? []).compactMap { Int($0) }.sorted()
    for number in numbers {
      for name in (try? listFolder("\(folder)/\(number)")) ?? [] {
        let path = "\(folder)/\(number)/\(name)"
        files.append((SourceText(path: name, bytes: Array(try text(path).utf8)), path))
      }
    }
    return AgentRegistry(reading: files)
  }

  private static func prompt(_ path: String, in place: String) throws(BriefError) -> PromptFile {
    let text = try text(place + "/prompts/" + name(of: path))
    let read = PromptDocument.read(SourceText(path: path, bytes: Array(text.utf8)))
    return read.value ?? PromptFile(path: path, text: text)
  }

  /// Paths that lead out of the repository stay apart from those within.
  private static func name(of path: String) -> String {
    path.split(separator: "/").map { $0 == ".." ? "_up" : String($0) }.joined(separator: "/")
  }

  private static func text(_ path: String) throws(BriefError) -> String {
    do { return String(decoding: try readFile(path), as: UTF8.self) } catch { throw .file(error) }
  }

  private static func optional(
    _ name: String, in place: String
  ) throws(BriefError) -> SourceText? {
    guard entryKind(place + "/" + name) == .file else { return nil }
    return SourceText(path: name, bytes: Array(try text(place + "/" + name).utf8))
  }
}

extension Plan {
  /// The prompt files that its steps name, each once.
  package var promptFiles: [String] {
    var seen: Set<String> = []
    return steps.compactMap { step in
      guard case .prompt(let path) = step.work.value, seen.insert(path).inserted else { return nil }
      return path
    }
  }
}
