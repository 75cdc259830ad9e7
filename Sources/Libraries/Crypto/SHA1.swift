import CCrypto

/// SHA-1 (FIPS 180-4), for protocols that prescribe it; it is no protection against anybody.
public enum SHA1 {
  /// The 20 bytes of the digest.
  public static func hash(_ bytes: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 20) { buffer, count in
      precondition(
        EVP_Digest(bytes, bytes.count, buffer.baseAddress, nil, EVP_sha1(), nil) == 1, "EVP_Digest")
      count = 20
    }
  }
}
