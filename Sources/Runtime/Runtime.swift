// Runtime: the shell around the conductor. It stands between what decides (Conducting), what remembers (Journal) and what
// really happens (Processes, Workspaces, Agents).
//
// `Starting` begins runs and takes them up, `Running` owns one (an actor that hears, decides, commits, and only then lets
// anything happen), `Drivers` carry out effects, `Brief` is what a run was started from. `Readiness` looks whether a plan
// has all that it needs; `Reading` is for those who only look at runs, or leave a command.
//
// May import: all below but Reports, Simulation and Mirrors. Start reading at `Running/Runner.swift`, then
// `Drivers/Drivers.swift`.
