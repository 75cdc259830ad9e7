import Foundation
import HTTPServer
import HTTPTypes
import Threads

/// The server that `Benchmarks/http-server/measure` measures: `http-benchmark-server PORT FOLDER`.
@main
struct BenchmarkServer {
  private struct Status: Encodable {
    let id = "0198c2f4"
    let status = "running"
    let progress = 0.42
    let stages = ["validate", "tts", "compose", "segment"]
  }

  static func main() async {
    let arguments = CommandLine.arguments.dropFirst()
    guard arguments.count == 2, let port = arguments.first.flatMap({ Int($0) }),
      let folder = arguments.last
    else {
      FileHandle.standardError.write(Data("usage: http-benchmark-server PORT FOLDER\n".utf8))
      exit(2)
    }
    do {
      let server = try Server(
        ServerSettings(.tcp(host: "127.0.0.1", port: port)),
        application: router(folder).application())
      print("listening on \(server.port ?? 0)")
      fflush(nil)
      await server.run()
    } catch {
      FileHandle.standardError.write(Data("\(error)\n".utf8))
      exit(1)
    }
  }

  private static func router(_ folder: String) -> Router {
    let pool = FilePool()
    let sockets = Locked<[any WebSocketChannel]>([])
    var router = Router()
    router.on(.get, "/jobs/{id}") { _ in try .json(Status()) }
    router.on(.put, "/discard", options: .upload(limit: 4 << 30)) { request in
      var count = 0
      for try await bytes in request.body { count += bytes.count }
      return .text("\(count)\n")
    }
    router.on(.put, "/files/{name}", options: .upload(limit: 4 << 30)) { request in
      let path = folder + "/" + request.parameters["name"]
      let file = try await pool.run { try OutputFile(path) }
      for try await bytes in request.body { try await pool.run { try file.write(bytes) } }
      return Response(.created)
    }
    router.on(.get, "/files/{name}") { request in
      let file = try await StoredFile.open(folder + "/" + request.parameters["name"], on: pool)
      return .file(file, .octetStream, validators: file.validators, for: request)
    }
    router.on(.get, "/ws") { request in
      try .webSocket(for: request) { socket in
        sockets.withLock { $0.append(socket) }
        while try await socket.receive() != nil {}
      }
    }
    router.on(.get, "/broadcast") { _ in
      let message = EncodedMessage(.text("{\"seq\":1,\"fraction\":0.42}"))
      let all = sockets.withLock { $0 }
      return .text("\(all.count { $0.post(message) })\n")
    }
    return router
  }
}

/// A file that is written to its end.
private final class OutputFile: Sendable {
  private let descriptor: Int32

  init(_ path: String) throws {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw HTTPError(.notFound, "the file cannot be written") }
  }

  deinit { close(descriptor) }

  func write(_ bytes: [UInt8]) throws {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
      guard count > 0 else { throw HTTPError(.insufficientStorage, "the disk is full") }
      rest = rest.dropFirst(count)
    }
  }
}
