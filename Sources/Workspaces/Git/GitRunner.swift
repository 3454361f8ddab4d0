import Files

/// Something that runs git and waits for its end.
///
/// Calls block, so they belong on a thread that may wait. A status other than zero is an answer and
/// not an error: git says "no" with it.
package protocol GitRunner: Sendable {
  /// Runs `git -C folder ARGUMENTS`, with variables added to the environment that the runner gives
  /// to all of its programs. After `limit` it is ended together with what it started.
  func run(
    _ arguments: [String], in folder: String, input: [UInt8]?, environment: [String: String],
    limit: Duration
  ) throws(GitError) -> GitOutput
}

/// What git left behind when it ended by itself.
package struct GitOutput: Sendable {
  package let status: Int32
  package let bytes: [UInt8]
  package let errors: String

  package init(status: Int32, bytes: [UInt8], errors: String) {
    self.status = status
    self.bytes = bytes
    self.errors = errors
  }

  /// The output without the line feed at its end.
  var line: String {
    var text = bytes[...]
    while text.last == UInt8(ascii: "\n") { text.removeLast() }
    return String(decoding: text, as: UTF8.self)
  }

  var lines: [String] {
    bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What `-z` separates, with paths in any encoding; nothing for the end of the last one.
  var fields: [String] {
    var fields = bytes.split(separator: 0, omittingEmptySubsequences: false)
    if fields.last?.isEmpty == true { fields.removeLast() }
    return fields.map { String(path: $0) }
  }
}
