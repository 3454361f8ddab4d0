package import Diagnostics

/// A plan made of prompt files, with the reason for every order in it.
package struct PromptPlan: Sendable {
  /// Why a step waits for another.
  package enum Reason: Sendable, Equatable {
    case declared
    /// Both touch this file, or could.
    case touches(String)
    /// A file of the one imports a file of the other.
    case imports(importer: String, imported: String)
  }

  package struct Order: Sendable, Equatable {
    /// Where the step that goes first, and the one that waits, stand in the plan.
    package let first: Int
    package let second: Int
    package let reason: Reason
  }

  package let plan: Plan
  package let orders: [Order]
  package let diagnostics: [Diagnostic]
  /// Steps of which no file is known.
  package let withoutFiles: [Int]
  private let names: [String]

  /// Prompts are ordered as they are given, unless they say otherwise.
  ///
  /// - Parameters:
  ///   - repositoryFiles: all files, as paths from the root.
  ///   - imports: the files of the repository that a file imports.
  package init(
    _ prompts: [PromptFile], repositoryFiles: [String], imports: (String) -> [String]
  ) {
    var builder = Builder(prompts)
    builder.takeFiles(repositoryFiles)
    builder.takeDeclaredOrders()
    builder.orderByFiles()
    builder.orderByImports(repositoryFiles, imports)
    let plan = builder.plan
    self.plan = plan
    orders = builder.orders.sorted { ($0.second, $0.first) < ($1.second, $1.first) }
    diagnostics = builder.diagnostics
    withoutFiles = plan.steps.indices.filter { plan.steps[$0].files.isEmpty }
    names = prompts.map(\.name)
  }

  /// What a person reads of a step: `parallel: no shared files`, `after a.md: both touch src/x.py`.
  package func sentences(of step: Int) -> [String] {
    let own = orders.filter { $0.second == step }
    if own.isEmpty {
      return [
        withoutFiles.contains(step) ? "parallel: no files known" : "parallel: no shared files"
      ]
    }
    return own.map { order in
      let why =
        switch order.reason {
        case .declared: "declared"
        case .touches(let path): "both touch \(path)"
        case .imports(let importer, let imported): "\(importer) imports \(imported)"
        }
      return "after \(names[order.first]): \(why)"
    }
  }
}

private struct Builder {
  let prompts: [PromptFile]
  private(set) var plan: Plan
  private(set) var orders: [PromptPlan.Order] = []
  private(set) var diagnostics: [Diagnostic] = []
  /// For each step those that it waits for, directly or not.
  private var waitsFor: [Set<Int>]

  init(_ prompts: [PromptFile]) {
    self.prompts = prompts
    plan = Plan(id: Located("prompts"), title: "Prompt files", kind: .prompts)
    waitsFor = Array(repeating: [], count: prompts.count)
    var taken: Set<String> = []
    for prompt in prompts {
      var step = Step(
        id: Located(Self.id(for: prompt, taken: &taken)), title: prompt.shownTitle,
        work: Located(.prompt(prompt.path)))
      step.agent = prompt.agent
      step.model = prompt.model
      step.harness = prompt.harness
      step.estimate = prompt.estimate
      step.timeout = prompt.timeout
      step.priority = prompt.priority
      step.gates = prompt.gates
      plan.steps.append(step)
    }
  }

  /// An id made of the file's name, with a number where another has it already.
  private static func id(for prompt: PromptFile, taken: inout Set<String>) -> StepID {
    let stem = prompt.name.hasSuffix(".md") ? String(prompt.name.dropLast(3)) : prompt.name
    var text = String(
      stem.map { character in
        character.isASCII && (character.isLetter || character.isNumber || "-_".contains(character))
          ? character : "-"
      }.drop { !$0.isLetter && !$0.isNumber }.prefix(Identifier.longest - 4))
    if text.isEmpty { text = "prompt" }
    var candidate = text
    var number = 2
    while !taken.insert(candidate.lowercased()).inserted {
      candidate = "\(text)-\(number)"
      number += 1
    }
    return StepID(candidate)
  }

