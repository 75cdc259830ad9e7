public import Foundation
import Threads

/// Talks to HTTP servers: bounded in time and size, only with addresses that its rules allow, always with TLS
/// verified, never with cookies, a proxy or credentials of the environment.
///
/// Connections are kept open and shared among the requests of one client, so requests that differ in what they may
/// reach need clients of their own. All work is done on one thread, which ends with the client.
public final class HTTPClient: Sendable {
  private let loop: TransferLoop
  private let settings: TransferSettings

  /// - Parameters:
  ///   - certificates: a PEM file of authorities to trust instead of the system's.
  ///   - connections: most that are open at once; more requests wait.
  public convenience init(
    rules: OutboundRules, certificates: URL? = nil, userAgent: String = "VideoCraft",
    connections: Int = 64
  ) {
    self.init(
      TransferSettings(rules: rules, certificates: certificates, userAgent: userAgent), connections)
  }

  /// Talks to the server behind a Unix socket, and to nobody else, whatever host an address names.
  public convenience init(socket path: String, userAgent: String = "VideoCraft") {
    var settings = TransferSettings(
      rules: OutboundRules(allowsPublicInternet: false), userAgent: userAgent)
    settings.socket = path
    self.init(settings, 8)
  }

  private init(_ settings: TransferSettings, _ connections: Int) {
    self.settings = settings
    let loop = TransferLoop(connections: connections)
    self.loop = loop
    Task { await BlockingThread.run("http-client") { loop.run() } }
  }

  deinit { loop.stop() }

  /// Sends a request and takes the body of the answer into memory. Any status is an answer.
  ///
  /// Redirects are followed within the limits, each hop under the same rules; headers that may be credentials do not
  /// go to another origin. Ends within a second when cancelled.
  public func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
    try await follow(request, file: nil, progress: nil)
  }

  /// Like `send`, but hands the body of a success on as it comes, and keeps nothing of it.
  ///
  /// - Parameter take: called in order on a thread that must not be kept waiting.
  public func stream(
    _ request: HTTPRequest, to take: @escaping @Sendable ([UInt8]) -> Void
  ) async throws(HTTPError) -> HTTPResponse {
    try await follow(request, file: nil, progress: nil, take: take)
  }

  /// Like `send`, but writes the body to a new file as it comes, and throws unless the status is a success.
  ///
  /// - Parameters:
  ///   - file: must not exist; it does so afterwards only if the download was complete.
  ///   - progress: called on a thread that must not be kept waiting, at most five times a second.
  public func download(
    _ request: HTTPRequest, to file: URL, progress: (@Sendable (HTTPProgress) -> Void)? = nil
  ) async throws(HTTPError) -> HTTPResponse {
    try await follow(request, file: file, progress: progress).checked()
  }

  private func follow(
    _ request: HTTPRequest, file: URL?, progress: (@Sendable (HTTPProgress) -> Void)?,
    take: (@Sendable ([UInt8]) -> Void)? = nil
  ) async throws(HTTPError) -> HTTPResponse {
    try request.validate()
    let deadline = request.limits.total.map { ContinuousClock.now + $0 }
    var current = request
    for hop in 0...max(0, request.limits.redirects) {
      let address = try WebAddress(current.url)
      if let problem = settings.rules.refusal(of: address) {
        throw HTTPError(.refused, "`\(address.host)` is not allowed: \(problem)")
      }
      let response = try await exchange(
        current, at: address, timeLeft: deadline.map { $0 - ContinuousClock.now }, file: file,
        progress: progress, take: take)
      guard request.limits.redirects > 0,
        let next = try Redirect.next(of: current, at: address, after: response)
      else { return response }
      guard hop < request.limits.redirects else { break }
      current = next
    }
    throw HTTPError(
      .badRedirect, "the address redirects more than \(request.limits.redirects) times")
  }

  private func exchange(
    _ request: HTTPRequest, at address: WebAddress, timeLeft: Duration?, file: URL?,
    progress: (@Sendable (HTTPProgress) -> Void)?, take: (@Sendable ([UInt8]) -> Void)?
  ) async throws(HTTPError) -> HTTPResponse {
    if let timeLeft, timeLeft <= .zero {
      throw HTTPError(.timeout, "`\(address.host)`: the time was up before the last redirect")
    }
    let cancellation = CancellationFlag()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { answer in
        loop.submit(
          TransferOrder(
            request: request, address: address, timeLeft: timeLeft, file: file, progress: progress,
            take: take, settings: settings, cancellation: cancellation, answer: answer))
      }
    } onCancel: {
      cancellation.raise()
      loop.wake()
    }
    return try result.get()
  }
}

extension HTTPRequest {
  /// What curl decides; two opinions on where a message ends are how requests are smuggled.
  private static let reserved: Set<String> = [
    "connection", "content-length", "host", "keep-alive", "te", "trailer", "transfer-encoding",
    "upgrade",
  ]

  /// Throws when something in it could be taken for something else on the wire.
  func validate() throws(HTTPError) {
    guard Self.isToken(method) else {
      throw HTTPError(.invalidRequest, "`\(method)` is not a method")
    }
    for header in headers {
      guard Self.isToken(header.name), !Self.reserved.contains(header.name.lowercased()) else {
        throw HTTPError(.invalidRequest, "the header `\(header.name)` cannot be set")
      }
      guard header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else {
        throw HTTPError(
          .invalidRequest, "the value of the header `\(header.name)` has control characters")
      }
    }
  }

  /// RFC 9110, 5.6.2.
  private static func isToken(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
      }
  }
}
