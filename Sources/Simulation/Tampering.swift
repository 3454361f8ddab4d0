package import Conducting

/// Ways to make the program wrong on purpose, so that a test can show that its wrongness is seen.
package struct Tampering: Sendable {
  /// The plan as a conductor with a blind spot sees it.
  package var order: @Sendable (RunOrder) -> RunOrder = { $0 }
  package var input: @Sendable (Input, RunState) -> [Input] = { input, _ in [input] }
  package var decision: @Sendable (Decision, RunState) -> Decision = { decision, _ in decision }
  /// What is really written of what was decided.
  package var journal: @Sendable ([Event]) -> [Event] = { $0 }
  /// What a new runner makes of what was written.
  package var recovered: @Sendable ([Event]) -> [Event] = { $0 }
  /// Effects come before the commit.
  package var actsBeforeCommitting = false

  package init() {}
}
