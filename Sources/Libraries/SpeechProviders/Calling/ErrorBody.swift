import Foundation
import HTTPClient

/// What a service says about a failure, in whichever of the known forms it says it.
///
/// OpenAI and Google: `{"error":{"message","type","code","status"}}`; ElevenLabs and FastAPI: `{"detail": …}` with an
/// object, a list or a text; Deepgram: `{"err_code","err_msg"}`; AssemblyAI: `{"error": text}`; others plain text.
struct ErrorBody: Sendable, Hashable {
  /// Words of the service for programs, such as `insufficient_quota`.
  var codes: [String] = []
  var message = ""

  private static let longest = 300

  init(_ bytes: [UInt8]) {
    if let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any] {
      read(object)
    }
    if message.isEmpty {
      message = String(decoding: bytes.prefix(2000), as: UTF8.self)
      // A page for people says nothing that helps here.
      if message.contains("<html") || message.contains("<!DOCTYPE") { message = "a web page" }
    }
    message = String(
      message.split(whereSeparator: \.isWhitespace).joined(separator: " ").prefix(Self.longest))
  }

  private mutating func read(_ object: [String: Any]) {
    for name in ["code", "type", "status", "err_code", "error_code"] {
      if let code = object[name] as? String { codes.append(code) }
    }
    for name in ["message", "err_msg", "msg", "reason"] where message.isEmpty {
      if let text = object[name] as? String { message = text }
    }
    for name in ["error", "detail"] { take(object[name]) }
  }

  private mutating func take(_ value: Any?) {
    switch value {
    case let text as String: if message.isEmpty { message = text }
    case let object as [String: Any]: read(object)
    case let list as [Any]:
      for item in list {
        if let item = item as? [String: Any] { read(item) } else { take(item) }
      }
    default: break
    }
  }

  func error(status: Int, retryAfter: Duration?, of provider: String) -> ProviderError {
    let text = "answered \(status)" + (message.isEmpty ? "" : ": \(message)")
    return ProviderError(kind(status), provider, text, retryAfter: retryAfter)
  }

  private func kind(_ status: Int) -> ProviderError.Kind {
    let words = Set(codes.map { $0.lowercased() })
    if !words.isDisjoint(with: Self.quotaCodes) { return .quota }
    if !words.isDisjoint(with: Self.voiceCodes) { return .configuration }
    if !words.isDisjoint(with: Self.inputCodes) { return .invalidInput }
    switch status {
    case 401, 403: return .authentication
    case 402: return .quota
    case 429: return .rateLimited
    case 408, 425, 500...: return .transient
    case 404, 405, 300..<400: return .configuration
    default: return .invalidInput
    }
  }

  private static let quotaCodes: Set = [
    "insufficient_quota", "quota_exceeded", "billing_hard_limit_reached", "insufficient_credits",
    "asr_payment_required", "billing_not_active",
  ]
  private static let voiceCodes: Set = [
    "voice_not_found", "model_not_found", "invalid_model", "model_access_denied",
    "invalid_voice",
  ]
  private static let inputCodes: Set = [
    "max_character_limit_exceeded", "string_too_long", "text_too_long",
  ]
}
