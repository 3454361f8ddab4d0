import Arguments
import Terminal
import TestSupport
import Testing

@Suite struct ParsingTests {
  @Test(arguments: [
    "paint kitchen -f gloss", "paint kitchen -fgloss", "paint kitchen -f=gloss",
    "paint kitchen --finish gloss", "paint --finish=gloss kitchen", "paint -f gloss -- kitchen",
    "brush kitchen -f gloss",
  ])
  func anOptionIsWrittenInManyForms(_ line: String) {
    var paint = Paint()
    paint.room = "kitchen"
    paint.finish = .gloss
    #expect(Meaning(line) == .run(paint))
  }

  @Test func globalOptionsStandBeforeOrBehindTheCommand() {
    var options = StudioOptions()
    options.folder = "/tmp"
    options.verbosity = 2
    options.isQuiet = true
    options.color = .never
    for line in [
      "-C /tmp -qvv --color never paints list", "paints -C/tmp -v --colour=never list -qv",
      "paints list --quiet --verbose --verbose --color never -C /tmp",
    ] {
      #expect(Meaning(line) == .run(ListPaints(), options: options))
    }
  }

  @Test func shortFlagsAreGroupedWithAnOptionAtTheEnd() {
    var paint = Paint()
    paint.room = "hall"
    paint.isFast = true
    paint.coats = 3
    var options = StudioOptions()
    options.isQuiet = true
    #expect(Meaning("paint -xqn3 hall") == .run(paint, options: options))
    #expect(Meaning("paint hall -xqn 3") == .run(paint, options: options))
  }

  @Test func theLastOfAFlagAndItsNegationCounts() {
    var paint = Paint()
    paint.room = "hall"
    #expect(Meaning("paint hall --fast --no-fast") == .run(paint))
    paint.isFast = true
    #expect(Meaning("paint hall --no-fast -x") == .run(paint))
  }

  @Test func repeatedOptionsAndArgumentsAreCollectedInOrder() {
    var paint = Paint()
    paint.room = "hall"
    paint.tags = ["a", "b=c", ""]
    paint.walls = ["north", "south"]
    let words = ["paint", "-ta", "hall", "north", "--tag", "b=c", "--tag=", "south"]
    #expect(Meaning(words) == .run(paint))
  }

  @Test func behindTwoDashesNothingIsAnOption() {
    var paint = Paint()
    paint.room = "--fast"
    paint.walls = ["-", "--", "-n"]
    #expect(Meaning("paint -- --fast - -- -n") == .run(paint))
  }

  @Test func aDashIsAValue() {
    var paint = Paint()
    paint.room = "-"
    paint.report = "-"
    #expect(Meaning("paint - -o -") == .run(paint))
  }

  @Test func negativeNumbersAreValuesWhereNumbersAreTaken() {
    var mix = Mix()
    mix.warmth = -5
    mix.ratio = -0.25
    #expect(Meaning("mix -5 -.25") == .run(mix))
    var paint = Paint()
    paint.room = "hall"
    paint.coats = -2
    #expect(Meaning("paint hall -n -2") == .run(paint))
  }

  @Test(arguments: [
    ("", ["studio"]), ("-q", ["studio"]), ("--help", ["studio"]), ("help", ["studio"]),
    ("help paint", ["studio", "paint"]), ("paint -h", ["studio", "paint"]),
    ("--help paints", ["studio", "paints"]), ("help colours order", ["studio", "paints", "order"]),
    ("paint --bogus --help", ["studio", "paint"]), ("paint hall -xh", ["studio", "paint"]),
  ])
  func helpIsFoundWhereverItIsAskedFor(_ line: String, _ words: [String]) {
    #expect(Meaning(line) == .help(words))
  }

  @Test func theVersionNeedsNoCommand() {
    #expect(Meaning("--version") == .version)
  }

  @Test func aShellsQuestionKeepsTheOptionsOfTheLineThatIsTyped() {
    var options = StudioOptions()
    options.folder = "/tmp"
    #expect(
      Meaning("__complete room -- -C /tmp paint --bogus ki")
        == .complete("room", word: "ki", options))
  }

  @Test func theDeclarationsOfTheToolAreSound() {
    #expect(studio.description.flaws == [])
  }

  @Test func whatIsDeclaredTwiceIsFound() {
    struct Twice: Command {
      var first = false
      var names: [String] = []
      var last = ""
      static let spec = CommandSpec<Self>("twice", "declared badly") {
        Flag(\.first, "-q", "--first", help: "clashes with --quiet")
        Argument(\.names, "NAMES", "all of them")
        Argument(\.last, "LAST", "never reached")
      }
      func run(in canvas: Canvas) -> Arguments.ExitStatus { .success }
    }
    let tool = Tool<StudioOptions, Canvas>("bad", version: "0", "is bad", examples: []) {
      Heading("all") {
        Twice.self
        Twice.self
      }
    }
    #expect(
      Set(tool.description.flaws) == [
        "`bad` has no example", "`bad` has two commands `twice`", "`bad twice` has no example",
        "`bad twice` has two options `-q`",
        "nothing is left for LAST of `bad twice` behind [NAMES...]",
      ])
  }
}

