import Files
import Glibc

/// Who writes Divisi's commits.
package struct Identity: Sendable, Hashable {
  package let name: String
  package let email: String

  package init(name: String = "Divisi", email: String = "divisi@localhost") {
    self.name = name
    self.email = email
  }
}

/// A repository and the git program that works in it: what all that is done there goes through.
package struct Git: Sendable {
  package let repository: Repository
  package let runner: any GitRunner
  package let identity: Identity
  /// Whether the repository's hooks run on Divisi's own commits.
  package let runsHooks: Bool

  package init(
    _ repository: Repository, runner: any GitRunner, identity: Identity = Identity(),
    runsHooks: Bool = false
  ) {
    self.repository = repository
    self.runner = runner
    self.identity = identity
    self.runsHooks = runsHooks
  }

  /// The same git in another repository, such as one that lies within a worktree.
  func moved(to repository: Repository) -> Git {
    Git(repository, runner: runner, identity: identity, runsHooks: runsHooks)
  }

  /// Runs git and gives what it wrote; statuses that are not expected are errors.
  @discardableResult
  func run(
    _ arguments: [String], in folder: String? = nil, input: [UInt8]? = nil,
    environment: [String: String] = [:], expecting statuses: Set<Int32> = [0],
    options: [String] = GitOptions.common, limit: Duration = .seconds(600)
  ) throws(WorkspaceError) -> GitOutput {
    let place = folder ?? repository.root
    let signature = [
      "GIT_AUTHOR_NAME": identity.name, "GIT_AUTHOR_EMAIL": identity.email,
      "GIT_COMMITTER_NAME": identity.name, "GIT_COMMITTER_EMAIL": identity.email,
    ]
    var attempt: UInt32 = 1
    while true {
      do throws(GitError) {
        let result = try runner.run(
          options + arguments, in: place, input: input,
          environment: signature.merging(environment) { _, new in new }, limit: limit)
        guard statuses.contains(result.status) else {
          throw GitError(
            .refused(result.status, result.errors), arguments: arguments, folder: place)
        }
        return result
      } catch {
        guard attempt < 6, error.isRace else { throw .git(error) }
        usleep(attempt * 5000)
        attempt += 1
      }
    }
  }

  /// The one line that git answers.
  func line(_ arguments: [String], in folder: String? = nil) throws(WorkspaceError) -> String {
    try run(arguments, in: folder).line
  }

  /// The commit that a name stands for, or nothing where it stands for none.
  package func commit(_ name: String, in folder: String? = nil) throws(WorkspaceError) -> ObjectID?
  {
    let result = try run(
      ["rev-parse", "--verify", "--quiet", "--end-of-options", name + "^{commit}"], in: folder,
      expecting: [0, 1])
    return ObjectID(result.line)
  }

  /// The tree of a commit.
  package func tree(of commit: ObjectID) throws(WorkspaceError) -> ObjectID {
    try object(["rev-parse", "--verify", "--end-of-options", commit.hex + "^{tree}"])
  }

  /// The last commit that both come from, or nothing where they have none.
  package func mergeBase(_ one: ObjectID, _ other: ObjectID) throws(WorkspaceError) -> ObjectID? {
    ObjectID(try run(["merge-base", one.hex, other.hex], expecting: [0, 1]).lines.first ?? "")
  }

  /// How many commits lead to one and not to the other.
  package func commits(of other: ObjectID, lackedBy one: ObjectID) throws(WorkspaceError) -> Int {
    Int(try run(["rev-list", "--count", "\(one.hex)..\(other.hex)", "--"]).line) ?? 0
  }

  package func isAncestor(_ one: ObjectID, of other: ObjectID) throws(WorkspaceError) -> Bool {
    try run(["merge-base", "--is-ancestor", one.hex, other.hex], expecting: [0, 1]).status == 0
  }

  /// Runs git for the name of an object.
  func object(
    _ arguments: [String], in folder: String? = nil, input: [UInt8]? = nil,
    environment: [String: String] = [:]
  ) throws(WorkspaceError) -> ObjectID {
    let result = try run(arguments, in: folder, input: input, environment: environment)
    guard let object = ObjectID(result.line) else {
      throw .git(
        GitError(
          .refused(0, "no object: \(result.line)"), arguments: arguments,
          folder: folder ?? repository.root))
    }
    return object
  }

  /// Writes a commit that no ref names yet.
  func writeCommit(
    tree: ObjectID, parents: [ObjectID], message: String
  ) throws(WorkspaceError) -> ObjectID {
    try object(
      ["commit-tree", tree.hex] + parents.flatMap { ["-p", $0.hex] }, input: Array(message.utf8))
  }

  /// Moves a ref from one object to another; says whether it was where it was thought to be.
  /// No old object means that the ref must not be there yet.
  func moveRef(
    _ name: String, to new: ObjectID, from old: ObjectID?, because reason: String
  ) throws(WorkspaceError) -> Bool {
    do {
      try run([
        "update-ref", "--create-reflog", "-m", "divisi: \(reason)", name, new.hex,
        old?.hex ?? ObjectID.none(like: new).hex,
      ])
      return true
    } catch {
      guard case .git(let failure) = error, failure.isRefMismatch else { throw error }
      return false
    }
  }
}

extension GitError {
  /// The ref was not where the caller thought it was.
  fileprivate var isRefMismatch: Bool {
    text.contains("but expected") || text.contains("reference already exists")
      || text.contains("unable to resolve reference")
  }
}
