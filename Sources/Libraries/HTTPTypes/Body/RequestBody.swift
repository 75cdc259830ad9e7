/// Where the bytes of a request's body come from, for one reader.
public protocol BodySource: Sendable {
  /// Waits for the next bytes; at least one. Nil at the end. Throws `BodyError` when no more can come.
  func next() async throws -> [UInt8]?
}

/// A request's body: bytes that are read once, in order, as they arrive.
///
/// What is not asked for is not received: a slow reader slows the client down.
public struct RequestBody: AsyncSequence, Sendable {
  public typealias Element = [UInt8]

  /// What the client said it would send; nil when it did not say.
  public let declaredByteCount: Int?
  private let source: (any BodySource)?

  public static let empty = RequestBody(declaredByteCount: 0)

  public init(_ bytes: [UInt8]) {
    declaredByteCount = bytes.count
    source = bytes.isEmpty ? nil : BufferedSource([bytes])
  }

  public init(declaredByteCount: Int?, source: any BodySource) {
    self.declaredByteCount = declaredByteCount
    self.source = source
  }

  private init(declaredByteCount: Int) {
    self.declaredByteCount = declaredByteCount
    source = nil
  }

  public var isEmpty: Bool { source == nil }

  /// The next bytes; nil at the end.
  public func next() async throws -> [UInt8]? { try await source?.next() }

  /// The whole body. Throws `BodyError.tooLarge` as soon as it is known to be longer than `limit` bytes.
  public func collect(upTo limit: Int) async throws -> [UInt8] {
    let limited = limited(to: limit)
    var bytes: [UInt8] = []
    if let declaredByteCount, declaredByteCount <= limit {
      bytes.reserveCapacity(declaredByteCount)
    }
    while let piece = try await limited.next() { bytes += piece }
    return bytes
  }

  /// The same body, reading which throws `BodyError.tooLarge` once there are more than `limit` bytes.
  public func limited(to limit: Int) -> RequestBody {
    guard let source else { return self }
    return RequestBody(
      declaredByteCount: declaredByteCount,
      source: LimitedSource(source, limit: limit, declared: declaredByteCount))
  }

  public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: self) }

  public struct AsyncIterator: AsyncIteratorProtocol {
    let body: RequestBody

    public mutating func next() async throws -> [UInt8]? { try await body.next() }
  }
}

/// Why a request's body ended before its end.
public enum BodyError: Error, Sendable, Hashable {
  case tooLarge(limit: Int)
  /// The client went away.
  case disconnected
  /// It came slower than the least rate.
  case tooSlow
  case malformed(String)
}
