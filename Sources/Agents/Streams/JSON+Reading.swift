import JSONValues

/// Readings of JSON that others wrote: whatever is not what was looked for counts as missing.
extension JSON {
  var text: String? { if case .string(let value) = self { value } else { nil } }
  var flag: Bool? { if case .bool(let value) = self { value } else { nil } }
  var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  var members: [JSON.Member] { if case .object(let members) = self { members } else { [] } }
  var isObject: Bool { if case .object = self { true } else { false } }

  var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// A count: a whole number that is not negative, also where it is written as 3.0.
  var count: Int? {
    switch self {
    case .int(let value): value >= 0 ? value : nil
    case .double(let value): value >= 0 && value < 1e15 ? Int(value) : nil
    default: nil
    }
  }

  /// A text, or the texts of a list of parts, each with its `text`.
  var spoken: String? {
    if let text { return text }
    let parts = items.compactMap { $0["text"]?.text ?? $0.text }
    return parts.isEmpty ? nil : parts.joined(separator: "\n")
  }
}
