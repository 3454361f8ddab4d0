// What preparing a workspace costs, beside bare `git worktree add` on the same repository in the
// same run.
//
// usage: bench-workspaces FILES ROUNDS FOLDER

import Glibc
import Workspaces

let arguments = CommandLine.arguments
guard arguments.count == 4, let files = Int(arguments[1]), let rounds = Int(arguments[2]) else {
  print("usage: bench-workspaces FILES ROUNDS FOLDER")
  exit(2)
}

var environment = ["HOME": arguments[3], "PATH": "/usr/local/bin:/usr/bin:/bin"]
let runner = try SpawnedGit(environment: environment)
let root = arguments[3] + "/repository"
mkdir(root, 0o777)

@discardableResult
func bare(_ words: String..., input: [UInt8]? = nil) throws -> GitOutput {
  let output = try runner.run(
    ["-c", "user.name=Bench", "-c", "user.email=bench@localhost"] + words, in: root, input: input,
    environment: [:], limit: .seconds(600))
  guard output.status == 0 else {
    print(output.errors)
    exit(1)
  }
  return output
}

/// Three commits: twenty files differ, as after some merged steps, and then every twentieth.
func makeHistory() throws {
  try bare("init", "--quiet", "--initial-branch", "main")
  var stream = "commit refs/heads/main\ncommitter Bench <bench@localhost> 0 +0000\ndata 5\nBegin\n"
  func add(_ file: Int, _ word: String) {
    let line = "\(word) of file \(file)\n"
    let text = String(repeating: line, count: 40)
    stream +=
      "M 100644 inline folder\(file / 100)/file\(file).txt\ndata \(text.utf8.count)\n\(text)\n"
  }
  for file in 0..<files { add(file, "line") }
  stream += "commit refs/heads/main\ncommitter Bench <bench@localhost> 1 +0000\ndata 4\nMore\n"
  for file in stride(from: 0, to: files, by: max(1, files / 20)) { add(file, "changed line") }
  stream += "commit refs/heads/main\ncommitter Bench <bench@localhost> 2 +0000\ndata 4\nMuch\n"
  for file in stride(from: 0, to: files, by: 20) { add(file, "much changed line") }
  try bare("fast-import", "--quiet", input: Array(stream.utf8))
  try bare("repack", "-adq")
  try bare("checkout", "--quiet", "main")
}

func milliseconds(_ body: () throws -> Void) rethrows -> Double {
  let time = try ContinuousClock().measure(body)
  return time / .milliseconds(1)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

func show(_ name: String, _ values: [Double], _ floor: Double? = nil) {
  func padded(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.utf8.count)) + text
  }
  func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
  let ratio = floor.map { "\((median(values) / $0 * 100).rounded() / 100)" } ?? ""
  print(
    name + String(repeating: " ", count: max(0, 44 - name.utf8.count))
      + padded(rounded(median(values)), 10) + " ms" + padded(rounded(values.min() ?? 0), 10)
      + " ms" + padded(ratio, 8))
}

try makeHistory()
let git = Git(try Repository.find(from: root), runner: runner)
let worktrees = Worktrees(git)
let keep = Keep(git)
guard let much = try git.commit("main"), let some = try git.commit("main~1"),
  let first = try git.commit("main~2")
else { exit(1) }
var (merged, landed, dropped): ([Double], [Double], [Double]) = ([], [], [])
var (added, prepared, few, many, kept): ([Double], [Double], [Double], [Double], [Double]) =
  ([], [], [], [], [])

/// Prepares a step's worktree, and then does what an agent and a checkpoint do there.
func prepare(
  _ step: String, at commit: ObjectID, leaving rest: Bool = false, _ times: inout [Double]
) throws -> Worktree {
  let owner = WorkOwner(session: "bench", step: step)
  var ready: Worktrees.Prepared?
  times.append(
    try milliseconds { ready = try worktrees.prepare(step: step, of: owner, at: commit) })
  guard let ready else { exit(1) }
  // git's clock for files ticks in seconds: what is younger than its index it reads again.
  usleep(1_100_000)
  func write(_ name: String) {
    let file = open(ready.worktree.path + "/" + name, O_CREAT | O_WRONLY, 0o644)
    close(file)
  }
  for number in 0..<5 { write("made-\(number).txt") }
  _ = try git.checkpoint(ready.worktree, branch: ready.branch, message: "Work\n", of: owner)
  if rest { write("left.txt") }
  return ready.worktree
}

for round in 0..<rounds {
  // The order changes, so that neither always finds the disk as the other left it.
  func measureBare() throws {
    added.append(
      try milliseconds { try bare("worktree", "add", "-q", "-b", "bare-\(round)", "../bare") })
    try bare("worktree", "remove", "--force", "../bare")
  }
  func measureOurs() throws {
    try worktrees.park(prepare("new-\(round)", at: first, &prepared))
    try worktrees.park(prepare("few-\(round)", at: some, &few))
    try worktrees.park(prepare("many-\(round)", at: much, leaving: true, &many))
    let last = try prepare("kept-\(round)", at: much, &kept)
    try keep.release(.remove(last), of: WorkOwner(session: "bench", step: "x"), because: "bench")
  }
  if round % 2 == 0 {
    try measureBare()
    try measureOurs()
  } else {
    try measureOurs()
    try measureBare()
  }
}

/// One step merged and landed, beside `git merge` in a checkout of the same branch.
@MainActor
func measureMerges() throws {
  let owner = WorkOwner(session: "bench", step: "merge")
  let integration = IntegrationBranch(git, name: "orchestration/bench")
  _ = try integration.begin(at: much)
  var none: [Double] = []
  try bare("worktree", "add", "-q", "-b", "merged", "../merged", much.hex)
  for round in 0..<rounds {
    let ready = try prepare("merge-\(round)", at: first, &none)
    guard let tip = try git.head(of: ready), let head = try integration.head() else { exit(1) }
    landed.append(
      try milliseconds {
        guard case .clean(let tree) = try git.merge(tip, into: head) else { exit(1) }
        let commit = try git.squash(tree: tree, onto: head, message: "Merge\n")
        guard try integration.land(commit, on: head) == .landed(commit) else { exit(1) }
      })
    dropped.append(
      try milliseconds {
        _ = try git.droppedLines(base: first, ours: tip, theirs: much, result: much)
      })
    let folder = arguments[3] + "/merged"
    try bare("-C", folder, "reset", "-q", "--hard", much.hex)
    merged.append(
      try milliseconds { try bare("-C", folder, "merge", "-q", "--no-ff", "-m", "m", tip.hex) })
    try keep.release(.remove(ready), of: owner, because: "bench")
  }
}
try measureMerges()

print(
  "\(files) files, \(rounds) rounds" + String(repeating: " ", count: 24)
    + "median        best   ratio")
show("git worktree add", added)
show("new worktree", prepared, median(added))
show("warm worktree, 25 files differ", few, median(added))
show("warm worktree, 5 % of the files differ", many, median(added))
show("warm worktree with work to keep", kept, median(added))
show("git merge --no-ff in a checkout", merged)
show("merged and landed", landed, median(merged))
show("lines dropped, 5 % of the files changed", dropped, median(merged))
