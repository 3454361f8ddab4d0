import Diagnostics

/// Takes a command line apart by a tool's description.
///
/// It goes on behind a flaw, so that `--help` is found wherever it stands; only the first flaw is
/// kept.
struct Scanner {
  private(set) var scan = Scan()
  private var rest: ArraySlice<String>
  private let root: CommandDescription
  /// The command found so far; the root at first.
  private var command: CommandDescription
  private var optionsHaveEnded = false
  /// Whether a word named no command: what follows then means nothing.
  private var isLost = false

  init(_ arguments: [String], of tool: ToolDescription) {
    root = tool.root
    command = tool.root
    rest = arguments[...]
    while let word = rest.popFirst() { take(word) }
    checkCounts()
  }

  private mutating func note(_ flaw: UsageFlaw) {
    if scan.flaw == nil { scan.flaw = flaw }
  }

  private mutating func take(_ word: String) {
    if optionsHaveEnded || word == "-" || !word.hasPrefix("-") || isNumericArgument(word) {
      takePlainWord(word)
    } else if word == "--" {
      optionsHaveEnded = true
    } else if word.hasPrefix("--") {
      takeLongOption(word)
    } else {
      takeShortOptions(word)
    }
  }

  // MARK: Commands and arguments

  private mutating func takePlainWord(_ word: String) {
    if isLost { return }
    guard command.isFamily else {
      scan.arguments.append(word)
      return
    }
    if let index = command.subcommands.firstIndex(where: { $0.answers(to: word) }) {
      scan.path.append(index)
      command = command.subcommands[index]
    } else if word == "help", scan.path.isEmpty, !optionsHaveEnded {
      scan.asksForHelp = true
    } else {
      isLost = true
      note(.unknownCommand(word, suggestion: suggestedCommand(for: word)))
    }
  }

  private func suggestedCommand(for word: String) -> String? {
    let visible = command.visibleSubcommands
    if let near = nearest(to: word, in: visible.flatMap { [$0.name] + $0.aliases }) { return near }
    for family in visible where family.visibleSubcommands.contains(where: { $0.answers(to: word) })
    {
      return "\(family.name) \(word)"
    }
    return nil
  }

  private func isNumericArgument(_ word: String) -> Bool {
    guard word.isNegativeNumber, !command.isFamily else { return false }
    let letter = String(word.prefix(2))
    if (command.options + root.options).contains(where: { $0.names.contains(letter) }) {
      return false
    }
    let next = command.arguments.dropFirst(scan.arguments.count).first ?? command.arguments.last
    return next?.value.form.isNumeric == true
  }

  private mutating func checkCounts() {
    if isLost { return }
    if command.isFamily {
      if !scan.path.isEmpty {
        note(.missingCommand(known: command.visibleSubcommands.map(\.name)))
      }
      return
    }
    let least = command.arguments.filter(\.arity.isRequired).count
    if scan.arguments.count < least {
      note(.missingArgument(command.arguments[scan.arguments.count].value.placeholder))
    }
    let most = command.arguments.count
    let isOpen = command.arguments.last?.arity.takesAllOthers == true
    if !isOpen, scan.arguments.count > most {
      note(.tooManyArguments(first: scan.arguments[most], most: most))
    }
  }

  // MARK: Options

  private mutating func takeLongOption(_ word: String) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    let attached = parts.count > 1 ? String(parts[1]) : nil
    guard let found = find({ $0.spellings.contains(name) }) else {
      note(.unknownOption(name, suggestion: suggestedOption(for: name)))
      return
    }
    if found.option.value != nil {
      takeValue(of: found, spelled: name, attached: attached)
    } else if let attached {
      note(.unexpectedValue(attached, option: name))
    } else {
      record(found, Given(subject: name, text: nil, isNegated: !found.option.names.contains(name)))
    }
  }

  /// One dash: any number of flags, the last of which may be an option with its value.
  private mutating func takeShortOptions(_ word: String) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      let name = "-\(letter)"
      guard let found = find({ $0.names.contains(name) }) else {
        let meant = "-" + word
        let isLong = find { $0.spellings.contains(meant) } != nil
        note(.unknownOption(isLong ? word : name, suggestion: isLong ? meant : nil))
        return
      }
      let attached =
        letters.isEmpty ? nil : String(letters.first == "=" ? letters.dropFirst() : letters)
      if found.option.value != nil {
        takeValue(of: found, spelled: name, attached: attached)
        return
      }
      record(found, Given(subject: name, text: nil))
      if letters.first == "=" {
        note(.unexpectedValue(attached ?? "", option: name))
        return
      }
    }
  }

  private mutating func takeValue(of found: Found, spelled name: String, attached: String?) {
    guard let value = found.option.value else { return }
    if let attached {
      record(found, Given(subject: name, text: attached))
    } else if let next = rest.first, next.canStandAlone(as: value.form) {
      rest.removeFirst()
      record(found, Given(subject: name, text: next))
    } else {
      // What looks like an option of this tool is one: the value was forgotten, not misspelled.
      let next = rest.first.flatMap { next in
        next == "--" || find { $0.spellings.contains(next) } != nil ? nil : next
      }
      note(.missingValue(option: name, placeholder: value.placeholder, next: next))
    }
  }

  private struct Found {
    let option: OptionDescription
    let index: Int
    let isOfTool: Bool
  }

  private func find(_ isMeant: (OptionDescription) -> Bool) -> Found? {
    if !scan.path.isEmpty, let index = command.options.firstIndex(where: isMeant) {
      return Found(option: command.options[index], index: index, isOfTool: false)
    }
    guard let index = root.options.firstIndex(where: isMeant) else { return nil }
    return Found(option: root.options[index], index: index, isOfTool: true)
  }

  private mutating func record(_ found: Found, _ given: Given) {
    switch found.option.kind {
    case .help:
      scan.asksForHelp = true
      return
    case .version:
      scan.asksForVersion = true
      return
    case .value(_, isRepeatable: false):
      let earlier = found.isOfTool ? scan.toolOptions : scan.commandOptions
      if earlier[found.index] != nil {
        note(.givenTwice(option: given.subject))
        return
      }
    case .value, .flag, .counter: break
    }
    if found.isOfTool {
      scan.toolOptions[found.index, default: []].append(given)
    } else {
      scan.commandOptions[found.index, default: []].append(given)
    }
  }

  private func suggestedOption(for name: String) -> String? {
    let options = command.visibleOptions + (scan.path.isEmpty ? [] : root.visibleOptions)
    let known = options.flatMap(\.spellings).filter { $0.hasPrefix("--") }
    return nearest(to: String(name.dropFirst(2)), in: known.map { String($0.dropFirst(2)) })
      .map { "--" + $0 }
  }

  /// The word that was most likely meant: near in its letters, or the only one that begins so.
  private func nearest(to word: String, in known: [String]) -> String? {
    if let near = closestMatch(to: word, in: known) { return near }
    let begun = known.filter { !word.isEmpty && $0.hasPrefix(word) }
    return begun.count == 1 ? begun[0] : nil
  }
}

extension String {
  fileprivate var isNegativeNumber: Bool {
    let digits = dropFirst(hasPrefix("-.") ? 2 : 1)
    return hasPrefix("-") && digits.first?.isNumber == true && Double(self) != nil
  }

  /// Whether the word behind an option is its value rather than the next option.
  fileprivate func canStandAlone(as form: ValueForm) -> Bool {
    !hasPrefix("-") || self == "-" || (form.isNumeric && isNegativeNumber)
  }
}
