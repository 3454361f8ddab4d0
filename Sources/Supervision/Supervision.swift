// Supervision: the protocol between Divisi and the small program that owns one attempt's processes,
// and what both need to start, find and end processes.
//
// An attempt's folder holds what was asked (`launch.json`), who owns it (`supervisor.json`, and a
// lock that the kernel takes back when the owner dies) and what came of it (`exit.json`). One folder
// is one run of one program, ever: a supervisor refuses a folder that has had another.
//
// May import: CSupport, Files, JSONValues. This is linked into `divisi-supervise`, whose memory is
// held a hundred times at once, so what is added here is paid for there. Start reading at `Launch`,
// then `Oversight`.

/// The files of an attempt's folder that the supervisor reads and writes.
package struct AttemptFolder: Sendable, Hashable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package var launch: String { path + "/launch.json" }
  package var supervisor: String { path + "/supervisor.json" }
  package var exit: String { path + "/exit.json" }
  package var lock: String { path + "/supervisor.lock" }
  /// Whoever may write here but not signal asks for the end by making this file.
  package var stop: String { path + "/" + Self.stopName }
  package static let stopName = "stop"
}

/// The variable whose value marks every process of an attempt, wherever it moves to.
package let markerVariable = "DIVISI_ATTEMPT"
