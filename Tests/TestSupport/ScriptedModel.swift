import Foundation
package import JSONValues

/// The scripted model server, for as long as this value lives.
package final class ScriptedModel {
  package let port: Int
  private let process = Process()
  private let lifeline = Pipe()
  private let folder: TemporaryFolder

  /// A model that says the same to everybody.
  package convenience init(_ turns: [JSON]) throws {
    try self.init(conversations: [["turns": .array(turns)]])
  }

  /// - Parameter conversations: as the server's own script has them.
  package init(conversations: [JSON]) throws {
    folder = try TemporaryFolder()
    let script: JSON = ["conversations": .array(conversations)]
    let path = try folder.write("script.json", script.text())
    process.executableURL = URL(fileURLWithPath: installedProgram("python3") ?? "python3")
    process.arguments = [
      packageRoot(file: #filePath) + "/Tests/ModelServer/model_server.py", path, "--until-eof",
      "--log", folder.path + "/requests.jsonl",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = lifeline
    try process.run()
    // It prints one line when it listens.
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    guard let port = line.split(whereSeparator: \.isWhitespace).last.flatMap({ Int($0) }) else {
      throw ProgramFailure(message: "the model server told no port")
    }
    self.port = port
  }

  /// What it was asked, in order: path, conversation, turn.
  package func requests() throws -> [JSON] {
    try folder.read("requests.jsonl").split(separator: "\n").map { try JSON.parse(String($0)) }
  }

  deinit { try? lifeline.fileHandleForWriting.close() }
}

/// Where a real agent program lies, by the variable that names it; tests that need one are skipped without.
package func realProgram(_ name: String) -> String? {
  ProcessInfo.processInfo.environment["DIVISI_TEST_\(name.uppercased())"]
}
