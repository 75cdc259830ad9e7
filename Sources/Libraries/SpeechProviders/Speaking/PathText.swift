import Foundation

/// Texts as parts of addresses.
enum PathText {
  /// Everything but letters, digits and `-._~` in percent form (RFC 3986, 2.3).
  static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: unreserved) ?? ""
  }

  private static let unreserved = CharacterSet(
    charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
}
