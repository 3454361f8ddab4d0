import Processes
import Testing

@Suite struct EnvironmentTests {
  private let environment = [
    "PATH": "/bin", "HOME": "/root", "LANG": "C.UTF-8", "LC_ALL": "C", "LC_TIME": "C",
    "TERM": "xterm", "TZ": "UTC", "AWS_SECRET_ACCESS_KEY": "x", "ANTHROPIC_API_KEY": "y",
    "LCX": "z", "PATH_TO": "w",
  ]

  @Test func onlyWhatIsAllowedPasses() {
    #expect(
      allowedEnvironment(from: environment).keys.sorted()
        == ["HOME", "LANG", "LC_ALL", "LC_TIME", "PATH", "TERM", "TZ"])
  }

  @Test func whatIsNamedPassesToo() {
    let named = allowedEnvironment(
      from: environment, naming: ["ANTHROPIC_API_KEY", "NOT_SET", "AWS_*"])
    #expect(named["ANTHROPIC_API_KEY"] == "y")
    #expect(named["AWS_SECRET_ACCESS_KEY"] == "x")
    #expect(named["NOT_SET"] == nil)
    #expect(named["LCX"] == nil)
  }

  @Test func theEnvironmentOfThisProcessIsRead() {
    #expect(currentEnvironment()["PATH"]?.isEmpty == false)
  }
}
