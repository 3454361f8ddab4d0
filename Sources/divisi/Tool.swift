import Arguments
import Files
import JSONValues
import Terminal

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The program's version, in the manner of semantic versioning.
let version = "0.1.0"

/// The options that every command takes.
struct GlobalOptions: ToolOptions {
  var folder: String?
  var wantsJSON = false
  var color = ColorMode.auto
  var isQuiet = false
  var verbosity = 0
  var configurationFile: String?

  static let spec = OptionsSpec<Self> {
    Option(
      \.folder, "-C", "--directory", help: "work as if started in this folder",
      placeholder: "DIR", completion: .folders)
    Flag(\.wantsJSON, "--json", help: "write results as JSON, for programs")
    Option(\.color, "--color", help: "colour the output")
    Flag(\.isQuiet, "-q", "--quiet", help: "say only what is wrong")
    Flag(\.verbosity, "-v", "--verbose", help: "say more")
    Option(
      \.configurationFile, "--config",
      help: "read this file instead of the repository's divisi.yaml", placeholder: "FILE",
      completion: .files)
  }
}

/// The program: its commands in the order in which help lists them.
let tool: Tool<GlobalOptions, Session> = Tool(
  "divisi", version: version, "run a team of coding agents on one git repository",
  discussion: """
    Divisi runs a plan, a graph of steps for coding agents and commands: all that can run at once, \
    each step in a git worktree of its own, and merges only what passes its gates as merged. It \
    goes on after any crash. Before, it says what is wrong with a plan and what its graph means, \
    and draws it. Plans lie in .orchestration/sessions and .milestones/active; \
    commands take an id or a path. Every command exits with 0 when all went well, with 1 when the \
    plan is not valid, or the command or the run failed, with 2 when the command line was not \
    understood, with 3 when a run is blocked or waits for a person, with 4 when something that is \
    needed is missing, and with 130 when a run was interrupted.
    """,
  examples: [
    Example("divisi init", "write a configuration and an example plan"),
    Example("divisi check example", "say what is wrong with it, and how long it would take"),
    Example("divisi graph example", "show what waits for what"),
    Example("divisi run example", "run it"),
  ]
) {
  Heading("plans") {
    Check.self
    Graph.self
    Rehearse.self
    List.self
  }
  Heading("runs") {
    Run.self
    Resume.self
    Status.self
    Logs.self
    Diff.self
    Show.self
    Events.self
    Archive.self
    Family("journal", "what happened: check it, copy it, make it smaller") {
      CheckJournal.self
      ExportJournal.self
      ImportJournal.self
      CompactJournal.self
      MirrorJournal.self
    }
  }
  Heading("steering a run") {
    Approve.self
    Reject.self
    Answer.self
    Retry.self
    Skip.self
    Pause.self
    Cancel.self
    ChangeLimit.self
    SetPriority.self
    Resolve.self
  }
  Heading("worktrees") {
    Clean.self
    Family("keep", "work that was set aside before something was removed") {
      KeepList.self
      KeepRestore.self
      KeepDrop.self
    }
  }
  Heading("set-up") {
    Init.self
    Doctor.self
    Config.self
    Schema.self
    Completions.self
    GenerateDocument.self
  }
}

/// Runs one command line and gives the status to exit with.
func divisi(_ words: [String]) async -> ExitStatus {
  // Writing to a pipe that nobody reads must end in an error, not in a signal.
  signal(SIGPIPE, SIG_IGN)
  let environment = currentEnvironment()
  switch tool.parse(words) {
  case .help(let screen, let options):
    let session = Session(options, environment, folder: "/")
    session.print(
      screen.text(width: min(session.output.width ?? 80, 100), palette: session.output.palette))
    return .success
  case .version(let options):
    Session(options, environment, folder: "/").print("divisi \(version)")
    return .success
  case .usageError(let error, let options):
    let session = Session(options, environment, folder: "/")
    session.complain(error.text(palette: session.errors.palette))
    return .usage
  case .complete(let request, let options):
    guard let session = try? Session(options, environment) else { return .success }
    session.answer(request)
    return .success
  case .run(let command, let options):
    do {
      return try await command.run(in: Session(options, environment))
    } catch {
      return Session(options, environment, folder: "/").tell(error)
    }
  }
}

private func currentEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var entry = environ
  while let pointer = entry.pointee {
    let parts = String(cString: pointer).split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    entry += 1
  }
  return variables
}
