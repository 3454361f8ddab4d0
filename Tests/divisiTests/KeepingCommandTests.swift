import Foundation
import JSONValues
import TestSupport
import Testing

/// `clean` and `keep` as a person at a shell meets them.
@Suite struct KeepingCommandTests {
  /// A repository with a branch of Divisi's that is merged, and one that is not.
  private func scratch() throws -> Scratch {
    let scratch = try Scratch()
    try scratch.folder.write(".git/info/exclude", "/home/\n/.worktrees/\n")
    _ = try scratch.shell(
      """
      set -e
      export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
      divisis() {
        git worktree add -q -b feature/task-$1 .worktrees/task-$1
        touch .git/worktrees/task-$1/divisi-made-config
        mkdir -p .git/divisi-branches/feature
        echo exec-old-1 $1 $(git rev-parse HEAD) > .git/divisi-branches/feature/task-$1
      }
      divisis done
      (cd .worktrees/task-done && echo d > d && git add d && git commit -q -m d)
      git merge -q --squash feature/task-done && git commit -q -m done
      divisis open
      cd .worktrees/task-open && echo x > x && git add x && git commit -q -m x
      """)
    return scratch
  }

  @Test func whatWouldGoIsListedFirstAndCanBeBroughtBack() throws {
    let scratch = try scratch()
    let listed = try scratch.divisi("clean")
    #expect(listed.status == 0)
    #expect(
      listed.output == """
        would go  .worktrees/task-done  all of it is in main
        would go  feature/task-done     all of it is in main
        stays     .worktrees/task-open  not merged

        """)
    #expect(listed.errors == "nothing was removed; next: divisi clean --yes\n")
    let removed = try scratch.divisi("clean --yes")
    #expect(removed.status == 0, "\(removed.errors)")
    #expect(
      removed.output == """
        removed  .worktrees/task-done  all of it is in main
        removed  feature/task-done     all of it is in main
        stays    .worktrees/task-open  not merged

        """)
    #expect(try scratch.shell("git branch --list 'feature/*'") == "+ feature/task-open\n")

    let kept = try scratch.divisi("keep list")
    #expect(kept.output.contains("clean/task-done/1"))
    #expect(kept.output.contains("clean: all of it is in main"))
    let restored = try scratch.divisi("keep restore clean/task-done/1")
    #expect(restored.output == scratch.folder.path + "/.worktrees/kept-clean-task-done-1\n")
    #expect(restored.errors == "on branch kept/clean-task-done-1\n")
    let again = try scratch.divisi("keep restore clean/task-done/1")
    #expect(again.status == 1)
    #expect(again.errors.contains("it was brought back before, and is in "), "\(again.errors)")
    _ = try scratch.shell(
      """
      cd .worktrees/kept-clean-task-done-1 && git add -A &&
        git -c user.name=p -c user.email=p@localhost commit -q --allow-empty -m on
      cd ../.. && git worktree remove --force .worktrees/kept-clean-task-done-1
      """)
    let later = try scratch.divisi("keep restore clean/task-done/1")
    #expect(later.errors.contains("which has other commits now"), "\(later.errors)")
    let dropped = try scratch.divisi("keep drop clean/task-done/1")
    #expect(dropped.output.hasPrefix("git update-ref refs/divisi/keep/clean/task-done/1 "))
    #expect(try scratch.divisi("keep list").errors == "nothing is kept\n")
    _ = try scratch.shell(dropped.output)
    #expect(try scratch.divisi("keep list").output.contains("clean/task-done/1"))
  }

  /// In Divisi's folder, and called as Divisi calls its own.
  @Test func whatThePersonMadeStays() throws {
    let scratch = try scratch()
    _ = try scratch.shell(
      """
      set -e
      echo .env >> .git/info/exclude
      git worktree add -q -b feature/task-mine .worktrees/task-mine
      echo KEY=1 > .worktrees/task-mine/.env
      git branch feature/task-login
      """)
    let cleaned = try scratch.divisi("clean --yes")
    #expect(cleaned.status == 0, "\(cleaned.errors)")
    #expect(
      cleaned.output == """
        removed  .worktrees/task-done  all of it is in main
        removed  feature/task-done     all of it is in main
        stays    .worktrees/task-mine  Divisi did not make it
        stays    .worktrees/task-open  not merged
        stays    feature/task-login    Divisi has no note of it

        """)
    #expect(try scratch.shell("cat .worktrees/task-mine/.env") == "KEY=1\n")
    #expect(try scratch.shell("git branch --list 'feature/*'").contains("feature/task-login"))
  }

  @Test func whatIsKeptLongEnoughIsForgotten() throws {
    let scratch = try scratch()
    _ = try scratch.divisi("clean --yes")
    try scratch.folder.write("divisi.yaml", "workspace: {keep_for: 0s}\n")
    _ = try scratch.shell(
      """
      tree=$(git rev-parse main^{tree})
      old=$(GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b \
        GIT_COMMITTER_DATE='1000000000 +0000' git commit-tree $tree -m old)
      git update-ref refs/divisi/keep/old/step/1 $old
      """)
    let cleaned = try scratch.divisi("clean --yes")
    #expect(cleaned.output.contains("forgotten  old/step/1"))
  }

  /// The git that Divisi finds ends it by `kill -9` around the nth call.
  @Test func endedByKillAtAnyCallCleanLosesNothing() throws {
    let git = try #require(installedProgram("git"))
    for call in stride(from: 1, to: 200, by: 3) {
      let scratch = try scratch()
      _ = try scratch.shell(
        """
        set -e
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
        git merge -q --squash feature/task-open && git commit -q -m squashed
        """)
      let tip = try scratch.shell("git rev-parse feature/task-open")
      let person = try scratch.shell("git status --porcelain; git rev-parse HEAD; cat x")
      let wrapper = try scratch.folder.write(
        "home/bin/git",
        """
        #!/bin/sh
        n=$(($(cat "$HOME/calls") + 1))
        echo $n > "$HOME/calls"
        [ $n = "$DIE_BEFORE" ] && { kill -9 $PPID; exit 1; }
        \(git) "$@"
        status=$?
        [ $n = "$DIE_AFTER" ] && kill -9 $PPID
        exit $status
        """)
      chmod(wrapper, 0o755)
      try scratch.folder.write("home/calls", "0")
      let path = scratch.folder.path + "/home/bin:" + (scratch.environment["PATH"] ?? "")
      let moment = call % 2 == 0 ? "DIE_BEFORE" : "DIE_AFTER"
      let killed = try scratch.divisi(
        "clean --yes", environment: ["PATH": path, moment: "\(call)"])
      let holders = "git for-each-ref --contains " + tip
      #expect(try scratch.shell(holders) != "", "call \(call)")
      let again = try scratch.divisi("clean --yes")
      #expect(again.status == 0, "call \(call): \(again.errors)")
      #expect(try scratch.shell(holders) != "", "call \(call)")
      #expect(try scratch.shell("git branch --list 'feature/*'; ls .worktrees") == "")
      #expect(
        try scratch.shell("git status --porcelain; git rev-parse HEAD; cat x") == person)
      if killed.status == 0 {
        #expect(call > 20, "it was never ended")
        return
      }
    }
    Issue.record("clean never came to its end")
  }

  @Test func aNameThatIsNotKeptIsTold() throws {
    let result = try scratch().divisi("keep drop nothing/here/1")
    #expect(result.status == 1)
    #expect(
      result.errors == """
        divisi: nothing is kept as nothing/here/1
          hint: `divisi keep list` lists what is kept

        """)
    #expect(try scratch().divisi("keep drop").status == 2)
  }

  @Test func aRepositoryWithoutACheckoutIsToldOf() throws {
    let scratch = try Scratch()
    _ = try scratch.shell("git init -q --bare store.git")
    let result = try scratch.divisi("-C store.git clean")
    #expect(result.status == 1)
    #expect(result.errors.contains("is a repository without a checkout"))
  }
}
