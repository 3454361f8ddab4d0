// divisi: the command line. Parses, calls, prints; what it calls lives in the targets below.
//
// Start reading at `Tool.swift`, which lists the commands.

import Arguments

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

exit(await divisi(Array(CommandLine.arguments.dropFirst())).rawValue)
