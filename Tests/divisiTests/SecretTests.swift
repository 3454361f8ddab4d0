import Foundation
import TestSupport
import Testing

/// What a plan names of the person's environment reaches every program of a step, and no file.
@Suite(.timeLimit(.minutes(20))) struct SecretTests {
  @Test func aSecretThatAPlanNamesIsWrittenNowhere() throws {
    let scratch = try Scratch()
    let secret = "s3cret-\(UUID().uuidString)"
    // Each fails where it lacks the variable, and none prints it.
    let needs = "test -n \"$DATABASE_URL\""
    try scratch.folder.write("agent.sh", "\(needs) && echo x > out.txt\n")
    try scratch.folder.write(
      "reviewer.sh", "\(needs) && echo '{\"verdict\": \"accept\", \"findings\": []}'\n")
    try scratch.folder.write(".claude/agents/critic.md", "---\nname: critic\ndescription: x\n---\n")
    try scratch.folder.write(
      ".orchestration/sessions/t.yaml",
      """
      id: t
      title: Try
      status: planned
      workflow:
        phases:
          - id: a
            task: Go.
            harness: worker
            env: [DATABASE_URL]
            gates: [{run: '\(needs)'}, {review: critic, harness: judge}]
          - {id: b, run: '\(needs) && echo y > more.txt', env: [DATABASE_URL]}
      """)
    try scratch.folder.write(
      "divisi.yaml",
      """
      retries: {task: 0}
      limits: {spacing: 0s}
      workspace: {free_disk: 0B, free_disk_share: 0%, setup: ['\(needs)']}
      harnesses:
        worker: {command: [sh, "\(scratch.folder.path)/agent.sh"]}
        judge: {command: [sh, "\(scratch.folder.path)/reviewer.sh"]}
      """)
    let result = try scratch.divisi("run t", environment: ["DATABASE_URL": secret])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect(try scratch.shell("grep -rl \(secret) . || echo none") == "none\n")
  }
}
