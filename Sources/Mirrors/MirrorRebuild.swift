package import Conducting
import Files
import Plans

/// Makes the mirrors of a run from its events alone: the same bytes as its runner wrote.
///
/// Nobody may run the run meanwhile: its runner adds to the logs that are replaced here.
package struct MirrorRebuild: Sendable {
  private let subject: MirrorSubject
  private var lines: LogLines
  private var logs: [MirrorLog: [UInt8]] = [:]
  private var planLines: [PlanLog.Line] = []
  private var updated = Instant(milliseconds: 0)

  package init(_ subject: MirrorSubject) {
    self.subject = subject
    lines = LogLines(session: subject.session)
  }

  /// Takes the next event, from the first on.
  package mutating func take(_ event: Event, _ sequence: Int) {
    updated = event.at
    for line in lines.lines(of: event, sequence) {
      if line.log == .coordination {
        planLines.append(PlanLog.Line(at: event.at, bytes: line.bytes))
      } else {
        logs[line.log, default: []] += line.bytes
      }
    }
  }

  /// What became of it.
  package struct Rebuilt: Sendable {
    /// Paths, as seen from the root.
    package var written: [String] = []
    package var warnings: [MirrorWarning] = []
  }

  /// Writes what is not there yet, or differs; all but the plan's log.
  ///
  /// - Parameters:
  ///   - state: as the events have made it.
  ///   - isNewest: whether it is the plan's last run, whose status the plan file has.
  package func write(_ state: RunState, isNewest: Bool) -> Rebuilt {
    var rebuilt = Rebuilt()
    for log in MirrorLog.allCases where log != .coordination {
      let path = log.path(of: subject)
      do throws(FileError) {
        if try replace(path, with: logs[log] ?? []) { rebuilt.written.append(path) }
      } catch {
        rebuilt.warnings.append(.unwritable(error))
      }
    }
    let wholes = wholePaths.map { ($0, try? readFile($0)) }
    rebuilt.warnings += WholeMirrors(subject: subject)
      .write(state, updated: updated, isNewest: isNewest)
    for (path, before) in wholes where (try? readFile(path)) != before {
      rebuilt.written.append(path)
    }
    rebuilt.written = rebuilt.written.map(subject.shown)
    return rebuilt
  }

  private var wholePaths: [String] {
    guard let planPath = subject.planPath else { return [] }
    return [planPath, subject.savedSession, subject.current]
  }

  /// Its part of the plan's log.
  package var planLog: PlanLog { PlanLog(session: subject.session, lines: planLines) }
}

/// What one run tells in the log of its plan, which all runs of the plan share.
package struct PlanLog: Sendable {
  struct Line: Sendable {
    let at: Instant
    let bytes: [UInt8]
  }

  let session: String
  let lines: [Line]

  /// Writes the log of a plan from all its runs, the oldest first, in the order in which things
  /// happened. Lines of runs that the journal has let go of stay before them.
  ///
  /// - Returns: the path relative to the root, if something had to be written.
  package static func write(
    _ runs: [PlanLog], of subject: MirrorSubject
  ) throws(MirrorWarning) -> String? {
    let path = MirrorLog.coordination.path(of: subject)
    do throws(FileError) {
      let known = Set(runs.map(\.session))
      let old = (try? readFile(path)) ?? []
      var bytes: [UInt8] = []
      for line in old.split(separator: UInt8(ascii: "\n")) {
        guard let session = LineMark.session(of: line), !known.contains(session) else { continue }
        bytes += line + [UInt8(ascii: "\n")]
      }
      for line in merged(runs) { bytes += line.bytes }
      return try replace(path, with: bytes) ? String(path.dropFirst(subject.root.count + 1)) : nil
    } catch {
      throw .unwritable(error)
    }
  }

  private static func merged(_ runs: [PlanLog]) -> [Line] {
    var all: [(run: Int, number: Int, line: Line)] = []
    for (run, log) in runs.enumerated() {
      for (number, line) in log.lines.enumerated() { all.append((run, number, line)) }
    }
    return all.sorted {
      ($0.line.at, $0.run, $0.number) < ($1.line.at, $1.run, $1.number)
    }.map(\.line)
  }
}
