package import JSONValues

/// What a reviewer said of a change.
package struct ReviewVerdict: Sendable, Equatable {
  package struct Finding: Sendable, Equatable {
    package var message: String
    package var severity: String?
    package var file: String?
    package var line: Int?

    package init(_ message: String, severity: String? = nil, file: String? = nil, line: Int? = nil)
    {
      self.message = message
      self.severity = severity
      self.file = file
      self.line = line
    }
  }

  package var isAccepted: Bool
  /// What it found. A rejection has at least one: they are the feedback of the next attempt.
  package var findings: [Finding]

  package init(isAccepted: Bool, findings: [Finding] = []) {
    self.isAccepted = isAccepted
    self.findings = findings
  }

  /// The shape that a reviewer's answer must have, for programs that can be held to one.
  package static var schema: JSON {
    let text: JSON = ["type": ["string", "null"]]
    return [
      "type": "object", "additionalProperties": false, "required": ["verdict", "findings"],
      "properties": [
        "verdict": ["type": "string", "enum": ["accept", "reject"]],
        "findings": [
          "type": "array",
          "items": [
            "type": "object", "additionalProperties": false,
            "required": ["message", "severity", "file", "line"],
            "properties": [
              "message": ["type": "string"], "severity": text, "file": text,
              "line": ["type": ["integer", "null"]],
            ],
          ],
        ],
      ],
    ]
  }
}

/// Why an answer is no verdict; continues "the answer ...".
package struct ReviewFlaw: Error, Sendable, Equatable {
  package let message: String
}

extension ReviewVerdict {
  /// Reads a reviewer's answer: the JSON object alone, in a fence, or at the end of what was said.
  package static func read(_ answer: String) throws(ReviewFlaw) -> ReviewVerdict {
    guard let json = object(in: answer) else {
      throw ReviewFlaw(message: "holds no JSON object with a `verdict`")
    }
    let isAccepted: Bool
    switch json["verdict"]?.text?.lowercased() {
    case "accept", "accepted", "approve", "approved", "pass": isAccepted = true
    case "reject", "rejected", "request_changes", "fail": isAccepted = false
    case let word?: throw ReviewFlaw(message: "has the verdict `\(word.prefix(40))`")
    case nil: throw ReviewFlaw(message: "has a `verdict` that is no text")
    }
    let written = json["findings"] ?? []
    guard case .array(let items) = written else {
      throw ReviewFlaw(message: "has `findings` that are no list")
    }
    var findings: [Finding] = []
    for item in items {
      guard let message = item.text ?? item["message"]?.text,
        !message.allSatisfy(\.isWhitespace)
      else { throw ReviewFlaw(message: "has a finding without a `message`") }
      findings.append(
        Finding(
          message, severity: item["severity"]?.text, file: item["file"]?.text,
          line: item["line"]?.count))
    }
    if !isAccepted, findings.isEmpty { throw ReviewFlaw(message: "rejects and says no reason") }
    return ReviewVerdict(isAccepted: isAccepted, findings: findings)
  }

  /// The last object with a verdict: before it a reviewer may think aloud, also in JSON.
  private static func object(in answer: String) -> JSON? {
    let bytes = Array(answer.utf8.suffix(256 << 10))
    if let whole = try? JSON.parse(bytes), whole["verdict"] != nil { return whole }
    // From the end, and around a key alone: a reviewer that shows code prints any number of braces.
    var end = bytes.count
    var tries = 0
    while tries < 200, let key = Self.lastKey(in: bytes[..<end]) {
      end = key
      for open in bytes[..<key].indices.reversed().lazy
        .filter({ bytes[$0] == UInt8(ascii: "{") }).prefix(50)
      {
        tries += 1
        if let close = endOfObject(bytes, from: open), close > key,
          let json = try? JSON.parse(bytes[open..<close]), json["verdict"] != nil
        {
          return json
        }
      }
    }
    return nil
  }

  private static func lastKey(in bytes: ArraySlice<UInt8>) -> Int? {
    let key = Array("\"verdict\"".utf8)
    guard bytes.count >= key.count else { return nil }
    return (0...(bytes.count - key.count)).last { bytes[$0...].starts(with: key) }
  }

  /// Behind the brace that closes the one at a place, texts with braces in them passed over.
  private static func endOfObject(_ bytes: [UInt8], from open: Int) -> Int? {
    var depth = 0
    var isInText = false
    var index = open
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\\") where isInText: index += 1
      case UInt8(ascii: "\""): isInText.toggle()
      case UInt8(ascii: "{") where !isInText: depth += 1
      case UInt8(ascii: "}") where !isInText:
        depth -= 1
        if depth == 0 { return index + 1 }
      default: break
      }
      index += 1
    }
    return nil
  }
}

/// What follows from the answers that a reviewer has given so far: one malformed answer is asked again.
package enum ReviewOutcome: Sendable, Equatable {
  case verdict(ReviewVerdict)
  /// Ask once more, in the same session where that can be, with these words.
  case askAgain(String)
  case failed(String)

  /// - Parameter answers: all answers of this review, in order.
  package init(_ answers: [String]) {
    guard let last = answers.last else {
      self = .failed("the reviewer gave no answer")
      return
    }
    do throws(ReviewFlaw) {
      self = .verdict(try ReviewVerdict.read(last))
    } catch {
      self =
        answers.count == 1
        ? .askAgain(
          """
          Your answer \(error.message). Answer again, with nothing but one JSON object: \
          {"verdict": "accept" or "reject", "findings": [{"message": "...", "severity": "...", \
          "file": "...", "line": 1}]}. A rejection needs at least one finding.
          """)
        : .failed("the reviewer's answer \(error.message), also when it was asked again")
    }
  }
}
