// Conducting: what happens next in a run, as a pure function of what has happened.
//
// `RunState` is a fold over events and nothing else. `Conductor` takes an input (a person's command, the end of a
// process, the clock) and gives a decision: the events that follow, and the effects that should now be under way. The
// shell commits the events before it carries out any effect; a conductor whose events could not be committed is thrown
// away with the state that it holds, and the next one begins from the journal.
//
// Pure: no clock, no file, no process, no randomness; time and chance arrive inside inputs. A decision costs O(log n)
// in the number of steps.
//
// May import: Plans, JSONValues. Start reading at `Facts/Fact.swift` (what can happen), `State/RunState.swift` (what it
// adds up to), `Deciding/Conductor.swift` (what follows from it), then `Scheduling/Agenda.swift`.
