import TestSupport
import Testing

/// How soon what people read beside a run is as the run is.
@Suite(.timeLimit(.minutes(5))) struct MirrorPaceTests {
  /// Nothing happens any more that would bring the news with it.
  @Test func aPlanFileShowsWhatHasEndedWhileALongStepGoesOn() throws {
    let scene = try FaultScene()
    try scene.plan([
      "id: a, run: 'echo a > a.txt'", "id: b, needs: [a], run: 'echo b > b.txt'",
      "id: c, needs: [b], run: \"\(scene.wait(for: "go")); echo c > c.txt\"",
    ])
    let run = try Running("run t", in: scene.scratch)
    let path = ".orchestration/sessions/t.yaml"
    try scene.until("both are shown as completed") {
      let lines = try scene.scratch.folder.read(path).split(separator: "\n")
      return ["a", "b"].allSatisfy { step in
        lines.contains { $0.contains("id: \(step),") && $0.contains("status: completed") }
      } || !run.isRunning
    }
    #expect(run.isRunning)
    try scene.raise("go")
    let result = try run.result()
    #expect(result.status == 0, "\(result.output)\(result.errors)")
    try scene.expectWhole()
  }
}
