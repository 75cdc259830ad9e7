import Crypto
import Foundation

/// The headers of the Standard Webhooks convention (https://www.standardwebhooks.com).
enum WebhookSignature {
  /// - Parameters:
  ///   - time: seconds since 1970; receivers refuse what is old.
  ///   - secret: nil for a message without a signature.
  static func headers(
    id: String, time: Int, body: [UInt8], secret: String?
  ) throws(StageError) -> [String: String] {
    var headers = [
      "webhook-id": id, "webhook-timestamp": "\(time)", "content-type": "application/json",
    ]
    if let secret {
      headers["webhook-signature"] = try signature(id: id, time: time, body: body, secret: secret)
    }
    return headers
  }

  private static func signature(
    id: String, time: Int, body: [UInt8], secret: String
  ) throws(StageError) -> String {
    let signed = Array("\(id).\(time).".utf8) + body
    let code = HMACSHA256.code(of: signed, key: try key(of: secret))
    return "v1,\(Data(code).base64EncodedString())"
  }

  /// A secret is `whsec_` and Base64 of the key, or any other text whose bytes are the key.
  private static func key(of secret: String) throws(StageError) -> [UInt8] {
    let prefix = "whsec_"
    guard secret.hasPrefix(prefix) else { return Array(secret.utf8) }
    guard let key = Data(base64Encoded: String(secret.dropFirst(prefix.count))), !key.isEmpty else {
      throw StageError(
        .configuration, "the signing secret begins with `whsec_`, but what follows is not Base64")
    }
    return Array(key)
  }
}
