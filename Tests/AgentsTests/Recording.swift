import Agents
import Configuration
import Foundation
import JSONValues
import TestSupport

/// What a real program printed, and how it ended.
struct Recording {
  let name: String
  let output: [UInt8]
  let ending: ProcessEnding
  let errors: String

  static let folder = packageRoot(file: #filePath) + "/Tests/AgentsTests/Streams"

  init(_ name: String) throws {
    self.name = name
    let read = { (file: String) in
      [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.folder + "/" + file)))
    }
    output = try read(name + ".jsonl")
    guard let end = try JSON.parse(try read("ends.json"))[name] else {
      throw MissingRecording(name: name)
    }
    if case .int(let signal)? = end["signal"] {
      ending = .signalled(Int32(signal))
    } else if case .int(let status)? = end["status"] {
      ending = .exited(Int32(status))
    } else {
      throw MissingRecording(name: name)
    }
    if case .string(let text)? = end["stderr"] { errors = text } else { errors = "" }
  }

  /// The program as a harness; recordings are named after it.
  func harness() throws -> Harness {
    try Configuration().harness(String(name.prefix { $0 != "-" }))
  }

  static var names: [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".jsonl") }.map { String($0.dropLast(6)) }.sorted()
  }

  func reader() throws -> StreamReader { StreamReader(try harness().dialect) }

  func account() throws -> StreamAccount {
    var reader = try reader()
    _ = reader.receive(output)
    _ = reader.finish()
    return reader.account
  }
}

struct MissingRecording: Error {
  let name: String
}