  mutating func takeFiles(_ repositoryFiles: [String]) {
    let mentioned = MentionedPaths(among: repositoryFiles)
    let ownPaths = Set(prompts.map(\.path))
    for (index, prompt) in prompts.enumerated() {
      plan.steps[index].files =
        prompt.files
        ?? mentioned.named(in: prompt.text).filter { !ownPaths.contains($0) }
        .compactMap { path in (try? Glob(Glob.escaped(path))).map { Located($0) } }
    }
  }

  // MARK: Orders

  mutating func takeDeclaredOrders() {
    for (index, prompt) in prompts.enumerated() {
      for need in prompt.needs {
        guard let needed = find(need.value) else {
          let near = closestMatch(to: need.value, in: prompts.map(\.name))
          diagnostics.append(
            Diagnostic(
              .error, "\(prompt.name) needs `\(need.value)`, which is none of these prompt files",
              file: prompt.path, at: need.place, hint: near.map { "did you mean `\($0)`?" }))
          continue
        }
        plan.steps[index].needs.append(Located(plan.steps[needed].id.value, at: need.place))
        orders.append(.init(first: needed, second: index, reason: .declared))
      }
    }
    // Circles of declared needs are for validation to tell; here they only must not hang anything.
    let graph = StepGraph(plan)
    for node in graph.order.lazy.map(Int.init) {
      for need in graph.needs(of: node).lazy.map(Int.init) {
        waitsFor[node].insert(need)
        waitsFor[node].formUnion(waitsFor[need])
      }
    }
  }

  private func find(_ name: String) -> Int? {
    prompts.firstIndex { $0.path == name || $0.name == name || $0.name == name + ".md" }
      ?? plan.steps.firstIndex { $0.id.value.text == name }
  }

  mutating func orderByFiles() {
    let claims = FileClaims(plan.steps.map { $0.files.map(\.value) })
    for second in prompts.indices {
      for first in prompts.indices where first < second {
        guard let path = sharedPath(first, second, claims) else { continue }
        order(first, second, .touches(path))
      }
    }
  }

  private func sharedPath(_ one: Int, _ two: Int, _ claims: FileClaims) -> String? {
    for claim in claims.claims[one] {
      for rival in claims.rivals[claim] where claims.claims[two].contains(rival) {
        let (mine, theirs) = (claims.globs[claim], claims.globs[rival])
        // What both say in the same letters is better known than any example.
        if mine.text == theirs.text { return mine.text }
        if !mine.hasWildcard, theirs.matches(mine.text) { return mine.text }
        if !theirs.hasWildcard, mine.matches(theirs.text) { return theirs.text }
        return mine.commonPath(with: theirs)
      }
    }
    return nil
  }

  mutating func orderByImports(_ repositoryFiles: [String], _ imports: (String) -> [String]) {
    let patterns = plan.steps.map { $0.files.map(\.value.pattern) }
    var owners: [String: [Int]] = [:]
    for file in repositoryFiles {
      let own = patterns.indices.filter { step in patterns[step].contains { $0.matches(file) } }
      if !own.isEmpty { owners[file] = own }
    }
    for importer in owners.keys.sorted() {
      for imported in imports(importer) where imported != importer {
        for one in owners[importer] ?? [] {
          for two in owners[imported] ?? [] where one != two {
            order(min(one, two), max(one, two), .imports(importer: importer, imported: imported))
          }
        }
      }
    }
  }

  /// Lets the second wait for the first, unless one of them waits for the other already.
  private mutating func order(_ first: Int, _ second: Int, _ reason: PromptPlan.Reason) {
    guard !waitsFor[second].contains(first), !waitsFor[first].contains(second) else { return }
    plan.steps[second].needs.append(Located(plan.steps[first].id.value))
    orders.append(.init(first: first, second: second, reason: reason))
    let added = waitsFor[first].union([first])
    for step in waitsFor.indices where step == second || waitsFor[step].contains(second) {
      waitsFor[step].formUnion(added)
    }
  }
}
