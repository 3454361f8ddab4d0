import Diagnostics
import Documents
import Files
import Imports
import Plans
import Workspaces

extension PlanLibrary {
  /// The plan that prompt files make, in the order in which they are named.
  func loadPrompts(_ names: [String], from folder: String) throws(PlanNotFound) -> LoadedPlan {
    var prompts: [PromptFile] = []
    var diagnostics: [Diagnostic] = []
    var sources: [SourceText] = []
    for name in names {
      guard name.hasSuffix(".md") else { throw .notAPrompt(name) }
      let text: SourceText
      do {
        let beside = absolutePath(name, from: folder)
        text = try source(entryKind(beside) == .file ? beside : name)
      } catch {
        throw .unreadable(error)
      }
      sources.append(text)
      let reading = PromptDocument.read(text)
      diagnostics += reading.diagnostics
      if let prompt = reading.value { prompts.append(prompt) }
    }
    let files = workingFiles()
    let root = repository.root
    let scanner = ImportScanner(files: files) { path in try? readFile(root + "/" + path) }
    let made = PromptPlan(prompts, repositoryFiles: files, imports: scanner.imports(of:))
    diagnostics += made.diagnostics + made.plan.diagnostics(in: RepositorySurroundings(self))
    return LoadedPlan(
      plan: made.plan, sources: sources, diagnostics: diagnostics, prompts: made)
  }
}
