import Arguments
import JSONValues
import Terminal

/// A made-up tool that has every kind of declaration.
let studio = Tool<StudioOptions, Canvas>(
  "studio", version: "1.2", "paints rooms",
  examples: [
    Example("studio paint kitchen --finish=matt", "one room, in white"),
    Example("studio paints list"),
  ]
) {
  Heading("walls") {
    Paint.self
    Mix.self
  }
  Heading("stock") {
    Family("paints", aliases: ["colours"], "what stands on the shelf") {
      ListPaints.self
      OrderPaint.self
    }
    Haunt.self
  }
}

struct Canvas: Sendable {}

struct StudioOptions: ToolOptions, Hashable {
  var folder: String?
  var isJSON = false
  var color = ColorMode.auto
  var isQuiet = false
  var verbosity = 0

  static let spec = OptionsSpec<Self> {
    Option(
      \.folder, "-C", help: "work as if started in this folder", placeholder: "DIR",
      completion: .folders)
    Flag(\.isJSON, "--json", help: "print results for programs")
    Option(\.color, "--color", "--colour", help: "colour of the output")
    Flag(\.isQuiet, "-q", "--quiet", help: "say only what went wrong")
    Flag(\.verbosity, "-v", "--verbose", help: "say more")
  }
}

enum Finish: String, CaseIterable, ArgumentValue {
  case matt
  case satin
  case gloss
}

struct Litres: ArgumentValue, Hashable {
  var amount: Int

  init(_ amount: Int) { self.amount = amount }
  init?(argument text: String) {
    guard text.hasSuffix("l"), let amount = Int(text.dropLast()), amount > 0 else { return nil }
    self.amount = amount
  }

  var argumentText: String { "\(amount)l" }
  static let expectation = "an amount such as `2l`"
  static let placeholder = "LITRES"
}

struct Paint: Command, Hashable {
  var finish = Finish.matt
  var coats = 1
  var thickness: Double?
  var isFast = false
  var tags: [String] = []
  var report: String?
  var isUpsideDown = false
  var room = ""
  var walls: [String] = []

  static let spec = CommandSpec<Self>("paint", aliases: ["brush"], "cover walls with colour") {
    Example("studio paint kitchen --finish gloss", "the kitchen, so that it shines")
    Discussion(
      """
      Walls are painted from the top down. A wall that is wet is left alone, and named at the end \
      so that it can be painted another day.
      """)
    Option(\.finish, "-f", "--finish", help: "how the paint shines")
    Option(\.coats, "-n", "--coats", help: "how often each wall is painted")
    Option(\.thickness, "--thickness", help: "of one coat, in millimetres", placeholder: "MM")
    Flag(\.isFast, "-x", "--fast", help: "do not wait for a coat to dry", negatable: true)
    Option(\.tags, "-t", "--tag", help: "a note for the books")
    Option(
      \.report, "-o", "--report", help: "where the report goes", placeholder: "FILE",
      completion: .files)
    Flag(\.isUpsideDown, "--upside-down", help: "for bats", hidden: true)
    Argument(\.room, "ROOM", "which room", completion: .dynamic("room"))
    Argument(\.walls, "WALLS", "which walls; all where none is named")
    Exit(0, "all walls are painted")
    Exit(1, "a wall was wet")
  }

  func objection() -> String? {
    isFast && coats > 9 ? "`--fast` does not go with more than 9 coats" : nil
  }

  func run(in canvas: Canvas) async throws -> ExitStatus { .success }
}

struct Mix: Command, Hashable {
  var warmth = 0
  var ratio: Double?

  static let spec = CommandSpec<Self>("mix", "make a new colour") {
    Example("studio mix -5 0.25", "a cold colour")
    Argument(\.warmth, "WARMTH", "from -100 to 100")
    Argument(\.ratio, "RATIO", "how much of it")
  }

  func run(in canvas: Canvas) async throws -> ExitStatus { .success }
}

struct ListPaints: Command, Hashable {
  static let spec = CommandSpec<Self>("list", "name the paints on the shelf") {
    Example("studio paints list")
  }

  func run(in canvas: Canvas) async throws -> ExitStatus { .success }
}

struct OrderPaint: Command, Hashable {
  var amount = Litres(1)
  var finish: Finish?
  var letter: String?

  static let spec = CommandSpec<Self>("order", "buy a paint") {
    Example("studio paints order --amount 2l satin", "two litres")
    Option(\.amount, "--amount", help: "how much")
    Argument(\.finish, "FINISH", "how it shines")
    Argument(\.letter, "LETTER", "what to send with the order", completion: .files)
  }

  func run(in canvas: Canvas) async throws -> ExitStatus { .success }
}

struct Haunt: Command, Hashable {
  static let spec = CommandSpec<Self>("haunt", "walk through walls", hidden: true) {
    Example("studio haunt")
  }

  func run(in canvas: Canvas) async throws -> ExitStatus { .success }
}

/// What a command line means, in a form that tests compare.
enum Meaning: Equatable {
  case run(String, StudioOptions)
  case help([String])
  case version
  case complete(String, word: String, StudioOptions)
  case error(String)

  init(_ arguments: [String]) {
    switch studio.parse(arguments) {
    case .run(let command, let options): self = .run("\(command)", options)
    case .help(let screen, _): self = .help(screen.words)
    case .version: self = .version
    case .complete(let request, let options):
      self = .complete(request.kind.rawValue, word: request.word, options)
    case .usageError(let error, _): self = .error(error.text())
    }
  }

  /// The line is broken at spaces.
  init(_ line: String) { self.init(line.split(separator: " ").map(String.init)) }

  static func run(_ command: some Command, options: StudioOptions = StudioOptions()) -> Meaning {
    .run("\(command)", options)
  }
}
