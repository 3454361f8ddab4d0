import Foundation
import Processes
import Supervision
import TestSupport
import Testing

@Suite struct CommandTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func theEndOfACommandIsItsStatus() async throws {
    let result = try await run(shell("echo out; echo err >&2; exit 3", in: folder))
    #expect(result.reason == .ended)
    #expect(result.end == .exited(3))
    #expect(result.outputText == "out\n")
    #expect(result.errorText == "err\n")
    #expect(!result.succeeded)
  }

  @Test func theEndOfACommandIsItsSignal() async throws {
    let result = try await run(shell("kill -SEGV $$", in: folder))
    #expect(result.reason == .ended)
    #expect(result.end == .signalled(Int(SIGSEGV)))
  }

  @Test func aCommandReadsItsInput() async throws {
    var command = shell("cat; echo end", in: folder)
    command.input = Array("a\nb\n".utf8)
    #expect(try await run(command).outputText == "a\nb\nend\n")
    #expect(try await run(shell("cat", in: folder)).outputText == "")
  }

  @Test func errorsCanComeWithTheOutputInTheirOrder() async throws {
    var command = shell("echo a; echo b >&2; echo c", in: folder)
    command.errors = .withOutput
    let result = try await run(command)
    #expect(result.outputText == "a\nb\nc\n")
    #expect(result.errorBytes == 0)
  }

  @Test func outputGoesWholeIntoAFileAndItsTailIsGiven() async throws {
    var command = shell("seq 1 10000", in: folder)
    command.output = .file(folder.path + "/out", limit: 1 << 20, tail: 12)
    let result = try await run(command)
    #expect(result.outputText == "\n9999\n10000\n")
    #expect(try folder.read("out").hasPrefix("1\n2\n"))
    #expect(result.outputBytes == 48894)
  }

  @Test func whoPrintsIntoAFileIsSeenWithoutItsMarker() async throws {
    // As a program that is being born has none yet.
    let path = folder.path + "/out"
    var command = shell(
      "exec env -i /bin/sh -c 'echo begun; until [ -e go ]; do sleep 0.01; done'", in: folder)
    command.output = .file(path, limit: 1 << 20, tail: 12)
    // Only so that it ends in the end: the test may wait long for its turn.
    command.timeout = .seconds(600)
    #expect(!Command.isPrinting(into: path))
    async let result = run(command)
    try await eventually("it has begun") { (try? folder.read("out")) == "begun\n" }
    #expect(Command.isPrinting(into: path))
    try folder.write("go", "")
    _ = try await result
    #expect(!Command.isPrinting(into: path))
  }

  @Test func oneVeryLongLineIsTakenWhole() async throws {
    var command = shell("head -c 100000000 /dev/zero | tr '\\0' x", in: folder)
    command.output = .memory(limit: 200_000_000)
    let result = try await run(command)
    #expect(result.succeeded)
    #expect(result.output.count == 100_000_000)
    #expect(result.output.last == UInt8(ascii: "x"))
  }

  @Test func aCommandThatPrintsTooMuchIsEnded() async throws {
    var command = shell("echo $$ > pid; exec yes", in: folder)
    command.output = .memory(limit: 1 << 20)
    let result = try await run(command)
    #expect(result.reason == .outputLimit)
    #expect(result.output.count == 1 << 20)
    #expect(!isRunning(try await pid(in: "pid", of: folder)))
  }

  @Test func aCommandThatTakesTooLongIsEnded() async throws {
    var command = shell("sleep 1000", in: folder)
    command.timeout = .milliseconds(300)
    let result = try await run(command)
    #expect(result.reason == .timeout)
    #expect(result.end == .signalled(Int(SIGTERM)))
    #expect(result.duration >= .milliseconds(300))
  }

  @Test func aCommandThatIgnoresTheRequestIsKilled() async throws {
    var command = shell("trap '' TERM; while :; do sleep 1; done", in: folder)
    command.timeout = .milliseconds(200)
    command.grace = .milliseconds(100)
    let result = try await run(command)
    #expect(result.reason == .timeout)
    #expect(result.end == .signalled(Int(SIGKILL)))
  }

  @Test func cancellingEndsTheCommandAndAllItStartedBeforeItReturns() async throws {
    let command = shell(
      "echo $$ > outer; setsid sh -c 'echo $$ > inner; exec sleep 1000' & sleep 1000", in: folder)
    let task = Task { try await run(command) }
    let pids = [try await pid(in: "outer", of: folder), try await pid(in: "inner", of: folder)]
    task.cancel()
    let result = try await task.value
    #expect(result.reason == .cancelled)
    #expect(!pids.contains(where: isRunning))
  }

  @Test func aCommandCancelledBeforeItBeganEndsToo() async throws {
    let command = shell("sleep 1000", in: folder)
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      return try await run(command)
    }
    task.cancel()
    #expect(try await task.value.reason == .cancelled)
  }

  @Test func whatACommandLeavesBehindIsEndedWhereAsked() async throws {
    let script =
      "(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &) ; until [ -s daemon ]; do :; done"
    var command = shell(script, in: folder)
    command.endsLeftovers = .all
    let result = try await run(command)
    #expect(result.succeeded)
    #expect(result.leftovers >= 1)
    #expect(!isRunning(try await pid(in: "daemon", of: folder)))
  }

  @Test func whatACommandLeavesInItsGroupIsEndedWithoutALookAtAll() async throws {
    var command = shell("sleep 1000 >/dev/null 2>&1 & echo $! > left", in: folder)
    command.endsLeftovers = .ofItsGroup
    let result = try await run(command)
    #expect(result.succeeded)
    #expect(result.leftovers == 1)
    #expect(!isRunning(try await pid(in: "left", of: folder)))
  }

  @Test func aDaemonThatKeepsTheOutputOpenKeepsNobodyWaiting() async throws {
    var command = shell(
      "(setsid sh -c 'echo $$ > daemon; exec sleep 1000' &) ; until [ -s daemon ]; do :; done",
      in: folder)
    command.marker = "test-\(UUID().uuidString)"
    let result = try await run(command)
    #expect(result.succeeded)
    let daemon = try await pid(in: "daemon", of: folder)
    #expect(isRunning(daemon))
    #expect(await endProcesses(marked: command.marker ?? "", grace: .seconds(5)) >= 1)
    #expect(!isRunning(daemon))
  }

  @Test func aMissingProgramIsSaidToBeMissing() async throws {
    let command = Command(["no-such-program"], in: folder.path, environment: testEnvironment)
    let error = await #expect(throws: SpawnError.self) { try await run(command) }
    #expect(error?.isMissing == true)
    #expect(
      error?.description
        == "cannot start `no-such-program`: it is not installed, or not on the PATH it was given")
  }

  @Test func whatCannotBeStartedIsToldApart() async throws {
    let text = try folder.write("text", "no program")
    func failure(_ program: String, in place: String) async -> String? {
      let command = Command([program], in: place, environment: testEnvironment)
      return await #expect(throws: SpawnError.self) { try await run(command) }?.description
    }
    #expect(
      await failure("./text", in: folder.path)
        == "cannot start `./text`: \(text): Permission denied")
    #expect(
      await failure("./gone", in: folder.path)
        == "cannot start `./gone`: \(folder.path)/gone: No such file or directory")
    #expect(
      await failure("true", in: "/nowhere")
        == "cannot start `true` in /nowhere: No such file or directory")
    chmod(text, 0o755)
    #expect(
      await failure("./text", in: folder.path)
        == "cannot start `./text`: \(text): Exec format error")
  }

  @Test func theProgramIsLookedForOnThePathItIsGiven() async throws {
    chmod(try folder.write("bin/greet", "#!/bin/sh\necho hello\n"), 0o755)
    let command = Command(["greet"], in: folder.path, environment: ["PATH": "/nowhere:bin"])
    #expect(try await run(command).outputText == "hello\n")
  }

  @Test func aProgramHasThreeDescriptorsOnly() async throws {
    // One that is not closed by itself.
    let leak = open("/dev/null", O_RDONLY)
    defer { close(leak) }
    #expect(try await run(shell("ls /proc/$$/fd", in: folder)).outputText == "0\n1\n2\n")
  }

  @Test func aProgramIgnoresNoSignalAndHoldsNoneBack() async throws {
    signal(SIGUSR2, SIG_IGN)
    let seen = try await run(
      Command(
        ["grep", "-E", "Sig(Ign|Blk)", "/proc/self/status"], in: folder.path,
        environment: testEnvironment))
    let masks = seen.outputText.split(separator: "\n").compactMap {
      $0.split(separator: "\t").last.flatMap { UInt64($0, radix: 16) }
    }
    // Those from 32 on are the C library's own.
    #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
  }

  @Test func aProgramHasASessionOfItsOwn() async throws {
    let result = try await run(shell("echo $$; cut -d' ' -f5,6 /proc/$$/stat", in: folder))
    let words = result.outputText.split(whereSeparator: \.isWhitespace)
    #expect(words.count == 3)
    #expect(Set(words).count == 1)
  }

  @Test func manyRunAtOnce() async throws {
    let folder = folder
    let results = try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for number in 0..<64 {
        group.addTask {
          (number, try await run(shell("sleep 0.1; echo \(number)", in: folder)).outputText)
        }
      }
      return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
    #expect(results == Dictionary(uniqueKeysWithValues: (0..<64).map { ($0, "\($0)\n") }))
  }

  @Test func noDescriptorIsLeftOpen() async throws {
    _ = try await run(shell("true", in: folder))
    let before = try openFiles()
    for _ in 0..<100 {
      _ = try await run(shell("true", in: folder))
      _ = try? await run(Command(["no-such-program"], in: folder.path, environment: [:]))
    }
    // Other tests run beside this one, but not for ever.
    try await eventually("no more files are open than before") { try openFiles() < before + 50 }
  }

  private func openFiles() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
  }
}