@Suite struct AnyCommandLineTests {
  /// A random command is written in random forms and order; reading it gives the command back.
  @Test(arguments: 0..<400 as Range<UInt64>)
  func whatIsWrittenIsReadBack(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let (paint, options) = Self.randomPaint(&random)
    let words = Self.written(paint, options, &random)
    #expect(
      Meaning(words) == .run(paint, options: options), "seed \(seed): \(words)")
  }

  /// Nothing that can be typed is anything but an outcome.
  @Test func noiseIsAnsweredToo() {
    var random = SeededGenerator(seed: 7)
    let pieces = [
      "-", "--", "---", "=", "--=", "-=", "-q=", "--fast=1", "--no-", "--finish", "-n", "-n=", "",
      "paint", "mix", "paints", "list", "help", "-5", "-.", "--json", "-xq", "\u{1B}", "é", "-é",
      "__complete", "--version", "-h",
    ]
    var seen: Set<String> = []
    for _ in 0..<5_000 {
      let words = (0..<Int.random(in: 0..<7, using: &random)).map { _ in
        pieces.randomElement(using: &random) ?? ""
      }
      switch Meaning(words) {
      case .run: seen.insert("run")
      case .help: seen.insert("help")
      case .version: seen.insert("version")
      case .complete: seen.insert("complete")
      case .error(let text):
        seen.insert("error")
        #expect(text.split(separator: "\n").count == 2 && !text.contains("\u{1B}"), "\(words)")
      }
    }
    #expect(seen == ["run", "help", "version", "complete", "error"])
  }

  private static let texts = [
    "a", "two words", "", "-", "x=y", "it's", "--json", "-n", "--", "ünïcode", "-5", "help",
    "paint",
  ]

  private static func randomPaint(
    _ random: inout SeededGenerator
  ) -> (Paint, StudioOptions) {
    var paint = Paint()
    paint.finish = Finish.allCases.randomElement(using: &random) ?? .matt
    paint.coats = Int.random(in: -20...9, using: &random)
    if Bool.random(using: &random) { paint.thickness = Double.random(in: -3...3, using: &random) }
    paint.isFast = Bool.random(using: &random)
    paint.isUpsideDown = Bool.random(using: &random)
    func text() -> String { texts.randomElement(using: &random) ?? "" }
    paint.tags = (0..<Int.random(in: 0..<4, using: &random)).map { _ in text() }
    if Bool.random(using: &random) { paint.report = text() }
    paint.room = text()
    paint.walls = (0..<Int.random(in: 0..<4, using: &random)).map { _ in text() }
    var options = StudioOptions()
    if Bool.random(using: &random) { options.folder = text() }
    options.isJSON = Bool.random(using: &random)
    options.color = .allCases.randomElement(using: &random) ?? .auto
    options.isQuiet = Bool.random(using: &random)
    options.verbosity = Int.random(in: 0..<4, using: &random)
    return (paint, options)
  }

  private static func written(
    _ paint: Paint, _ options: StudioOptions, _ random: inout SeededGenerator
  ) -> [String] {
    func option(_ names: [String], _ value: String, isNumber: Bool = false) -> [String] {
      let name = names.randomElement(using: &random) ?? ""
      let mayStandAlone = !value.hasPrefix("-") || value == "-" || isNumber
      if mayStandAlone, Bool.random(using: &random) { return [name, value] }
      if name.hasPrefix("--") { return ["\(name)=\(value)"] }
      // Only `=` can say that the value is empty.
      return [value.isEmpty || Bool.random(using: &random) ? "\(name)=\(value)" : name + value]
    }
    var anywhere: [[String]] = []
    if let folder = options.folder { anywhere.append(option(["-C"], folder)) }
    if options.isJSON { anywhere.append(["--json"]) }
    if options.color != .auto || Bool.random(using: &random) {
      anywhere.append(option(["--color", "--colour"], options.color.rawValue))
    }
    var flags = String(repeating: "v", count: options.verbosity) + (options.isQuiet ? "q" : "")
    if Bool.random(using: &random) {
      anywhere += flags.map { [$0 == "v" ? "--verbose" : "--quiet"] }
      flags = ""
    } else if !flags.isEmpty {
      anywhere.append(["-" + flags])
    }
    var behind: [[String]] = [
      option(["-f", "--finish"], paint.finish.rawValue),
      option(["-n", "--coats"], "\(paint.coats)", isNumber: true),
    ]
    if let thickness = paint.thickness {
      behind.append(option(["--thickness"], "\(thickness)", isNumber: true))
    }
    if paint.isFast {
      behind.append([["-x", "--fast"].randomElement(using: &random) ?? ""])
    } else if Bool.random(using: &random) {
      behind.append(["--no-fast"])
    }
    if paint.isUpsideDown { behind.append(["--upside-down"]) }
    if let report = paint.report { behind.append(option(["-o", "--report"], report)) }

    anywhere.shuffle(using: &random)
    let split = Int.random(in: 0...anywhere.count, using: &random)
    behind += anywhere[split...]
    behind.shuffle(using: &random)
    var later = paint.tags.map { option(["-t", "--tag"], $0) }
    // Tags and arguments keep their order among themselves; all else may stand between them.
    var arguments = [paint.room] + paint.walls
    let plain = arguments.prefix { !$0.hasPrefix("-") || $0 == "-" }
    let early = Int.random(in: 0...plain.count, using: &random)
    var line: [[String]] = []
    var waiting = Array(arguments.prefix(early)).map { [$0] }
    arguments.removeFirst(early)
    while !behind.isEmpty || !later.isEmpty || !waiting.isEmpty {
      switch Int.random(in: 0..<3, using: &random) {
      case 0 where !behind.isEmpty: line.append(behind.removeFirst())
      case 1 where !later.isEmpty: line.append(later.removeFirst())
      case 2 where !waiting.isEmpty: line.append(waiting.removeFirst())
      default: break
      }
    }
    return anywhere[..<split].flatMap { $0 } + ["paint"] + line.flatMap { $0 }
      + (arguments.isEmpty ? [] : ["--"] + arguments)
  }
}
