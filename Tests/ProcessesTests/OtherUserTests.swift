import Foundation
import Processes
import Supervision
import TestSupport
import Testing

/// Processes that became another user's, so that whoever is to end them may not.
@Suite(.timeLimit(.minutes(2)), .enabled(if: OtherUser.canBeTaken, "only root can try this"))
struct OtherUserTests {
  /// Agents that leave a daemon of another user behind, or are such themselves.
  @Test(arguments: [
    (
      "./become-root sh -c 'echo $$ > daemon; exec sleep 1000' & until [ -s daemon ]; do :; done",
      false
    ),
    ("exec ./become-root sh -c 'echo $$ > daemon; exec sleep 1000'", true),
  ])
  func anAttemptEndsThoughSomethingOfItCannotBeEnded(_ script: String, isLeader: Bool) async throws
  {
    var attempt = try Attempt(script)
    attempt.launch.grace = .milliseconds(100)
    attempt.launch.interruptGrace = .milliseconds(100)
    try OtherUser.prepare(attempt.files)
    let supervised = try await Supervised.start(
      attempt.launch, in: attempt.folder, by: attempt.files.path + "/supervise-as-nobody")
    let daemon = try await pid(in: "daemon", of: attempt.files)
    defer { kill(daemon, SIGKILL) }
    if isLeader { try supervised.askToStop() }
    let exit = try await supervised.exit()
    #expect(exit.reason == (isLeader ? .stopped : .exited))
    #expect(exit.leftovers == 1)
    let problem =
      "process \(daemon) (sleep, of user 0) may not be ended by this user and goes on: end it by hand"
    #expect(exit.problem == problem)
    #expect(isRunning(daemon))
  }
}

private enum OtherUser {
  static let setpriv = installedProgram("setpriv")
  static let canBeTaken = getuid() == 0 && setpriv != nil && obeysSetUser

  private static let asNobody = "--reuid=65534 --regid=65534 --clear-groups"

  /// A folder that nobody may write to, with a program that makes root of them, and a supervisor that is theirs.
  static func prepare(_ files: TemporaryFolder) throws {
    let setpriv = try #require(setpriv)
    let manager = FileManager.default
    try manager.copyItem(atPath: setpriv, toPath: files.path + "/setpriv-as-root")
    chmod(files.path + "/setpriv-as-root", 0o4755)
    try files.write(
      "become-root", "#!/bin/sh\nexec ./setpriv-as-root --reuid=0 --regid=0 --clear-groups \"$@\"\n"
    )
    chmod(files.path + "/become-root", 0o755)
    try files.write(
      "supervise-as-nobody",
      "#!/bin/sh\nchmod 644 \"$1\"/launch.json\nexec \(setpriv) \(asNobody) \(builtProgram("divisi-supervise")) \"$1\"\n"
    )
    chmod(files.path + "/supervise-as-nobody", 0o755)
    chmod(files.path, 0o777)
  }

  /// Not every disk lets a program change its user.
  private static let obeysSetUser: Bool = {
    guard let files = try? TemporaryFolder(), (try? prepare(files)) != nil, let setpriv else {
      return false
    }
    let line = "\(setpriv) \(asNobody) ./become-root sh -c 'test $(id -ru) = 0'"
    let result = try? runProgram(
      "/bin/sh", ["-c", line], in: files.path, environment: ["PATH": "/usr/bin:/bin"])
    return result?.status == 0 && access(builtProgram("divisi-supervise"), R_OK) == 0
  }()
}
