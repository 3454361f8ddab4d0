extension ValueType {
  /// A mapping with known keys, read as a whole into one value.
  package static func object(
    _ shape: ObjectShape,
    read: @escaping @Sendable (ObjectReader, inout TreeReader) -> Value?
  ) -> ValueType {
    ValueType(
      shape.name, expectation: "a mapping", acceptsMappings: true,
      schema: { $0.reference(to: shape) },
      read: { reader, node in
        guard let values = ObjectReader(node, shape, &reader) else { return nil }
        return read(values, &reader)
      })
  }
}
