import Foundation
import TestSupport
import Testing

@testable import videocraft

@Suite("Ctrl-C", .timeLimit(.minutes(2)))
struct InterruptTests {
  @Test("ends a render within two seconds, with 130, no output and nothing left behind")
  func interrupt() async throws {
    let folder = try TestFolder()
    let picture = try await TestMedia.picture(folder.file("a.png"), width: 640, height: 360)
    let process = Process()
    process.executableURL = Self.program
    process.arguments = [
      "run", Bench.root.appendingPathComponent("pipelines/slideshow.yaml").path,
      "-i", "pictures=[\"\(picture.path)\"]", "-i", "time=30m", "-i", "size=640x360",
      "-o", folder.file("out").path, "--data-dir", folder.file("data").path, "--format", "json",
    ]
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    var interruptedAt: ContinuousClock.Instant?
    var seen = ""
    for try await line in output.fileHandleForReading.lines {
      seen += line + "\n"
      guard interruptedAt == nil, line.contains("\"unit\":\"frames\"") else { continue }
      interruptedAt = .now
      process.interrupt()
    }
    process.waitUntilExit()
    let taken = ContinuousClock.now - (try #require(interruptedAt, "\(seen)"))
    #expect(taken < .seconds(2))
    #expect(process.terminationStatus == ExitCode.interrupted.rawValue)
    #expect(seen.contains("\"type\":\"run.interrupted\""))
    #expect(!FileManager.default.fileExists(atPath: folder.file("out").path))
    let scratch = try FileManager.default.contentsOfDirectory(
      atPath: folder.file("data/scratch").path)
    #expect(scratch.isEmpty)
  }

  /// Beside the test bundle, where the build puts every product.
  private static var program: URL {
    Bundle.allBundles.map(\.bundleURL).first { $0.pathExtension == "xctest" }
      .map { $0.deletingLastPathComponent().appendingPathComponent("videocraft") }
      ?? URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appendingPathComponent("videocraft")
  }
}

extension FileHandle {
  /// Lines of text as they arrive, read on a thread of their own.
  fileprivate var lines: AsyncThrowingStream<String, any Error> {
    let (stream, continuation) = AsyncThrowingStream.makeStream(of: String.self)
    let descriptor = fileDescriptor
    let thread = Thread {
      let file = fdopen(dup(descriptor), "r")
      var buffer: UnsafeMutablePointer<CChar>?
      var capacity = 0
      while let file, getline(&buffer, &capacity, file) >= 0, let buffer {
        continuation.yield(String(cString: buffer).trimmingCharacters(in: .newlines))
      }
      free(buffer)
      if let file { fclose(file) }
      continuation.finish()
    }
    thread.start()
    return stream
  }
}
