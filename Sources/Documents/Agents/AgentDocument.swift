package import Diagnostics
package import JSONValues

/// An agent as a Markdown file defines it: what its header says, and its instructions.
package struct AgentDefinition: Sendable, Hashable {
  package var name: String
  package var description: String?
  package var model: String?
  /// Nothing where the file does not say, which means all tools.
  package var tools: [String]?
  package var timeout: Duration?
  package var maxRetries: Int?
  package var priority: String?
  package var dependencies: [String] = []
  package var maxParallel: Int?
  package var servers: [String] = []
  package var instructions: String
  package var path: String

  package init(name: String, instructions: String, path: String) {
    self.name = name
    self.instructions = instructions
    self.path = path
  }
}

/// Agent definition files, as they are found in the wild.
package enum AgentDocument {
  /// The agent that a file defines. A file without a header is an agent named after the file.
  package static func read(_ source: SourceText) -> Reading<AgentDefinition> {
    let reading = FrontMatter.read(source)
    guard let document = reading.value else {
      return Reading(nil, diagnostics: reading.diagnostics)
    }
    let file = source.path.split(separator: "/").last ?? ""
    var agent = AgentDefinition(
      name: String(file.hasSuffix(".md") ? file.dropLast(3) : file), instructions: document.body,
      path: source.path)
    var diagnostics = reading.diagnostics
    if let header = document.header, let root = header.root, !header.isNull(root) {
      var reader = TreeReader(header)
      AgentShape.shared.read(root, &reader, into: &agent)
      diagnostics += reader.diagnostics
    }
    return Reading(agent, diagnostics: diagnostics)
  }

  /// The JSON Schema of an agent file's header.
  package static var schema: JSON {
    SchemaWriter.document(AgentShape.shared.object, title: "Divisi agent")
  }
}

/// The keys of an agent's header. Others belong to other tools and are read past.
private struct AgentShape: Sendable {
  static let shared = AgentShape()

  private(set) var object = ObjectShape(
    "agent", help: "The header of an agent definition file.", isOpen: true)
  let name: Key<String>
  let description: Key<String>
  let model: Key<String>
  let tools: Key<[String]>
  let timeout: Key<Int>
  let maxRetries: Key<Int>
  let orchestration: Key<AgentOrchestration>
  let servers: Key<[String]>

  private init() {
    name = object.key(
      "name", type: .text, default: "the file's name", help: "what plans call it",
      example: "backend-implementer")
    description = object.key(
      "description", type: .anyText, help: "when to use it; the rest of the line, as it stands",
      example: "Use this agent for server code")
    model = object.key("model", type: .text, help: "the model that it runs with", example: "sonnet")
    tools = object.key(
      "tools", type: Self.names, default: "all", help: "tools that it may use",
      example: "Read, Write, Bash")
    timeout = object.key(
      "timeout_seconds", type: Self.positive, help: "after this an attempt is stopped",
      example: "1800")
    maxRetries = object.key(
      "max_retries",
      type: ValueType<Int>.integer.notNegative,
      help: "how often a step is tried again", example: "2")
    orchestration = object.key(
      "orchestration", type: AgentOrchestration.type, help: "how it works with others",
      example: "{priority: high, max_parallel: 2}")
    servers = object.key(
      "mcp_servers", type: Self.names, default: "none", help: "MCP servers that it is given",
      example: "[brain]")
  }

  fileprivate static let positive = ValueType<Int>.integer.atLeastOne

  /// `Read, Write`, or a list of YAML.
  fileprivate static let names = ValueType<[String]>(
    "list of names", expectation: "names with commas between, or a list",
    schema: { _ in
      ["anyOf": [["type": "string"], ["type": "array", "items": ["type": "string"]]]]
    },
    read: { reader, node in
      let items =
        reader.tree[node].kind == .sequence ? Array(reader.tree.items(of: node)) : [node]
      var names: [String] = []
      for item in items {
        guard reader.tree[item].kind == .scalar else {
          reader.reportMismatch(item, expected: "names with commas between, or a list of names")
          return nil
        }
        names += Self.split(reader.tree[item].text)
      }
      return names
    })

  /// Commas between brackets belong to a name: `Bash(git add:*, git commit:*)`.
  private static func split(_ text: String) -> [String] {
    var names = [""]
    var depth = 0
    for character in text {
      if character == "(" { depth += 1 }
      if character == ")" { depth -= 1 }
      if character == ",", depth <= 0 {
        names.append("")
      } else {
        names[names.count - 1].append(character)
      }
    }
    return names.map { name in
      String(name.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }.filter { !$0.isEmpty }
  }

  func read(
    _ root: YAMLTree.NodeID, _ reader: inout TreeReader, into agent: inout AgentDefinition
  ) {
    guard let values = ObjectReader(root, object, &reader) else { return }
    agent.name = values.value(name, &reader) ?? agent.name
    agent.description = values.value(description, &reader)
    agent.model = values.value(model, &reader)
    agent.tools = values.value(tools, &reader)
    agent.timeout = values.value(timeout, &reader).map { .seconds($0) }
    agent.maxRetries = values.value(maxRetries, &reader)
    let orchestration = values.value(orchestration, &reader)
    agent.priority = orchestration?.priority
    agent.dependencies = orchestration?.dependencies ?? []
    agent.maxParallel = orchestration?.maxParallel
    agent.servers = (values.value(servers, &reader) ?? []).map { name in
      name.hasPrefix("@") ? String(name.dropFirst()) : name
    }
  }
}

/// `orchestration: {priority, dependencies, max_parallel}`.
private struct AgentOrchestration: Sendable {
  var priority: String?
  var dependencies: [String] = []
  var maxParallel: Int?

  private struct Shape: Sendable {
    static let shared = Shape()

    private(set) var object = ObjectShape(
      "agent orchestration", help: "How an agent works with others.", isOpen: true)
    let priority: Key<String>
    let dependencies: Key<[String]>
    let maxParallel: Key<Int>

    private init() {
      priority = object.key(
        "priority", type: .text, default: "medium", help: "what goes first", example: "high")
      dependencies = object.key(
        "dependencies", type: AgentShape.names, default: "none",
        help: "agents whose work it builds on", example: "[security-architect]")
      maxParallel = object.key(
        "max_parallel", type: AgentShape.positive, help: "how many of it may run at once",
        example: "2")
    }
  }

  static let type = ValueType<AgentOrchestration>(
    "agent orchestration", expectation: "a mapping, such as {max_parallel: 2}",
    acceptsMappings: true, schema: { $0.reference(to: Shape.shared.object) },
    read: { reader, node in
      guard let values = ObjectReader(node, Shape.shared.object, &reader) else { return nil }
      return AgentOrchestration(
        priority: values.value(Shape.shared.priority, &reader),
        dependencies: values.value(Shape.shared.dependencies, &reader) ?? [],
        maxParallel: values.value(Shape.shared.maxParallel, &reader))
    })
}
