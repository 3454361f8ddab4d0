import Foundation
import JSONValues
import TestSupport
import Testing

/// The servers that an agent's definition names, from the repository's file to the program.
@Suite(.timeLimit(.minutes(20))) struct ServerRunTests {
  /// In a run notes what servers it is given. Before it, refuses as Claude Code does when its service does.
  private static let agent = """
    #!/bin/sh
    if [ "$1" = --version ]; then echo '2.1.999 (Claude Code)'; exit 0; fi
    if [ -n "$DIVISI_ATTEMPT_DIR" ]; then
      for word; do [ "$before" = --mcp-config ] && cp "$word" servers.json; before=$word; done
      echo '{"type":"result","subtype":"success","is_error":false,"result":"Done.","session_id":"s-1"}'
      exit 0
    fi
    exec python3 - <<'END'
    import json, os, urllib.request, urllib.error
    request = urllib.request.Request(os.environ["ANTHROPIC_BASE_URL"] + "/v1/messages", b"{}")
    try:
        words = urllib.request.urlopen(request).read().decode()
    except urllib.error.HTTPError as error:
        words = error.read().decode()
    print(json.dumps({"type": "result", "subtype": "success", "is_error": True, "session_id": "s-1",
        "terminal_reason": "api_error", "api_error_status": 400, "result": "API Error: 400 " + words}))
    raise SystemExit(1)
    END

    """

  @Test(.enabled(if: installedProgram("python3") != nil))
  func anAgentIsGivenTheServersThatItNamesAndNoOthers() throws {
    let scratch = try Scratch()
    let program = try scratch.folder.write("bin/claude", Self.agent)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
    try scratch.folder.write(
      ".claude/agents/seer.md",
      "---\nname: seer\ndescription: x\nmcp_servers: [brain, lost]\n---\nLook.\n")
    try scratch.folder.write(
      ".mcp.json",
      #"{"mcpServers": {"brain": {"command": "divisi", "args": ["mcp"]}, "other": {"command": "x"}}}"#
    )
    try scratch.folder.write(
      ".orchestration/sessions/t.yaml",
      """
      id: t
      title: Try
      status: planned
      workflow:
        phases:
          - {id: a, task: Go., agent: seer}
      """)
    try scratch.folder.write(
      "divisi.yaml",
      """
      limits: {spacing: 0s}
      workspace: {free_disk: 0B, free_disk_share: 0%}
      harnesses:
        claude: {program: "\(program)"}
      """)
    let result = try scratch.divisi("run t", environment: ["ANTHROPIC_API_KEY": "x"])
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    #expect((result.output + result.errors).contains("it goes without the server `lost`"))
    let given = try JSON.parse(try scratch.shell("git show orchestration/t:servers.json"))
    #expect(
      given == ["mcpServers": ["brain": ["command": "divisi", "args": ["mcp"], "env": [:]]]])
  }
}
