import CTLS

/// A certificate with its key, and how TLS is spoken with it: versions 1.2 and 1.3, HTTP/1.1 only.
public final class TLSContext: Sendable {
  // Only read after `init`; OpenSSL counts references to it with atomics.
  nonisolated(unsafe) let raw: OpaquePointer

  /// The oldest version that is spoken.
  public enum Version: Sendable, Hashable {
    case tls12, tls13
  }

  /// When the certificate ends, in seconds since 1970; nil when it does not say that in a form that can be read.
  public let expiresAt: Int?

  /// Reads files in PEM form; the certificate's file may go on with the chain above it.
  public init(
    certificateFile: String, keyFile: String, minimumVersion: Version = .tls12
  ) throws(TLSError) {
    guard let raw = SSL_CTX_new(TLS_server_method()) else { throw TLSError("SSL_CTX_new") }
    self.raw = raw
    // Everything is set before the first throw, which then frees `raw` in `deinit`.
    var seconds: Int64 = 0
    let isRead =
      SSL_CTX_use_certificate_chain_file(raw, certificateFile) == 1
      && vc_tls_certificate_end(raw, &seconds) == 1
    expiresAt = isRead ? Int(seconds) : nil
    ERR_clear_error()
    vc_tls_set_options(raw)
    vc_tls_set_modes(raw)
    try Self.check(
      vc_tls_set_minimum_version(raw, minimumVersion == .tls13 ? 3 : 2),
      "SSL_CTX_set_min_proto_version")
    try Self.check(
      SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20"), "SSL_CTX_set_cipher_list")
    // Sessions of other servers on this machine are not ours.
    let name = Array("videocraft".utf8)
    try Self.check(
      SSL_CTX_set_session_id_context(raw, name, UInt32(name.count)),
      "SSL_CTX_set_session_id_context")
    try Self.check(
      SSL_CTX_use_certificate_chain_file(raw, certificateFile),
      "SSL_CTX_use_certificate_chain_file", certificateFile)
    try Self.check(
      SSL_CTX_use_PrivateKey_file(raw, keyFile, SSL_FILETYPE_PEM), "SSL_CTX_use_PrivateKey_file",
      keyFile)
    try Self.check(SSL_CTX_check_private_key(raw), "SSL_CTX_check_private_key", keyFile)
    SSL_CTX_set_alpn_select_cb(raw, selectProtocol, nil)
  }

  deinit { SSL_CTX_free(raw) }

  private static func check(
    _ result: Int32, _ function: String, _ subject: String = ""
  ) throws(TLSError) {
    guard result == 1 else { throw TLSError(function, subject) }
  }
}

/// Takes `http/1.1` from what the client offers, and ends the handshake when it is not there (RFC 7301).
private func selectProtocol(
  _ session: OpaquePointer?, _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?,
  _ chosenLength: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
  _ offeredLength: UInt32, _ argument: UnsafeMutableRawPointer?
) -> Int32 {
  guard let chosen, let chosenLength, let offered else { return SSL_TLSEXT_ERR_ALERT_FATAL }
  let names = UnsafeBufferPointer(start: offered, count: Int(offeredLength))
  var start = 0
  while start < names.count {
    let length = Int(names[start])
    let name = names[(start + 1)...].prefix(length)
    if name.elementsEqual("http/1.1".utf8) {
      // Points into the client's offer, which lives until OpenSSL has copied the choice.
      chosen.pointee = offered + start + 1
      chosenLength.pointee = UInt8(length)
      return SSL_TLSEXT_ERR_OK
    }
    start += 1 + length
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL
}
