import Processes
import Reports
import Runtime
import Synchronization
import Terminal

/// Prints on a thread of its own: whoever reads slowly, or not at all, holds up nothing but what they read.
actor ConsolePrinter {
  /// Something to print. Its text is made when it is printed.
  enum Piece: Sendable {
    case line(RunLine)
    case record(String)
    /// Talk, which is no result.
    case aside(String)
  }

  private let executor: ThreadExecutor
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let session: Session
  private let shelf = PieceShelf()
  private var isRead = true

  /// For so long after something was printed, what comes is collected: no eye sees it, and a thousand lines a second cost
  /// little.
  private static let rest = Duration.milliseconds(40)

  init(_ session: Session) {
    self.session = session
    executor = ThreadExecutor()
  }

  deinit { executor.close() }

  nonisolated func add(_ pieces: [Piece]) {
    if shelf.add(pieces) { Task { await self.printWhatComes() } }
  }

  /// Prints nothing more until `release`: a person is asked something, and is to see what.
  nonisolated func hold() { shelf.hold() }

  nonisolated func release() { if shelf.release() { Task { await self.printWhatComes() } } }

  /// Prints what is left, however long nobody reads it.
  func close() {
    _ = shelf.release()
    printWhatIsThere()
  }

  private func printWhatComes() async {
    repeat {
      printWhatIsThere()
      try? await Task.sleep(for: Self.rest)
    } while !shelf.rests()
  }

  private func printWhatIsThere() {
    var results: [String] = []
    func flush() {
      if isRead, !results.isEmpty { isRead = session.offer(results.joined(separator: "\n")) }
      results.removeAll()
    }
    for piece in shelf.take() {
      switch piece {
      case .line(let line): results.append(line.text(session.output.palette))
      case .record(let text): results.append(text)
      case .aside(let text):
        // The two streams may end in one terminal, and then their order means something.
        flush()
        _ = session.offerAside(text)
      }
    }
    flush()
  }
}

/// What is still to be printed. Where nobody reads, it does not grow without end: what comes last is left out, and said to
/// be.
private final class PieceShelf: Sendable {
  private struct State {
    var pieces: [ConsolePrinter.Piece] = []
    var size = 0
    var leftOut = 0
    var isAwake = false
    var isHeld = false
  }

  private static let room = 16 << 20

  private let state = Mutex(State())

  /// Says whether somebody has to be woken for it.
  func add(_ pieces: [ConsolePrinter.Piece]) -> Bool {
    state.withLock { state in
      for piece in pieces {
        guard state.size < Self.room else {
          state.leftOut += 1
          continue
        }
        state.pieces.append(piece)
        state.size += piece.size
      }
      defer { state.isAwake = true }
      return !state.isAwake
    }
  }

  func hold() { state.withLock { $0.isHeld = true } }

  /// Says whether somebody has to be woken for what has come meanwhile.
  func release() -> Bool {
    state.withLock { state in
      state.isHeld = false
      guard !state.isAwake, !state.pieces.isEmpty else { return false }
      state.isAwake = true
      return true
    }
  }

  /// What is to be printed now.
  func take() -> [ConsolePrinter.Piece] {
    state.withLock { state in
      guard !state.isHeld else { return [] }
      defer { (state.pieces, state.size, state.leftOut) = ([], 0, 0) }
      guard state.leftOut > 0 else { return state.pieces }
      let words = "divisi: \(state.leftOut) lines were left out, as nobody read them"
      return state.pieces + [.aside(words)]
    }
  }

  /// Whether there is nothing to print; then the next that comes wakes somebody.
  func rests() -> Bool {
    state.withLock { state in
      state.isAwake = !state.pieces.isEmpty && !state.isHeld
      return !state.isAwake
    }
  }
}

extension ConsolePrinter.Piece {
  /// About how much memory it takes.
  fileprivate var size: Int {
    switch self {
    case .line: 256
    case .record(let text), .aside(let text): 64 + text.utf8.count
    }
  }
}
