import Files
import Glibc

/// The processes that a test of their links holds for: where they work, or what they have open.
func processes(
  whose links: (String) -> [String], leadTo matches: (String) -> Bool
) -> [Int32] {
  let numbers = ((try? listFolder("/proc")) ?? []).compactMap { Int32($0) }
  return numbers.filter { number in
    links("/proc/\(number)").contains { link in
      guard let target = linkTarget(link) else { return false }
      return matches(target)
    }
  }.sorted()
}

/// The processes that work in a folder or below it, this one left out.
package func occupants(of folder: String) -> [Int32] {
  processes(whose: { [$0 + "/cwd"] }, leadTo: { $0 == folder || $0.hasPrefix(folder + "/") })
    .filter { $0 != getpid() }
}

/// What a symbolic link says, or nothing where none is there.
func linkTarget(_ path: String) -> String? {
  var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
  let count = readlink(path.rawPath, &buffer, buffer.count - 1)
  guard count >= 0 else { return nil }
  return String(path: buffer[..<count].map { UInt8(bitPattern: $0) })
}
