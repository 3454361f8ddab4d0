import Diagnostics
import Testing

@Suite struct DiagnosticTextTests {
  @Test func theSourceLineAndACaretStandUnderTheMessage() {
    let source = SourceText(path: "plan.yaml", "id: a\n    gate: make test\n")
    let diagnostic = Diagnostic(
      .error, "unknown key `gate` in step `api`", file: "plan.yaml", at: source.place(10..<14),
      hint: "did you mean `gates`?")
    #expect(
      diagnostic.text(in: source) == """
        plan.yaml:2:5: error: unknown key `gate` in step `api`
            2 |     gate: make test
              |     ^~~~ did you mean `gates`?
        """)
  }

  @Test func aDiagnosticWithoutAPlaceKeepsItsHint() {
    let diagnostic = Diagnostic(.warning, "no file matches", file: "plan.yaml", hint: "mend it")
    #expect(
      diagnostic.text(in: nil) == """
        plan.yaml: warning: no file matches
          hint: mend it
        """)
  }

  @Test func theCaretStandsUnderTheWordsBehindWideCharactersAndTabs() {
    let source = SourceText(path: "p", "\u{FEFF}t\u{E4}\tx: y\r\n")
    let place = source.place(7..<8)
    #expect(place.column == 4)
    #expect(
      Diagnostic(.error, "no", file: "p", at: place).text(in: source) == """
        p:1:4: error: no
            1 | t\u{E4} x: y
              |    ^
        """)
  }

  @Test func aVeryLongLineIsCutAroundThePlace() throws {
    let source = SourceText(path: "p", String(repeating: "a", count: 500) + "X")
    let text = Diagnostic(.error, "no", file: "p", at: source.place(500..<501)).text(in: source)
    let lines = text.split(separator: "\n")
    #expect(lines[1].count < 140)
    let caret = try #require(lines[2].firstIndex(of: "^"))
    let column = lines[2].distance(from: lines[2].startIndex, to: caret)
    #expect(Array(lines[1])[column] == "X")
  }

  @Test func relatedPlacesFollow() {
    let source = SourceText(path: "p", "a: 1\na: 2\n")
    let diagnostic = Diagnostic(
      .error, "duplicate key `a`", file: "p", at: source.place(5..<6),
      related: [.init("first defined here", file: "p", at: source.place(0..<1))])
    #expect(diagnostic.text(in: source).hasSuffix("\np:1:1: note: first defined here"))
  }
}

@Suite struct SuggestionTests {
  @Test(arguments: [
    ("gate", "gates"), ("titel", "title"), ("DEPENDENCIES", "dependencies"), ("stauts", "status"),
  ])
  func aNearWordIsSuggested(word: String, meant: String) {
    #expect(closestMatch(to: word, in: ["gates", "title", "dependencies", "status"]) == meant)
  }

  @Test(arguments: ["x", "completely", "", "ab"])
  func nothingIsSuggestedWhereNothingIsNear(word: String) {
    #expect(closestMatch(to: word, in: ["gates", "title", "dependencies"]) == nil)
  }
}
