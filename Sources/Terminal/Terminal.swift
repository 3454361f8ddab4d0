// Terminal: what a screen can show. Colours by meaning, the width of text and of the screen,
// tables that line up, wrapped paragraphs, times and counts in words. Knows no plan and no run,
// only what it is handed: environment and descriptors come in as values, text goes out.
//
// May import: CSupport. Start reading at `Palette`, then `Table`.
