extension ToolDescription {
  /// What is wrong with the declarations, each as a sentence; a tool's own tests expect none.
  ///
  /// Parsing relies on this: of two things with one name it would silently take the first.
  package var flaws: [String] {
    root.flaws(words: [], inherited: [])
  }
}

extension CommandDescription {
  fileprivate func flaws(words: [String], inherited: [OptionDescription]) -> [String] {
    let place = (words + [name]).joined(separator: " ")
    var flaws: [String] = []
    if summary.isEmpty { flaws.append("`\(place)` has no summary") }
    if examples.isEmpty, !isFamily || words.isEmpty { flaws.append("`\(place)` has no example") }
    for example in examples where !(example.line + " ").contains(place + " ") {
      flaws.append("the example `\(example.line)` does not call `\(place)`")
    }
    flaws += optionFlaws(place, inherited) + argumentFlaws(place)
    var names: Set<String> = words.isEmpty ? ["help", CompletionRequest.command] : []
    for word in subcommands.flatMap({ [$0.name] + $0.aliases }) {
      if !names.insert(word).inserted { flaws.append("`\(place)` has two commands `\(word)`") }
      if word.hasPrefix("-") || word.contains(" ") || word.isEmpty {
        flaws.append("`\(word)` cannot be the name of a command of `\(place)`")
      }
    }
    for subcommand in subcommands {
      flaws += subcommand.flaws(words: words + [name], inherited: inherited + options)
    }
    return flaws
  }

  private func optionFlaws(_ place: String, _ inherited: [OptionDescription]) -> [String] {
    var flaws: [String] = []
    var names = Set(inherited.flatMap(\.spellings))
    for option in options {
      if option.names.isEmpty { flaws.append("an option of `\(place)` has no name") }
      for spelling in option.spellings {
        if !names.insert(spelling).inserted {
          flaws.append("`\(place)` has two options `\(spelling)`")
        }
        if !spelling.isOptionName {
          flaws.append("`\(spelling)` cannot be the name of an option of `\(place)`")
        }
      }
      if option.isNegatable, option.longNames.isEmpty {
        flaws.append("`\(option.name)` of `\(place)` has no long name to negate")
      }
    }
    return flaws
  }

  private func argumentFlaws(_ place: String) -> [String] {
    var flaws: [String] = []
    for (earlier, later) in zip(arguments, arguments.dropFirst()) {
      if earlier.arity.takesAllOthers {
        flaws.append("nothing is left for \(later.usage) of `\(place)` behind \(earlier.usage)")
      } else if later.arity.isRequired, !earlier.arity.isRequired {
        flaws.append(
          "\(later.usage) of `\(place)` must be given, but stands behind \(earlier.usage)")
      }
    }
    return flaws
  }
}

extension String {
  /// `-x`, or two dashes and a word of letters, digits and dashes.
  fileprivate var isOptionName: Bool {
    if hasPrefix("--") {
      let word = dropFirst(2)
      return word.first.map { $0 != "-" } == true
        && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
    let letters = dropFirst()
    return hasPrefix("-") && letters.count == 1
      && letters.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
  }
}
