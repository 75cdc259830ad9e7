import Threads

/// A body that is there already, for tests and requests that came in one piece.
package final class BufferedSource: BodySource {
  private let pieces: Locked<[[UInt8]]>

  package init(_ pieces: [[UInt8]]) { self.pieces = Locked(pieces.reversed()) }

  package func next() async throws -> [UInt8]? { pieces.withLock { $0.popLast() } }
}

final class LimitedSource: BodySource {
  private let source: any BodySource
  private let limit: Int
  private let declared: Int?
  private let received = Locked(0)

  init(_ source: any BodySource, limit: Int, declared: Int?) {
    self.source = source
    self.limit = limit
    self.declared = declared
  }

  func next() async throws -> [UInt8]? {
    if let declared, declared > limit { throw BodyError.tooLarge(limit: limit) }
    guard let bytes = try await source.next() else { return nil }
    let total = received.withLock { total in
      total += bytes.count
      return total
    }
    guard total <= limit else { throw BodyError.tooLarge(limit: limit) }
    return bytes
  }
}
