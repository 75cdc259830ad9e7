import CCrypto

/// A keyed digest (RFC 2104) by which a receiver knows that a message comes from who shares the key.
public enum HMACSHA256 {
  /// The 32 bytes of the code. The key may have any length; an empty one proves nothing.
  public static func code(of message: [UInt8], key: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      var length: UInt32 = 0
      let code = HMAC(
        EVP_sha256(), key, Int32(key.count), message, message.count, buffer.baseAddress, &length)
      precondition(code != nil && length == 32, "HMAC: out of memory")
      count = 32
    }
  }
}
