import ChildProcess
import Foundation
import Glibc
public import Speech
import Threads

/// The program `videocraft-speech` on this machine.
public struct SpeechHelper: Sendable, Hashable {
  public static let name = "videocraft-speech"
  /// Environment variable with the path of the program.
  public static let variable = "VIDEOCRAFT_SPEECH"

  public let path: String
  /// How long it may be silent before it is given up.
  public var silence: Duration = .seconds(120)

  public init(path: String) { self.path = path }

  /// Looks where `VIDEOCRAFT_SPEECH` says, else beside the running program, else on the search path.
  public static func find() throws(SpeechError) -> SpeechHelper {
    let environment = ProcessInfo.processInfo.environment
    if let named = environment[variable], !named.isEmpty {
      guard isProgram(named) else {
        throw SpeechError(
          .configuration, "\(variable) names `\(named)`, which is not a program that can be run")
      }
      return SpeechHelper(path: named)
    }
    let path = environment["PATH"]?.split(separator: ":").map(String.init) ?? []
    for folder in ownFolders() + path where isProgram("\(folder)/\(name)") {
      return SpeechHelper(path: "\(folder)/\(name)")
    }
    throw SpeechError(
      .configuration,
      "the speech program `\(name)` is not installed: build it with `swift build --product \(name)`, "
        + "put it beside `videocraft` or on the search path, or let \(variable) name it")
  }

  private static func isProgram(_ path: String) -> Bool {
    var isFolder: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      && !isFolder.boolValue && FileManager.default.isExecutableFile(atPath: path)
  }

  /// Of the running program, and of what it was started as: a test runner loads tests from elsewhere.
  private static func ownFolders() -> [String] {
    let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return [own, CommandLine.arguments.first].compactMap {
      $0.map { ($0 as NSString).deletingLastPathComponent }
    }.filter { !$0.isEmpty }
  }

  /// Has one request done by a process of its own, and waits for the answer. Cancelling the task ends the process.
  ///
  /// - Parameter note: called for each message before the last, on the thread that waits.
  /// - Returns: the message that ends the request; never an error.
  public func perform(
    _ request: SpeechRequest, note: @escaping @Sendable (SpeechMessage) -> Void = { _ in }
  ) async throws(SpeechError) -> SpeechMessage {
    // The result is passed on as a value, since the cancellation handler forgets the type of an error.
    let result: Result<SpeechMessage, SpeechError> = await withCancellationFlag { flag in
      do throws(SpeechError) {
        return .success(
          try await BlockingThread.run("speech") { () throws(SpeechError) in
            try wait(for: request, cancellation: flag, note)
          })
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  private func wait(
    for request: SpeechRequest, cancellation: CancellationFlag,
    _ note: (SpeechMessage) -> Void
  ) throws(SpeechError) -> SpeechMessage {
    let message: SpeechMessage
    do throws(ProcessError) {
      var channel = try JSONLinesChannel(command)
      message = try channel.request(
        request, reading: SpeechMessage.self, silence: silence, cancellation: cancellation
      ) { message throws(ProcessError) in
        guard message.progress != nil || message.sentence != nil else { return message }
        note(message)
        return nil
      }
      // It has nothing more to do; a polite end takes a millisecond.
      channel.process.terminate()
    } catch {
      throw SpeechError(error)
    }
    if let fault = message.error { throw SpeechError(fault) }
    return message
  }

  private var command: Command {
    Command(
      path,
      environment: Command.inheritedEnvironment(and: [
        "VIDEOCRAFT_SPEECH_MODEL", "LD_LIBRARY_PATH", "SWIFT_BACKTRACE",
      ]), lineLimit: 32 << 20)
  }
}
