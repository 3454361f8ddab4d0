import Configuration

/// What `divisi init` writes.
enum InitialFiles {
  struct File {
    let path: String
    let text: String
  }

  /// Folders that git is to leave alone, anchored at the root.
  static let excluded = ["/.divisi/", "/.worktrees/"]

  static let always = [
    File(path: "divisi.yaml", text: ConfigurationDocument.template),
    File(path: ".orchestration/sessions/example.yaml", text: examplePlan),
  ]

  private static let examplePlan = """
    # An example of a plan. docs/PLANS.md in Divisi's repository explains every key.
    id: example
    title: A greeting in two languages
    status: planned
    goal: The program greets people in English and German

    workflow:
      phases:
        - id: words
          title: Collect the words
          task: |
            Write greetings.txt with one line a language: the code of the language, a space,
            and the greeting. English and German.
          files: [greetings.txt]
          estimate: 5m

        - id: program
          title: Write the program
          dependencies: [words]           # starts when `words` is merged
          task: |
            Write greet.sh, which prints the greeting of greetings.txt in the language that
            it is given.
          files: [greet.sh]               # steps whose files overlap do not run together
          gates:
            - run: sh greet.sh de | grep -q Hallo
          estimate: 10m

        - id: guide
          title: Explain it
          dependencies: [words]
          task: Write GREETINGS.md, which explains greetings.txt and how to add a language.
          files: [GREETINGS.md]
          estimate: 5m

        - id: accept
          title: Look at it
          dependencies: [program, guide]
          approve: maintainer             # a person says yes

    """

  static let claudeCommands = [
    command("orchestrate", "orchestration", ".orchestration/sessions"),
    command("milestone", "milestone", ".milestones/active"),
  ]

  /// A slash command of Claude Code that hands a plan to Divisi and reports what it says.
  private static func command(_ name: String, _ kind: String, _ folder: String) -> File {
    File(
      path: ".claude/commands/\(name)/execute.md",
      text: """
        ---
        description: Check and show a Divisi \(kind)
        argument-hint: [id of the \(kind)]
        allowed-tools: Bash(divisi:*)
        ---

        The user wants the \(kind) `$ARGUMENTS` of `\(folder)` executed by Divisi.

        1. Run `divisi check $ARGUMENTS`. If it exits with 1, show the problems, propose the edits of the
           plan file that mend them, and stop.
        2. Run `divisi graph $ARGUMENTS` and show it.
        3. Run `divisi --help`. If it lists the command `run`, run `divisi run $ARGUMENTS` and report what it
           prints. If it does not, say that this version of Divisi checks plans and does not run them yet.

        Do not carry out steps of the plan yourself: Divisi runs each in a worktree of its own.

        """)
  }
}
