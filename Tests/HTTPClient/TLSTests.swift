import Foundation
import TestSupport
import Testing

@testable import HTTPClient

/// `openssl s_server` with a certificate that nobody signed but itself.
private final class TLSServer: Sendable {
  let folder: TestFolder
  let port: Int
  private let process: TestProcess

  var certificate: URL { folder.file("certificate.pem") }

  init(name: String, _ options: [String] = []) async throws {
    folder = try TestFolder()
    let alternative = name.first?.isNumber == true ? "IP:\(name)" : "DNS:\(name)"
    _ = try await TestProgram.run(
      "openssl",
      [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        "key.pem", "-out", "certificate.pem", "-days", "2", "-subj", "/CN=\(name)", "-addext",
        "subjectAltName=\(alternative)",
      ], in: folder.url)
    process = try await TestProcess(
      "openssl",
      [
        "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", "certificate.pem", "-key", "key.pem",
      ] + options, in: folder.url)
    port = try #require(try await Self.port(process), "\(process.errorOutput)")
  }

  /// From the line `ACCEPT 127.0.0.1:43211`, once it is whole.
  private static func port(_ process: TestProcess) async throws -> Int? {
    while try await process.wait(atMost: .milliseconds(5)) == nil {
      let lines = process.output.split(separator: "\n", omittingEmptySubsequences: false)
      if let line = lines.dropLast().first(where: { $0.hasPrefix("ACCEPT") }) {
        return line.split(separator: ":").last.flatMap { Int($0) }
      }
    }
    return nil
  }
}

@Suite("TLS", .timeLimit(.minutes(5)))
struct TLSTests {
  @Test("a certificate that nobody vouches for is refused, and accepted once it is trusted")
  func selfSigned() async throws {
    let server = try await TLSServer(name: "127.0.0.1")
    let request = HTTPRequest("GET", "https://127.0.0.1:\(server.port)/")
    let error = await #expect(throws: HTTPError.self) { try await localClient().send(request) }
    #expect(error?.reason == .tls)
    #expect(error?.isTransient == false)
    let trusted = try localClient(certificates: server.certificate)
    #expect(try await trusted.send(request).status == 200)
  }

  @Test("a certificate for another name is refused")
  func otherName() async throws {
    let server = try await TLSServer(name: "other.example")
    let error = await #expect(throws: HTTPError.self) {
      try await localClient(certificates: server.certificate).send(
        HTTPRequest("GET", "https://127.0.0.1:\(server.port)/"))
    }
    #expect(error?.reason == .tls)
  }
}
