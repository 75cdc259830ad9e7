import CSockets
import HTTPTypes

#if canImport(Glibc)
  import Glibc
#endif

/// What came of moving bytes.
enum TransportOutcome: Hashable {
  /// At least one byte was.
  case moved(Int)
  /// The socket is full or empty; the loop will say when that changed.
  case blocked
  /// The peer sends no more.
  case ended
  case failed
}

/// A connected socket, with or without TLS. Owns the descriptor; used by one thread.
final class Transport {
  let descriptor: Int32
  let tls: TLSSession?

  init(owning descriptor: Int32, tls: TLSSession?) {
    self.descriptor = descriptor
    self.tls = tls
  }

  deinit { close(descriptor) }

  var isSecure: Bool { tls != nil }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    if let tls { return tls.read(into: buffer) }
    let count = vc_receive(descriptor, buffer.baseAddress, buffer.count)
    return count == 0 ? .ended : Self.outcome(count)
  }

  /// - Parameter more: the rest of the message follows at once.
  func write(_ bytes: UnsafeRawBufferPointer, more: Bool) -> TransportOutcome {
    if let tls { return tls.write(bytes) }
    return Self.outcome(vc_send(descriptor, bytes.baseAddress, bytes.count, more ? 1 : 0))
  }

  /// Sends a part of a file that begins at `range`, or as much as goes at once.
  func send(_ file: any FileContent, _ range: Range<Int>) -> TransportOutcome {
    guard let tls else {
      let count = min(range.count, 1 << 20)
      let sent = vc_send_file(descriptor, file.descriptor, Int64(range.lowerBound), count)
      // The file became shorter.
      return sent == 0 ? .failed : Self.outcome(sent)
    }
    let wanted = min(range.count, 64 << 10)
    return withUnsafeTemporaryAllocation(byteCount: wanted, alignment: 16) { buffer in
      let got = vc_read_at(file.descriptor, buffer.baseAddress, wanted, Int64(range.lowerBound))
      guard got == wanted else { return .failed }
      return tls.write(UnsafeRawBufferPointer(buffer))
    }
  }

  func endSending() {
    tls?.endSending()
    vc_end_sending(descriptor)
  }

  func resetOnClose() { vc_reset_on_close(descriptor) }

  private static func outcome(_ result: Int) -> TransportOutcome {
    switch Int32(-min(result, 0)) {
    case 0: .moved(result)
    case EAGAIN, EINTR: .blocked
    default: .failed
    }
  }
}
