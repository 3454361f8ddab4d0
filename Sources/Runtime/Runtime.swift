// Runtime: the shell around the conductor. It stands between what decides (Conducting), what remembers (Journal) and what
// really happens (Processes, Workspaces, Agents).
//
// Today it holds the run's book: every decision is written before anything of it is carried out, and a run is taken up
// again from what was written; and readiness: what a plan needs is looked at before anything of it is started. May
// import: Agents, Conducting, Configuration, Diagnostics, Documents, Files, Journal, JSONValues, Plans, Processes,
// Supervision, Workspaces, CSupport. Start reading at `RunBook.swift`, or at `Readiness/Readiness.swift`.
