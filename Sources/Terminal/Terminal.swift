// Terminal: colours, tables and the width of a screen. Knows no plan and no run, only what it is
// handed.
//
// May import: CSupport. Start reading at `TextStyle`.
