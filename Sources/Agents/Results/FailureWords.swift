/// Tells kinds of failures apart by what was said, where a program gives nothing better.
///
/// The phrases are those that real programs print. They are looked for from the particular to the
/// general, because a message about a limit may also speak of a connection.
enum FailureWords {
  /// What a message of failure is about; nothing where it could be about anything.
  static func kind(of message: String) -> FailureKind? {
    let text = String(decoding: message.utf8.prefix(8000), as: UTF8.self).lowercased()
    for (kind, phrases) in phrases where phrases.contains(where: { text.contains($0) }) {
      return kind
    }
    return nil
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

  private static let phrases: [(FailureKind, [String])] = [
    (
      .session,
      [
        "no conversation found with session id", "is already in use",
        "already has an active writer",
        "no rollout found for thread id", "thread not found", "session not found",
      ]
    ),
    (
      .authentication,
      [
        "invalid api key", "invalid x-api-key", "incorrect api key", "authentication_error",
        "authentication_failed", "unauthorized", "401 ", "not logged in", "/login",
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
        "rate limit", "rate_limit", "too many requests", "status: 429", "(429)", "429 ",
      ]
    ),
    (
      .overload,
      [
        "overloaded", "at capacity", "high demand", "service unavailable", "bad gateway",
        "internal server error", "status 529", "529 ", "503 ", "502 ", "500 internal",
        "temporarily unavailable",
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
        "no route to host", "unable to connect", "tls handshake",
      ]
    ),
  ]
}
