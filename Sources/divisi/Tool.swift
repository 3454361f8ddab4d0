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
struct GlobalOptions: Sendable {
  private(set) var shape = CommandShape.global
  let folder: ValueKey<String?>
  let json: ValueKey<Bool>
  let color: ValueKey<ColorMode>
  let quiet: ValueKey<Bool>
  let verbose: ValueKey<Int>
  let configuration: ValueKey<String?>

  init() {
    folder = shape.option(
      "directory", short: "C", .folder(), help: "work as if started in this folder")
    json = shape.flag("json", help: "write results as JSON, for programs")
    color = shape.option(
      "color", .word("WHEN"), default: .auto, shown: "auto", help: "colour the output")
    quiet = shape.flag("quiet", short: "q", help: "say only what is wrong")
    verbose = shape.count("verbose", short: "v", help: "say more")
    configuration = shape.option(
      "config", .file(), help: "read this file instead of the repository's divisi.yaml")
  }
}

let globalOptions = GlobalOptions()

/// The program: its commands in the order in which help lists them.
let tool: Tool<Session> = Tool(
  "divisi", version: version,
  summary: "run a team of coding agents on one git repository",
  discussion:
    "Divisi reads a plan, a graph of steps for coding agents, says what is wrong with it and what "
    + "its graph means, and draws it. Plans lie in .orchestration/sessions and .milestones/active; "
    + "commands take an id or a path.",
  examples: [
    Example("divisi init", "write a configuration and an example plan"),
    Example("divisi check example", "say what is wrong with it, and how long it would take"),
    Example("divisi graph example", "show what waits for what"),
  ],
  exitCodes: [
    ExitCode(0, "all went well"),
    ExitCode(1, "the plan is not valid, or the command failed"),
    ExitCode(2, "the command line was not understood"),
  ],
  globals: globalOptions.shape,
  commands: [
    initCommand, checkCommand, graphCommand, listCommand, configCommand, schemaCommand,
    completionsCommand, completeCommand, documentsCommand,
  ])

/// Runs one command line and gives the status to exit with.
func divisi(_ words: [String]) -> Int32 {
  // Writing to a pipe that nobody reads must end in an error, not in a signal.
  signal(SIGPIPE, SIG_IGN)
  let environment = currentEnvironment()
  let plain = Screen(descriptor: 1, environment: environment, color: .auto)
  do {
    switch try tool.parse(words) {
    case .help(let path):
      standardSession(environment).print(tool.help(path, width: min(plain.width ?? 80, 100)))
      return 0
    case .version:
      standardSession(environment).print("divisi \(version)")
      return 0
    case .run(let command, let values):
      return try run(command, values, environment)
    }
  } catch let error as UsageError {
    standardSession(environment).complain(error.description)
    return 2
  } catch let failure as Failure {
    let session = standardSession(environment)
    session.complain("divisi: \(failure.message)")
    if let hint = failure.hint { session.complain("  hint: \(hint)") }
    return failure.status
  } catch {
    standardSession(environment).complain("divisi: \(error)")
    return 1
  }
}

private func run(
  _ command: Command<Session>, _ values: ParsedValues, _ environment: [String: String]
) throws -> Int32 {
  var folder = try workingFolder()
  if let asked = values[globalOptions.folder] {
    folder = absolutePath(asked, from: folder)
    guard entryKind(folder) == .folder else {
      throw Failure("there is no folder \(asked)", hint: "check the path behind -C")
    }
  }
  let color = values[globalOptions.color]
  let session = Session(
    folder: folder, environment: environment, wantsJSON: values[globalOptions.json],
    isQuiet: values[globalOptions.quiet], verbosity: values[globalOptions.verbose],
    configurationFile: values[globalOptions.configuration].map { absolutePath($0, from: folder) },
    output: Screen(descriptor: 1, environment: environment, color: color),
    errors: Screen(descriptor: 2, environment: environment, color: color))
  return try command.run(values, session)
}

/// For what is said before the command line is understood.
private func standardSession(_ environment: [String: String]) -> Session {
  Session(
    folder: "/", environment: environment, wantsJSON: false, isQuiet: false, verbosity: 0,
    configurationFile: nil, output: .plain, errors: .plain)
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
