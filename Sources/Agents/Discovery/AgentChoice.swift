package import Documents

/// Who does what an agent was asked for.
package struct AgentChoice: Sendable, Hashable {
  /// The definition whose model, tools and limits count; nothing where the harness does it as it is.
  package var definition: AgentDefinition?
  /// What the agent is told of its part beside the prompt; nothing where there is nothing to tell.
  package var instructions: String?
  /// That it is not the one who was asked for, to be logged.
  package var fallback: AgentFallback?

  /// The harness as it is, for whoever asked for nobody.
  package init(
    definition: AgentDefinition? = nil, instructions: String? = nil,
    fallback: AgentFallback? = nil
  ) {
    self.definition = definition
    self.instructions = instructions
    self.fallback = fallback
  }
}

/// An agent that is not there, and what stands in for it.
package struct AgentFallback: Sendable, Hashable {
  /// The agent that was asked for.
  package var asked: String
  /// The agent that takes its place; nothing where the harness does it as it is.
  package var standIn: String?
  /// The file whose text tells the stand-in of the part that it takes, where there is such a file.
  package var textFrom: String?
  /// An agent whose name is nearly the same.
  package var near: String?

  /// One sentence for a log or a person.
  package var sentence: String {
    let who = standIn.map { "`\($0)` takes its place" } ?? "the harness does it as it is"
    let text = textFrom.map { ", with the text of \($0)" } ?? ""
    let meant = near.map { "; did you mean `\($0)`?" } ?? ""
    return "there is no agent `\(asked)`: \(who)\(text)\(meant)"
  }
}
