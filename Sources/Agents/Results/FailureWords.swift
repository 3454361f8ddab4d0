/// Tells kinds of failures apart by what was said, where a program gives nothing better.
///
/// The phrases are those that real programs print. They are looked for from the particular to the
/// general, because a message about a limit may also speak of a connection.
enum FailureWords {
  /// What a program's message of failure is about; nothing where it could be about anything.
  static func kind(of message: String) -> FailureKind? {
    let text = beginning(of: message)
    return kind(phrasedIn: text) ?? status(in: text).flatMap(kind(ofStatus:))
  }

  /// The same of an agent's last words. Numbers in them count tests and lines, and say nothing of a service.
  static func kind(ofLastWords words: String) -> FailureKind? {
    kind(phrasedIn: beginning(of: words))
  }

  private static func beginning(of message: String) -> String {
    String(decoding: message.utf8.prefix(8000), as: UTF8.self).lowercased()
  }

  private static func kind(phrasedIn text: String) -> FailureKind? {
    // A port may be in use as well.
    if text.contains("session id"), text.contains("is already in use") { return .session }
    return phrases.first { $0.phrases.contains { text.contains($0) } }?.kind
  }

  /// The status of an answer that a text names, as in `API Error: 529`, `last status: 429`, `HTTP/1.1 503` and
  /// `status code 401`. A number alone, as in `429 passed`, is none.
  private static func status(in text: String) -> Int? {
    let announcing: Set<Substring> = ["status", "code", "error", "http", "api"]
    let known: Set<Substring> = ["401", "403", "429", "500", "502", "503", "504", "529"]
    var rest = text[...]
    var isAnnounced = false
    while let start = rest.firstIndex(where: { $0.isLetter || $0.isNumber }) {
      // What is parted by a comma or a line is not about the same: `1 error, 503 passed`.
      if rest[..<start].contains(where: { ",;\n".contains($0) }) { isAnnounced = false }
      let word = rest[start...].prefix { $0.isLetter || $0.isNumber }
      rest = rest[word.endIndex...]
      if isAnnounced, known.contains(word) { return Int(word) }
      let isVersion = word.count == 1 && word.allSatisfy(\.isNumber)
      isAnnounced = announcing.contains(word) || isAnnounced && isVersion
    }
    return nil
  }

  /// What the names of errors mean that Claude's service and program have for them.
  static func kind(ofError name: String) -> FailureKind? {
    switch name {
    case "server_error", "overloaded_error", "api_error": .overload
    case "rate_limit", "rate_limit_error": .rateLimit
    case "authentication_failed", "authentication_error", "billing_error", "permission_error":
      .authentication
    default: nil
    }
  }

  /// What an HTTP status of the model's service means.
  static func kind(ofStatus status: Int) -> FailureKind? {
    switch status {
    case 401, 402, 403: .authentication
    case 404: .usage
    case 408: .network
    case 429: .rateLimit
    case 500...599: .overload
    default: nil
    }
  }

  private static let phrases: [(kind: FailureKind, phrases: [String])] = [
    (
      .session,
      [
        "no conversation found with session id", "already has an active writer",
        "no rollout found for thread id", "thread not found", "session not found",
      ]
    ),
    (
      .authentication,
      [
        "invalid api key", "invalid x-api-key", "incorrect api key", "authentication_error",
        "authentication_failed", "unauthorized", "not logged in", "run /login",
        "please log in", "login required", "oauth token has expired", "token has been revoked",
        "missing environment variable", "missing api key", "api key is missing", "no api key",
        "api key not found", "credit balance is too low", "permission_error", "403 forbidden",
        "authentication required",
      ]
    ),
    (
      .rateLimit,
      [
        "usage limit", "hit your limit", "-hour limit", "weekly limit", "quota exceeded",
        "insufficient_quota", "exceeded your current quota", "resource_exhausted",
        "rate limit", "rate_limit", "too many requests",
      ]
    ),
    (
      .overload,
      [
        "overloaded", "at capacity", "high demand", "service unavailable", "bad gateway",
        "internal server error", "temporarily unavailable", "empty or malformed response",
      ]
    ),
    (
      .usage,
      [
        "unexpected argument", "unknown option", "unrecognized option", "unrecognized arguments",
        "invalid value", "error loading config", "cannot be used with root", "model not found",
        "issue with the selected model", "no such option", "unknown model",
        "does not exist or you do not have access",
      ]
    ),
    (
      .network,
      [
        "econnreset", "econnrefused", "etimedout", "enotfound", "eai_again", "connection refused",
        "connection reset", "connection dropped", "connection error", "connection closed",
        "stream disconnected", "stream closed", "fetch failed", "error sending request",
        "could not resolve", "name resolution", "network is unreachable", "network error",
        "no route to host", "unable to connect", "tls handshake", "request timed out",
      ]
    ),
  ]
}
