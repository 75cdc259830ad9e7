public import HTTPTypes

#if canImport(Glibc)
  import Glibc
#endif

/// Where and how a server serves.
public struct ServerSettings: Sendable {
  /// A place where connections come in.
  public enum Endpoint: Sendable, Hashable {
    /// An address in numbers, such as `127.0.0.1` or `::`; port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// A socket in the file system, which only its owner and group may use.
    case unix(path: String)
    /// A socket in the file system for programs of this user alone, and of root: a connection of anybody else is closed
    /// unheard, whatever became of the file's mode.
    case ownUnix(path: String)
  }

  public var endpoints: [Endpoint]
  /// Used on TCP endpoints; nil for none.
  public var tls: TLSContext?
  /// Threads that serve connections; nil for one on two cores and up to four on more.
  public var loopCount: Int?
  public var limits = ServerLimits()
  public var timeouts = ServerTimeouts()
  /// Makes the answer to what could not be understood as a request, or came when there was no room for it.
  public var refusal: @Sendable (HTTPError) -> Response = {
    .text($0.message + "\n", status: $0.status)
  }
  /// Told of each exchange when it is over, on the thread that served it: it must not wait for anything.
  public var accessLog: (@Sendable (AccessRecord) -> Void)?

  public init(_ endpoints: Endpoint...) { self.endpoints = endpoints }
}

/// How much a server takes. Bytes, if nothing else is said.
public struct ServerLimits: Sendable, Hashable {
  /// Of a request's first line and fields together: 431.
  public var headByteCount = 32 << 10
  /// 431.
  public var fieldCount = 100
  /// 414.
  public var targetByteCount = 8 << 10
  /// Open at the same time, over all loops. More are answered with 503.
  public var connections = 18_000
  /// Open at the same time from one address; nil for any number.
  public var connectionsPerAddress: Int?
  /// Being handled at the same time: 503.
  public var requestsInFlight = 4096
  /// Of a request's body in memory; the client waits when it is full.
  public var inboundQueueByteCount = 256 << 10
  /// Of a stream's body in memory; the producer waits when it is full.
  public var outboundQueueByteCount = 256 << 10
  /// Connections that wait to be accepted.
  public var backlog = 1024

  public init() {}
}

/// How long a server waits.
public struct ServerTimeouts: Sendable, Hashable {
  public var handshake: Duration = .seconds(10)
  /// For a whole head, from its first byte on, however its bytes trickle in.
  public var head: Duration = .seconds(10)
  /// Between requests, and for the first one.
  public var keepAlive: Duration = .seconds(60)
  /// From a request's head until its handler answers: 504. Nil for ever. Routes have limits of their own.
  public var handler: Duration? = .seconds(30)
  /// Bodies and answers have to move at least `leastRate` bytes per second over each such window.
  public var rateWindow: Duration = .seconds(30)
  public var leastRate = 1024
  /// For a client to close after it was told to.
  public var linger: Duration = .seconds(2)
  /// Between pings over a WebSocket; a client that is silent for two of them is gone.
  public var ping: Duration = .seconds(30)
  /// For the client's half of a WebSocket's closing.
  public var closing: Duration = .seconds(5)

  public init() {}
}

/// Why a server could not begin to serve.
public struct ServerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// An `errno`; 0 when it was no system call that failed.
  public var code: Int32
  public var description: String

  public init(code: Int32 = 0, _ description: String) {
    self.code = code
    self.description = description
  }

  /// Takes what a C function of ours returned, which is a negative `errno` when it failed.
  @discardableResult
  static func check(_ result: Int32, _ function: String) throws(ServerError) -> Int32 {
    guard result < 0 else { return result }
    throw ServerError(code: -result, "\(function): \(String(cString: strerror(-result)))")
  }
}
