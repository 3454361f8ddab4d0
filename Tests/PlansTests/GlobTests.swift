import Plans
import TestSupport
import Testing

@Suite struct GlobTests {
  @Test(arguments: [
    ("src/api", "src/api", true), ("src/api", "src/api/a/b.py", true),
    ("src/api", "src/apis", false),
    ("src/api/", "src/api/a.py", true), ("src/*", "src/a", true), ("src/*", "src/a/b", false),
    ("src/**", "src/a/b/c", true), ("**/*.md", "a/b/c.md", true), ("**/*.md", "c.md", true),
    ("**/*.md", "c.mdx", false), ("a/**/b", "a/b", true), ("a/**/b", "a/x/y/b", true),
    ("a?c", "abc", true), ("a?c", "ac", false), ("[a-c]x", "bx", true), ("[!a-c]x", "bx", false),
    ("[!a-c]x", "dx", true), ("[]]x", "]x", true), ("{a,b}/c", "b/c", true),
    ("{a,b}/c", "c/c", false),
    ("x{a,{b,c}d}", "xcd", true), ("x{,y}", "x", true), ("\\*", "*", true), ("\\*", "a", false),
    ("*", ".env", true), ("./src//a", "src/a", true), ("a*b*c", "axxbyyc", true),
    ("a*b*c", "axxbyy", false), ("\u{E4}*", "\u{E4}x", true), ("SRC", "src", false),
    (".", "x", true),
    ("x/\u{301}a", "x/\u{301}a", true), ("x/*", "x/\u{301}a", true),
  ])
  func pathsMatchAsDocumented(glob: String, path: String, matches: Bool) throws {
    #expect(try Glob(glob).matches(path) == matches)
  }

  @Test(arguments: [
    "", "/etc", "../x", "a/../b", "[a", "{a", "a\\", "[z-a]", "[/]", "\0", "[.]", "a/[.][.]/b",
  ])
  func whatIsNoGlobIsRefused(text: String) {
    #expect(throws: GlobFlaw.self) { try Glob(text) }
  }

  @Test func bracesCannotExplode() {
    #expect(throws: GlobFlaw.self) {
      try Glob(String(repeating: "{a,b}", count: 30))
    }
    #expect(throws: GlobFlaw.self) { try Glob(String(repeating: "a", count: 5000)) }
  }

  @Test(arguments: [
    ("src/*.py", "src/a*", true), ("src/[a-f]*.py", "src/[g-z]*.py", false),
    ("src/**", "**/*.md", true), ("src/*.py", "lib/**", false), ("a/**/b", "a/*/c", false),
    ("src/api", "src/api/x.py", true), ("src/api", "src/apix", false), ("a?", "a", false),
    ("{a,b}", "{b,c}", true), ("**", "anything/at/all", true), ("[!a]", "a", false),
    ("src/**.", "**/src/", true), ("?", "[.]*", false), ("??", "[.]?", true), ("*.", ".?", false),
    ("x/*/z", "x/y", true), ("x/*/z", "*/y/{w,z}", true),
  ])
  func overlapIsDecidedOnThePatterns(one: String, other: String, overlaps: Bool) throws {
    let (one, other) = try (Glob(one), Glob(other))
    #expect(one.overlaps(other) == overlaps)
    #expect(other.overlaps(one) == overlaps)
    #expect((one.commonPath(with: other) != nil) == overlaps)
  }

  /// Over an alphabet of two letters all short paths can be tried: two globs overlap exactly if one
  /// of those matches both, unless only longer paths would.
  @Test func overlapAgreesWithTryingAllPaths() throws {
    let names = ["a", "b", "aa", "ab", "ba", "bb"]
    var paths = names
    for one in names {
      for two in names {
        paths.append("\(one)/\(two)")
        for three in ["a", "b", "ab"] { paths.append("\(one)/\(two)/\(three)") }
      }
    }
    for seed in 0..<3000 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let texts = [randomGlob(&generator), randomGlob(&generator)]
      let one = try Glob(texts[0])
      let other = try Glob(texts[1])
      let shared = paths.first { one.matches($0) && other.matches($0) }
      if let shared {
        #expect(one.overlaps(other), "seed \(seed): \(texts) share \(shared)")
      }
      if let common = one.commonPath(with: other) {
        #expect(one.matches(common) && other.matches(common), "seed \(seed): \(texts) at \(common)")
      } else {
        #expect(!one.overlaps(other), "seed \(seed): \(texts)")
      }
      for path in paths {
        #expect(
          one.matches(path) == naiveMatch(texts[0], path), "seed \(seed): \(texts[0]) on \(path)")
      }
    }
  }

  private func randomGlob(_ generator: inout SeededGenerator) -> String {
    let segments = ["a", "b", "*", "**", "a*", "*b", "?", "[ab]", "[!a]", "a?", "*a*", "ab"]
    return (0..<Int.random(in: 1...3, using: &generator)).map { _ in
      segments.randomElement(using: &generator)!
    }.joined(separator: "/")
  }

  /// A matcher by plain recursion, for segments without braces and escapes.
  private func naiveMatch(_ glob: String, _ path: String) -> Bool {
    var pattern = glob.split(separator: "/").map(String.init)
    if !glob.contains(where: { "*?[".contains($0) }) { pattern.append("**") }
    return naiveRows(pattern[...], path.split(separator: "/").map(String.init)[...])
  }

  private func naiveRows(_ pattern: ArraySlice<String>, _ path: ArraySlice<String>) -> Bool {
    guard let first = pattern.first else { return path.isEmpty }
    if first == "**" {
      return naiveRows(pattern.dropFirst(), path)
        || !path.isEmpty && naiveRows(pattern, path.dropFirst())
    }
    guard let name = path.first else { return false }
    return naiveName(Array(first)[...], Array(name)[...])
      && naiveRows(pattern.dropFirst(), path.dropFirst())
  }

  private func naiveName(_ pattern: ArraySlice<Character>, _ name: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return name.isEmpty }
    switch first {
    case "*":
      return naiveName(pattern.dropFirst(), name)
        || !name.isEmpty && naiveName(pattern, name.dropFirst())
    case "?": return !name.isEmpty && naiveName(pattern.dropFirst(), name.dropFirst())
    case "[":
      guard let end = pattern.firstIndex(of: "]"), let letter = name.first else { return false }
      let inside = pattern[(pattern.startIndex + 1)..<end]
      let isIn =
        inside.first == "!" ? !inside.dropFirst().contains(letter) : inside.contains(letter)
      return isIn && naiveName(pattern[(end + 1)...], name.dropFirst())
    default: return name.first == first && naiveName(pattern.dropFirst(), name.dropFirst())
    }
  }

  @Test func claimsFindEveryPairThatOverlaps() throws {
    for seed in 0..<500 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let globs = try (0..<8).map { _ in try [Glob(randomGlob(&generator))] }
      let claims = FileClaims(globs)
      for one in globs.indices {
        for two in globs.indices where one != two {
          let found = claims.claims[one].contains { claim in
            claims.rivals[claim].contains { claims.claims[two].contains($0) }
          }
          #expect(found == globs[one][0].overlaps(globs[two][0]), "seed \(seed): \(one) \(two)")
        }
      }
    }
  }

  @Test func anEscapedPathMatchesOnlyItself() throws {
    let path = "a[b]/{c}*?,\\d"
    let glob = try Glob(Glob.escaped(path))
    #expect(glob.matches(path))
    #expect(!glob.matches("ab/{c}*?,\\d"))
    #expect(!glob.hasWildcard)
  }
}
