internal import Files
internal import Glibc

extension JournalFile {
  /// Opens the journal of a repository.
  package static func open(
    _ folder: JournalFolder, _ access: Access
  ) throws(JournalError) -> JournalFile {
    try open(folder, access, schema: .current, patience: .seconds(30))
  }

  /// As above; what is open to tests is which schema is known, how long another's lock is waited
  /// for, and what the disk is taken for.
  static func open(
    _ folder: JournalFolder, _ access: Access, schema: Schema, patience: Duration,
    on fileSystem: FileSystem? = nil
  ) throws(JournalError) -> JournalFile {
    let path = folder.database
    if entryKind(path) == .missing {
      let orphans = RunTip.sessions(in: folder)
      // Looked at again: another may have made it meanwhile, and written to it.
      if entryKind(path) == .missing {
        guard orphans.isEmpty else { throw .gone(path: path, runs: orphans) }
        guard case .write = access else { throw .missing(path: path) }
        guard try make(folder, schema, patience, fileSystem) || entryKind(path) == .file else {
          throw .folder(FileError("make", path, code: EEXIST))
        }
      }
    }
    try refuseNetwork(fileSystem, folder)
    try refuseEmpty(path)
    let database = try connect(path, access, patience)
    // Only now: on layered disks, a file that is opened for writing can become another.
    let identity = FileIdentity(path)
    let version = try verifiedVersion(of: database, schema)
    if case .write(let durability) = access { try database.configure(durability) }
    guard version == schema.version else {
      guard case .write = access else {
        // Bringing it up to date is a matter of milliseconds, and lists cannot read the old one.
        _ = try open(
          folder, .write(.full), schema: schema, patience: patience, on: fileSystem)
        return try open(folder, access, schema: schema, patience: patience, on: fileSystem)
      }
      try migrate(database, in: folder, from: version, to: schema)
      return JournalFile(folder, database, access, identity)
    }
    return JournalFile(folder, database, access, identity)
  }

  private static func refuseNetwork(
    _ assumed: FileSystem?, _ folder: JournalFolder
  ) throws(JournalError) {
    let fileSystem: FileSystem
    if let assumed { fileSystem = assumed } else { fileSystem = try FileSystem(of: folder.path) }
    if let kind = fileSystem.network {
      throw .networkFileSystem(path: folder.database, kind: kind)
    }
  }

  /// SQLite takes an empty file for a database that is to begin, and throws away the log beside it,
  /// which may hold all that there is.
  ///
  /// Nobody but SQLite may open the file to look: closing it would end the locks of every connection
  /// of this process.
  private static func refuseEmpty(_ path: String) throws(JournalError) {
    do throws(FileError) {
      guard try fileSize(path) == 0 else { return }
    } catch {
      throw .folder(error)
    }
    throw .corrupt(path: path, detail: "it was cut to nothing")
  }

  private static func connect(
    _ path: String, _ access: Access, _ patience: Duration
  ) throws(JournalError) -> Database {
    switch access {
    case .write:
      // SQLite opens what it may not write for reading, and says so at the first write only.
      guard Glibc.access(path, W_OK) == 0 else { throw .readOnly(path: path) }
      return try Database(path, .write, patience: patience)
    case .read:
      do throws(JournalError) {
        let database = try Database(path, .read, patience: patience)
        try database.runScript("PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF;")
        _ = try database.number("PRAGMA schema_version")
        return database
      } catch {
        // Readers of a write-ahead log write a little too, which a read-only disk forbids.
        guard Glibc.access(path, W_OK) != 0, Glibc.access(parentFolder(of: path), W_OK) != 0,
          Glibc.access(path, R_OK) == 0
        else { throw error }
        guard (try? fileSize(path + "-wal")) ?? 0 == 0 else { throw .frozenWithLog(path: path) }
        return try Database(path, .readFrozen, patience: patience)
      }
    }
  }

  /// The version of the tables, of a file that is a journal and not from the future.
  private static func verifiedVersion(
    of database: Database, _ schema: Schema
  ) throws(JournalError) -> Int {
    let path = database.path
    let version = Int(try database.number("PRAGMA user_version") ?? 0)
    guard try database.number("PRAGMA application_id") == Schema.applicationID else {
      throw .notAJournal(path: path, reason: "it is a database of another program")
    }
    guard version <= schema.version else {
      throw .newer(path: path, version: version, known: schema.version)
    }
    return version
  }

  private static func migrate(
    _ database: Database, in folder: JournalFolder, from version: Int, to schema: Schema
  ) throws(JournalError) {
    let older = try RunLock.holders(in: folder).filter { $0.version < schema.version }
    guard older.isEmpty else {
      throw .older(
        path: database.path, version: version, known: schema.version, runs: older.map(\.session))
    }
    try database.write { () throws(JournalError) in
      // Another process may have been faster.
      let version = try verifiedVersion(of: database, schema)
      for step in schema.steps[version...] { try database.runScript(step) }
      try database.runScript("PRAGMA user_version = \(schema.version)")
    }
  }

  /// Makes a journal under another name and gives it its own when it is whole, so that there is never
  /// half a journal, and of several who make one at once all get the first. False where somebody was
  /// faster.
  static func make(
    _ folder: JournalFolder, _ schema: Schema, _ patience: Duration, _ fileSystem: FileSystem?,
    filledBy fill: (Database) throws(JournalError) -> Void = { _ in }
  ) throws(JournalError) -> Bool {
    let path = folder.database
    do throws(FileError) { try createFolder(folder.path) } catch {
      throw error.code == EROFS ? .readOnly(path: path) : .folder(error)
    }
    try refuseNetwork(fileSystem, folder)
    // SQLite tries to read what it may not make, and then says that it is not there.
    guard Glibc.access(folder.path, W_OK) == 0 else { throw .readOnly(path: path) }
    let draft = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(draft + suffix) } }
    do {
      let database = try Database(draft, .create, patience: patience)
      try database.build(schema)
      try fill(database)
      try database.runScript("PRAGMA wal_checkpoint(TRUNCATE);")
    }
    guard link(draft, path) == 0 else {
      if errno == EEXIST { return false }
      throw .folder(FileError("make", path, code: errno))
    }
    let descriptor = Glibc.open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
    return true
  }
}

extension Database {
  fileprivate func build(_ schema: Schema) throws(JournalError) {
    // Before the first page is written: later it would need the whole file to be rewritten.
    try runScript("PRAGMA auto_vacuum = INCREMENTAL;")
    try configure(.full)
    try write { () throws(JournalError) in
      try runScript("PRAGMA application_id = \(Schema.applicationID)")
      for step in schema.steps { try runScript(step) }
      try runScript("PRAGMA user_version = \(schema.version)")
    }
  }

  fileprivate func configure(_ durability: JournalDurability) throws(JournalError) {
    let synchronous = durability == .full ? "FULL" : "NORMAL"
    try runScript(
      """
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = \(synchronous);
      PRAGMA cell_size_check = ON;
      PRAGMA trusted_schema = OFF;
      PRAGMA journal_size_limit = 67108864;
      """)
    // The log is made by the first to read, and has to be there to be watched (`confirmPlace`).
    _ = try number("PRAGMA schema_version")
  }
}
