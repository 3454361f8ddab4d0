import Arguments
import Configuration
import Files
import JSONValues
import Workspaces

struct Init: Command {
  var addsClaudeCommands = false

  static let spec = CommandSpec<Self>("init", "write a configuration and an example plan") {
    Example("divisi init", "make the repository ready")
    Example("divisi init --claude", "also add slash commands for Claude Code")
    Discussion(
      """
      Writes divisi.yaml and an example plan where they are missing, and keeps Divisi's own \
      folders out of git through .git/info/exclude. Never overwrites a file. Can be run again at \
      any time.
      """)
    Flag(
      \.addsClaudeCommands, "--claude",
      help: "also write /orchestrate:execute and /milestone:execute for Claude Code")
  }

  func run(in session: Session) throws -> ExitStatus {
    let repository = try session.repository()
    var files = InitialFiles.always
    if addsClaudeCommands { files += InitialFiles.claudeCommands }
    var done: [JSON] = []
    func tell(_ action: String, _ what: String) {
      session.say("\(action) \(what)")
      done.append(["action": .string(action), "what": .string(what)])
    }
    do throws(FileError) {
      for file in files {
        let path = repository.root + "/" + file.path
        if entryKind(path) != .missing {
          tell("kept", file.path)
          continue
        }
        try createFolder(parentFolder(of: path))
        try writeFile(path, Array(file.text.utf8))
        tell("wrote", file.path)
      }
      let added = try repository.exclude(
        InitialFiles.excluded, because: "folders that Divisi works in")
      tell(added.isEmpty ? "kept" : "excluded", InitialFiles.excluded.joined(separator: " "))
    } catch {
      throw Failure(error)
    }
    if session.wantsJSON { session.print(.array(done)) }
    session.say("next: divisi check example")
    return .success
  }
}
