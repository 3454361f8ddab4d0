import Conducting
import Journal
import Plans

/// What attempts of a run hold of what all runs of the repository share, and what of it is still to be given back.
///
/// What cannot be given back at once, because the disk is full or another has the journal, is given back later: the run
/// would deny itself what it holds for attempts that are over.
struct SharedLeases {
  /// Attempts that hold something.
  private var holders: Set<AttemptID> = []
  /// What is to be given back, and whether of attempts that are over.
  private var owed: [AttemptID: Bool] = [:]

  init() {}

  /// What attempts of an earlier runner still hold; what is held for attempts that are over is given back.
  mutating func takeUp(_ state: RunState, from book: RunBook) {
    for id in (try? book.sharers()) ?? [] {
      if state.attempt(id) != nil { holders.insert(id) } else { owed[id] = true }
    }
    giveBack(to: book)
  }

  /// Takes what an attempt needs: all of it or nothing.
  mutating func lease(
    _ attempt: Attempt, of id: AttemptID, _ settings: RunSettings, from book: RunBook
  ) throws(JournalError) -> SharedAnswer {
    giveBack(to: book)
    let answer = try book.lease(attempt, of: id, settings)
    if case .granted = answer { holders.insert(id) }
    return answer
  }

  /// Gives back what attempts do not need any more, by what is now written of them.
  mutating func follow(_ events: [Event], to book: RunBook) {
    guard !holders.isEmpty || !owed.isEmpty else { return }
    for event in events {
      switch event.fact {
      case .attemptFinished(let step, let attempt, _, _, _):
        let id = AttemptID(step, attempt)
        if holders.contains(id) { owed[id] = false }
      case .attemptEnded(let step, let attempt, _, _, _, _),
        .attemptWithdrawn(let step, let attempt, _):
        let id = AttemptID(step, attempt)
        if holders.remove(id) != nil { owed[id] = true }
      default: break
      }
    }
    giveBack(to: book)
  }

  /// Gives back what could not be before; says whether nothing is left to be.
  @discardableResult
  mutating func giveBack(to book: RunBook) -> Bool {
    while let (id, isOver) = owed.first {
      // What fails for one fails for all: a journal that is locked is waited for once.
      guard (try? book.release(id, isOver: isOver)) != nil else { return false }
      owed[id] = nil
    }
    return true
  }
}
