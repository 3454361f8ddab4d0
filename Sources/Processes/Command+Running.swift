import CSupport
import Files
import Glibc
package import Supervision

/// Runs a command to its end and gives what it left. Cancelling the task ends the command and all
/// that it started, and returns only then.
package func run(_ command: Command) async throws(SpawnError) -> ProcessResult {
  let began = SuspendingClock.now
  let files = try CommandFiles(command)
  var environment = command.environment
  let marker = command.marker ?? newMarker()
  environment[markerVariable] = marker
  let descriptors = files.descriptors
  var request = SpawnRequest(
    command.arguments, in: command.folder, environment: environment, input: descriptors.input,
    output: descriptors.output, errors: descriptors.errors)
  request.limits = command.limits
  let pid = try request.start()
  // Until its end is taken the pid is the child's, so it can be named without doubt.
  guard let child = Descriptor(divisi_pidfd_open(pid)) else {
    let code = errno
    kill(pid, SIGKILL)
    _ = takeEnd(of: pid)
    throw SpawnError(command.arguments[0], .descriptors, code: code, path: command.folder)
  }
  let reason = await watch(command, child, files, since: began)
  var leftovers = 0
  if reason != .ended || command.endsLeftovers == .all {
    let tree = ProcessTree(
      owner: nil, marker: marker, since: ProcessEntry.read(pid)?.startTicks ?? 0, session: pid)
    let ended = await end(tree, grace: command.grace)
    if reason == .ended { leftovers = ended }
  }
  guard let (end, usage) = takeEnd(of: pid) else {
    preconditionFailure("a child that only this function knows waits to be taken")
  }
  // Its number is nobody else's as long as its group has members.
  if reason == .ended, command.endsLeftovers == .ofItsGroup, kill(-pid, 0) == 0 {
    let tree = ProcessTree(owner: nil, marker: marker, since: 0, session: pid)
    leftovers = await Processes.end(tree, grace: command.grace)
  }
  let printed = files.sizes
  return ProcessResult(
    reason: reason, end: end, output: files.outputKept(), errors: files.errorsKept(),
    outputBytes: printed.output, errorBytes: printed.errors, usage: usage,
    duration: began.duration(to: .now), leftovers: leftovers)
}

/// Waits for the child to end, or for a reason to end it.
private func watch(
  _ command: Command, _ child: borrowing Descriptor, _ files: borrowing CommandFiles,
  since began: SuspendingClock.Instant
) async -> ProcessResult.Reason {
  var left = files.left
  var pace = OutputPace.interval(left: left, soonest: 10)
  while true {
    let rest = command.timeout.map { $0 - began.duration(to: .now) }
    if let rest, rest <= .zero { return .timeout }
    let waited = await DescriptorWaiter.current.firstReadable(
      [child.number], within: min(pace, rest ?? pace))
    switch waited {
    case .readable: return files.left < 0 ? .outputLimit : .ended
    case .cancelled: return .cancelled
    case .late: break
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
