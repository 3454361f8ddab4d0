import Foundation
import TestSupport
import Testing

/// The tour of README shows what the program really prints.
@Suite struct TourTests {
  @Test func theTourOfTheReadmeIsTrue() throws {
    let scratch = try Scratch()
    var lines: [String] = []
    var isInTour = false
    var isInConsole = false
    for line in try readme().components(separatedBy: "\n") {
      if line == "<!-- tour -->" { isInTour = true }
      if line == "<!-- end -->" { isInTour = false }
      if isInTour, line == "```console" {
        isInConsole = true
        lines.append(line)
      } else if isInConsole, line == "```" {
        isInConsole = false
        lines.append(line)
      } else if isInConsole {
        guard line.hasPrefix("$ ") else { continue }
        lines.append(line)
        let output = try scratch.shell(String(line.dropFirst(2)))
        lines += output.components(separatedBy: "\n").dropLast(output.hasSuffix("\n") ? 1 : 0)
          .filter { !$0.isEmpty || output.count > 1 }
      } else {
        lines.append(line)
      }
    }
    expectGolden(lines.joined(separator: "\n"), at: packageRoot() + "/README.md")
  }

  @Test func theTourRunsTheProgram() throws {
    let commands = try readme().components(separatedBy: "\n").filter { $0.hasPrefix("$ divisi ") }
    #expect(commands.count >= 6)
  }

  @Test func everyPageThatTheReadmeNamesIsThere() throws {
    for match in try readme().matches(of: /\]\(([^)#:]+)\)/) {
      #expect(
        FileManager.default.fileExists(atPath: packageRoot() + "/" + String(match.output.1)),
        "\(match.output.1)")
    }
  }

  private func readme() throws -> String {
    try String(contentsOfFile: packageRoot() + "/README.md", encoding: .utf8)
  }
}
