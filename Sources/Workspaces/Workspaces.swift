// Workspaces: the git repository that Divisi works in.
//
// What needs no git program is read from the files that git documents: where the repository is,
// and what it leaves alone.
//
// May import: Files. Start reading at `Repository`.
