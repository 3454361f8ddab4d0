import Agents
import Configuration
import Diagnostics
import Files
import JSONValues

extension Readiness {
  /// One harness: whether its program is there, starts in a fresh folder without a question, and has a key or login.
  func check(
    harness name: String, _ needs: ReadinessNeeds, _ depth: Depth
  ) async -> [ReadinessFinding] {
    let need = needs.harnesses.first { $0.name == name }
    func finding(
      _ level: ReadinessFinding.Level, _ found: String, mend: String? = nil
    ) -> ReadinessFinding {
      // What nobody needs is no hindrance.
      let level = need == nil && level != .ok ? .note : level
      let users = level == .error ? need.map { "; needed by \($0.usersText)" } ?? "" : ""
      return ReadinessFinding(.harnesses, name, level, found + users, mend: mend)
    }
    let harness: Harness
    do throws(HarnessFlaw) { harness = try surroundings.configuration.harness(name) } catch {
      return [finding(.error, error.description, mend: unknownMend(error))]
    }
    let path = surroundings.environment["PATH"]
    guard let program = findProgram(harness.program, path: path, from: surroundings.folder) else {
      let found =
        harness.program.contains("/") ? "no program lies at \(harness.program)" : "not on the PATH"
      return [finding(.error, found, mend: harness.readiness.installHint)]
    }
    switch await prove(harness, at: program, depth) {
    case .failure(let flaw): return [finding(.error, flaw.words, mend: flaw.hint)]
    case .success(let proof):
      guard let access = access(of: harness) else {
        return [
          finding(
            .error, Self.words(proof.version, "without key or login", "at \(program)"),
            mend: harness.readiness.loginHint)
        ]
      }
      var findings = [finding(.ok, Self.words(proof.version, access.words, "at \(program)"))]
      if let flaw = proof.sandboxFlaw {
        findings.append(
          finding(
            .warning, "its sandbox cannot be put up: \(flaw)",
            mend:
              "apt-get install bubblewrap, and let users make namespaces; or run agents without it")
        )
      }
      if depth == .answers, need != nil {
        do throws(Flaw) {
          try await probe(harness, .answer)
          findings[0].found += "; its model answers"
        } catch {
          findings.append(finding(.error, error.words, mend: error.hint))
        }
      }
      return findings
    }
  }

  private func unknownMend(_ flaw: HarnessFlaw) -> String {
    guard case .unknown(let name, let known) = flaw else { return "mend it in divisi.yaml" }
    return closestMatch(to: name, in: known).map { "did you mean `\($0)`?" }
      ?? "define it in divisi.yaml: harnesses: {\(name): {command: [...]}}"
  }

  private static func words(_ parts: String...) -> String {
    parts.filter { !$0.isEmpty }.joined(separator: ", ")
  }

  /// Why a program cannot be used.
  private struct Flaw: Error {
    var words: String
    var hint: String
  }

  /// Tries a program, unless it was tried lately.
  private func prove(
    _ harness: Harness, at program: String, _ depth: Depth
  ) async -> Result<ProvenProgram, Flaw> {
    let readiness = harness.readiness
    let form = surroundings.configuration.entry("harnesses.\(harness.name)")?.text ?? ""
    guard var proof = ProvenProgram(program: program, form: form, at: surroundings.now) else {
      return .failure(Flaw(words: "not on the PATH", hint: readiness.installHint))
    }
    let memory = memoryFolder
    if depth <= .needed, let memory, let past = proof.remembered(in: memory, as: harness.name) {
      return .success(past)
    }
    if depth == .presence { return .success(proof) }
    do throws(Flaw) {
      proof.version = try await version(of: harness)
      guard let service = RefusingService() else {
        throw Flaw(
          words: "it cannot be tried: no port is free on 127.0.0.1",
          hint: "see what holds so many, or whether the network of this machine is up")
      }
      let refusal = Preflight.Depth.start(service: service.address, words: RefusingService.words)
      try await probe(harness, refusal)
      // Ended here and not before: a value that is not used any more may be let go of.
      withExtendedLifetime(service) {}
      proof.sandboxFlaw = try await sandboxFlaw(of: harness)
    } catch {
      return .failure(error)
    }
    if let memory { proof.remember(in: memory, as: harness.name) }
    return .success(proof)
  }

  /// Where programs that worked are remembered.
  private var memoryFolder: String? {
    if let folder = surroundings.environment["XDG_CACHE_HOME"], folder.hasPrefix("/") {
      return folder + "/divisi/harnesses"
    }
    return surroundings.environment["HOME"].map { $0 + "/.cache/divisi/harnesses" }
  }

