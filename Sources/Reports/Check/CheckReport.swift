package import Diagnostics
package import Plans
package import Terminal

/// What `divisi check` says of a plan: everything that is wrong, then what its graph means.
package struct CheckReport: Sendable {
  /// For how many agents at once the ideal time is given.
  static let agentCounts = [1, 2, 4, 8]
  /// How many problems a screen shows; of more, errors come first.
  static let mostProblems = 200
  /// How many serialised pairs a screen lists.
  static let mostPairs = 20

  let plan: Plan?
  let sources: [SourceText]
  let diagnostics: [Diagnostic]
  /// For a plan of prompt files, why it is ordered as it is.
  let prompts: PromptPlan?
  /// Only where the graph makes sense.
  let analysis: PlanAnalysis?

  package init(
    plan: Plan?, sources: [SourceText], diagnostics: [Diagnostic], prompts: PromptPlan? = nil
  ) {
    self.plan = plan
    self.sources = sources
    self.prompts = prompts
    self.diagnostics = diagnostics
    analysis = plan.flatMap { $0.steps.isEmpty ? nil : PlanAnalysis($0) }
  }

  /// What messages call the plan: its file, or the first of its prompt files.
  package var name: String { sources.first?.path ?? "plan" }

  /// Whether the plan can be run as it stands.
  package func isValid(strict: Bool) -> Bool {
    !diagnostics.contains { $0.severity == .error || strict && $0.severity == .warning }
  }

  /// The diagnostics as a person reads them, each with its line of the file.
  package func problems(on screen: Screen) -> String {
    let byPath = Dictionary(sources.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
    var shown = diagnostics[...]
    if shown.count > Self.mostProblems {
      let errors = diagnostics.filter { $0.severity == .error }
      let others = diagnostics.filter { $0.severity != .error }
      shown = (errors + others).prefix(Self.mostProblems)
    }
    let text = shown.map { diagnostic in
      diagnostic.text(in: byPath[diagnostic.file], paint: screen.palette.paint) + "\n"
    }.joined()
    let hidden = diagnostics.count - shown.count
    return hidden == 0 ? text : text + "and \(hidden) more (--json lists them)\n"
  }

  /// How many errors and warnings there are, in words; nothing where there are none.
  package var tally: String? {
    let errors = diagnostics.lazy.filter { $0.severity == .error }.count
    let warnings = diagnostics.lazy.filter { $0.severity == .warning }.count
    let parts = [
      errors > 0 ? counted(errors, "error") : nil,
      warnings > 0 ? counted(warnings, "warning") : nil,
    ].compactMap { $0 }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }
}

extension Palette {
  /// Diagnostics know no screen; their roles mean the same as these.
  package func paint(_ role: DiagnosticRole, _ text: String) -> String {
    switch role {
    case .place: paint(TextRole.place, text)
    case .error: paint(TextRole.error, text)
    case .warning: paint(TextRole.warning, text)
    case .note: paint(TextRole.note, text)
    case .sourceLine: text
    case .caret, .hint: paint(TextRole.hint, text)
    }
  }
}
