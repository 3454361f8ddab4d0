internal import Files

extension JournalFile {
  /// Reads an export into this journal, which has to be empty: the same runs, events and messages,
  /// or, where anything is wrong with the export, nothing at all.
  ///
  /// - Parameter descriptor: where from; stays open.
  @discardableResult
  package func importing(from descriptor: Int32) throws(JournalError) -> ExportCount {
    if let defect { throw defect }
    var lines = LineReader(descriptor)
    let count = try database.write { () throws(JournalError) in
      guard try database.number("SELECT count(*) FROM runs") == 0 else {
        throw .notEmpty(path: database.path)
      }
      return try read(&lines)
    }
    try confirmPlace()
    return count
  }

  /// Reads an export into the journal of a repository, which has to be empty or gone.
  ///
  /// Where it is gone, though runs were written to it, this is the way back: the journal appears
  /// whole or not at all. A run that was written further than the export knows is told as `lost` when
  /// it is resumed.
  @discardableResult
  package static func restore(
    _ folder: JournalFolder, from descriptor: Int32
  ) throws(JournalError) -> ExportCount {
    guard entryKind(folder.database) == .missing else {
      return try open(folder, .write(.full)).importing(from: descriptor)
    }
    var count = ExportCount()
    let isMade = try make(folder, .current, .seconds(30), nil) {
      (database) throws(JournalError) in
      let draft = JournalFile(
        folder, database, .write(.full), FileIdentity(database.path))
      count = try draft.importing(from: descriptor)
    }
    guard isMade else { throw .notEmpty(path: folder.database) }
    return count
  }

  private func read(_ lines: inout LineReader) throws(JournalError) -> ExportCount {
    var count = ExportCount()
    var sum = LineSum()
    var current: ImportedRun?
    var isBegun = false
    while let bytes = try lines.next() {
      let number = lines.number
      let line = try ExportLine(bytes, number: number)
      let expected = sum.text
      sum.add(bytes)
      if case .header(let version) = line {
        guard version <= Self.exportVersion else {
          throw .badExport(line: number, flaw: "it is of version \(version), of a newer divisi")
        }
        isBegun = true
        continue
      }
      guard isBegun else { throw .badExport(line: number, flaw: "it comes before the header") }
      switch line {
      case .header: continue
      case .run(let run):
        count.runs += 1
        current = try beginImport(of: run, number)
      case .event(let event):
        count.events += 1
        try insert(event, of: &current, number)
      case .message(let message):
        count.messages += 1
        guard let current else { throw .badExport(line: number, flaw: "it belongs to no run") }
        try insert(message, of: current.session, current.run)
      case .end(let total, let checksum):
        guard total == count else {
          throw .badExport(line: number, flaw: "lines before it are missing")
        }
        guard checksum == expected else {
          throw .badExport(line: number, flaw: "lines before it are not as they were written")
        }
        guard try lines.next() == nil else {
          throw .badExport(line: lines.number, flaw: "it comes after the end")
        }
        return count
      }
    }
    throw .badExport(line: lines.number + 1, flaw: "the export ends before its last line")
  }

  private func beginImport(
    of run: RunRecord, _ line: Int
  ) throws(JournalError) -> ImportedRun {
    if let flaw = JournalFolder.flaw(inSession: run.session) {
      throw .badExport(line: line, flaw: "the session \(flaw)")
    }
    guard try database.number("SELECT 1 FROM runs WHERE session = ?", .text(run.session)) == nil
    else { throw .badExport(line: line, flaw: "run `\(run.session)` is there twice") }
    try insert(run)
    return ImportedRun(
      session: run.session, run: database.lastInsertedRow,
      chain: Chain(session: run.session, plan: run.plan, created: run.created))
  }

  private func insert(
    _ event: EventRecord, of run: inout ImportedRun?, _ line: Int
  ) throws(JournalError) {
    guard var current = run else { throw .badExport(line: line, flaw: "it belongs to no run") }
    guard event.sequence == current.sequence + 1 else {
      throw .badExport(line: line, flaw: "event \(current.sequence + 1) should be here")
    }
    if let flaw = event.flaw { throw .badExport(line: line, flaw: flaw) }
    current.sequence = event.sequence
    current.chain.add(event)
    try insert(event, ofRun: current.run, current.chain)
    run = current
  }
}

/// How far a run has been read from an export.
private struct ImportedRun {
  let session: String
  let run: Int64
  var sequence = 0
  var chain: Chain
}
