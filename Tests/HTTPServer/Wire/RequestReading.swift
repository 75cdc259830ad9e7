import HTTPTypes

@testable import HTTPServer

/// What a connection does with its bytes, without a connection: heads and bodies one after the other.
struct RequestReading {
  struct Outcome: Hashable {
    /// Of each request that was complete: method, target and body.
    var requests: [String] = []
    var refusal: Refusal?
  }

  private var scanner: HeadScanner
  private let parser: RequestHeadParser
  private var pending: [UInt8] = []
  private var head: RequestHead?
  private var decoder: BodyDecoder?
  private var body: [UInt8] = []
  private(set) var outcome = Outcome()

  init(limits: ServerLimits = ServerLimits()) {
    scanner = HeadScanner(limits: limits)
    parser = RequestHeadParser(limits: limits)
  }

  /// Everything in pieces of `size` bytes.
  static func outcome(_ bytes: [UInt8], inPiecesOf size: Int) -> Outcome {
    var reading = RequestReading()
    for start in stride(from: 0, to: bytes.count, by: size) {
      reading.receive(bytes[start..<min(start + size, bytes.count)])
    }
    return reading.outcome
  }

  mutating func receive(_ bytes: ArraySlice<UInt8>) {
    guard outcome.refusal == nil else { return }
    pending += bytes
    do {
      while try step() {}
    } catch {
      outcome.refusal = error as? Refusal
    }
  }

  private mutating func step() throws -> Bool {
    guard !pending.isEmpty else { return false }
    let bytes = pending
    if head == nil {
      guard case .complete(let range) = try bytes.withUnsafeBytes({ try scanner.scan($0) }) else {
        return false
      }
      scanner.reset()
      let parsed = try bytes[range].withUnsafeBytes { try parser.parse($0) }
      pending.removeFirst(range.upperBound)
      head = parsed
      decoder = BodyDecoder(parsed.framing)
      if decoder == nil { finish() }
      return true
    }
    guard var decoder else { return false }
    var received: [UInt8] = []
    let used = try bytes.withUnsafeBytes { raw in
      try decoder.consume(raw) { received += $0 }
    }
    body += received
    pending.removeFirst(used)
    self.decoder = decoder
    if decoder.isFinished { finish() }
    return used > 0
  }

  private mutating func finish() {
    guard let head else { return }
    outcome.requests.append(
      "\(head.method) \(head.target) \(String(decoding: body, as: UTF8.self))")
    self.head = nil
    decoder = nil
    body = []
  }
}
