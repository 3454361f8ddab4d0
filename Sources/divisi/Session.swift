import Arguments
import Diagnostics
import Files
import JSONValues
import PlanLibrary
import Terminal
import Workspaces

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What every command is handed: where the person stands, how output is to look, and where it goes.
struct Session: Sendable {
  /// The folder that paths on the command line are relative to.
  let folder: String
  let environment: [String: String]
  let wantsJSON: Bool
  let isQuiet: Bool
  let verbosity: Int
  let configurationFile: String?
  let output: Screen
  let errors: Screen

  init(_ options: GlobalOptions, _ environment: [String: String], folder: String) {
    self.folder = folder
    self.environment = environment
    wantsJSON = options.wantsJSON
    isQuiet = options.isQuiet
    verbosity = options.verbosity
    configurationFile = options.configurationFile.map { absolutePath($0, from: folder) }
    output = Screen(descriptor: 1, environment: environment, color: options.color)
    errors = Screen(descriptor: 2, environment: environment, color: options.color)
  }

  /// A session in the folder that the person stands in, or that `-C` names.
  init(_ options: GlobalOptions, _ environment: [String: String]) throws {
    var folder = try workingFolder()
    if let asked = options.folder {
      folder = absolutePath(asked, from: folder)
      guard entryKind(folder) == .folder else {
        throw Failure("there is no folder \(asked)", hint: "check the path behind -C")
      }
    }
    self.init(options, environment, folder: folder)
  }

  /// Tells why a command failed, and gives the status to exit with.
  func tell(_ error: any Error) -> ExitStatus {
    let failure = error as? Failure ?? Failure("\(error)")
    let paint = errors.palette.paint as (TextRole, String) -> String
    complain("divisi: \(failure.message)")
    if let hint = failure.hint { complain("  hint: " + paint(.hint, hint)) }
    return failure.status
  }

  /// Results go to standard output.
  func print(_ text: String) {
    guard !text.isEmpty else { return }
    do { try write(text.endedLine, to: 1) } catch { endUnwritten(error) }
  }

  /// The same, for who goes on where nobody reads it; says whether somebody may.
  func offer(_ text: String) -> Bool {
    do { try write(text.endedLine, to: 1) } catch {
      if !error.isUnread { _ = offerAside("divisi: \(error)") }
      return false
    }
    return true
  }

  /// The same for talk.
  func offerAside(_ text: String) -> Bool { (try? write(text.endedLine, to: 2)) != nil }

  func print(_ json: JSON) { print(json.text()) }

  /// Bytes as they are, for who asked for them so.
  func printBytes(_ bytes: [UInt8]) {
    do { try write(bytes[...], to: 1) } catch { endUnwritten(error) }
  }

  /// Talk goes to standard error, and is left out where quiet was asked for.
  func say(_ text: String) {
    if !isQuiet { complain(text) }
  }

  /// What only those want to know who asked for more.
  func detail(_ text: @autoclosure () -> String) {
    if verbosity > 0 { complain(text()) }
  }

  /// What a person must know even where quiet was asked for.
  func complain(_ text: String) {
    guard !text.isEmpty else { return }
    do { try write(text.endedLine, to: 2) } catch { endUnwritten(error) }
  }

  /// Ends the program where what it says goes nowhere: quietly where nobody reads any more.
  private func endUnwritten(_ error: OutputError) -> Never {
    if error.isUnread { exit(0) }
    _ = offerAside("divisi: \(error)")
    exit(ExitStatus.failure.rawValue)
  }

  func repository() throws(Failure) -> Repository {
    do {
      let repository = try Repository.find(from: folder)
      detail("repository \(repository.root)")
      return repository
    } catch {
      throw Failure(error.description, hint: error.hint)
    }
  }
}

/// Why a command could not do its work: told in one line, with what to do in a second.
struct Failure: Error {
  let message: String
  let hint: String?
  let status: ExitStatus

  init(_ message: String, hint: String? = nil, status: ExitStatus = .failure) {
    self.message = message
    self.hint = hint
    self.status = status
  }
}

extension Failure {
  init(_ error: FileError) {
    self.init(error.description, hint: error.isMissing ? "check the path" : nil)
  }

  init(_ error: PlanNotFound) { self.init(error.description, hint: error.hint) }
}

/// Why what is printed cannot be.
private struct OutputError: Error, CustomStringConvertible {
  let code: Int32

  /// Nobody reads any more, and nothing is wrong with that.
  var isUnread: Bool { code == EPIPE }
  var description: String {
    "what is printed cannot be written: \(String(cString: strerror(code)))"
  }
}

/// Writes all of a text.
private func write(_ text: String, to descriptor: Int32) throws(OutputError) {
  try write(Array(text.utf8)[...], to: descriptor)
}

private func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(OutputError) {
  var bytes = bytes
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0 {
      if errno == EINTR { continue }
      throw OutputError(code: errno)
    }
    bytes = bytes.dropFirst(count)
  }
}

extension String {
  fileprivate var endedLine: String { hasSuffix("\n") ? self : self + "\n" }
}