  /// What its version command prints; empty where it has none.
  private func version(of harness: Harness) async throws(Flaw) -> String {
    let readiness = harness.readiness
    guard let command = readiness.version, let program = command.first else { return "" }
    let scratch = try scratch()
    // Programs in Python and JavaScript take some seconds where the disk is cold.
    let trial = await trial(rooted(command), in: scratch.path, within: .seconds(30))
    if case .stopped = trial.ending {
      throw Flaw(
        words: "`\(command.joined(separator: " "))` did not end within 30s",
        hint: "start it by hand and look; `version` of the harness may name another command")
    }
    let verdict = readiness.judge(
      .init(
        status: trial.status, output: trial.outputText.isEmpty ? trial.errors : trial.outputText,
        environment: [:], loginFiles: []))
    switch verdict {
    case .ready(let version, _), .notLoggedIn(let version, _): return version
    case .missing(let hint):
      throw Flaw(words: "`\(program)` cannot be started: \(trial.words)", hint: hint)
    case .broken(let words, let hint): throw Flaw(words: words, hint: hint)
    }
  }

  /// A command whose program is a path from the repository, so that it can be run elsewhere.
  private func rooted(_ command: [String]) -> [String] {
    guard let first = command.first, first.contains("/") else { return command }
    return [absolutePath(first, from: surroundings.folder)] + command.dropFirst()
  }

  /// Starts a program as an attempt starts it, in folders that are as fresh as a new worktree.
  private func probe(_ harness: Harness, _ depth: Preflight.Depth) async throws(Flaw) {
    let scratch = try scratch()
    let account = Account(name: "probe", folder: scratch.path + "/account", home: surroundings.home)
    let worktree = scratch.path + "/worktree"
    let preflight: Preflight
    do {
      guard
        let made = try Preflight(
          depth, of: harness, worktree: worktree, folder: scratch.path + "/attempt",
          account: account)
      else { return }
      preflight = made
      for folder in [worktree, account.folder] { try createFolder(folder) }
      try preflight.launch.prepare()
    } catch let flaw as HarnessFlaw {
      throw Flaw(words: flaw.description, hint: "mend it in divisi.yaml")
    } catch {
      throw Flaw(words: "it cannot be tried: \(error)", hint: "see whether the disk is full")
    }
    let launch = preflight.launch
    var input: [UInt8] = []
    if case .file(let file) = launch.input { input = (try? readFile(file)) ?? [] }
    let trial = await trial(
      rooted(launch.arguments), in: worktree, environment: launch.environment,
      inherited: launch.inherited, input: input, within: preflight.timeout)
    var reader = StreamReader(harness.dialect)
    _ = reader.receive(trial.output)
    _ = reader.finish()
    let verdict = preflight.judge(
      AttemptRemains(account: reader.account, ending: trial.ending, errors: trial.errors))
    if case .failed(_, let words, let hint) = verdict {
      let what =
        depth == .answer ? "its model does not answer" : "it does not start in a new folder"
      let line = words.split(whereSeparator: \.isNewline).first ?? ""
      throw Flaw(words: "\(what): \(line)", hint: hint)
    }
  }

  /// Why a program's own walls cannot be put up.
  private func sandboxFlaw(of harness: Harness) async throws(Flaw) -> String? {
    guard let command = harness.readiness.sandbox else { return nil }
    let scratch = try scratch()
    // Its settings may not lie below its temporary folder.
    let (settings, temporary) = (scratch.path + "/settings", scratch.path + "/tmp")
    for folder in [settings, temporary] { try? createFolder(folder) }
    let trial = await trial(
      rooted(command), in: scratch.path,
      environment: ["HOME": settings, "CODEX_HOME": settings, "TMPDIR": temporary],
      within: .seconds(10))
    return trial.status == 0 ? nil : trial.words
  }

  private func scratch() throws(Flaw) -> ScratchFolder {
    let folder =
      surroundings.environment["TMPDIR"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? "/tmp"
    do throws(FileError) {
      return try ScratchFolder(in: folder)
    } catch {
      throw Flaw(words: "it cannot be tried: \(error)", hint: "make room in \(folder)")
    }
  }

  /// By what a program is let in, seen as an attempt of it would see it.
  private func access(of harness: Harness) -> HarnessReadiness.Access? {
    let home = surroundings.home
    let launch = try? harness.launch(
      Assignment(
        promptFile: "/", prompt: "", worktree: "/", attemptFolder: "/attempt",
        account: Account(name: "probe", folder: "/account", home: home)))
    let environment = surroundings.environment.filter {
      launch?.inherited.contains($0.key) ?? false
    }.merging(launch?.environment ?? [:]) { $1 }
    let files = harness.readiness.loginFiles.filter { entryKind("\(home)/\($0)") == .file }
    return harness.readiness.access(environment, files)
  }
}

extension HarnessReadiness.Access {
  fileprivate var words: String {
    switch self {
    case .variable(let name): "keyed by \(name)"
    case .login(let file): "logged in (~/\(file))"
    case .unknown: ""
    }
  }
}
