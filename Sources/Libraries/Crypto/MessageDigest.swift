import CCrypto

/// A running digest by an algorithm that is chosen at run time, over bytes that arrive in pieces.
public struct MessageDigest: ~Copyable {
  public enum Algorithm: String, Sendable, Hashable, CaseIterable {
    case sha1, sha256

    public var byteCount: Int { self == .sha1 ? 20 : 32 }
  }

  private let context: OpaquePointer
  private let byteCount: Int

  public init(_ algorithm: Algorithm) {
    guard let context = EVP_MD_CTX_new() else {
      preconditionFailure("EVP_MD_CTX_new: out of memory")
    }
    self.context = context
    byteCount = algorithm.byteCount
    let method = algorithm == .sha1 ? EVP_sha1() : EVP_sha256()
    precondition(EVP_DigestInit_ex(context, method, nil) == 1, "EVP_DigestInit_ex")
  }

  deinit { EVP_MD_CTX_free(context) }

  public mutating func update(_ bytes: [UInt8]) {
    precondition(EVP_DigestUpdate(context, bytes, bytes.count) == 1, "EVP_DigestUpdate")
  }

  /// The digest; the hasher is used up.
  public consuming func finish() -> [UInt8] {
    let byteCount = byteCount
    return [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "EVP_DigestFinal_ex")
      count = byteCount
    }
  }
}
