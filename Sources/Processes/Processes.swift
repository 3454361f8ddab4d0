// Processes: starting programs, waiting for them without blocking, and ending all that they started.
//
// Short commands (git, gates) are run with `run`. Agents outlive Divisi: each belongs to a
// `divisi-supervise` of its own, which is started, found again and watched as `Supervised`. Nothing
// here ever signals a process by a pid that it has not made sure of.
//
// May import: Supervision, Files, JSONValues, CSupport. Start reading at `run`, then
// `Supervised`.
