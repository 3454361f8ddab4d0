// Orders: what a run is told of a plan.
//
// A plan is what a person wrote; a `RunOrder` is what the run core has to know to conduct it: no prompt and no command,
// but who may do a step, what it takes and how it is judged, with every limit settled between plan, agent definitions and
// configuration.
//
// May import: Plans, Conducting, Configuration, Documents, Diagnostics. Start reading at `RunOrder+Plan.swift`.
