-- A journal of version 1: a run that is paused, with a snapshot, an answered and a waiting message and
-- a lease, and a run that has ended. Never changed: every later version has to read it.
PRAGMA auto_vacuum = INCREMENTAL;
BEGIN TRANSACTION;
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
INSERT INTO runs VALUES(1,'exec-checkout-20260101-0a1b2c','checkout',1767225600000,'coordinating',NULL,'{"steps":4}',-7982419312139593065);
INSERT INTO runs VALUES(2,'exec-auth-20260102-3d4e5f','auth',1767312000000,'completed',1767312003000,'{"percentage":100}',426205299895485079);
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
INSERT INTO events VALUES(4294967297,1767225601500,'run-began',NULL,NULL,'{"v":1,"plan":"checkout","title":"Käse \"first\""}',5571120134756402658);
INSERT INTO events VALUES(4294967298,1767225603000,'attempt-began','schema',1,'{"v":1,"agent":"backend"}',8193701432255304488);
INSERT INTO events VALUES(4294967299,1767225604500,'run-paused',NULL,NULL,'{"v":1,"cost":1.50,"by":"ann"}',4500456575267388602);
INSERT INTO events VALUES(8589934593,1767225601500,'run-began',NULL,NULL,'{"v":1}',-1563218632523520944);
INSERT INTO events VALUES(8589934594,1767225603000,'run-ended',NULL,NULL,'{"v":1}',5693459847525659468);
CREATE TABLE snapshots(
  run INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  version INTEGER NOT NULL,
  checksum INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY(run, seq)
) STRICT;
INSERT INTO snapshots VALUES(1,2,1767225603000,1,-5177600791619670847,X'7b226166746572223a327d');
INSERT INTO snapshots VALUES(1,3,1767225604500,1,-4929324198982550363,X'7b226166746572223a337d');
CREATE TABLE inbox(
  message INTEGER PRIMARY KEY AUTOINCREMENT,
  run INTEGER NOT NULL,
  at INTEGER NOT NULL,
  sender TEXT NOT NULL,
  body TEXT NOT NULL,
  taken INTEGER,
  checksum INTEGER NOT NULL
) STRICT;
INSERT INTO inbox VALUES(1,1,1767225603500,'ann','{"v":1,"do":"pause"}',3,-8221129424287293580);
INSERT INTO inbox VALUES(2,1,1767225604500,'ann','{"v":1,"do":"resume"}',NULL,-2884180516504688841);
CREATE TABLE leases(
  resource TEXT NOT NULL,
  run INTEGER NOT NULL,
  holder TEXT NOT NULL,
  amount INTEGER NOT NULL,
  since INTEGER NOT NULL,
  guard TEXT,
  PRIMARY KEY(resource, run, holder)
) STRICT, WITHOUT ROWID;
INSERT INTO leases VALUES('port-5432',1,'schema/1',1,1767225602000,'runs/exec-checkout-20260101-0a1b2c/schema/1/lock');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('inbox',2);
CREATE INDEX inbox_waiting ON inbox(run, message) WHERE taken IS NULL;
CREATE VIEW history AS
  SELECT session, seq, strftime('%Y-%m-%d %H:%M:%f', at / 1000.0, 'unixepoch') AS at,
    kind, step, attempt, body
  FROM runs JOIN events
    ON event BETWEEN (runs.run << 32) + 1 AND (runs.run << 32) + 4294967295;
PRAGMA application_id = 1145656905;
PRAGMA user_version = 1;
COMMIT;
