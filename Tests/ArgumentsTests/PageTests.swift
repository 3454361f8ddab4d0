import Arguments
import TestSupport
import Testing

@Suite struct PageTests {
  @Test func theMarkdownPageShowsEveryCommand() {
    #expect(
      studio.description.markdownPage == """
        # studio

        ```sh
        # one room, in white
        studio paint kitchen --finish=matt
        studio paints list
        ```

        Paints rooms.

        ```
        studio [OPTIONS] COMMAND ...
        ```

        **walls**

        - [`studio paint`](#studio-paint): cover walls with colour
        - [`studio mix`](#studio-mix): make a new colour

        **stock**

        - [`studio paints`](#studio-paints): what stands on the shelf
          - [`studio paints list`](#studio-paints-list): name the paints on the shelf
          - [`studio paints order`](#studio-paints-order): buy a paint

        ## Options of every command

        | option | meaning |
        |---|---|
        | `-C DIR` | work as if started in this folder |
        | `--json` | print results for programs |
        | `--color auto\\|always\\|never` | colour of the output (default: auto; also: --colour) |
        | `-q, --quiet` | say only what went wrong |
        | `-v, --verbose` | say more (may be repeated) |
        | `-h, --help` | show help and end |
        | `--version` | show the version and end |

        Every command ends with 2 where its command line is wrong.

        ## studio paint

        ```sh
        # the kitchen, so that it shines
        studio paint kitchen --finish gloss
        ```

        Cover walls with colour.

        ```
        studio paint [OPTIONS] ROOM [WALLS...]
        ```

        Walls are painted from the top down. A wall that is wet is left alone, and named at the end so that it can be painted another day.

        Also: `brush`.

        | argument | meaning |
        |---|---|
        | `ROOM` | which room |
        | `[WALLS...]` | which walls; all where none is named |

        | option | meaning |
        |---|---|
        | `-f, --finish matt\\|satin\\|gloss` | how the paint shines (default: matt) |
        | `-n, --coats N` | how often each wall is painted (default: 1) |
        | `--thickness MM` | of one coat, in millimetres |
        | `-x, --[no-]fast` | do not wait for a coat to dry |
        | `-t, --tag TEXT` | a note for the books (may be repeated) |
        | `-o, --report FILE` | where the report goes |

        | exit code | meaning |
        |---|---|
        | 0 | all walls are painted |
        | 1 | a wall was wet |

        ## studio mix

        ```sh
        # a cold colour
        studio mix -5 0.25
        ```

        Make a new colour.

        ```
        studio mix WARMTH [RATIO]
        ```

        | argument | meaning |
        |---|---|
        | `WARMTH` | from -100 to 100 |
        | `[RATIO]` | how much of it |

        ## studio paints

        What stands on the shelf.

        ```
        studio paints [OPTIONS] COMMAND ...
        ```

        Also: `colours`.

        ## studio paints list

        ```sh
        studio paints list
        ```

        Name the paints on the shelf.

        ```
        studio paints list
        ```

        ## studio paints order

        ```sh
        # two litres
        studio paints order --amount 2l satin
        ```

        Buy a paint.

        ```
        studio paints order [OPTIONS] [FINISH] [LETTER]
        ```

        | argument | meaning |
        |---|---|
        | `[FINISH]` | how it shines (one of: matt, satin, gloss) |
        | `[LETTER]` | what to send with the order |

        | option | meaning |
        |---|---|
        | `--amount LITRES` | how much (default: 1l) |

        """)
  }

  @Test(.enabled(if: isInstalled("mandoc"), "mandoc is not installed"))
  func theManualPageIsCleanMdoc() throws {
    let folder = try TemporaryFolder()
    let page = studio.description.manualPage(date: "July 3, 2025")
    try folder.write("studio.1", page)
    let remarks = try output(
      of: ["mandoc", "-T", "lint", "-W", "warning", "studio.1"], in: folder.path)
    #expect(remarks == "")
    let text = try output(of: ["mandoc", "-T", "ascii", "studio.1"], in: folder.path)
      .replacing(#/.\x08/#, with: "")
    #expect(
      text.contains(
        """
        COMMANDS
           studio paint
             Cover walls with colour.

                   studio paint [OPTIONS] ROOM [WALLS...]

             Walls are painted from the top down.  A wall that is wet is left alone,
             and named at the end so that it can be painted another day.

             ROOM    which room

             [WALLS...]
                     which walls; all where none is named

             -f, --finish matt|satin|gloss
                     how the paint shines (default: matt)

             -n, --coats N
                     how often each wall is painted (default: 1)

             --thickness MM
                     of one coat, in millimetres

             -x, --[no-]fast
                     do not wait for a coat to dry

             -t, --tag TEXT
                     a note for the books (may be repeated)

             -o, --report FILE
                     where the report goes

                   # the kitchen, so that it shines
                   studio paint kitchen --finish gloss

             Exit status:

             0       all walls are painted

             1       a wall was wet
        """))
  }

  @Test(.enabled(if: isInstalled("mandoc"), "mandoc is not installed"))
  func nothingInADeclarationIsTakenForMarkup() throws {
    let folder = try TemporaryFolder()
    try folder.write("hostile.1", hostile.description.manualPage(date: "July 3, 2025"))
    let remarks = try output(
      of: ["mandoc", "-T", "lint", "-W", "warning", "hostile.1"], in: folder.path)
    #expect(remarks == "")
    let text = try output(of: ["mandoc", "-T", "utf8", "hostile.1"], in: folder.path)
      .replacing(#/.\x08/#, with: "")
    #expect(text.contains(#"a 'b' "c" \ [d]:e `touch owned` $(touch owned)"#))
    #expect(hostile.description.markdownPage.contains(#"| `--word WORD` | a 'b' "c" \ \[d\]:e"#))
  }
}
