import Arguments
import Foundation
import TestSupport
import Testing

/// The scripts in the shells that they are for: a line is typed and completed, and what the shell
/// makes of it is compared.
@Suite struct CompletionTests {
  /// A folder with files to complete and a `studio` that answers what shells ask of it.
  private func folder(answering script: String? = nil) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for shell in Shell.allCases {
      try folder.write(
        "completions.\(shell.rawValue)", studio.description.completionScript(for: shell))
    }
    try folder.write("work/my file.txt", "")
    try folder.write("work/my folder/x", "")
    try folder.write(
      "bin/studio",
      script ?? """
        #!/bin/sh
        [ "$1" = __complete ] || exit 9
        printf '%s\\n' "$@" >"$HOME/asked"
        printf 'kitchen\\twith a stove\\nking'"'"'s room\\nk:2\\n'
        """)
    try FileManager.default.setAttributes(
      [.posixPermissions: 0o755], ofItemAtPath: folder.path + "/bin/studio")
    return folder
  }

  // MARK: bash

  /// What a line becomes when all completions of its last word are put into it.
  private func bash(_ line: String, in folder: TemporaryFolder) throws -> String {
    let input = """
      source ../completions.bash
      studio() { printf '%s\\n' "$@" > ../typed; }
      bind '"\\C-t": insert-completions'
      \(line)\u{14}
      exit

      """
    _ = try output(
      of: ["bash", "--norc", "--noprofile", "-i"], input: input, in: folder.path, start: "work")
    return (try? folder.read("typed")) ?? "nothing"
  }

  @Test(
    .enabled(if: isInstalled("bash"), "bash is not installed"),
    arguments: [
      ("studio pa", "paint\npaints\n"),
      ("studio help m", "help\nmix\n"),
      ("studio colours o", "colours\norder\n"),
      ("studio -C x paints l", "-C\nx\npaints\nlist\n"),
      ("studio paint hall --f", "paint\nhall\n--fast\n--finish\n"),
      ("studio paint hall --no", "paint\nhall\n--no-fast\n"),
      ("studio paint -qf g", "paint\n-qf\ngloss\n"),
      ("studio paint --finish sa", "paint\n--finish\nsatin\n"),
      ("studio paint --finish=sa", "paint\n--finish=satin\n"),
      ("studio --color=al", "--color=always\n"),
      ("studio paints order g", "paints\norder\ngloss\n"),
      ("studio paint ki", "paint\nking's room\nkitchen\n"),
      ("studio paint \"kit", "paint\nkitchen\n"),
      ("studio paint king\\'s\\ r", "paint\nking's room\n"),
      ("studio paint k:", "paint\nk:2\n"),
      ("studio -- mi", "--\nmix\n"),
      ("studio paint hall -o my\\ fi", "paint\nhall\n-o\nmy file.txt\n"),
      ("studio -C my", "-C\nmy folder\n"),
      ("studio ha", "ha\n"),
    ])
  func bashCompletes(_ line: String, _ words: String) throws {
    let typed = try bash(line, in: folder())
    #expect(typed == words)
  }

  // MARK: zsh

  /// What stands in the line after all matches are put into it.
  private func zsh(_ line: String, in folder: TemporaryFolder) throws -> String {
    try folder.write(
      "zdot/.zshrc",
      """
      PS1= ; unsetopt prompt_cr prompt_sp
      autoload -Uz compinit && compinit -u -d \(folder.path)/dump
      source \(folder.path)/completions.zsh
      zstyle ':completion:*' completer _all_matches _complete
      zstyle ':completion:*' insert true
      zstyle ':completion:*' old-matches false
      zstyle ':completion:*' list-suffixes false
      zle -C every complete-word _generic
      zstyle ':completion:every:*' completer _all_matches _complete
      zstyle ':completion:every:*' insert true
      start() {
        BUFFER=\(line.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ").replacing("'", with: "\\'").replacing("\"", with: "\\\""))
        CURSOR=$#BUFFER
        zle every
        print -r -- "$BUFFER" > \(folder.path)/typed
        exit
      }
      zle -N zle-line-init start
      """)
    try folder.write(
      "outer.zsh",
      """
      zmodload zsh/zpty
      cd \(folder.path)/work
      zpty inner ZDOTDIR=\(folder.path)/zdot zsh -i
      while zpty -r inner line; do :; done
      """)
    let talk = try output(of: ["zsh", "-f", folder.path + "/outer.zsh"], in: folder.path)
    return ((try? folder.read("typed")) ?? "nothing: \(talk)")
      .trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(
    .enabled(if: isInstalled("zsh"), "zsh is not installed"),
    arguments: [
      ("studio pa", "studio paint paints"),
      ("studio help m", "studio help mix"),
      ("studio colours o", "studio colours order"),
      ("studio -C x paints l", "studio -C x paints list"),
      ("studio paint hall --no", "studio paint hall --no-fast"),
      ("studio paint --no", "studio paint --no-fast"),
      ("studio paint --fa", "studio paint --fast"),
      ("studio paint --up", "studio paint --up"),
      ("studio paint hall --thi", "studio paint hall --thickness"),
      ("studio paint --fi", "studio paint --finish"),
      ("studio paint --finish sa", "studio paint --finish satin"),
      ("studio paint --finish=sa", "studio paint --finish=satin"),
      ("studio --color=al", "studio --color=always"),
      ("studio paints order g", "studio paints order gloss"),
      ("studio paint kit", "studio paint kitchen"),
      ("studio paint king", "studio paint king\\'s\\ room"),
      ("studio paint hall -o my\\ fi", "studio paint hall -o my\\ file.txt"),
      ("studio -C my", "studio -C my\\ folder"),
      ("studio ha", "studio ha"),
    ])
  func zshCompletes(_ line: String, _ words: String) throws {
    let typed = try zsh(line, in: folder())
    #expect(typed.trimmingCharacters(in: CharacterSet(charactersIn: "/= ")) == words)
  }

  @Test(.enabled(if: isInstalled("zsh"), "zsh is not installed"))
  func zshLoadsTheScriptByName() throws {
    let folder = try folder()
    try folder.write("functions/_studio", studio.description.completionScript(for: .zsh))
    let text = try output(
      of: [
        "zsh", "-f", "-c",
        """
        fpath=(\(folder.path)/functions $fpath)
        autoload -Uz compinit && compinit -u -d dump && print -r -- ${_comps[studio]}
        """,
      ], in: folder.path)
    #expect(text == "_studio\n")
  }

  // MARK: fish

  /// What is offered, without descriptions.
  private func fish(_ line: String, in folder: TemporaryFolder) throws -> [String] {
    let script = """
      source ../completions.fish
      complete -C \(line.debugDescription)
      """
    return try output(of: ["fish", "-N", "-c", script], in: folder.path, start: "work")
      .split(separator: "\n").map { String($0.prefix { $0 != "\t" }) }
  }

  @Test(
    .enabled(if: isInstalled("fish"), "fish is not installed"),
    arguments: [
      ("studio pa", ["paint", "paints"]),
      ("studio help m", ["mix"]),
      ("studio help paint ki", []),
      ("studio colours o", ["order"]),
      ("studio -C x paints l", ["list"]),
      ("studio paint hall --f", ["--fast", "--finish"]),
      ("studio paint hall --no", ["--no-fast"]),
      ("studio paint -qf g", ["gloss"]),
      ("studio paint --finish sa", ["satin"]),
      ("studio paint --finish=sa", ["--finish=satin"]),
      ("studio --color=al", ["--color=always"]),
      ("studio paints order g", ["gloss"]),
      ("studio paints order gloss my", ["my file.txt", "my folder/"]),
      ("studio paint kit", ["kitchen"]),
      ("studio paint king", ["king's room"]),
      ("studio paint hall -o my", ["my file.txt", "my folder/"]),
      ("studio -C my", ["my folder/"]),
      ("studio -- mi", ["mix"]),
      ("studio ha", []),
      ("studio --upside", []),
    ])
  func fishCompletes(_ line: String, _ words: [String]) throws {
    let offered = try Set(fish(line, in: folder()))
    #expect(offered == Set(words))
  }

  // MARK: all

  /// What the tool is asked holds the line as it was typed, so that it can honour its options.
  @Test func shellsAskWithTheWholeLine() throws {
    for shell in Shell.allCases where isInstalled(shell.rawValue) {
      let folder = try folder()
      switch shell {
      case .bash: _ = try bash("studio -C my\\ folder paint ki", in: folder)
      case .zsh: _ = try zsh("studio -C my\\ folder paint ki", in: folder)
      case .fish: _ = try fish("studio -C my\\ folder paint ki", in: folder)
      }
      let asked = (try? folder.read("asked"))?.replacing("\\ ", with: " ")
      #expect(asked == "__complete\nroom\n--\n-C\nmy folder\npaint\nki\n", "\(shell)")
    }
  }

  @Test func aToolThatCannotAnswerIsPassedOverInSilence() throws {
    let failing = "#!/bin/sh\necho trouble >&2\nexit 3\n"
    if isInstalled("bash") {
      #expect(try bash("studio paint ki", in: folder(answering: failing)) == "paint\nki\n")
    }
    if isInstalled("zsh") {
      #expect(try zsh("studio paint ki", in: folder(answering: failing)) == "studio paint ki")
    }
    if isInstalled("fish") {
      #expect(try fish("studio paint ki", in: folder(answering: failing)) == [])
    }
  }

  /// Help texts and words with every sign that a shell might obey.
  @Test(arguments: Shell.allCases)
  func nothingInADeclarationIsObeyed(_ shell: Shell) throws {
    guard isInstalled(shell.rawValue) else {
      withKnownIssue("\(shell.rawValue) is not installed") { Issue.record("skipped") }
      return
    }
    let folder = try TemporaryFolder()
    try folder.write("script", hostile.description.completionScript(for: shell))
    let call =
      switch shell {
      case .bash:
        "source ./script; COMP_WORDS=(hostile act --word x) COMP_CWORD=3 "
          + "COMP_LINE='hostile act --word x' COMP_POINT=20; _hostile"
      case .zsh:
        "autoload -Uz compinit && compinit -u -d dump; source ./script; "
          + "whence _hostile__act >/dev/null"
      case .fish:
        "source ./script; complete -C 'hostile act --word ' >/dev/null; "
          + "complete -C 'hostile act --' >/dev/null"
      }
    let option = shell == .zsh ? "-fc" : shell == .fish ? "-Nc" : "-c"
    let text = try output(of: [shell.rawValue, option, call + "; echo done"], in: folder.path)
    #expect(text == "done\n")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).contains("owned") == false)
  }
}
