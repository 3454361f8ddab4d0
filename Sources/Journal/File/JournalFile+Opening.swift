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
      guard orphans.isEmpty else { throw .gone(path: path, runs: orphans) }
      guard case .write = access else { throw .missing(path: path) }
      try make(folder, schema, patience, fileSystem)
    }
    try refuseNetwork(fileSystem, folder)
    let identity = FileIdentity(path)
    let database = try connect(path, access, patience)
    let version = try verifiedVersion(of: database, schema)
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

  private static func connect(
    _ path: String, _ access: Access, _ patience: Duration
  ) throws(JournalError) -> Database {
    switch access {
    case .write(let durability):
      // SQLite opens what it may not write for reading, and says so at the first write only.
      guard Glibc.access(path, W_OK) == 0 else { throw .readOnly(path: path) }
      let database = try Database(path, .write, patience: patience)
      try database.configure(durability)
      return database
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
    let alive = try RunLock.held(in: folder)
    guard alive.isEmpty else {
      throw .older(path: database.path, version: version, known: schema.version, runs: alive)
    }
    try database.write { () throws(JournalError) in
      // Another process may have been faster.
      let version = try verifiedVersion(of: database, schema)
      for step in schema.steps[version...] { try database.runScript(step) }
      try database.runScript("PRAGMA user_version = \(schema.version)")
    }
  }

  /// Makes an empty journal under another name and gives it its own when it is whole, so that there
  /// is never half a journal, and of several who make one at once all get the first.
  private static func make(
    _ folder: JournalFolder, _ schema: Schema, _ patience: Duration, _ fileSystem: FileSystem?
  ) throws(JournalError) {
    let path = folder.database
    do throws(FileError) { try createFolder(folder.path) } catch {
      throw error.code == EROFS ? .readOnly(path: path) : .folder(error)
    }
    try refuseNetwork(fileSystem, folder)
    let draft = "\(path).new-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
    defer { for suffix in ["", "-wal", "-shm"] { unlink(draft + suffix) } }
    try build(draft, schema, patience)
    guard link(draft, path) == 0 || errno == EEXIST else {
      throw .folder(FileError("make", path, code: errno))
    }
    let descriptor = Glibc.open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 {
      fsync(descriptor)
      close(descriptor)
    }
  }

  private static func build(
    _ path: String, _ schema: Schema, _ patience: Duration
  ) throws(JournalError) {
    let database = try Database(path, .create, patience: patience)
    // Before the first page is written: later it would need the whole file to be rewritten.
    try database.runScript("PRAGMA auto_vacuum = INCREMENTAL;")
    try database.configure(.full)
    try database.write { () throws(JournalError) in
      try database.runScript("PRAGMA application_id = \(Schema.applicationID)")
      for step in schema.steps { try database.runScript(step) }
      try database.runScript("PRAGMA user_version = \(schema.version)")
    }
    try database.runScript("PRAGMA wal_checkpoint(TRUNCATE);")
  }
}

extension Database {
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
  }
}
