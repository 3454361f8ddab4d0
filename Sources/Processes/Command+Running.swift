import CSupport
import Files
import Glibc
package import Supervision

/// Runs a command to its end and gives what it left. Cancelling the task ends the command and all
/// that it started, and returns only then.
package func run(_ command: Command) async throws(SpawnError) -> ProcessResult {
  let began = SuspendingClock.now
  var files = try CommandFiles(command)
  var environment = command.environment
  let marker = command.marker ?? newMarker()
  environment[markerVariable] = marker
  let pid = try SpawnRequest(
    command.arguments, in: command.folder, environment: environment, input: files.input.number,
    output: files.output.number, errors: files.errors.number
  ).start()
  // Until its end is taken the pid is the child's, so it can be named without doubt.
  guard let child = Descriptor(divisi_pidfd_open(pid)), let timer = Timer() else {
    let code = errno
    kill(pid, SIGKILL)
    _ = takeEnd(of: pid)
    throw SpawnError(command.arguments[0], .descriptors, code: code, path: command.folder)
  }
  let tree = ProcessTree(
    owner: nil, marker: marker, since: ProcessEntry.read(pid)?.startTicks ?? 0, session: pid)

  let reason = await watch(command, child, timer, &files, since: began)
  var leftovers = 0
  if reason != .ended {
    await end(tree, grace: command.grace)
  } else if command.endsLeftovers {
    leftovers = await end(tree, grace: command.grace)
  }
  guard let (end, usage) = takeEnd(of: pid) else {
    preconditionFailure("a child that only this function knows waits to be taken")
  }
  let printed = files.sizes
  return ProcessResult(
    reason: reason, end: end, output: files.outputKept(), errors: files.errorsKept(),
    outputBytes: printed.output, errorBytes: printed.errors, usage: usage,
    duration: began.duration(to: .now), leftovers: leftovers)
}

/// Waits for the child to end, or for a reason to end it.
private func watch(
  _ command: Command, _ child: borrowing Descriptor, _ timer: borrowing Timer,
  _ files: inout CommandFiles, since began: SuspendingClock.Instant
) async -> ProcessResult.Reason {
  var left = files.left
  var pace = OutputPace.interval(left: left, soonest: 10)
  while true {
    let rest = command.timeout.map { $0 - began.duration(to: .now) }
    if let rest, rest <= .zero { return .timeout }
    timer.set(after: min(pace, rest ?? pace))
    switch await DescriptorWaiter.shared.firstReadable([child.number, timer.descriptor]) {
    case 0?: return files.left < 0 ? .outputLimit : .ended
    case nil: return .cancelled
    default: break
    }
    // What prints is looked at often, what is silent less and less.
    let found = files.left
    if found < 0 { return .outputLimit }
    pace =
      found == left
      ? min(pace * 2, OutputPace.interval(left: nil))
      : OutputPace.interval(left: found, soonest: 10)
    left = found
  }
}

/// A marker that no other command has, here or on this machine's next boot.
private func newMarker() -> String {
  var generator = SystemRandomNumberGenerator()
  return "command-\(getpid())-" + String(generator.next(), radix: 36)
}
