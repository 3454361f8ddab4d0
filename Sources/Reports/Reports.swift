// Reports: what plans and their analysis, runs and their steps look like to people and programs: text,
// tables, JSON, SVG, DOT, Mermaid. Projections only: nothing here reads a file or decides anything.
//
// May import: Agents, Simulation, Conducting, Plans, Documents, Diagnostics, JSONValues, Terminal. Start
// reading at `Check/CheckReport.swift`, then the folder `Drawing`; of runs, at `Status/StatusReport.swift`,
// then `Step/StepHistory.swift`.
