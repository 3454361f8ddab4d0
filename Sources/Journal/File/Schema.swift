/// The tables, and how older ones become these.
///
/// A version is never changed once released: the next one is a further step in `steps`, and the test
/// of every earlier version keeps its fixture.
struct Schema: Sendable {
  /// Marks the file as a journal of Divisi to `file` and to us: "DIVI".
  static let applicationID: Int64 = 0x4449_5649

  /// Step n brings version n to n + 1.
  let steps: [String]

  var version: Int { steps.count }

  static let current = Schema(steps: [first])

  /// An event's key holds its run in the upper half and its sequence in the lower: the events of a run
  /// lie together and in order, and appending needs one tree. A key of two columns needs an index or
  /// half-filled pages, which cost a quarter of the throughput.
  private static let first = """
    CREATE TABLE runs(
      run INTEGER PRIMARY KEY,
      session TEXT NOT NULL UNIQUE,
      plan TEXT NOT NULL,
      created INTEGER NOT NULL,
      status TEXT NOT NULL,
      ended INTEGER,
      summary TEXT NOT NULL,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE events(
      event INTEGER PRIMARY KEY,
      run INTEGER AS (event >> 32),
      seq INTEGER AS (event & 4294967295),
      at INTEGER NOT NULL,
      kind TEXT NOT NULL,
      step TEXT,
      attempt INTEGER,
      body TEXT NOT NULL,
      chain INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE snapshots(
      run INTEGER NOT NULL,
      seq INTEGER NOT NULL,
      at INTEGER NOT NULL,
      version INTEGER NOT NULL,
      checksum INTEGER NOT NULL,
      state BLOB NOT NULL,
      PRIMARY KEY(run, seq)
    ) STRICT;
    CREATE TABLE inbox(
      message INTEGER PRIMARY KEY AUTOINCREMENT,
      run INTEGER NOT NULL,
      at INTEGER NOT NULL,
      sender TEXT NOT NULL,
      body TEXT NOT NULL,
      taken INTEGER,
      checksum INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX inbox_waiting ON inbox(run, message) WHERE taken IS NULL;
    CREATE TABLE leases(
      resource TEXT NOT NULL,
      run INTEGER NOT NULL,
      holder TEXT NOT NULL,
      amount INTEGER NOT NULL,
      since INTEGER NOT NULL,
      guard TEXT,
      PRIMARY KEY(resource, run, holder)
    ) STRICT, WITHOUT ROWID;
    CREATE VIEW history AS
      SELECT session, seq, strftime('%Y-%m-%d %H:%M:%f', at / 1000.0, 'unixepoch') AS at,
        kind, step, attempt, body
      FROM runs JOIN events
        ON event BETWEEN (runs.run << 32) + 1 AND (runs.run << 32) + 4294967295;
    """
}
