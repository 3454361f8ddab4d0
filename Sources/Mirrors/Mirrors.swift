// Mirrors: what people and other tools see of a run in files: the plan file's status, logs as lines
// of JSON, the saved session, and the name of the plan that runs.
//
// The journal is the truth; a mirror is a projection of it that may be deleted at any time, and is
// given back byte for byte from the events. No mirror ever stops a run: what cannot be written is
// told. A person's edits of the plan file are kept: it is read again whenever it is written.
//
// May import: Conducting, Plans, Documents, Diagnostics, Files, JSONValues. Start reading at
// `RunMirror`, which the runtime feeds, then `MirrorRebuild`, which makes the same from a journal.

import Files
package import Plans

/// Which run is mirrored, and where.
package struct MirrorSubject: Sendable, Hashable {
  /// The top of the main checkout, where the logs of all runs lie.
  package let root: String
  /// The top of the checkout that the run was started from, whose plan it is: the main one or a worktree of the person's.
  package let checkout: String
  package let session: String
  package let plan: PlanID
  package let kind: PlanKind
  /// The plan's file, relative to the checkout where it lies in it; nothing for a plan made of prompt files, which
  /// has logs and no more.
  package let planFile: String?
  /// The branch that the run merges into.
  package let branch: String

  /// - Parameters:
  ///   - checkout: the main one where nothing is said.
  ///   - branch: that of plans of its kind where nothing is said.
  package init(
    root: String, checkout: String? = nil, session: String, plan: PlanID, kind: PlanKind,
    planFile: String?, branch: String? = nil
  ) {
    self.root = root
    self.checkout = checkout ?? root
    self.session = session
    self.plan = plan
    self.kind = kind
    self.planFile = planFile
    self.branch = branch ?? kind.integrationBranch(of: plan)
  }

  var folders: MirrorFolders { MirrorFolders(of: kind) }

  func path(_ relative: String) -> String { root + "/" + relative }

  /// Where the plan lies, as it was when the run began.
  var planPath: String? { planFile.map { absolutePath($0, from: checkout) } }
  var active: String { checkout + "/" + folders.active }
  var completed: String { checkout + "/" + folders.completed }
  /// Names the plans of the checkout that run.
  var current: String { checkout + "/" + folders.current }

  /// A path as a person sees it from the main checkout.
  func shown(_ path: String) -> String {
    path.hasPrefix(root + "/") ? String(path.dropFirst(root.count + 1)) : path
  }
}

/// Where mirrors of plans of one kind lie, relative to the root.
package struct MirrorFolders: Sendable, Hashable {
  package let logs: String
  package let savedSessions: String
  package let active: String
  package let completed: String

  package init(of kind: PlanKind) {
    let top = kind == .milestone ? ".milestones" : ".orchestration"
    logs = top + "/logs"
    savedSessions = top + "/coordination"
    active = top + (kind == .milestone ? "/active" : "/sessions")
    completed = top + "/completed"
  }

  /// Names the plans that run, one a line.
  package var current: String { active + "/current.txt" }

  /// What git is to leave alone: for `Repository.exclude`.
  package var ignored: [String] { ["/\(logs)/", "/\(savedSessions)/", "/\(current)"] }
}
