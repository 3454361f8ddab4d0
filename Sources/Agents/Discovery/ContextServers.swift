import Files
import JSONValues

/// The servers of the Model Context Protocol that a repository defines for its agents, in the file from which Claude
/// Code takes them. An agent is given those that its definition names, and no others.
package struct ContextServers: Sendable, Equatable {
  /// From the top of the repository.
  package static let file = ".mcp.json"

  private var byName: [String: ContextServer] = [:]
  /// Why the file could not be used, where it is there.
  package private(set) var flaw: String?

  package init() {}

  /// - Parameter path: a file that need not be there.
  package init(reading path: String) {
    guard entryKind(path) == .file else { return }
    do throws(FileError) {
      read(try readFile(path))
    } catch {
      flaw = error.description
    }
  }

  private mutating func read(_ bytes: [UInt8]) {
    guard let json = try? JSON.parse(bytes), let servers = json["mcpServers"], servers.isObject
    else {
      flaw = "it is no JSON object with `mcpServers`"
      return
    }
    for member in servers.members {
      byName[member.name] = ContextServer(name: member.name, member.value)
    }
  }

  /// Of the servers of these names those that are defined, in that order.
  package func named(_ names: [String]) -> [ContextServer] { names.compactMap { byName[$0] } }

  package func missing(of names: [String]) -> [String] { names.filter { byName[$0] == nil } }
}

extension ContextServer {
  /// A server as the file has it; nothing where it tells neither a command nor an address.
  fileprivate init?(name: String, _ entry: JSON) {
    func texts(_ key: String) -> [String: String] {
      let members = entry[key]?.members ?? []
      return Dictionary(
        members.compactMap { member in member.value.text.map { (member.name, $0) } },
        uniquingKeysWith: { $1 })
    }
    if let program = entry["command"]?.text {
      let arguments = (entry["args"]?.items ?? []).compactMap(\.text)
      self.init(name: name, command: [program] + arguments, environment: texts("env"))
    } else if let address = entry["url"]?.text {
      self.init(
        name: name, address: address, transport: entry["type"]?.text ?? "http",
        headers: texts("headers"))
    } else {
      return nil
    }
  }
}
