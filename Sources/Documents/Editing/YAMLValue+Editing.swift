extension YAMLValue {
  /// The value with a change carried out: what the text must mean after the same change.
  package func applying(_ edit: YAMLEdit) throws(YAMLEditError) -> YAMLValue {
    switch edit {
    case .set(let path, let value):
      try changing(path.parts[...], path) { () throws(YAMLEditError) -> YAMLValue? in value }
    case .append(let path, let item):
      try changing(path.parts[...], path, default: .list([])) { old throws(YAMLEditError) in
        switch old {
        case .list(let items): return .list(items + [item])
        case let other where other.isNothing: return .list([item])
        default: throw .noWay(path, "it is no list")
        }
      }
    case .remove(let path):
      try changing(path.parts[...], path) { () throws(YAMLEditError) -> YAMLValue? in nil }
    }
  }

  var isNothing: Bool {
    switch self {
    case .plain(let text): ["", "~", "null", "Null", "NULL"].contains(text)
    default: false
    }
  }

  private func changing(
    _ parts: ArraySlice<YAMLPath.Part>, _ path: YAMLPath,
    _ change: () throws(YAMLEditError) -> YAMLValue?
  ) throws(YAMLEditError) -> YAMLValue {
    try changing(parts, path, default: nil) { _ throws(YAMLEditError) in try change() }
  }

  private func changing(
    _ parts: ArraySlice<YAMLPath.Part>, _ path: YAMLPath, default standard: YAMLValue?,
    _ change: (YAMLValue) throws(YAMLEditError) -> YAMLValue?
  ) throws(YAMLEditError) -> YAMLValue {
    guard let part = parts.first else { return self }
    let rest = parts.dropFirst()
    func changed(_ old: YAMLValue) throws(YAMLEditError) -> YAMLValue? {
      rest.isEmpty
        ? try change(old) : try old.changing(rest, path, default: standard, change)
    }
    switch (part, self) {
    case (.key(let key), .mapping(var entries)):
      if let index = entries.firstIndex(where: { $0.key == key }) {
        if let value = try changed(entries[index].value) {
          entries[index].value = value
        } else {
          entries.remove(at: index)
        }
      } else if let value = try changed(rest.isEmpty ? standard ?? .plain("") : .plain("")) {
        // A removal below a key that is not there makes nothing.
        if rest.isEmpty || !value.isNothing { entries.append(.init(key, value)) }
      }
      return .mapping(entries)
    case (.key(let key), let old) where old.isNothing:
      guard let value = try changed(rest.isEmpty ? standard ?? .plain("") : .plain("")),
        rest.isEmpty || !value.isNothing
      else { return self }
      return .mapping([.init(key, value)])
    case (.index(let index), .list(var items)):
      guard items.indices.contains(index) else { throw .noWay(path, "there is no item \(index)") }
      if let value = try changed(items[index]) {
        items[index] = value
      } else {
        items.remove(at: index)
      }
      return .list(items)
    case (.item(let id), .list(var items)):
      guard let index = items.firstIndex(where: { $0.id == id }) else {
        throw .noWay(path, "there is no item with id `\(id)`")
      }
      if let value = try changed(items[index]) {
        items[index] = value
      } else {
        items.remove(at: index)
      }
      return .list(items)
    case (.key, _): throw .noWay(path, "a part of the way is no mapping")
    case (.index, _), (.item, _): throw .noWay(path, "a part of the way is no list")
    }
  }

  private var id: String? {
    guard case .mapping(let entries) = self else { return nil }
    switch entries.first(where: { $0.key == "id" })?.value {
    case .text(let text)?, .plain(let text)?: return text
    default: return nil
    }
  }
}
