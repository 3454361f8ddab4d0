// Agents: the programs that run agents, as values. How one is started for an attempt, what its output
// means while it runs, and what came of it; and the prompt that it is given.
//
// Everything here is pure but `Launch.prepare`, which writes the files that a launch needs. Starting
// the program, watching it and ending it is for others.
//
// May import: Configuration, Documents, Plans, Diagnostics, Files, JSONValues. Start reading at
// `Harness`, then `Assignment`, `Launch`, `StreamReader` and `AttemptResult`.
