import Foundation
import TestSupport
import Testing

/// Runs that are killed at random moments; `make crash` plays more and larger ones.
@Suite(.timeLimit(.minutes(20))) struct CrashCampaignTests {
  @Test(.enabled(if: installedProgram("python3") != nil, "needs python3"))
  func runsSurviveWhateverIsKilled() throws {
    let folder = try TemporaryFolder()
    let result = try runProgram(
      try #require(installedProgram("python3")),
      [
        packageRoot() + "/Tests/Crash/campaign.py", builtProgram("divisi"), "--runs", "20",
        "--steps", "8",
        "--kills", "4", "--jobs", "2", "--folder", folder.path + "/runs",
      ], in: folder.path,
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"])
    guard result.status != 0 else { return }
    let kept = NSTemporaryDirectory() + "/divisi-crash-kept"
    try? FileManager.default.removeItem(atPath: kept)
    try? FileManager.default.moveItem(atPath: folder.path + "/runs", toPath: kept)
    Issue.record("\(result.output)\(result.errors)\nkept in \(kept)")
  }
}
