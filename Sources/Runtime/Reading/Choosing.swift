package import Conducting
internal import Diagnostics
package import Journal
internal import Plans

/// Why what a person named cannot be told, and what they may have meant.
package struct ChoiceFlaw: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  package let hint: String?
  package var description: String { message }
}

/// The runs of a journal, by the names that people use for them.
package struct RunChoice: Sendable {
  /// Which run is meant where none is named.
  package enum Standard: Sendable {
    /// The newest that has not ended, else the newest.
    case newest
    /// The only one that has not ended, else the newest: what is done to a run must not hit another.
    case only
  }

  /// The newest first.
  private let runs: [RunRecord]

  package init(_ runs: [RunRecord]) { self.runs = runs }

  /// The run that a name stands for: a session id, its beginning, its last word, or a plan, which means its newest run.
  package func run(
    _ name: String?, standard: Standard = .only
  ) throws(ChoiceFlaw) -> RunRecord {
    guard let newest = runs.first else {
      throw ChoiceFlaw(
        message: "nothing has run in this repository yet", hint: "divisi run PLAN starts a run")
    }
    guard let name else {
      let unfinished = runs.filter { !$0.hasEnded }
      if standard == .only, unfinished.count > 1 {
        throw ambiguous("\(unfinished.count) runs have not ended", unfinished)
      }
      return unfinished.first ?? newest
    }
    if let run = runs.first(where: { $0.session == name }) { return run }
    if let run = runs.first(where: { $0.plan == name }) { return run }
    let found = runs.filter { run in
      run.session.hasPrefix(name) || run.session.hasPrefix("exec-" + name)
        || name.utf8.count >= 4 && run.session.hasSuffix("-" + name)
    }
    if let run = found.first, found.count == 1 { return run }
    guard found.isEmpty else { throw ambiguous("`\(name)` means \(found.count) runs", found) }
    let near = closestMatch(to: name, in: runs.map(\.plan) + runs.map(\.session))
    throw ChoiceFlaw(
      message: "there is no run `\(name)`",
      hint: near.map { "did you mean `\($0)`?" } ?? "divisi status shows the newest run")
  }

  private func ambiguous(_ what: String, _ runs: [RunRecord]) -> ChoiceFlaw {
    let named = runs.prefix(5).map(\.session).joined(separator: ", ")
    return ChoiceFlaw(
      message: what, hint: "name one of \(named)" + (runs.count > 5 ? ", ..." : ""))
  }
}

extension RunRecord {
  package var hasEnded: Bool { standing.ended != nil }
}

extension RunState {
  /// The step that a name stands for: its id, or a beginning that only one step's id has.
  package func step(named name: String) throws(ChoiceFlaw) -> Int {
    if let index = index(of: StepID(name)) { return index }
    var ids: [String] = []
    for index in 0..<count where ids.count < 6 && self.id(index).text.hasPrefix(name) {
      ids.append(self.id(index).text)
    }
    if !name.isEmpty, ids.count == 1, let index = index(of: StepID(ids[0])) { return index }
    if !name.isEmpty, ids.count > 1 {
      throw ChoiceFlaw(
        message: "`\(name)` means more than one step of \(plan)",
        hint: "name one of " + ids.prefix(5).joined(separator: ", ")
          + (ids.count > 5 ? ", ..." : ""))
    }
    let near = closestMatch(to: name, in: (0..<count).lazy.map { self.id($0).text })
    throw ChoiceFlaw(
      message: "there is no step `\(name)` in \(plan)",
      hint: near.map { "did you mean `\($0)`?" } ?? "divisi status --all lists the steps")
  }
}
