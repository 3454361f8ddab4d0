import Terminal
import Testing

@Suite struct ColorModeTests {
  @Test(arguments: [
    (ColorMode.always, ["NO_COLOR": "1", "TERM": "dumb"], false, true),
    (.never, ["CLICOLOR_FORCE": "1"], true, false),
    (.auto, [:], true, true),
    (.auto, [:], false, false),
    (.auto, ["NO_COLOR": "1", "CLICOLOR_FORCE": "1"], true, false),
    (.auto, ["NO_COLOR": ""], true, true),
    (.auto, ["CLICOLOR_FORCE": "1", "TERM": "dumb"], false, true),
    (.auto, ["CLICOLOR_FORCE": "0"], false, false),
    (.auto, ["TERM": "dumb"], true, false),
    (.auto, ["CLICOLOR": "0"], true, false),
  ])
  func colorFollowsTheRequestThenTheEnvironmentThenTheStream(
    _ mode: ColorMode, _ environment: [String: String], _ isTerminal: Bool, _ isColored: Bool
  ) {
    #expect(mode.isColored(environment: environment, isTerminal: isTerminal) == isColored)
  }

  @Test func aPlainPaletteLeavesTextAsItIs() {
    for role in TextRole.allCases { #expect(Palette.plain.paint(role, "a\nb") == "a\nb") }
  }

  @Test func everyRoleShowsOnAColoredPalette() {
    for role in TextRole.allCases { #expect(Palette.colored.paint(role, "a") != "a") }
    #expect(Palette.colored.paint(.error, "a") == "\u{1B}[1;31ma\u{1B}[0m")
  }

  @Test func eachLineIsStyledByItself() {
    let text = TextStyle(.green, isDim: true, isUnderlined: true).applied(to: "a\n\nb")
    #expect(text == "\u{1B}[2;4;32ma\u{1B}[0m\n\n\u{1B}[2;4;32mb\u{1B}[0m")
  }
}

@Suite struct ScreenTests {
  private func width(_ isTerminal: Bool, _ columns: Int, _ asked: String?) -> Int? {
    Screen(
      isTerminal: isTerminal, columns: columns, environment: asked.map { ["COLUMNS": $0] } ?? [:],
      color: .auto
    ).width
  }

  @Test func theEnvironmentsColumnsComeBeforeTheTerminals() {
    #expect(width(true, 120, nil) == 120)
    #expect(width(true, 120, "60") == 60)
    #expect(width(true, 120, "0") == 120)
    #expect(width(true, 120, "wide") == 120)
    #expect(width(true, 0, nil) == 80)
  }

  @Test func whatIsNoTerminalHasNoWidth() {
    #expect(width(false, 0, "60") == nil)
    #expect(Screen(descriptor: -1, environment: [:], color: .auto) == .plain)
  }
}

@Suite struct TextTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("h\u{E9}", 2), ("he\u{301}", 2), ("日本", 4), ("한글", 4),
    ("\u{1112}\u{1161}\u{11AB}", 2), ("ｗ", 2), ("ﾜ", 1), ("🎻", 2), ("👩‍👩‍👧", 2), ("👍🏽", 2), ("🇩🇪", 2),
    ("❤", 1), ("❤\u{FE0F}", 2), ("1\u{FE0F}\u{20E3}", 2), ("\u{200B}", 0), ("\r\n", 0), ("─", 1),
    ("אב", 2), ("𠀀", 2),
  ])
  func textTakesTheColumnsThatATerminalGivesIt(_ text: String, _ columns: Int) {
    #expect(text.displayWidth == columns)
  }

  @Test func truncatedTextEndsInDots() {
    #expect("abcdefgh".truncated(toWidth: 8) == "abcdefgh")
    #expect("abcdefgh".truncated(toWidth: 7) == "abcd...")
    #expect("ab defgh".truncated(toWidth: 6) == "ab...")
    #expect("日本語日本語".truncated(toWidth: 8) == "日本...")
    #expect("abcdefgh".truncated(toWidth: 2) == "..")
  }

  @Test func nothingThatATerminalWouldObeyIsPrintable() {
    #expect("a\tb\r\nc\u{1B}[2J\u{7F}".printable == "a b c\u{B7}[2J\u{B7}")
  }

  @Test func wordsWrapAtTheWidth() {
    #expect("one two three".wrapped(toWidth: 7) == ["one two", "three"])
    #expect("one two three".wrapped(toWidth: 6) == ["one", "two", "three"])
    #expect("日本 語日 x".wrapped(toWidth: 6) == ["日本", "語日 x"])
    #expect("a/very/long/path b".wrapped(toWidth: 4) == ["a/very/long/path", "b"])
    #expect("a\n\n  b c d\n".wrapped(toWidth: 5) == ["a", "", "  b c", "  d", ""])
  }

  @Test(arguments: [
    (Duration.zero, "0s"), (.milliseconds(850), "850ms"), (.seconds(13), "13s"),
    (.milliseconds(13_500), "14s"), (.milliseconds(59_600), "1m 00s"), (.seconds(133), "2m 13s"),
    (.seconds(3599), "59m 59s"), (.milliseconds(3_599_700), "1h 00m"), (.seconds(3900), "1h 05m"),
    (.seconds(86_390), "1d 00h"), (.seconds(100 * 3600), "4d 04h"), (.seconds(-133), "-2m 13s"),
    (.microseconds(200), "0s"),
  ])
  func timesAreSaidInTwoUnits(_ time: Duration, _ words: String) {
    #expect(time.words == words)
  }

  @Test func countsComeWithTheirWord() {
    #expect(counted(1, "step") == "1 step")
    #expect(counted(0, "step") == "0 steps")
    #expect(counted(2, "entry", "entries") == "2 entries")
  }
}

