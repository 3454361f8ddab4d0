// Agents: who works for a run, and the programs that run them, as values. Which agents are defined and who stands in for
// one that is not; how a program is started for an attempt, what its output means while it runs, and what came of it;
// and the prompt that it is given.
//
// Everything here is pure but `AgentRegistry.discover`, which reads agent files, and `Launch.prepare`, which writes the
// files that a launch needs. Starting the program, watching it and ending it is for others.
//
// May import: Configuration, Documents, Evidence, Plans, Diagnostics, Files, JSONValues. Start reading at `Harness`, then
// `Assignment`, `Launch`, `StreamReader` and `AttemptResult`; for agents at `AgentRegistry`.
