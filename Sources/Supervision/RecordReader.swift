import Files
package import JSONValues

/// A record of an attempt's folder that says too little or something impossible.
package struct RecordError: Error, Hashable, Sendable, CustomStringConvertible {
  package let record: String
  package let problem: String
  /// Whether the file could not be read at all, which may pass; what is in it does not.
  package var isOfFile = false

  package var description: String { "\(record): \(problem)" }
}

/// Reads the members of a record. What is not asked for is passed over, so that records which a
/// newer Divisi wrote can be read; `null` counts as absent.
struct RecordReader {
  private let record: String
  private let json: JSON

  init(_ json: JSON, of record: String) throws(RecordError) {
    guard case .object = json else {
      throw RecordError(record: record, problem: "is not a JSON object")
    }
    self.json = json
    self.record = record
  }

  func flaw(_ name: String, _ problem: String) -> RecordError {
    RecordError(record: record, problem: "`\(name)` \(problem)")
  }

  private func member(_ name: String) -> JSON? {
    let value = json[name]
    return value == .null ? nil : value
  }

  private func needed<Value>(_ value: Value?, _ name: String) throws(RecordError) -> Value {
    guard let value else { throw flaw(name, "is missing") }
    return value
  }

  func string(_ name: String) throws(RecordError) -> String {
    try needed(try optionalString(name), name)
  }

  func int(_ name: String) throws(RecordError) -> Int { try needed(try optionalInt(name), name) }

  func optionalString(_ name: String) throws(RecordError) -> String? {
    guard let value = member(name) else { return nil }
    guard case .string(let text) = value else { throw flaw(name, "is not a text") }
    return text
  }

  func optionalFileName(_ name: String) throws(RecordError) -> String? {
    guard let text = try optionalString(name) else { return nil }
    guard !text.isEmpty, !text.utf8.contains(UInt8(ascii: "/")) else {
      throw flaw(name, "is not the name of a file in the attempt's folder")
    }
    return text
  }

  func optionalInt(_ name: String) throws(RecordError) -> Int? {
    guard let value = member(name) else { return nil }
    guard case .int(let number) = value, number >= 0 else {
      throw flaw(name, "is not a whole number from 0 up")
    }
    return number
  }

  func optionalDouble(_ name: String) throws(RecordError) -> Double? {
    switch member(name) {
    case nil: return nil
    case .int(let number)? where number > 0: return Double(number)
    case .double(let number)? where number > 0: return number
    default: throw flaw(name, "is not a number above 0")
    }
  }

  func optionalBool(_ name: String) throws(RecordError) -> Bool? {
    guard let value = member(name) else { return nil }
    guard case .bool(let isTrue) = value else { throw flaw(name, "is not true or false") }
    return isTrue
  }

  func optionalDuration(_ name: String) throws(RecordError) -> Duration? {
    try optionalInt(name).map { .milliseconds($0) }
  }

  func optionalObject(_ name: String) throws(RecordError) -> RecordReader? {
    guard let value = member(name) else { return nil }
    guard case .object = value else { throw flaw(name, "is not an object") }
    return try RecordReader(value, of: record)
  }

  /// A list of objects; none where it is absent.
  func objects(_ name: String) throws(RecordError) -> [RecordReader] {
    guard let value = member(name) else { return [] }
    guard case .array(let items) = value else { throw flaw(name, "is not a list") }
    var readers: [RecordReader] = []
    for item in items { readers.append(try RecordReader(item, of: record)) }
    return readers
  }

  func strings(_ name: String) throws(RecordError) -> [String] {
    guard case .array(let items) = try needed(member(name), name) else {
      throw flaw(name, "is not a list")
    }
    var texts: [String] = []
    for item in items {
      guard case .string(let text) = item else { throw flaw(name, "holds what is not a text") }
      texts.append(text)
    }
    return texts
  }

  func optionalStrings(_ name: String) throws(RecordError) -> [String]? {
    member(name) == nil ? nil : try strings(name)
  }

  func stringsByName(_ name: String) throws(RecordError) -> [String: String] {
    guard case .object(let members) = try needed(member(name), name) else {
      throw flaw(name, "is not an object")
    }
    var texts: [String: String] = [:]
    for member in members {
      guard case .string(let text) = member.value else {
        throw flaw(name, "holds what is not a text")
      }
      texts[member.name] = text
    }
    return texts
  }
}

/// The JSON of a record's file, or nothing where there is no such file.
package func readRecord(_ path: String) throws(RecordError) -> JSON? {
  let name = lastComponent(of: path)
  let bytes: [UInt8]
  do {
    bytes = try readFile(path)
  } catch {
    if error.isMissing { return nil }
    throw RecordError(record: name, problem: error.description, isOfFile: true)
  }
  do {
    return try JSON.parse(bytes)
  } catch {
    throw RecordError(record: name, problem: error.description)
  }
}

extension Duration {
  /// Whole milliseconds, rounded down; of what is longer than can be counted, as many as can.
  package var milliseconds: Int {
    let (seconds, rest) = components
    let longest = Int64.max / 1000 - 1
    return Int(min(max(seconds, -longest), longest)) * 1000 + Int(rest / 1_000_000_000_000_000)
  }
}
