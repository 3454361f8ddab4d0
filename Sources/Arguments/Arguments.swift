// Arguments: the command line as typed declarations, from which parsing, usage errors, help,
// documentation, manual page and shell completions all follow. Knows no command of Divisi.
//
// May import: Diagnostics, JSONValues. Start reading at `Command`, then `CommandShape`; the folder
// `Output` turns declarations into texts.
