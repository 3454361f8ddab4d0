// Reports: what plans and their analysis look like to people and programs: text, tables, JSON,
// SVG, DOT, Mermaid. Projections only: nothing here reads a file or decides anything.
//
// May import: Plans, Documents, Diagnostics, JSONValues, Terminal. Start reading at
// `Check/CheckReport.swift`, then the folder `Drawing`.
