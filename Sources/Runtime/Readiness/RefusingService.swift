import CSupport
import Glibc

/// A stand-in for a model's service on this machine: whatever it is asked, it refuses, and says so in words by which
/// its refusal is known again. It lives as long as this value, on threads of its own.
final class RefusingService: Sendable {
  /// What the refusal says.
  static let words = "this is a trial and no model"

  let address: String
  private let listener: Int32

  /// Nothing where the system gives no port.
  init?() {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard listener >= 0 else { return nil }
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    // 127.0.0.1, and a port that is free.
    place.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, size) == 0 && getsockname(listener, address, &size) == 0
      }
    }
    guard isBound, listen(listener, 16) == 0 else {
      close(listener)
      return nil
    }
    self.listener = listener
    address = "http://127.0.0.1:\(UInt16(bigEndian: place.sin_port))"
    // The threads have their own copy, which the last of them closes.
    guard startThread(with: fcntl(listener, F_DUPFD_CLOEXEC, 3), acceptAll) else { return nil }
  }

  deinit {
    // Wakes whoever waits for a connection.
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }
}

/// Begins a thread that owns a descriptor.
private func startThread(
  with descriptor: Int32,
  _ body: @escaping @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer?
) -> Bool {
  guard descriptor >= 0 else { return false }
  var thread = pthread_t()
  // The descriptor itself is what is handed over: 0 is never one of these.
  guard
    pthread_create(&thread, nil, body, UnsafeMutableRawPointer(bitPattern: Int(descriptor))) == 0
  else {
    close(descriptor)
    return false
  }
  pthread_detach(thread)
  return true
}

private func acceptAll(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let listener = Int32(Int(bitPattern: context))
  defer { close(listener) }
  while true {
    let connection = accept(listener, nil, nil)
    if connection < 0 {
      if errno == EINTR || errno == ECONNABORTED { continue }
      return nil
    }
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    _ = startThread(with: connection, refuse)
  }
}

/// Reads one request to its end, refuses it, and waits until the other side is done.
private func refuse(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  let connection = Int32(Int(bitPattern: context))
  defer { close(connection) }
  var patience = timeval(tv_sec: 10, tv_usec: 0)
  setsockopt(
    connection, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  var request: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65536)
  while !isWhole(request) {
    let count = recv(connection, &chunk, chunk.count, 0)
    // A connection that is opened ahead and never used.
    guard count > 0, request.count < 64 << 20 else { return nil }
    request += chunk[..<count]
  }
  let body = """
    {"type":"error","error":{"type":"invalid_request_error","message":"\(RefusingService.words)"}}
    """
  let answer = """
    HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\
    Connection: close\r\n\r\n\(body)
    """
  var bytes = Array(answer.utf8)[...]
  while !bytes.isEmpty {
    let count = bytes.withUnsafeBytes {
      send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
    }
    guard count > 0 else { return nil }
    bytes = bytes.dropFirst(count)
  }
  shutdown(connection, Int32(SHUT_WR))
  while recv(connection, &chunk, chunk.count, 0) > 0 {}
  return nil
}

/// Whether a request has come to the end of what it says of its length.
private func isWhole(_ request: [UInt8]) -> Bool {
  guard let end = request.firstRange(of: Array("\r\n\r\n".utf8)) else { return false }
  let head = String(decoding: request[..<end.lowerBound], as: UTF8.self).lowercased()
  let body = request[end.upperBound...]
  for line in head.split(whereSeparator: \.isNewline) {
    if line.hasPrefix("content-length:") {
      let length = line.dropFirst("content-length:".count).filter(\.isNumber)
      return body.count >= Int(length) ?? 0
    }
    if line.hasPrefix("transfer-encoding:"), line.contains("chunked") {
      return body.suffix(5).elementsEqual("0\r\n\r\n".utf8)
    }
  }
  return true
}
