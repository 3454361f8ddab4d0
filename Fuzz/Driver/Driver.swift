import FuzzInputs

/// Called by libFuzzer with each input.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  feed(Array(UnsafeBufferPointer(start: start, count: count)))
  return 0
}
