package import Diagnostics

/// How much of a document is read before it is refused. The defaults fit any file a person wrote.
package struct YAMLLimits: Sendable {
  package var bytes = 64 << 20
  package var depth = 64
  package var nodes = 8_000_000
  /// How many nodes the document may have when every alias is written out, above ten times those
  /// that it has. Stops documents of a few lines that stand for billions of values.
  package var expandedNodes = 100_000

  package init() {}
}

extension YAMLTree {
  /// Reads the one YAML document of a source. No tree where the text is not YAML; duplicate keys
  /// and the like are told and the tree is given all the same.
  package static func parse(
    _ source: SourceText, limits: YAMLLimits = YAMLLimits()
  ) -> Reading<YAMLTree> {
    if let refusal = refusal(of: source, limits: limits) {
      return Reading(nil, diagnostics: [refusal])
    }
    var composer = YAMLComposer(source: source, limits: limits)
    do {
      try composer.compose()
      return Reading(composer.tree, diagnostics: composer.diagnostics)
    } catch {
      return Reading(nil, diagnostics: composer.diagnostics + [error.diagnostic])
    }
  }

  /// What is wrong with the bytes before any of them is read as YAML.
  private static func refusal(of source: SourceText, limits: YAMLLimits) -> Diagnostic? {
    let bytes = source.bytes
    if bytes.count > limits.bytes {
      return Diagnostic(
        .error, "the file has more than \(limits.bytes >> 20) MiB", file: source.path,
        hint: "split it into several files")
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      return Diagnostic(
        .error, "the file is UTF-16, not UTF-8", file: source.path, hint: "save it as UTF-8")
    }
    guard let invalid = firstInvalidUTF8(in: bytes) else { return nil }
    return Diagnostic(
      .error,
      "the file is not UTF-8: byte 0x\(String(bytes[invalid], radix: 16)) begins no character",
      file: source.path, at: source.place(invalid..<invalid + 1), hint: "save it as UTF-8")
  }

  private static func firstInvalidUTF8(in bytes: [UInt8]) -> Int? {
    if bytes.allSatisfy({ $0 < 0x80 }) { return nil }
    var decoder = UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    var offset = 0
    while true {
      switch decoder.parseScalar(from: &iterator) {
      case .valid(let encoded): offset += encoded.count
      case .emptyInput: return nil
      case .error: return offset
      }
    }
  }
}
