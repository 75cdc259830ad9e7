import Foundation

/// A client that sends any bytes and waits for answers, at most two minutes for each.
final class RawClient {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  struct Answer: Hashable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  let descriptor: Int32
  private var received: [UInt8] = []

  init(port: Int, receiveBuffer: Int32? = nil, timeout: Int = 120) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { throw Failure(description: "socket: \(errno)") }
    var limit = timeval(tv_sec: timeout, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    if var receiveBuffer {
      setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, 4)
    }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(port)).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    let result = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 else {
      let error = errno
      throw Failure(description: "connect: \(String(cString: strerror(error)))")
    }
  }

  deinit { close(descriptor) }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  func send(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(description: "send: \(errno)") }
      rest = rest.dropFirst(count)
    }
  }

  /// What can be sent at once; 0 when the socket takes nothing.
  func trySend(_ bytes: [UInt8]) -> Int {
    max(
      0, Foundation.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)))
  }

  func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// False at the end of the stream, also when it was reset.
  private func fill() throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 << 10)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    if count < 0, errno == EAGAIN { throw Failure(description: "nothing came in time") }
    guard count > 0 else { return false }
    received += buffer[..<count]
    return true
  }

  /// Exactly that many bytes.
  func receive(_ count: Int) throws -> [UInt8] {
    while received.count < count {
      guard try fill() else { throw Failure(description: "the stream ended") }
    }
    defer { received.removeFirst(count) }
    return Array(received[..<count])
  }

  /// Everything until the server closes.
  func receiveAll() throws -> [UInt8] {
    while try fill() {}
    defer { received = [] }
    return received
  }

  func receive(through end: String) throws -> String {
    let end = Array(end.utf8)
    while true {
      if let range = received.firstRange(of: end) {
        return String(decoding: try receive(range.upperBound), as: UTF8.self)
      }
      guard try fill() else {
        throw Failure(
          description: "the stream ended after \(String(decoding: received, as: UTF8.self))")
      }
    }
  }

  /// One answer to a request that was not HEAD.
  func answer(isHead: Bool = false) throws -> Answer {
    let head = try receive(through: "\r\n\r\n").components(separatedBy: "\r\n")
    guard let status = head[0].split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else {
      throw Failure(description: "no status in \(head[0])")
    }
    var answer = Answer(status: status, headers: [:], body: [])
    for line in head.dropFirst() where !line.isEmpty {
      let parts = line.split(separator: ":", maxSplits: 1)
      answer.headers[parts[0].lowercased()] =
        parts.count == 2 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    if isHead || status < 200 || status == 204 || status == 304 { return answer }
    if let length = answer.headers["content-length"].flatMap({ Int($0) }) {
      answer.body = try receive(length)
    } else if answer.headers["transfer-encoding"] == "chunked" {
      answer.body = try chunkedBody()
    } else {
      answer.body = try receiveAll()
    }
    return answer
  }

  private func chunkedBody() throws -> [UInt8] {
    var body: [UInt8] = []
    while true {
      let line = try receive(through: "\r\n").dropLast()
      guard let count = Int(line, radix: 16) else {
        throw Failure(description: "no chunk size in \(line)")
      }
      body += try receive(count)
      guard try receive(2) == [13, 10] else { throw Failure(description: "a chunk without end") }
      if count == 0 { return body }
    }
  }

  /// Sends a request and waits for its answer.
  func get(_ target: String, _ fields: String = "") throws -> Answer {
    try send("GET \(target) HTTP/1.1\r\nHost: test\r\n\(fields)\r\n")
    return try answer()
  }

  /// Whether the server closed and everything was received.
  func isAtEnd() throws -> Bool { try receiveAll().isEmpty }

  /// Opens a WebSocket.
  func upgrade(_ target: String = "/ws") throws {
    try send(
      "GET \(target) HTTP/1.1\r\nHost: test\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n")
    let status = try answer().status
    guard status == 101 else { throw Failure(description: "the upgrade was answered \(status)") }
  }

  /// The next frame from the server: its first byte and its payload.
  func frame() throws -> (first: UInt8, payload: [UInt8]) {
    let head = try receive(2)
    var count = Int(head[1])
    if count == 126 {
      count = try receive(2).reduce(0) { $0 << 8 | Int($1) }
    } else if count == 127 {
      count = try receive(8).reduce(0) { $0 << 8 | Int($1) }
    }
    return (head[0], try receive(count))
  }
}
