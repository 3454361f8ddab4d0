// Arguments: the command line as typed declarations, from which parsing, usage errors, help,
// documentation, manual page and shell completions all follow. Knows no command of its user.
//
// A command is a struct that declares each parameter once, in its `spec`; a `Tool` is the table of
// all commands. Declaring builds a `CommandDescription`, a plain value: everything that is read
// or generated works from that, and only the last step puts values into the typed properties.
// Nothing here prints or exits.
//
// May import: Diagnostics, JSONValues, Terminal. Start reading at `Command`, then `Tool`.
