// Simulation: a world on a virtual clock that carries out what a conductor decides, and breaks whatever can break.
//
// Everything comes from a seed. What happens to an attempt depends on the seed and on its name alone, not on the order
// of events, so that a run with a crash in it can be held against the same run without. `Playthrough` plays one scenario;
// `Watch` looks at every event with eyes of its own and throws the first violation of a promise; `Shrinking` makes a
// scenario that fails small enough to read. `Rehearsal` plays an order where nothing goes wrong but what is asked for, to
// find out how long it would take and why.
//
// May import: Conducting, Plans. Start reading at `Scenario.swift`, then `Playthrough.swift`.
