import Diagnostics
package import Plans

/// What an agent is told for an attempt at a step: the task, by what it will be judged, and what was wrong
/// before. It becomes the attempt's `prompt.md`.
package struct Prompt: Sendable, Equatable {
  package var plan: String
  package var goal: String?
  package var step: String
  /// The prompt file's body, or what the plan says.
  package var task: String
  package var acceptance: [String]
  /// Globs of what it may change; all where there are none.
  package var files: [String]
  package var artifacts: [String]
  package var gates: [String]
  /// Tools that must be used for the attempt to count.
  package var tools: [String]
  package var feedback: [Feedback]
  /// Which attempt this is, from 1.
  package var attempt: Int
  /// An agent's instructions, for programs that do not take them apart from the prompt.
  package var instructions: String?

  /// - Parameters:
  ///   - task: the body of the step's prompt file; what the plan says where the task is written there.
  ///   - mergeGates: what the merged tree must pass for every step.
  package init(
    for step: Step, of plan: Plan, task: String? = nil, mergeGates: [Gate] = [], attempt: Int = 1,
    feedback: [Feedback] = [], instructions: String? = nil
  ) {
    self.plan = plan.title.isEmpty ? plan.id.value.text : plan.title
    goal = plan.goal
    self.step = step.title.isEmpty ? step.id.value.text : step.title
    if let task {
      self.task = task
    } else if case .task(let text) = step.work.value {
      self.task = text
    } else {
      self.task = step.details ?? step.title
    }
    acceptance = step.acceptance
    files = step.files.map(\.value.text)
    artifacts = step.artifacts.map(\.value)
    gates = (step.gates + plan.gates + mergeGates).flatMap(\.promises)
    tools = step.tools.map(\.value)
    self.attempt = attempt
    self.feedback = feedback
    self.instructions = instructions
  }

  /// The whole prompt, for an agent that knows nothing yet.
  package var text: String {
    var sections: [String] = []
    if let instructions, !instructions.allSatisfy(\.isWhitespace) { sections.append(instructions) }
    sections.append("# \(step)\n\n\(task)")
    if let goal { sections.append("This is one step of \"\(plan)\": \(goal)") }
    sections += demands
    sections.append(Self.manners)
    if !feedback.isEmpty {
      sections.append(
        "## What was wrong before\n\nThis is attempt \(attempt). Its worktree holds what was done before, where it could be kept.\n\n"
          + told)
    }
    return sections.map(\.trimmedLines).joined(separator: "\n\n") + "\n"
  }

  /// What an agent is told that goes on in its own session: it knows the task.
  package var continuation: String {
    guard !feedback.isEmpty else {
      return "Go on with the task where you were, until it is done.\n"
    }
    return
      "The work is not accepted yet.\n\n\(told)\n\nPut this right, and hold to everything that was asked before.\n"
  }

  private var told: String { feedback.map(\.text).joined(separator: "\n\n") }

  private var demands: [String] {
    var sections: [String] = []
    if !acceptance.isEmpty { sections.append("## It is accepted when\n\n" + list(acceptance)) }
    if !files.isEmpty {
      sections.append(
        "## Files\n\nChange only files that match these; others are changed by somebody else at the same time:\n\n"
          + list(files.map { "`\($0)`" }))
    }
    if !artifacts.isEmpty {
      sections.append(
        "## Must exist afterwards, and not be empty\n\n" + list(artifacts.map { "`\($0)`" }))
    }
    if !gates.isEmpty {
      sections.append(
        "## How it is judged\n\nAll of this is run on your work; what you say of it counts for nothing:\n\n"
          + list(gates))
    }
    if !tools.isEmpty {
      sections.append("## Tools\n\nUse these: \(tools.joined(separator: ", ")).")
    }
    return sections
  }

  private static let manners = """
    ## Where you work

    You are alone in a git worktree of your own, on a branch of your own, and nobody answers questions: decide \
    what is open yourself and say so at the end. Stay in this folder. Do not push, switch branches, or rewrite \
    commits that were there before. You may commit; what you leave uncommitted is committed for you. End with a \
    few sentences on what you did.
    """
}

extension Gate {
  /// What an agent must know of a gate, in a line each.
  fileprivate var promises: [String] {
    switch check.value {
    case .run(let command):
      let count = expectation.map { ", and \($0.value.words) must have run" }
      let title = name.map { "\($0): " } ?? ""
      return ["\(title)`\(command)` must end with status 0\(count ?? "")"]
    case .review(let agent):
      return [
        "\(agent) reviews the diff"
          + (criteria.isEmpty ? "" : ", for: " + criteria.joined(separator: "; "))
      ]
    case .approve(let person): return ["\(person) must approve it"]
    case .artifacts(let files): return files.map { "`\($0)` must exist and not be empty" }
    }
  }
}

extension Gate.Expectation {
  fileprivate var words: String {
    let noun = tests == 1 ? "test" : "tests"
    return switch relation {
    case .moreThan: "more than \(tests) \(noun)"
    case .atLeast: "at least \(tests) \(noun)"
    case .exactly: "exactly \(tests) \(noun)"
    }
  }
}

extension String {
  /// Without empty lines at both ends.
  var trimmedLines: String {
    var text = self[...]
    while text.first?.isNewline == true { text = text.dropFirst() }
    while text.last?.isWhitespace == true { text = text.dropLast() }
    return String(text)
  }
}
