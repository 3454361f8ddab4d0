import Arguments
import Terminal
import Testing

@Suite struct UsageErrorTests {
  private func expect(
    _ line: String, _ message: String, see: String,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(
      Meaning(line) == .error("studio: \(message)\nsee: \(see) --help"),
      sourceLocation: sourceLocation)
  }

  @Test func anUnknownOptionComesWithTheOneThatWasMeant() {
    expect(
      "paint hall --jsn", "unknown option `--jsn` for `studio paint`; did you mean `--json`?",
      see: "studio paint")
    expect(
      "paint hall --thick 2",
      "unknown option `--thick` for `studio paint`; did you mean `--thickness`?",
      see: "studio paint")
    expect(
      "paint hall --no-fsat",
      "unknown option `--no-fsat` for `studio paint`; did you mean `--no-fast`?",
      see: "studio paint")
    expect(
      "paint -json", "unknown option `-json` for `studio paint`; did you mean `--json`?",
      see: "studio paint")
    expect("paint -qz", "unknown option `-z` for `studio paint`", see: "studio paint")
    expect("--nothing-like-it", "unknown option `--nothing-like-it` for `studio`", see: "studio")
  }

  @Test func hiddenThingsAreNotSuggested() {
    expect("hunt", "unknown command `hunt`", see: "studio")
    expect(
      "paint x --upside-dwn", "unknown option `--upside-dwn` for `studio paint`",
      see: "studio paint")
  }

  @Test func anUnknownCommandComesWithTheOneThatWasMeant() {
    expect("piant x", "unknown command `piant`; did you mean `paint`?", see: "studio")
    expect("order", "unknown command `order`; did you mean `paints order`?", see: "studio")
    expect("--help piant", "unknown command `piant`; did you mean `paint`?", see: "studio")
    expect(
      "paints lits", "unknown command `lits` of `studio paints`; did you mean `list`?",
      see: "studio paints")
  }

  @Test func aFamilyNeedsACommand() {
    expect("paints -q", "`studio paints` needs a command: list, order", see: "studio paints")
  }

  @Test func anOptionWithoutItsValueShowsHowItIsWritten() {
    expect(
      "paint hall --report", "option `--report` needs a value: `--report FILE`",
      see: "studio paint")
    expect(
      "paint hall --report --fast", "option `--report` needs a value: `--report FILE`",
      see: "studio paint")
    expect(
      "paint hall --report -5",
      "option `--report` needs a value: `--report FILE`; did you mean `--report=-5`?",
      see: "studio paint")
    expect(
      "paint hall -o -draft",
      "option `-o` needs a value: `-o FILE`; did you mean `-o-draft`?", see: "studio paint")
  }

  @Test func aFlagTakesNoValue() {
    expect(
      "paint hall --fast=yes", "option `--fast` takes no value, but was given `yes`",
      see: "studio paint")
    expect(
      "paint hall -x=yes", "option `-x` takes no value, but was given `yes`", see: "studio paint")
  }

  @Test func aWordThatIsNotAllowedComesWithThoseThatAre() {
    expect(
      "paint hall --finish glos",
      "`--finish` cannot be `glos`; allowed: matt, satin, gloss; did you mean `gloss`?",
      see: "studio paint")
    expect(
      "paints order wet", "`FINISH` cannot be `wet`; allowed: matt, satin, gloss",
      see: "studio paints order")
    expect(
      "paint hall --color red", "`--color` cannot be `red`; allowed: auto, always, never",
      see: "studio paint")
  }

  @Test func aValueOfTheWrongKindIsNamed() {
    expect(
      "paint hall -n many", "`-n` takes a whole number, not `many`", see: "studio paint")
    expect(
      "paint hall --thickness nan", "`--thickness` takes a number, not `nan`", see: "studio paint")
    expect(
      "paints order --amount 2", "`--amount` takes an amount such as `2l`, not `2`",
      see: "studio paints order")
    expect("mix red", "`WARMTH` takes a whole number, not `red`", see: "studio mix")
  }

  @Test func anOptionIsGivenOnce() {
    expect(
      "paint hall -n 1 --coats 2", "option `--coats` is given more than once", see: "studio paint")
    expect("-C a -C b paint hall", "option `-C` is given more than once", see: "studio paint")
  }

  @Test func argumentsAreCounted() {
    expect("paint", "`studio paint` needs the argument `ROOM`", see: "studio paint")
    expect(
      "mix 1 2 3", "`studio mix` takes at most 2 arguments; `3` is too many", see: "studio mix")
    expect(
      "paints list all", "`studio paints list` takes no arguments; `all` is too many",
      see: "studio paints list")
  }

  @Test func aCommandObjectsToValuesThatDoNotGoTogether() {
    expect(
      "paint hall -x -n 10", "`--fast` does not go with more than 9 coats", see: "studio paint")
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    expect("\u{1B}[31m", "unknown command `\u{B7}[31m`", see: "studio")
  }

  @Test func anErrorKeepsTheOptionsThatCouldBeRead() throws {
    guard case .usageError(_, let options) = studio.parse(["--color=never", "--bogus", "--json"])
    else {
      Issue.record("no usage error")
      return
    }
    #expect(options.color == .never && options.isJSON)
  }

  @Test func theErrorIsColoredOnRequest() {
    guard case .usageError(let error, _) = studio.parse(["hunt"]) else { return }
    #expect(
      error.text(palette: .colored) == """
        \u{1B}[1;31mstudio:\u{1B}[0m unknown command `hunt`
        see: \u{1B}[32mstudio --help\u{1B}[0m
        """)
  }
}
