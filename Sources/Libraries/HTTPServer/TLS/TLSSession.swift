import CTLS

/// TLS over one socket. Used by one thread; does not close the socket.
final class TLSSession {
  private let raw: OpaquePointer
  /// After a fatal error nothing more may be called, `SSL_shutdown` included.
  private var isBroken = false

  init(_ context: TLSContext, descriptor: Int32) throws(TLSError) {
    guard let raw = SSL_new(context.raw) else { throw TLSError("SSL_new") }
    self.raw = raw
    guard SSL_set_fd(raw, descriptor) == 1 else { throw TLSError("SSL_set_fd") }
    SSL_set_accept_state(raw)
  }

  deinit { SSL_free(raw) }

  /// True when it is done, false while it waits for the socket, nil when it failed.
  func handshake() -> Bool? {
    ERR_clear_error()
    let result = SSL_do_handshake(raw)
    if result == 1 { return true }
    return waits(result) ? false : nil
  }

  func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportOutcome {
    ERR_clear_error()
    var count = 0
    let result = SSL_read_ex(raw, buffer.baseAddress, buffer.count, &count)
    if result == 1 { return .moved(count) }
    if waits(result) { return .blocked }
    return SSL_get_shutdown(raw) & SSL_RECEIVED_SHUTDOWN != 0 ? .ended : .failed
  }

  /// After `blocked`, the same bytes must come again, and at least as many.
  func write(_ bytes: UnsafeRawBufferPointer) -> TransportOutcome {
    ERR_clear_error()
    var count = 0
    let result = SSL_write_ex(raw, bytes.baseAddress, bytes.count, &count)
    if result == 1 { return .moved(count) }
    return waits(result) ? .blocked : .failed
  }

  /// Tells the client that nothing more follows.
  func endSending() {
    guard !isBroken, SSL_is_init_finished(raw) == 1 else { return }
    ERR_clear_error()
    _ = SSL_shutdown(raw)
  }

  private func waits(_ result: Int32) -> Bool {
    switch SSL_get_error(raw, result) {
    case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return true
    case SSL_ERROR_ZERO_RETURN: return false
    default:
      isBroken = true
      ERR_clear_error()
      return false
    }
  }
}
