/// Turns declared shapes into the tables of the documentation.
package enum KeyTables {
  /// A section for each kind of object in a plan file, each once.
  package static var plan: String {
    [
      PlanShape.shared.object, StepShape.shared.object, GateShape.shared.object,
    ].map { section($0) }.joined(separator: "\n") + "\n"
      + PlanShape.innerObjects.map { section($0) }.joined(separator: "\n")
  }

  /// The keys of a prompt file's header.
  package static var prompt: String { table(PromptShape.shared.object) }

  private static func section(_ shape: ObjectShape) -> String {
    "### \(shape.name)\n\n\(shape.help)\n\n" + table(shape)
  }

  /// The keys of one object.
  package static func table(_ shape: ObjectShape) -> String {
    var text = "| key | type | default | meaning | example |\n|---|---|---|---|---|\n"
    for key in shape.keys {
      let names = key.names.map { "`\($0)`" }.joined(separator: ", ")
      let standard = key.isRequired ? "required" : key.defaultText ?? ""
      text += "| \(names) | \(key.typeName) | \(cell(standard)) | \(cell(key.help)) | "
      text += "`\(key.name): \(cell(key.example))` |\n"
    }
    return text
  }

  private static func cell(_ text: String) -> String {
    text.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
  }
}
