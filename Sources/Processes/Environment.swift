import Glibc

/// The variables that every program may see. What else one needs is named for it, so that no secret
/// of the environment reaches a program by chance.
private let allowedForAll: Set<String> = ["PATH", "HOME", "LANG", "TERM", "TZ"]

/// The part of an environment that a program may see: the few that all may, `LC_*`, and those that
/// are named for it. A name that ends in `*` stands for all that begin like it.
package func allowedEnvironment(
  from environment: [String: String], naming names: some Sequence<String> = []
) -> [String: String] {
  var allowed = allowedForAll
  var beginnings = ["LC_"]
  for name in names {
    if name.utf8.last == UInt8(ascii: "*") {
      beginnings.append(String(name.dropLast()))
    } else {
      allowed.insert(name)
    }
  }
  return environment.filter { name, _ in
    allowed.contains(name) || beginnings.contains { name.utf8.starts(with: $0.utf8) }
  }
}

/// The environment of this process.
package func currentEnvironment() -> [String: String] {
  var variables: [String: String] = [:]
  var next = environ
  while let pointer = next.pointee {
    let text = String(cString: pointer)
    if let sign = text.utf8.firstIndex(of: UInt8(ascii: "=")) {
      let name = String(text[..<sign])
      // Of two with one name programs take the first.
      if variables[name] == nil { variables[name] = String(text[text.index(after: sign)...]) }
    }
    next += 1
  }
  return variables
}
