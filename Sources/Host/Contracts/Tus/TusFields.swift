import Crypto
import Foundation
import HTTPTypes

extension FieldName {
  static let tusResumable: FieldName = "Tus-Resumable"
  static let uploadOffset: FieldName = "Upload-Offset"
  static let uploadLength: FieldName = "Upload-Length"
  static let uploadDeferLength: FieldName = "Upload-Defer-Length"
  static let uploadMetadata: FieldName = "Upload-Metadata"
  static let uploadChecksum: FieldName = "Upload-Checksum"
  static let uploadExpires: FieldName = "Upload-Expires"
  static let methodOverride: FieldName = "X-HTTP-Method-Override"
  /// The video of the streaming contract that an upload became.
  static let videoID: FieldName = "Video-Id"
  /// What to give as an input to runs of the native API.
  static let uploadInput: FieldName = "Upload-Input"
}

/// Reads the fields of the protocol tus 1.0. Each that is malformed is a 400 of its own.
struct TusFields: Sendable {
  let headers: Headers

  init(_ headers: Headers) { self.headers = headers }

  /// Bytes; nil without the field.
  func number(_ name: FieldName) throws(APIError) -> Int? {
    guard let text = try text(name) else { return nil }
    let isNumber = !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    // What is larger than any number is larger than any file, too.
    guard isNumber, let number = Int(text) ?? (text.utf8.count < 40 ? Int.max : nil) else {
      throw .invalid("`\(name)` is a number of bytes, not `\(text.prefix(40))`")
    }
    return number
  }

  private func text(_ name: FieldName) throws(APIError) -> String? {
    let values = headers.values(of: name)
    guard values.count < 2 else { throw .invalid("`\(name)` is given twice") }
    return values.first
  }

  /// The whole file's; nil when the client does not know it yet.
  func length() throws(APIError) -> Int? {
    let length = try number(.uploadLength)
    let deferred = try text(.uploadDeferLength)
    switch (length, deferred) {
    case (let length?, nil): return length
    case (nil, "1"): return nil
    case (nil, let text?):
      throw .invalid("`\(FieldName.uploadDeferLength)` can only be 1, not `\(text.prefix(40))`")
    default:
      throw .invalid(
        "give either `\(FieldName.uploadLength)`, the file's bytes, or "
          + "`\(FieldName.uploadDeferLength): 1`")
    }
  }

  struct Checksum: Sendable, Hashable {
    var algorithm: MessageDigest.Algorithm
    var digest: [UInt8]
  }

  /// Of the request's body; nil when it has none.
  func checksum() throws(APIError) -> Checksum? {
    guard let text = try text(.uploadChecksum) else { return nil }
    let parts = text.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, let digest = Data(base64Encoded: String(parts[1])) else {
      throw .invalid("`\(FieldName.uploadChecksum)` is an algorithm and a digest in Base64")
    }
    guard let algorithm = MessageDigest.Algorithm(rawValue: String(parts[0])) else {
      let known = MessageDigest.Algorithm.allCases.map(\.rawValue).joined(separator: " and ")
      throw .invalid("the checksums that are known here are \(known), not `\(parts[0].prefix(40))`")
    }
    guard digest.count == algorithm.byteCount else {
      throw .invalid("a digest of \(algorithm) has \(algorithm.byteCount) bytes")
    }
    return Checksum(algorithm: algorithm, digest: [UInt8](digest))
  }

  func metadata() throws(APIError) -> TusMetadata {
    // Some clients send the field empty when they have nothing to say.
    guard let text = try text(.uploadMetadata), !text.isEmpty else { return TusMetadata() }
    return try TusMetadata(text)
  }
}

/// What a client says about its file: names with values in Base64.
struct TusMetadata: Sendable, Hashable {
  /// As it was sent.
  private(set) var text: String?
  private var values: [String: String] = [:]

  init() {}

  init(_ text: String) throws(APIError) {
    self.text = text
    for pair in text.split(separator: ",", omittingEmptySubsequences: false) {
      let parts = pair.split(separator: " ", omittingEmptySubsequences: true)
      guard let key = parts.first.map(String.init), parts.count <= 2, key.allSatisfy(\.isASCII)
      else {
        throw .invalid(
          "`\(FieldName.uploadMetadata)` is a list of names, each with a value in Base64")
      }
      guard values[key] == nil else {
        throw .invalid("`\(FieldName.uploadMetadata)` has `\(key.prefix(40))` twice")
      }
      let value = parts.count == 2 ? Data(base64Encoded: String(parts[1])) : Data()
      guard let value, let decoded = String(validating: value, as: UTF8.self) else {
        throw .invalid(
          "the value of `\(key.prefix(40))` in `\(FieldName.uploadMetadata)` is not text in Base64")
      }
      values[key] = decoded
    }
  }

  /// What the client calls its file. Clients have two names for that.
  var fileName: String { values["filename"] ?? values["name"] ?? "" }

  /// Whether the file can be a video: it is not said to be something else.
  var mayBeVideo: Bool {
    guard let type = (values["filetype"] ?? values["type"]).flatMap(MediaType.init) else {
      return true
    }
    return ["video", "application"].contains(type.type)
  }
}
