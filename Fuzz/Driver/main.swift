// The fuzzer: hands the command line to libFuzzer, which calls back with each input.

import FuzzInputs

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// libFuzzer's own main function, which has no header for Swift.
@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

var count = CommandLine.argc
var arguments = CommandLine.unsafeArgv
exit(
  runFuzzer(&count, &arguments) { start, count in
    feed(Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
  })
