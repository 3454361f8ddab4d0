// Evidence: what a gate must leave so that it counts as passed.
//
// Pure: it reads the output of test runners and of reviewers, and judges. Running commands and asking
// reviewers is for others.
//
// May import: JSONValues, Plans. Start reading at `Evidence`, then `TestRunner`.
