import Foundation
import HTTPClient

/// A form with a file in it (RFC 7578).
struct MultipartForm {
  private let boundary = "videocraft-\(UUID().uuidString)"
  private var body: [UInt8] = []

  var contentType: HTTPHeader {
    HTTPHeader("Content-Type", "multipart/form-data; boundary=\(boundary)")
  }

  mutating func add(_ name: String, _ value: String) {
    body += Array(
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\r\n\r\n\(value)\r\n".utf8)
  }

  mutating func add(_ name: String, file: [UInt8], named fileName: String, type: String) {
    let head =
      "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"; filename=\"\(fileName)\"\r\n"
      + "Content-Type: \(type)\r\n\r\n"
    body += Array(head.utf8) + file + Array("\r\n".utf8)
  }

  var finished: HTTPRequest.Body { .bytes(body + Array("--\(boundary)--\r\n".utf8)) }
}
