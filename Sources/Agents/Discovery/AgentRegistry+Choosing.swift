import Diagnostics
import Documents

extension AgentRegistry {
  /// Who does what an agent of a name was asked for.
  ///
  /// Where it is not there, `general-purpose` does it, or the harness as it is where that is not defined either. A
  /// file that has the agent's name and could not be read, or that calls its agent something else, still tells them
  /// what the part is.
  ///
  /// - Parameter name: nothing where a step names nobody: then the harness does it as it is.
  package func choice(of name: String?) -> AgentChoice {
    guard let name else { return AgentChoice() }
    if let entry = self[name] {
      return AgentChoice(
        definition: entry.definition, instructions: instructions([entry.definition.instructions]))
    }
    // The harness as it is needs no definition to be for everything.
    if name == Self.standIn { return AgentChoice() }
    let part = part(named: name)
    let standIn = self[Self.standIn]?.definition
    return AgentChoice(
      definition: standIn,
      instructions: instructions([standIn?.instructions, part?.text]),
      fallback: AgentFallback(
        asked: name, standIn: standIn?.name, textFrom: part?.path,
        near: part == nil ? closestMatch(to: name, in: names) : nil))
  }

  /// The text of a file that is named like an agent.
  private func part(named name: String) -> (path: String, text: String)? {
    if let file = broken.first(where: { $0.stem == name }) { return (file.path, file.text) }
    let entry = entries.first { stem(of: $0.file) == name }
    return entry.map { ($0.definition.path, $0.definition.instructions) }
  }

  private func instructions(_ parts: [String?]) -> String? {
    let told = parts.compactMap { $0 }.filter { !$0.allSatisfy(\.isWhitespace) }
    return told.isEmpty ? nil : told.joined(separator: "\n\n")
  }
}
