// Workspaces: the git repository that Divisi works in, and all that is done to it.
//
// What needs no git program is read from the files that git documents; the rest is asked of git
// itself, by calls that block and so belong on threads that may wait. A person's checkout, index,
// stash and branches are never changed. Work is removed or reset in one place, `Keep.release`,
// which first pins whatever nothing else holds.
//
// May import: Files, and Supervision for what a process is. Start reading at `Repository` and `Git`, then along the way of a step:
// `Worktrees.prepare`, `Git.checkpoint`, `Git.merge`, `IntegrationBranch.land`, `Keep.release`.
