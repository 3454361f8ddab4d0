/// Readings of JSON that others wrote: whatever is not what was looked for counts as missing.
extension JSON {
  package var text: String? { if case .string(let value) = self { value } else { nil } }
  package var flag: Bool? { if case .bool(let value) = self { value } else { nil } }
  package var items: [JSON] { if case .array(let items) = self { items } else { [] } }
  package var members: [JSON.Member] { if case .object(let members) = self { members } else { [] } }
  package var isObject: Bool { if case .object = self { true } else { false } }

  package var number: Double? {
    switch self {
    case .int(let value): Double(value)
    case .double(let value): value
    default: nil
    }
  }

  /// A count: a whole number that is not negative, also where it is written as 3.0.
  package var count: Int? {
    switch self {
    case .int(let value): value >= 0 ? value : nil
    case .double(let value): value >= 0 && value < 1e15 ? Int(value) : nil
    default: nil
    }
  }

  /// A text, or the texts of a list of parts, each with its `text`.
  package var spoken: String? {
    if let text { return text }
    let parts = items.compactMap { $0["text"]?.text ?? $0.text }
    return parts.isEmpty ? nil : parts.joined(separator: "\n")
  }
}
