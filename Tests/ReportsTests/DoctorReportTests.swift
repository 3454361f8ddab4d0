import JSONValues
import Reports
import Terminal
import Testing

@Suite struct DoctorReportTests {
  private let report = DoctorReport(
    [
      .init(
        group: "repository", subject: "git", level: .ok, found: "2.39 at /usr/bin/git", mend: nil),
      .init(
        group: "repository", subject: "clone", level: .warning,
        found: "shallow: what was merged before its oldest commit cannot be told",
        mend: "git fetch --unshallow"),
      .init(
        group: "harnesses", subject: "claude", level: .error,
        found: "not on the PATH; needed by api, form and 2 more",
        mend: "install Claude Code, or name its place: harnesses: {claude: {program: PATH}}"),
      .init(group: "harnesses", subject: "codex", level: .note, found: "not on the\u{1B}[1m PATH"),
    ], plan: "checkout")

  @Test func aFileGetsEveryLineWhole() {
    #expect(
      report.text(on: .plain) == """
        repository
          ok       git     2.39 at /usr/bin/git
          warning  clone   shallow: what was merged before its oldest commit cannot be told
                           git fetch --unshallow

        harnesses
          error    claude  not on the PATH; needed by api, form and 2 more
                           install Claude Code, or name its place: harnesses: {claude: {program: PATH}}
          note     codex   not on the·[1m PATH

        not ready to run checkout: 1 error, 1 warning

        """)
  }

  @Test func aNarrowTerminalBreaksLinesBelowWhereTheyBegan() {
    #expect(
      report.text(on: Screen(width: 60, palette: .plain)) == """
        repository
          ok       git     2.39 at /usr/bin/git
          warning  clone   shallow: what was merged before its
                           oldest commit cannot be told
                           git fetch --unshallow

        harnesses
          error    claude  not on the PATH; needed by api, form and
                           2 more
                           install Claude Code, or name its place:
                           harnesses: {claude: {program: PATH}}
          note     codex   not on the·[1m PATH

        not ready to run checkout: 1 error, 1 warning

        """)
  }

  @Test func coloursSayHowItStands() {
    let text = report.text(on: Screen(width: 100, palette: .colored))
    #expect(text.contains("\u{1B}[32mok\u{1B}[0m       git"))
    #expect(text.contains("\u{1B}[1;31merror\u{1B}[0m    claude"))
    #expect(text.contains("\u{1B}[32mgit fetch --unshallow\u{1B}[0m"))
  }

  @Test func aRunTellsOnlyWhatIsWrongTheWorstFirst() {
    #expect(
      report.problems(on: .plain) == """
        error: claude: not on the PATH; needed by api, form and 2 more
          install Claude Code, or name its place: harnesses: {claude: {program: PATH}}
        warning: clone: shallow: what was merged before its oldest commit cannot be told
          git fetch --unshallow

        """)
    #expect(DoctorReport([]).problems(on: .plain) == "")
    #expect(DoctorReport([]).text(on: .plain) == "\nready\n")
  }

  @Test func programsAreGivenEverything() {
    #expect(!report.isReady)
    #expect(
      report.json["findings"]?.text(.compact).hasPrefix(
        """
        [{"group":"repository","subject":"git","level":"ok","found":"2.39 at /usr/bin/git","mend":null},
        """.replacing("\n", with: "")) == true)
    #expect(report.json["ready"] == false)
    #expect(report.json["plan"] == "checkout")
  }
}
