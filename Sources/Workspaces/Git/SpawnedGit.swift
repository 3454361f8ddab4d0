import Files
import Glibc

/// Runs the git program that the PATH names.
package struct SpawnedGit: GitRunner {
  /// The full path of the program.
  package let program: String
  private let environment: [String: String]

  /// Finds git. Variables of the caller that would point git elsewhere (`GIT_DIR`,
  /// `GIT_INDEX_FILE` ...) are left out, and it speaks the language that is parsed here.
  package init(environment: [String: String]) throws(GitError) {
    let folders = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
    guard
      let program = folders.map({ "\($0)/git" }).first(where: {
        entryKind($0) == .file && access($0, X_OK) == 0
      })
    else { throw GitError(.notInstalled) }
    self.program = program
    self.environment = environment.filter { !$0.key.pointsGitElsewhere }
      .merging(["LC_ALL": "C", "GIT_TERMINAL_PROMPT": "0"]) { _, own in own }
  }

  package func run(
    _ arguments: [String], in folder: String, input: [UInt8]?, environment more: [String: String],
    limit: Duration
  ) throws(GitError) -> GitOutput {
    let words = ["-C", folder] + arguments
    do throws(SpawnFailure) {
      return try spawn(
        [program] + words, environment: environment.merging(more) { _, new in new }, input: input,
        limit: limit)
    } catch {
      throw GitError(error.reason, arguments: arguments, folder: folder)
    }
  }
}

extension String {
  /// Whether a variable of this name may lead git to another repository than the one it is called in, as those do that git
  /// itself gives to hooks and aliases.
  package var pointsGitElsewhere: Bool { hasPrefix("GIT_") && !isGitTransport }

  /// How git reaches a server is the person's to say.
  fileprivate var isGitTransport: Bool {
    hasPrefix("GIT_SSH") || self == "GIT_ASKPASS" || hasPrefix("GIT_SSL")
      || hasPrefix("GIT_CONFIG_") && self != "GIT_CONFIG_PARAMETERS"
        && !hasPrefix("GIT_CONFIG_COUNT") && !hasPrefix("GIT_CONFIG_KEY")
        && !hasPrefix("GIT_CONFIG_VALUE")
  }
}

private struct SpawnFailure: Error {
  let reason: GitError.Reason
}

/// A connection to a program. Sockets and not pipes: they can be made so that no other program
/// which is started at the same moment inherits them, and writing to one that nobody reads is no
/// signal.
private struct Channel: ~Copyable {
  let ours: Int32
  private(set) var theirs: Int32

  init() throws(SpawnFailure) {
    var ends: [Int32] = [-1, -1]
    let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else {
      throw SpawnFailure(reason: .cannotStart(errno))
    }
    (ours, theirs) = (ends[0], ends[1])
  }

  mutating func closeTheirs() {
    close(theirs)
    theirs = -1
  }

  deinit {
    close(ours)
    if theirs >= 0 { close(theirs) }
  }
}

private func spawn(
  _ words: [String], environment: [String: String], input: [UInt8]?, limit: Duration
) throws(SpawnFailure) -> GitOutput {
  var source = try Channel()
  var output = try Channel()
  var errors = try Channel()

  var actions = posix_spawn_file_actions_t()
  var attributes = posix_spawnattr_t()
  posix_spawn_file_actions_init(&actions)
  posix_spawnattr_init(&attributes)
  defer {
    posix_spawn_file_actions_destroy(&actions)
    posix_spawnattr_destroy(&attributes)
  }
  posix_spawn_file_actions_adddup2(&actions, source.theirs, 0)
  posix_spawn_file_actions_adddup2(&actions, output.theirs, 1)
  posix_spawn_file_actions_adddup2(&actions, errors.theirs, 2)
  // A group of its own: an interrupt at the terminal is for Divisi, which decides what it means,
  // and must not end git half way.
  var everySignal = sigset_t()
  var noSignal = sigset_t()
  sigfillset(&everySignal)
  sigdelset(&everySignal, SIGKILL)
  sigdelset(&everySignal, SIGSTOP)
  sigemptyset(&noSignal)
  posix_spawnattr_setsigdefault(&attributes, &everySignal)
  posix_spawnattr_setsigmask(&attributes, &noSignal)
  posix_spawnattr_setpgroup(&attributes, 0)
  posix_spawnattr_setflags(
    &attributes,
    Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP))

  var child: pid_t = 0
  let code = withCStrings(words) { arguments in
    withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
      posix_spawn(&child, words[0], &actions, &attributes, arguments, variables)
    }
  }
  guard code == 0 else { throw SpawnFailure(reason: .cannotStart(code)) }
  // Closed here, so that the end of git is the end of its output.
  source.closeTheirs()
  output.closeTheirs()
  errors.closeTheirs()
  let deadline = ContinuousClock.now + limit
  let texts = converse(
    sending: input ?? [], to: source.ours, reading: [output.ours, errors.ours], until: deadline)
  if texts == nil { kill(-child, SIGKILL) }
  var status: Int32 = 0
  while waitpid(child, &status, 0) < 0 {
    // How it ended is not known, and must not pass for success.
    guard errno == EINTR else { throw SpawnFailure(reason: .unknownEnd(errno)) }
  }
  guard let texts else { throw SpawnFailure(reason: .timedOut(limit)) }
  let signal = status & 0x7f
  guard signal == 0 else { throw SpawnFailure(reason: .killed(signal)) }
  return GitOutput(
    status: (status >> 8) & 0xff, bytes: texts[0],
    errors: String(decoding: texts[1], as: UTF8.self))
}

/// Sends all of the input and reads both outputs to their ends, whichever is ready, or gives
/// nothing where the time was up first.
private func converse(
  sending input: [UInt8], to source: Int32, reading descriptors: [Int32],
  until deadline: ContinuousClock.Instant
) -> [[UInt8]]? {
  var texts: [[UInt8]] = descriptors.map { _ in [] }
  var polled = descriptors.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
  polled.append(pollfd(fd: source, events: Int16(POLLOUT), revents: 0))
  var sent = 0
  var chunk = [UInt8](repeating: 0, count: 65536)
  while polled.dropLast().contains(where: { $0.fd >= 0 }) {
    if polled[texts.count].fd >= 0 {
      let count = input[sent...].withUnsafeBytes {
        send(source, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
      }
      if count > 0 { sent += count }
      let isOver = count < 0 && errno != EAGAIN && errno != EINTR
      if sent == input.count || isOver {
        shutdown(source, Int32(SHUT_WR))
        polled[texts.count].fd = -1
      }
    }
    let left = deadline - ContinuousClock.now
    guard left > .zero else { return nil }
    let milliseconds = min((left / .milliseconds(1)).rounded(.up), 1e9)
    if poll(&polled, nfds_t(polled.count), Int32(milliseconds)) <= 0 { continue }
    for index in texts.indices where polled[index].fd >= 0 && polled[index].revents != 0 {
      let count = read(polled[index].fd, &chunk, chunk.count)
      if count > 0 {
        texts[index].append(contentsOf: chunk[..<count])
      } else if count == 0 || errno != EINTR {
        polled[index].fd = -1
      }
    }
  }
  return texts
}

private func withCStrings<Result>(
  _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let pointers = strings.map { strdup($0.rawPath) }
  defer { for pointer in pointers { free(pointer) } }
  return body(pointers + [nil])
}
