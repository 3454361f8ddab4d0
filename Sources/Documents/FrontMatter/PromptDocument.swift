package import Diagnostics
import JSONValues
package import Plans

/// A prompt file: Markdown with an optional header that says what it touches and needs.
package enum PromptDocument {
  package static func read(_ source: SourceText) -> Reading<PromptFile> {
    let reading = FrontMatter.read(source)
    guard let document = reading.value else {
      return Reading(nil, diagnostics: reading.diagnostics)
    }
    var file = PromptFile(path: source.path, text: document.body)
    var diagnostics = reading.diagnostics
    if let header = document.header, let root = header.root, !header.isNull(root) {
      var reader = TreeReader(header)
      PromptShape.shared.read(root, &reader, into: &file)
      diagnostics += reader.diagnostics
    }
    return Reading(file, diagnostics: diagnostics)
  }
}

/// The keys of a prompt file's header. Other keys belong to other tools.
struct PromptShape: Sendable {
  static let shared = PromptShape()

  private(set) var object = ObjectShape(
    "prompt header", help: "What a prompt file says of itself.", isOpen: true)
  let title: Key<String>
  let files: Key<[Located<Glob>]>
  let needs: Key<[Located<String>]>
  let agent: Key<Located<String>>
  let model: Key<Located<String>>
  let harness: Key<Located<String>>
  let estimate: Key<Located<Duration>>
  let timeout: Key<Located<Duration>>
  let priority: Key<Priority>
  let gates: Key<[Gate]>

  private init() {
    title = object.key(
      "title", type: .text, default: "the first heading", help: "what people read",
      example: "Payment API")
    files = object.key(
      "files", type: StepShape.glob.located.list(of: "globs"),
      default: "paths in the text that exist", help: "what it may touch",
      example: "[src/api/**]")
    needs = object.key(
      "dependencies", "needs", "depends_on",
      type: ValueType<String>.text.located.list(of: "names"), default: "none",
      help: "prompt files that must be completed first", example: "[schema.md]")
    agent = object.key(
      "agent", type: ValueType<String>.text.located, default: "routed", help: "who does it",
      example: "backend-implementer")
    model = object.key(
      "model", type: ValueType<String>.text.located, default: "the agent's",
      help: "the model that it runs with", example: "sonnet")
    harness = object.key(
      "harness", type: ValueType<String>.text.located, default: "the agent's",
      help: "the program that runs the agent", example: "codex")
    estimate = object.key(
      "estimate", type: ValueType<Duration>.duration.located, default: "10m",
      help: "how long it will probably take", example: "20m")
    timeout = object.key(
      "timeout", type: ValueType<Duration>.duration.located, default: "30m",
      help: "after this an attempt is stopped", example: "1h")
    priority = object.key(
      "priority", type: ValueType<Priority>.word("priority"), default: "medium",
      help: "what goes first where several could", example: "high")
    gates = object.key(
      "gates", type: GateShape.type.list(of: "gates"), default: "none",
      help: "what an attempt must pass", example: "[{run: make test}]")
  }

  func read(_ root: YAMLTree.NodeID, _ reader: inout TreeReader, into file: inout PromptFile) {
    guard let values = ObjectReader(root, object, &reader) else { return }
    file.title = values.value(title, &reader)
    file.files = values.value(files, &reader)
    file.needs = values.value(needs, &reader) ?? []
    file.agent = values.value(agent, &reader)
    file.model = values.value(model, &reader)
    file.harness = values.value(harness, &reader)
    file.estimate = values.value(estimate, &reader)
    file.timeout = values.value(timeout, &reader)
    file.priority = values.value(priority, &reader) ?? .medium
    file.gates = values.value(gates, &reader) ?? []
  }
}
