import Arguments
import Conducting
import Configuration
import Journal
import PlanLibrary
import Plans
import Runtime
import Workspaces

struct Completions: Arguments.Command {
  var shell = Shell.bash

  static let spec = CommandSpec<Self>(
    "completions", "print a script that completes command lines in a shell"
  ) {
    Example("source <(divisi completions bash)", "complete in this bash")
    Example(
      "divisi completions fish > ~/.config/fish/completions/divisi.fish", "complete in every fish")
    Argument(\.shell, "SHELL", "for which shell")
  }

  func run(in session: Session) throws -> ExitStatus {
    session.print(tool.description.completionScript(for: shell))
    return .success
  }
}

extension Session {
  /// Answers a shell that asks for what only the program knows. Says nothing where it knows nothing:
  /// whoever types a command line is not helped by errors in the middle of it.
  func answer(_ request: CompletionRequest) {
    switch request.kind.rawValue {
    case "plan":
      guard let repository = try? repository() else { return }
      for plan in PlanLibrary(repository).allPlans() { print("\(plan.id)\t\(plan.path)") }
    case "run":
      guard let folder = try? journalFolder(), let journal = try? JournalFile.open(folder, .read)
      else { return }
      for run in (try? journal.runs()) ?? [] {
        print("\(run.session)\t\(run.plan), \(run.standing.status)")
      }
    case "step":
      guard let run = try? run(nil, standard: .newest) else { return }
      for index in 0..<run.state.count {
        print("\(run.state.id(index))\t\(run.state.phase(index).word)")
      }
    case "setting":
      for setting in Settings.shared.all { print("\(setting.name)\t\(setting.help)") }
    case "kept":
      let works = try? kept { keep throws(WorkspaceError) in try keep.list() }
      for work in works ?? [] { print("\(work.name)\t\(work.reason)") }
    default: break
    }
  }
}
