public import Foundation
import Threads

/// A small HTTP server on 127.0.0.1 that does what a test tells it, right or wrong.
///
/// It reads requests with a `Content-Length` or without a body, and answers each connection on a thread of its own.
/// It is closed when the last reference goes away.
public final class TestServer: Sendable {
  public struct Request: Sendable {
    public var method: String
    public var target: String
    /// By name in lower case.
    public var headers: [String: String]
    public var body: Data
    /// From 1; requests over the same connection have the same.
    public var connection: Int
  }

  public typealias Handler = @Sendable (Request, TestConnection) -> Void

  public let port: Int
  private let listener: Int32
  private let seen: Locked<[Request]>

  /// Whatever came, in order.
  public var requests: [Request] { seen.withLock { $0 } }

  public func url(_ target: String = "/", host: String = "127.0.0.1") -> String {
    "http://\(host):\(port)\(target)"
  }

  public init(_ handler: @escaping Handler) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) { address in
      address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard code else { throw TestProgram.Failure(description: "no server: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    self.listener = listener
    let seen = Locked<[Request]>([])
    self.seen = seen
    Task {
      await Self.accept(listener) { request, connection in
        seen.withLock { $0.append(request) }
        handler(request, connection)
      }
    }
  }

  deinit {
    // Wakes the thread that accepts; it closes the descriptor.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private static func accept(
    _ listener: Int32, with handler: @escaping Handler
  ) async {
    await BlockingThread.run("test-server") {
      var count = 0
      while true {
        let descriptor = Foundation.accept(listener, nil, nil)
        guard descriptor >= 0 else { break }
        count += 1
        let connection = TestConnection(descriptor, number: count)
        Task {
          await BlockingThread.run("test-connection") {
            while let request = connection.nextRequest() {
              handler(request, connection)
            }
            connection.close()
          }
        }
      }
      close(listener)
    }
  }
}

/// The server's end of a connection; used on one thread.
public final class TestConnection: Sendable {
  private let descriptor: Int32
  private let number: Int
  private let state = Locked((pending: Data(), isClosed: false))

  fileprivate init(_ descriptor: Int32, number: Int) {
    self.descriptor = descriptor
    self.number = number
    // A test that went wrong must not leave a thread behind.
    var limit = timeval(tv_sec: 120, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// A whole answer; the connection stays open for the next one.
  public func reply(_ status: Int = 200, _ headers: [String] = [], _ body: String = "") {
    let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + headers
    send(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  /// False when the client has gone.
  @discardableResult
  public func send(_ text: String) -> Bool { send(Data(text.utf8)) }

  @discardableResult
  public func send(_ data: Data) -> Bool {
    var rest = data[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Ends the connection after what was sent.
  public func close() {
    let isFirst = state.withLock { state in
      defer { state.isClosed = true }
      return !state.isClosed
    }
    guard isFirst else { return }
    // A child process that another test starts may have a copy of the descriptor.
    shutdown(descriptor, Int32(SHUT_RDWR))
    Foundation.close(descriptor)
  }

  /// Returns when the client has closed its end.
  public func waitUntilGone() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while recv(descriptor, &buffer, buffer.count, 0) > 0 {}
  }

  /// Nil at the end of the connection.
  fileprivate func nextRequest() -> TestServer.Request? {
    let end = Data("\r\n\r\n".utf8)
    guard !state.withLock({ $0.isClosed }) else { return nil }
    while true {
      let pending = state.withLock { $0.pending }
      if let head = pending.range(of: end) {
        var request = parse(pending[..<head.lowerBound])
        let length = Int(request.headers["content-length"] ?? "0") ?? 0
        let rest = pending[head.upperBound...]
        if rest.count >= length {
          request.body = Data(rest.prefix(length))
          state.withLock { $0.pending = Data(rest.dropFirst(length)) }
          return request
        }
      }
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      let count = recv(descriptor, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      state.withLock { $0.pending.append(contentsOf: buffer.prefix(count)) }
    }
  }

  private func parse(_ head: Data) -> TestServer.Request {
    let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
    let words = (lines.first ?? "").split(separator: " ").map(String.init)
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      headers[line[..<colon].lowercased()] = line[line.index(after: colon)...]
        .trimmingCharacters(in: .whitespaces)
    }
    return TestServer.Request(
      method: words.first ?? "", target: words.dropFirst().first ?? "", headers: headers,
      body: Data(), connection: number)
  }
}
