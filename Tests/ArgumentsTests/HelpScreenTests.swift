import Arguments
import JSONValues
import Terminal
import Testing

@Suite struct HelpScreenTests {
  private func help(_ line: String, width: Int = 80, palette: Palette = .plain) -> String {
    let words = line.split(separator: " ").map(String.init)
    guard case .help(let screen, _) = studio.parse(words) else { return "no help" }
    return screen.text(width: width, palette: palette)
  }

  @Test func theToolListsItsCommandsUnderHeadings() {
    #expect(
      help("--help") == """
        examples:
          # one room, in white
          studio paint kitchen --finish=matt
          studio paints list

        paints rooms

        usage: studio [OPTIONS] COMMAND ...

        walls:
          paint, brush     cover walls with colour
          mix              make a new colour

        stock:
          paints, colours  what stands on the shelf

        options:
          -C DIR                         work as if started in this folder
              --json                     print results for programs
              --color auto|always|never  colour of the output (default: auto; also:
                                         --colour)
          -q, --quiet                    say only what went wrong
          -v, --verbose                  say more (may be repeated)
          -h, --help                     show help and end
              --version                  show the version and end

        `studio help COMMAND` says more about a command.

        """)
  }

  @Test func aCommandBeginsWithAnExample() {
    #expect(
      help("paint --help") == """
        example:
          # the kitchen, so that it shines
          studio paint kitchen --finish gloss

        cover walls with colour

        usage: studio paint [OPTIONS] ROOM [WALLS...]

        Walls are painted from the top down. A wall that is wet is left alone, and named
        at the end so that it can be painted another day.

        arguments:
          ROOM        which room
          [WALLS...]  which walls; all where none is named

        options:
          -f, --finish matt|satin|gloss  how the paint shines (default: matt)
          -n, --coats N                  how often each wall is painted (default: 1)
              --thickness MM             of one coat, in millimetres
          -x, --[no-]fast                do not wait for a coat to dry
          -t, --tag TEXT                 a note for the books (may be repeated)
          -o, --report FILE              where the report goes

        global options:
          -C DIR                         work as if started in this folder
              --json                     print results for programs
              --color auto|always|never  colour of the output (default: auto; also:
                                         --colour)
          -q, --quiet                    say only what went wrong
          -v, --verbose                  say more (may be repeated)
          -h, --help                     show help and end
              --version                  show the version and end

        exit codes:
          0  all walls are painted
          1  a wall was wet

        """)
  }

  @Test func aNarrowScreenWrapsEveryColumn() {
    let text = help("paint --help", width: 50)
    #expect(text.split(separator: "\n").allSatisfy { $0.displayWidth <= 50 })
    #expect(
      text.contains(
        """
        options:
          -f, --finish matt|satin|gloss
                              how the paint shines
                              (default: matt)
          -n, --coats N       how often each wall is
                              painted (default: 1)
              --thickness MM  of one coat, in millimetres
          -x, --[no-]fast     do not wait for a coat to
                              dry
          -t, --tag TEXT      a note for the books (may be
                              repeated)
          -o, --report FILE   where the report goes
        """))
  }

  @Test func aFamilyShowsTheExamplesOfItsCommands() {
    #expect(
      help("help paints") == """
        examples:
          studio paints list
          # two litres
          studio paints order --amount 2l satin

        what stands on the shelf

        usage: studio paints [OPTIONS] COMMAND ...

        commands:
          list   name the paints on the shelf
          order  buy a paint

        global options:
          -C DIR                         work as if started in this folder
              --json                     print results for programs
              --color auto|always|never  colour of the output (default: auto; also:
                                         --colour)
          -q, --quiet                    say only what went wrong
          -v, --verbose                  say more (may be repeated)
          -h, --help                     show help and end
              --version                  show the version and end

        `studio help paints COMMAND` says more about a command.

        """)
  }

  @Test func headingsAreMarkedOnATerminal() {
    #expect(help("help paint", palette: .colored).hasPrefix("\u{1B}[1mexample:\u{1B}[0m\n"))
  }

  @Test func theDescriptionIsThereForPrograms() {
    let json = studio.description.json
    #expect(json["name"] == "studio")
    guard case .array(let commands)? = json["command"]?["commands"] else {
      Issue.record("no commands")
      return
    }
    #expect(commands.map { $0["name"] } == ["paint", "mix", "paints", "haunt"])
    guard case .array(let options)? = commands[0]["options"] else {
      Issue.record("no options")
      return
    }
    #expect(
      options[0] == [
        "names": ["-f", "--finish"], "kind": "value", "help": "how the paint shines",
        "negatable": false, "repeatable": false, "hidden": false, "default": "matt",
        "value": [
          "placeholder": "matt|satin|gloss", "type": "word",
          "words": ["matt", "satin", "gloss"], "expectation": "one of matt, satin, gloss",
          "completion": nil,
        ],
      ])
  }
}
