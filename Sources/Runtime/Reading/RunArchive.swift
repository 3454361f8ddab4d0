package import Files
internal import Glibc
package import Journal
internal import JSONValues
internal import Processes
internal import Supervision

/// The one file that a run's folder becomes when the run is over. Its events stay in the journal.
package struct RunArchive: Sendable {
  /// What the journal needs of a run's folder as long as it knows the run.
  private static let kept: Set<String> = ["lock", "tip", "bell"]
  private static let events = "events.jsonl"

  private let session: String
  private let store: JournalFolder
  private let environment: [String: String]

  /// - Parameter environment: what the programs that pack see of it.
  package init(_ session: String, in store: JournalFolder, environment: [String: String]) {
    self.session = session
    self.store = store
    self.environment = environment
  }

  private var folder: String { store.run(session) }

  /// Writes the archive with the run's events in it, reads it back and compares it; gives where it lies.
  ///
  /// When it throws, nothing was removed and there is no archive.
  package func write(_ journal: JournalFile) async throws(ArchiveError) -> String {
    try export(journal)
    let isZstd = hasProgram("zstd")
    let path = "\(store.path)/archive/\(session).tar.\(isZstd ? "zst" : "gz")"
    let draft = path + ".draft"
    let compression = isZstd ? "--zstd" : "--gzip"
    try withFiles { () throws(FileError) in
      try createFolder(parentFolder(of: path))
    }
    defer { unlink(draft) }
    let left = Self.kept.sorted().map { "--exclude=\(session)/\($0)" }
    try await tar(
      ["--create", compression, "--file", draft, "--anchored"] + left
        + ["-C", parentFolder(of: folder), session])
    try await verify(draft, compression)
    try withFiles { () throws(FileError) in
      try sync(draft)
      guard rename(draft, path) == 0 else { throw FileError("write", path, code: errno) }
      try sync(parentFolder(of: path))
    }
    return path
  }

  /// Removes what is in the archive. When it throws, some of it may be gone.
  package func removeOriginals() throws(ArchiveError) {
    try withFiles { () throws(FileError) in
      for name in try listFolder(folder) where !Self.kept.contains(name) {
        try removeAll(folder + "/" + name)
      }
    }
  }

  private func export(_ journal: JournalFile) throws(ArchiveError) {
    let path = "\(folder)/\(Self.events)"
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .file(FileError("write", path, code: errno)) }
    defer { close(descriptor) }
    do { try journal.export([session], to: descriptor) } catch { throw .journal(error) }
  }

  /// The archive holds every file, and each as it is on disk.
  private func verify(_ draft: String, _ compression: String) async throws(ArchiveError) {
    let listed = try await tar([
      "--list", compression, "--quoting-style=escape", "--file", draft,
    ])
    let names = Set(listed.split(separator: UInt8(ascii: "\n")).map(unescaped))
    let missing = walkFolder(folder, limit: .max).filter { name in
      !Self.kept.contains(name) && !names.contains("\(session)/\(name)".pathBytes)
    }
    if let first = missing.first { throw .incomplete(file: first, count: missing.count) }
    try await tar([
      "--compare", compression, "--file", draft, "-C", parentFolder(of: folder),
    ])
  }

  /// A name as its bytes are, of the one line that tar makes of it: `\\n` for a line feed, `\\351` for what is no text.
  private func unescaped(_ line: ArraySlice<UInt8>) -> [UInt8] {
    let letters: [UInt8: UInt8] = [
      0x61: 7, 0x62: 8, 0x74: 9, 0x6E: 10, 0x76: 11, 0x66: 12, 0x72: 13,
    ]
    var name: [UInt8] = []
    var rest = line
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "\\"), let next = rest.first else {
        name.append(byte)
        continue
      }
      let digits = rest.prefix(3)
      if digits.count == 3, digits.allSatisfy({ (0x30...0x37).contains($0) }) {
        name.append(digits.reduce(0) { $0 &* 8 &+ ($1 - 0x30) })
        rest = rest.dropFirst(3)
      } else {
        name.append(letters[next] ?? next)
        rest = rest.dropFirst()
      }
    }
    return name
  }

  @discardableResult
  private func tar(_ arguments: [String]) async throws(ArchiveError) -> [UInt8] {
    let result: ProcessResult
    do throws(SpawnError) {
      result = try await run(
        Command(["tar"] + arguments, in: store.path, environment: environment))
    } catch { throw .tar("\(error)") }
    guard result.succeeded else {
      let words = (result.errorText + result.outputText).split(separator: "\n").first
      throw .tar(words.map(String.init) ?? "it failed without a word")
    }
    return result.output
  }

  private func hasProgram(_ name: String) -> Bool {
    (environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .contains { entryKind("\($0)/\(name)") == .file }
  }

  private func sync(_ path: String) throws(FileError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileError("write", path, code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw FileError("write", path, code: errno) }
  }

  private func withFiles(_ body: () throws(FileError) -> Void) throws(ArchiveError) {
    do throws(FileError) { try body() } catch { throw .file(error) }
  }
}

extension RunArchive {
  /// Where the archive of a run lies, seen from the repository; nothing where there is none.
  package static func path(in standing: RunStanding) -> String? {
    (try? JSON.parse(standing.summary))?["archive"]?.text
  }

  /// Notes where the archive lies, beside what else the journal says of the run.
  package static func note(
    _ path: String, for run: RunRecord, after sequence: Int, in file: JournalFile,
    under lock: RunLock
  ) throws(JournalError) {
    var members = (try? JSON.parse(run.standing.summary))?.members ?? []
    members.removeAll { $0.name == "archive" }
    members.append(JSON.Member("archive", .string(path)))
    var standing = run.standing
    standing.summary = JSON.object(members).text(.compact)
    _ = try file.append(
      JournalEntry(lock: lock, after: sequence, events: [], standing: standing))
  }
}

/// Why a run could not be archived, or what was archived not removed.
package enum ArchiveError: Error, Hashable, Sendable, CustomStringConvertible {
  case file(FileError)
  case journal(JournalError)
  case tar(String)
  case incomplete(file: String, count: Int)

  package var description: String {
    switch self {
    case .file(let error): "\(error)"
    case .journal(let error): "\(error)"
    case .tar(let words): "tar: \(words); nothing was removed"
    case .incomplete(let file, let count):
      "the archive lacks \(file)" + (count > 1 ? " and \(count - 1) more" : "")
        + "; nothing was removed"
    }
  }
}
