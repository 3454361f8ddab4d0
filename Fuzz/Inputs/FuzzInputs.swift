// FuzzInputs: what is done with arbitrary bytes, for the fuzzer and for the test that replays what it
// found. The first byte chooses the reader, the rest is its text.

import Diagnostics
import Documents
import Imports
import JSONValues
import Plans
import Reports
import Terminal

/// Feeds bytes to a reader and checks what must hold whatever they are. A broken rule ends the
/// process, which is how a fuzzer learns of it.
package func feed(_ input: [UInt8]) {
  guard let first = input.first else { return }
  let source = SourceText(path: "input", bytes: Array(input.dropFirst()))
  switch first % 7 {
  case 0: feedYAML(source)
  case 1: feedEdits(source)
  case 2: feedFrontMatter(source)
  case 3: feedPlan(source)
  case 4: feedGlobs(source)
  case 5: feedImports(source)
  default: feedJSON(source)
  }
}

/// Small limits, so that an input of a few bytes that stands for very much is a finding.
private var limits: YAMLLimits {
  var limits = YAMLLimits()
  limits.nodes = 100_000
  limits.expandedNodes = 1000
  return limits
}

private func feedYAML(_ source: SourceText) {
  let reading = YAMLTree.parse(source, limits: limits)
  check(reading.diagnostics, in: source)
  guard let tree = reading.value, let root = tree.root else { return }
  checkPlaces(of: root, in: tree)
  if !reading.hasErrors { _ = tree.value }
}

private func checkPlaces(of id: YAMLTree.NodeID, in tree: YAMLTree) {
  let bytes = tree[id].place.bytes
  precondition(
    bytes.lowerBound >= 0 && bytes.upperBound <= tree.source.bytes.count, "a place outside")
  for item in tree.items(of: id) { checkPlaces(of: item, in: tree) }
  for (key, value) in tree.pairs(of: id) {
    checkPlaces(of: key, in: tree)
    checkPlaces(of: value, in: tree)
  }
}

private func check(_ diagnostics: [Diagnostic], in source: SourceText) {
  for diagnostic in diagnostics {
    if let place = diagnostic.place {
      precondition(place.line >= 1 && place.column >= 1, "a place before the first")
      precondition(place.bytes.upperBound <= source.bytes.count, "a diagnostic outside")
    }
    precondition(!diagnostic.text(in: source).isEmpty)
  }
}

private func feedEdits(_ source: SourceText) {
  var editor = YAMLEditor(source.bytes)
  let paths = ["id", "workflow.phases[0].status", "a.b", "tasks[id=x].n", "[0]", "a"]
  for path in paths.compactMap({ YAMLPath($0) }) {
    for edit in [
      YAMLEdit.set(path, .text("it's: new")), .append(path, .plain("1")), .remove(path),
    ] {
      let before = editor.bytes
      do {
        guard let splice = try editor.apply(edit) else { continue }
        var expected = before
        expected.replaceSubrange(splice.range, with: splice.replacement)
        precondition(editor.bytes == expected, "bytes outside of the change are others")
      } catch {
        precondition(editor.bytes == before, "a refused change changed something")
      }
    }
  }
}

private func feedFrontMatter(_ source: SourceText) {
  let agent = AgentDocument.read(source)
  check(agent.diagnostics, in: source)
  let prompt = PromptDocument.read(source)
  check(prompt.diagnostics, in: source)
  if let prompt = prompt.value {
    _ = PromptPlan([prompt, prompt], repositoryFiles: ["src/x.py", "a"]) { _ in [] }
  }
}

private func feedPlan(_ source: SourceText) {
  let reading = PlanDocument.read(source)
  check(reading.diagnostics, in: source)
  guard let plan = reading.value else { return }
  check(plan.diagnostics(in: NothingAround()), in: source)
  let report = CheckReport(plan: plan, sources: [source], diagnostics: reading.diagnostics)
  _ = report.summary(on: .plain)
  _ = report.json(strict: true).text()
  guard plan.steps.count < 200 else { return }
  let diagram = Diagram(plan, PlanAnalysis(plan))
  precondition(diagram.svg().hasSuffix("</svg>\n"))
  _ = (diagram.dot(), diagram.mermaid(), diagram.json().text())
}

private func feedGlobs(_ source: SourceText) {
  let parts = source.bytes.split(separator: 0x0A, maxSplits: 2).map {
    String(decoding: $0, as: UTF8.self)
  }
  guard parts.count > 1, let one = try? Glob(parts[0]), let other = try? Glob(parts[1]) else {
    return
  }
  let common = one.commonPath(with: other)
  precondition(one.overlaps(other) == (common != nil), "an overlap without an example")
  precondition(one.overlaps(other) == other.overlaps(one), "an overlap from one side only")
  if let common { precondition(one.matches(common) && other.matches(common), "a wrong example") }
  precondition(one.overlaps(one), "a glob that matches nothing")
}

private func feedImports(_ source: SourceText) {
  for language in languages {
    guard let ending = language.endings.first else { continue }
    let files = ["a/x.\(ending)", "a/y.\(ending)", "go.mod"]
    let scanner = ImportScanner(files: files) { _ in source.bytes }
    precondition(Set(scanner.imports(of: files[0])).isSubset(of: files), "an import from nowhere")
  }
}

private func feedJSON(_ source: SourceText) {
  guard let value = try? JSON.parse(source.bytes) else { return }
  precondition((try? JSON.parse(value.text(.compact))) != nil, "JSON that cannot be read back")
}

/// A repository with nothing in it.
private struct NothingAround: PlanSurroundings {
  func entry(at path: String) -> RepositoryEntry { .missing }
  func files(beside path: String) -> [String] { [] }
  func hasMatch(for glob: Glob) -> Bool { false }
  func plan(_ id: PlanID) -> PlanSummary? { nil }
  var planIDs: [PlanID] { [] }
}
