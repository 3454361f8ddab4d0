package import Configuration
package import JSONValues
package import Plans

/// A server of the Model Context Protocol that an agent is given.
package struct ContextServer: Sendable, Equatable {
  /// How it is reached.
  package enum Place: Sendable, Equatable {
    /// Started by the agent's program, and spoken with over its standard input and output.
    case program(command: [String], environment: [String: String])
    /// At an address of the network; the transport as Claude Code calls it: `http` or `sse`.
    case remote(address: String, transport: String, headers: [String: String])
  }

  package var name: String
  package var place: Place

  package init(name: String, command: [String], environment: [String: String] = [:]) {
    self.name = name
    place = .program(command: command, environment: environment)
  }

  package init(name: String, address: String, transport: String, headers: [String: String]) {
    self.name = name
    place = .remote(address: address, transport: transport, headers: headers)
  }
}

/// A login or key whose limits all its agents share, and the folders that keep it from others.
package struct Account: Sendable, Equatable {
  package var name: String
  /// Where programs keep their settings and sessions for this account, a folder of Divisi's own. A
  /// session can be resumed only with the folder that it began with.
  package var folder: String
  /// The person's home folder, where their logins are, and which agents see.
  package var home: String
  /// Whether the person's own login is used: then its files are linked into the folder, so that a login
  /// that a program renews is renewed for both.
  package var usesLogin: Bool

  package init(name: String, folder: String, home: String, usesLogin: Bool = true) {
    self.name = name
    self.folder = folder
    self.home = home
    self.usesLogin = usesLogin
  }
}

/// Everything about one attempt that its program must be told. All paths are absolute.
package struct Assignment: Sendable, Equatable {
  package enum Session: Sendable, Equatable {
    /// A new one, of this name where the program takes one: a UUID.
    case new(String?)
    /// To go on where an earlier attempt ended.
    case resume(String)
  }

  /// The file of the prompt, as `Prompt` assembled it.
  package var promptFile: String
  package var prompt: String
  package var worktree: String
  package var attemptFolder: String
  package var account: Account
  package var model: String?
  /// What an agent's definition says beside its header.
  package var instructions: String?
  /// Tools that it may use; nothing means all.
  package var tools: [String]?
  package var servers: [ContextServer]
  package var turns: Int
  /// What the session may have cost at its end, what it had cost before included; nothing means any amount.
  package var budget: Money?
  package var policy: PermissionPolicy
  package var session: Session
  /// The git folders that the worktree writes to: the worktree's own below the repository's, and the
  /// repository's. A sandbox must leave them open, or the agent cannot commit; each must be there, or
  /// Codex's sandbox does not start and every command fails without a word.
  package var gitFolders: [String]
  /// The shape that the answer must have: a JSON Schema.
  package var answerSchema: JSON?
  /// A folder for what the program and its tools leave lying around, and for nothing else: no settings may
  /// lie below it, or Codex's sandbox cannot start.
  package var temporaryFolder: String

  package static let standardTurns = 2000

  package init(
    promptFile: String, prompt: String, worktree: String, attemptFolder: String, account: Account,
    model: String? = nil, instructions: String? = nil, tools: [String]? = nil,
    servers: [ContextServer] = [], turns: Int = Assignment.standardTurns,
    policy: PermissionPolicy = .full, session: Session = .new(nil), gitFolders: [String] = [],
    answerSchema: JSON? = nil
  ) {
    self.promptFile = promptFile
    self.prompt = prompt
    self.worktree = worktree
    self.attemptFolder = attemptFolder
    self.account = account
    self.model = model
    self.instructions = instructions
    self.tools = tools
    self.servers = servers
    self.turns = turns
    self.policy = policy
    self.session = session
    self.gitFolders = gitFolders
    self.answerSchema = answerSchema
    temporaryFolder = attemptFolder + "/tmp"
  }

  /// A name for a new session: a UUID of chance. It stands in `launch.json`, so that a person can look into the session
  /// before its program has said anything.
  package static func newSession() -> String {
    let bytes = (0..<16).map { place -> UInt8 in
      let chance = UInt8.random(in: 0...255)
      return switch place {
      case 6: chance & 0x0f | 0x40
      case 8: chance & 0x3f | 0x80
      default: chance
      }
    }
    return bytes.enumerated().map { place, byte in
      let digits = String(byte, radix: 16)
      return ([4, 6, 8, 10].contains(place) ? "-" : "") + (digits.count < 2 ? "0" : "") + digits
    }.joined()
  }

  /// The home folder of agents that are not to see the person's.
  package var ownHome: String { account.folder + "/home" }

  var resumedSession: String? { if case .resume(let name) = session { name } else { nil } }
}
