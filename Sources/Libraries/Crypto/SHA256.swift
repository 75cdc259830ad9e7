import CCrypto

/// A running SHA-256 over bytes that arrive in pieces (FIPS 180-4, by OpenSSL's EVP).
public struct SHA256: ~Copyable {
  private let context: OpaquePointer

  public init() {
    guard let context = EVP_MD_CTX_new() else {
      preconditionFailure("EVP_MD_CTX_new: out of memory")
    }
    self.context = context
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "EVP_DigestInit_ex")
  }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    guard let base = bytes.baseAddress else { return }
    precondition(EVP_DigestUpdate(context, base, bytes.count) == 1, "EVP_DigestUpdate")
  }

  /// The 32 bytes of the digest; the hasher is used up.
  public consuming func finish() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "EVP_DigestFinal_ex")
      count = 32
    }
  }

  public static func hash(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    var hasher = SHA256()
    let whole = Array(bytes)
    whole.withUnsafeBytes { hasher.update($0) }
    return hasher.finish()
  }
}
