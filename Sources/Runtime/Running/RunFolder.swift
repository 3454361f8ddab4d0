package import Conducting
package import Journal
import Plans
package import Supervision

/// Where a run keeps what lies beside the journal: its frozen plan, and what its attempts leave.
package struct RunFolder: Hashable, Sendable {
  package let path: String

  package init(_ path: String) { self.path = path }

  package init(of session: String, in journal: JournalFolder) { path = journal.run(session) }

  /// What the run was started from. No step can have this name: ids begin with a letter or digit.
  package var frozen: String { path + "/_plan" }

  /// What a runner that nobody looks at says.
  package var log: String { path + "/_runner.log" }

  /// The folder of one attempt, which belongs to one start of one process.
  package func attempt(_ id: AttemptID) -> AttemptFolder {
    AttemptFolder("\(path)/\(name(of: id.step.text))/\(id.number)")
  }

  /// The files of the run itself have names that a step may have, too.
  private func name(of step: String) -> String {
    ["lock", "tip", "bell"].contains(step) ? "_" + step : step
  }
}

extension AttemptFolder {
  package var prompt: String { path + "/prompt.md" }
  package var output: String { path + "/stdout.jsonl" }
  package var errors: String { path + "/stderr.log" }
  /// What the harness's reader made of the output.
  package var result: String { path + "/result.json" }
  /// What the attempt changed.
  package var patch: String { path + "/diff.patch" }
  /// What became of its work when it was merged and did not fit.
  var conflict: String { path + "/conflict.json" }
  /// A question that the agent leaves for a person, and where the answers come.
  var question: String { path + "/question.md" }
  var answers: String { path + "/answers" }
  /// Room of its own for whatever the step needs.
  package var scratch: String { path + "/scratch" }

  /// Where a trial of a gate leaves its output; for a reviewer, the folder of its attempt.
  package func check(_ check: Check) -> String {
    let place = check.merge.map { "merge-\($0)-" } ?? ""
    return "\(path)/checks/\(place)gate-\(check.gate)-\(check.round)"
  }
}
