// Runtime: the shell around the conductor. It stands between what decides (Conducting), what remembers (Journal) and what
// really happens (Processes, Workspaces, Agents).
//
// Today it holds the run's book: every decision is written before anything of it is carried out, and a run is taken up
// again from what was written; and, in `Reading`, runs as those see them who only look or leave a command. May import:
// Conducting, Journal, Plans, Processes, Supervision, Diagnostics, Files, JSONValues. Start reading at `RunBook.swift`,
// then `Reading/RunReading.swift`.
