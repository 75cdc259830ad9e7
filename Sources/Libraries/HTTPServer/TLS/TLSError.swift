import CTLS

/// What OpenSSL says went wrong.
public struct TLSError: Error, Sendable, Hashable, CustomStringConvertible {
  public var code: UInt
  /// The function of OpenSSL that failed.
  public var function: String
  public var message: String

  public init(code: UInt, function: String, message: String) {
    self.code = code
    self.function = function
    self.message = message
  }

  /// Takes the oldest error of this thread's queue and empties it.
  init(_ function: String, _ subject: String = "") {
    let code = ERR_get_error()
    ERR_clear_error()
    var text = [CChar](repeating: 0, count: 256)
    ERR_error_string_n(code, &text, text.count)
    let reason = String(
      decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.init(
      code: code, function: function, message: subject.isEmpty ? reason : "\(subject): \(reason)")
  }

  public var description: String { "\(function): \(message)" }
}
