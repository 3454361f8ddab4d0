package import Conducting
import Files

/// The mirrors of one run, for its runner.
///
/// ```
/// var mirror = RunMirror(subject)
/// if !mirror.open(at: state).isWhole { mirror.take(all events of the journal, in parts) }
/// mirror.flush(state)
/// // for the events of some decisions, once they are committed:
/// mirror.take(events)
/// if let due = mirror.nextFlush, due <= now { mirror.flush(state) }
/// ```
///
/// Every call may be left out, late, or cut short by the end of the process: what is missing comes with
/// the next `open`. What could not be written is given, once for each reason; nothing throws.
package struct RunMirror: Sendable {
  private let subject: MirrorSubject
  private let interval: Span
  private var lines: LogLines
  private var files: [MirrorLog: LogFile]
  /// The number of the last event that was taken.
  private var heard = 0
  private var updated = Instant(milliseconds: 0)
  private var lastFlush = Instant(milliseconds: 0)
  private var isDirty = false
  private var isUrgent = false
  /// The logs are no longer written: the next `open` mends them.
  private var isBehind = false
  private var told: Set<MirrorWarning> = []

  /// How much may wait for a disk that takes nothing.
  private static let mostPending = 4 << 20

  /// - Parameter interval: the least time between two writings of what is written as a whole, the
  ///   plan's status and the saved session. Pauses, blocks and ends do not wait for it.
  package init(_ subject: MirrorSubject, interval: Span = .seconds(5)) {
    self.subject = subject
    self.interval = interval
    lines = LogLines(session: subject.session)
    files = [:]
  }

  /// What was found of the run's logs.
  package struct Opening: Sendable {
    /// Whether every event is told of. If not, all events are to be taken, from the first on; what
    /// is there already is not written again.
    package let isWhole: Bool
    package let warnings: [MirrorWarning]
  }

  /// Looks at what is there of a run that has come to a state.
  package mutating func open(at state: RunState) -> Opening {
    var warnings: [MirrorWarning] = []
    var isWhole = state.sequence > 0
    for log in MirrorLog.allCases {
      let path = log.path(of: subject)
      do throws(FileError) {
        let session = log == .coordination ? subject.session : nil
        let file = try LogFile(path, of: session, upTo: state.sequence)
        files[log] = file
        // Other runs write to the plan's log too: that it is there says nothing of this one.
        if !file.isThere || log == .coordination && file.last == 0 { isWhole = false }
      } catch {
        files[log] = LogFile(unread: path)
        isWhole = false
        warnings += tell(.unwritable(error))
      }
    }
    isWhole = isWhole && files[.execution]?.last == state.sequence
    heard = isWhole ? state.sequence : 0
    lines = LogLines(
      session: subject.session, after: isWhole ? StepTally(of: state) : StepTally())
    updated = files[.execution]?.lastTime ?? state.now
    isDirty = true
    isUrgent = true
    isBehind = false
    return Opening(isWhole: isWhole, warnings: warnings)
  }

  /// Adds events to the logs, in the order of the journal; those that were taken before are passed
  /// over. Costs a few system calls, however many events there are: take many at once.
  package mutating func take(
    _ events: some Sequence<(sequence: Int, event: Event)>
  ) -> [MirrorWarning] {
    for (sequence, event) in events where sequence > heard {
      heard = sequence
      updated = event.at
      isDirty = true
      isUrgent = isUrgent || event.fact.isUrgent
      if isBehind { continue }
      for line in lines.lines(of: event, sequence) { files[line.log]?.add(line.bytes, sequence) }
    }
    return writeLogs()
  }

  /// When `flush` is to be called: at once where that is past, and not at all where it is nothing.
  package var nextFlush: Instant? {
    isUrgent ? Instant(milliseconds: 0) : isDirty ? lastFlush + interval : nil
  }

  /// Writes what is written as a whole: the plan's status, the saved session, the name of the plan that
  /// runs; and moves a plan that is completed.
  ///
  /// - Parameters:
  ///   - state: as the events that were taken have made it.
  ///   - now: what the next interval begins with.
  package mutating func flush(_ state: RunState, at now: Instant) -> [MirrorWarning] {
    lastFlush = now
    isDirty = false
    isUrgent = false
    var warnings = writeLogs()
    let found = WholeMirrors(subject: subject).write(state, updated: updated)
    // What is well again is told anew if it fails again.
    let logs = Set(files.values.map(\.path))
    told = told.filter { logs.contains($0.path) || found.contains($0) }
    for warning in found { warnings += tell(warning) }
    return warnings
  }

  /// `execution` only when all others have been written: how far it has come says how far they have.
  private mutating func writeLogs() -> [MirrorWarning] {
    var warnings: [MirrorWarning] = []
    for log in MirrorLog.allCases {
      guard var file = files[log], !isBehind else { continue }
      do throws(FileError) {
        try file.write()
        files[log] = file
        told = told.filter { $0.path != file.path }
      } catch {
        warnings += tell(.unwritable(error))
        giveUpIfLate(file.path, &warnings)
        break
      }
    }
    return warnings
  }

  private mutating func giveUpIfLate(_ path: String, _ warnings: inout [MirrorWarning]) {
    guard files.values.reduce(0, { $0 + $1.pendingSize }) > Self.mostPending else { return }
    isBehind = true
    for log in files.keys { files[log]?.giveUp() }
    warnings += tell(.behind(path: path))
  }

  private mutating func tell(_ warning: MirrorWarning) -> [MirrorWarning] {
    told.insert(warning).inserted ? [warning] : []
  }
}

extension Fact {
  /// Whether people should see at once what it changes.
  fileprivate var isUrgent: Bool {
    switch self {
    case .runStarted, .runPaused, .runResumed, .runBlocked, .runReopened, .runEnded: true
    default: false
    }
  }
}
