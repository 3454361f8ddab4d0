import Agents
import TestSupport
import Testing

@Suite struct ContextServerTests {
  private func read(_ text: String) throws -> ContextServers {
    let folder = try TemporaryFolder()
    return ContextServers(reading: try folder.write(".mcp.json", text))
  }

  @Test func serversAreFoundByTheirNames() throws {
    let servers = try read(
      """
      {"mcpServers": {
        "brain": {"command": "divisi", "args": ["mcp"], "env": {"TOKEN": "${TOKEN}"}},
        "far": {"type": "sse", "url": "http://x/mcp", "headers": {"A": "b"}},
        "near": {"url": "http://y/mcp"}, "broken": {"args": []}
      }}
      """)
    #expect(
      servers.named(["near", "brain", "broken", "far", "none"]) == [
        ContextServer(name: "near", address: "http://y/mcp", transport: "http", headers: [:]),
        ContextServer(
          name: "brain", command: ["divisi", "mcp"], environment: ["TOKEN": "${TOKEN}"]),
        ContextServer(
          name: "far", address: "http://x/mcp", transport: "sse", headers: ["A": "b"]),
      ])
    #expect(servers.missing(of: ["brain", "broken", "none"]) == ["broken", "none"])
    #expect(servers.flaw == nil)
  }

  @Test func aFileThatIsNotThereDefinesNone() {
    let servers = ContextServers(reading: "/nowhere/.mcp.json")
    #expect(servers == ContextServers())
    #expect(servers.missing(of: ["brain"]) == ["brain"])
  }

  @Test(arguments: ["", "[]", "{}", #"{"mcpServers": []}"#])
  func aFileOfAnotherShapeSaysSo(_ text: String) throws {
    #expect(try read(text).flaw == "it is no JSON object with `mcpServers`")
  }
}
