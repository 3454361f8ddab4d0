import CYAML

/// The pieces of a text in their order, one at a time. What is only compared needs no tree, which takes a dozen times the
/// memory of its text.
struct YAMLEvents: ~Copyable {
  struct Event {
    enum Kind: Equatable {
      case begins(YAMLTree.Kind)
      case ends
      case alias
    }

    var kind: Kind
    var style = YAMLTree.Style.plain
    /// Of a scalar, or the name of what an alias leads to.
    var text = ""
    var anchor: String?
    var tag: String?
  }

  private let parser: UnsafeMutablePointer<yaml_parser_t>
  /// Whether the text is one document and YAML, as far as it was read.
  private(set) var isSound = true
  private var isOver = false
  private var documents = 0

  /// - Parameter bytes: they stay where they are for as long as they are read.
  init?(_ bytes: UnsafeBufferPointer<UInt8>) {
    parser = .allocate(capacity: 1)
    guard yaml_parser_initialize(parser) == 1 else {
      parser.deallocate()
      return nil
    }
    parser.read(bytes)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
  }

  /// The next piece; nothing at the end, and where the text is not sound.
  mutating func next() -> Event? {
    while isSound, !isOver {
      var event = yaml_event_t()
      guard yaml_parser_parse(parser, &event) == 1 else {
        isSound = false
        return nil
      }
      defer { yaml_event_delete(&event) }
      switch event.type {
      case YAML_STREAM_END_EVENT: isOver = true
      case YAML_DOCUMENT_START_EVENT:
        documents += 1
        if documents > 1 { isSound = false }
      case YAML_ALIAS_EVENT:
        return Event(kind: .alias, text: yamlText(event.data.alias.anchor) ?? "")
      case YAML_SCALAR_EVENT:
        let scalar = event.data.scalar
        return Event(
          kind: .begins(.scalar), style: YAMLTree.Style(scalar.style), text: event.scalarText,
          anchor: yamlText(scalar.anchor), tag: yamlText(scalar.tag))
      case YAML_SEQUENCE_START_EVENT:
        let start = event.data.sequence_start
        return Event(
          kind: .begins(.sequence),
          style: start.style == YAML_FLOW_SEQUENCE_STYLE ? .flow : .block,
          anchor: yamlText(start.anchor), tag: yamlText(start.tag))
      case YAML_MAPPING_START_EVENT:
        let start = event.data.mapping_start
        return Event(
          kind: .begins(.mapping),
          style: start.style == YAML_FLOW_MAPPING_STYLE ? .flow : .block,
          anchor: yamlText(start.anchor), tag: yamlText(start.tag))
      case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: return Event(kind: .ends)
      default: continue
      }
    }
    return nil
  }
}

/// An anchor or a tag; nothing where none was written.
func yamlText(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
  pointer.map { String(cString: $0) }
}

extension yaml_event_t {
  /// The text of a scalar.
  var scalarText: String {
    let scalar = data.scalar
    return String(
      decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
  }
}

extension UnsafeMutablePointer<yaml_parser_t> {
  /// Has it read bytes where they lie.
  func read(_ bytes: UnsafeBufferPointer<UInt8>) {
    // Of no bytes there may be no place, and it wants one.
    let start = bytes.baseAddress ?? UnsafeRawPointer(self).assumingMemoryBound(to: UInt8.self)
    yaml_parser_set_input_string(self, start, bytes.count)
  }
}

extension YAMLTree.Style {
  init(_ style: yaml_scalar_style_t) {
    self =
      switch style {
      case YAML_SINGLE_QUOTED_SCALAR_STYLE: .singleQuoted
      case YAML_DOUBLE_QUOTED_SCALAR_STYLE: .doubleQuoted
      case YAML_LITERAL_SCALAR_STYLE: .literal
      case YAML_FOLDED_SCALAR_STYLE: .folded
      default: .plain
      }
  }
}
