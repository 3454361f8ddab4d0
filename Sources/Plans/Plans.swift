// Plans: what a person asked for, as values. A plan is a graph of steps; this target holds the
// model, says what is wrong with a plan, and what its graph means: waves, critical path, width,
// steps that share files.
//
// Pure: no clock, no file, no process. What must be known of the repository comes in as a value
// (`PlanSurroundings`).
//
// May import: Diagnostics. Start reading at `Model/Plan.swift`, then `Model/Step.swift`, then the
// folders `Validation` and `Analysis`.