@Suite struct TableTests {
  private var paints: Table {
    var table = Table([
      .init("paint"), .init("litres", .right), .init("note", mayShrink: true), .init("state"),
    ])
    table.append(["white", "12", "for ceilings and for all that is to look larger", "full"])
    table.append(["日本赤", "3", "rare", Table.Cell("empty", .failed)])
    table.append(["gr\u{308}au", "0.5"])
    return table
  }

  @Test func columnsLineUpAndNoLineEndsInSpaces() {
    #expect(
      paints.text() == """
        paint   litres  note                                             state
        white       12  for ceilings and for all that is to look larger  full
        日本赤       3  rare                                             empty
        gr\u{308}au       0.5

        """)
  }

  @Test func aNarrowScreenCutsWhatMayShrink() {
    let text = paints.text(on: Screen(width: 40, palette: .plain))
    #expect(
      text == """
        paint   litres  note               state
        white       12  for ceilings a...  full
        日本赤       3  rare               empty
        gr\u{308}au       0.5

        """)
    #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= 40 })
  }

  @Test func aVeryNarrowScreenKeepsEightColumns() {
    #expect(paints.text(on: Screen(width: 5, palette: .plain)).contains("for c...  full\n"))
  }

  @Test func theWidestColumnsShrinkFirst() {
    var table = Table([.init("", mayShrink: true), .init("", mayShrink: true)])
    table.append([
      Table.Cell(String(repeating: "a", count: 30)), Table.Cell(String(repeating: "b", count: 12)),
    ])
    #expect(
      table.text(on: Screen(width: 30, palette: .plain)) == "aaaaaaaaaaaaa...  bbbbbbbbbbbb\n")
    #expect(table.text(on: Screen(width: 22, palette: .plain)) == "aaaaaaa...  bbbbbbb...\n")
  }

  @Test func colorTakesNoColumns() {
    let text = paints.text(on: Screen(width: nil, palette: .colored))
    #expect(text.hasPrefix("\u{1B}[1mpaint\u{1B}[0m   \u{1B}[1mlitres\u{1B}[0m  "))
    #expect(text.contains("  \u{1B}[1;31mempty\u{1B}[0m\n"))
  }

  @Test func aTableWithoutRowsIsNothing() {
    #expect(Table([.init("a")]).text() == "")
  }
}
