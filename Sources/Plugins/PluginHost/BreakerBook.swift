public import Foundation
import Pipeline
import Threads

/// Which plugins are not started any more because they crash, and what an operator has granted; kept in a file, so that
/// `videocraft stages trust` reaches a host that runs.
public final class BreakerBook: Sendable {
  /// Crashes in a row that open a breaker.
  public static let crashLimit = 3

  /// A plugin of some version that is not started any more.
  public struct Opened: Sendable, Hashable, Codable {
    public var reason: String
    /// Milliseconds since 1970.
    public var at: Int
  }

  private struct Content: Sendable, Hashable, Codable {
    /// By id and version.
    var open: [String: Opened] = [:]
    /// By id.
    var granted: [String: PluginPermissions] = [:]
  }

  private struct State: Sendable {
    var content = Content()
    var stamp: [Int] = []
  }

  private let file: URL?
  private let state = Locked(State())

  /// - Parameter file: nil for a book that nobody else reads.
  public init(file: URL?) { self.file = file }

  /// Throws `StageError` when the plugin must not be started.
  func check(_ program: PluginProgram) throws(StageError) {
    guard let opened = opened(program) else { return }
    throw StageError(
      .configuration,
      "\(program.title) \(program.version) crashed \(Self.crashLimit) times in a row and is not started "
        + "any more; the last time: \(opened.reason); `videocraft stages trust \(program.id)` lets it try again"
    )
  }

  /// Nil when it may be started.
  public func opened(_ program: PluginProgram) -> Opened? {
    read().open[Self.key(program)]
  }

  /// What an operator has granted of what the plugin asks for.
  public func granted(to program: PluginProgram) -> PluginPermissions {
    guard let granted = read().granted[program.id] else { return PluginPermissions() }
    return PluginPermissions(
      network: granted.network && program.permissions.network,
      read: program.permissions.read.filter(granted.read.contains))
  }

  func open(_ program: PluginProgram, because reason: String) {
    change { content in
      content.open[Self.key(program)] = Opened(
        reason: reason, at: Int(Date().timeIntervalSince1970 * 1000))
    }
  }

  /// Lets a plugin try again. False when it might all the time.
  public func close(_ program: PluginProgram) -> Bool {
    let wasOpen = opened(program) != nil
    change { $0.open[Self.key(program)] = nil }
    return wasOpen
  }

  /// Grants a plugin what it asks for now; with what it asks for later it has to be asked again.
  public func grant(_ permissions: PluginPermissions, to program: PluginProgram) {
    change { $0.granted[program.id] = permissions }
  }

  private static func key(_ program: PluginProgram) -> String { "\(program.id)@\(program.version)" }
}

// MARK: - The file

extension BreakerBook {
  private func read() -> Content {
    guard let file else { return state.withLock { $0.content } }
    return state.withLock { state in
      let stamp = Self.stamp(of: file)
      if stamp != state.stamp {
        state.stamp = stamp
        state.content = Self.content(of: file)
      }
      return state.content
    }
  }

  private func change(_ body: (inout Content) -> Void) {
    _ = read()
    state.withLock { state in
      body(&state.content)
      guard let file else { return }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      try? FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      // What cannot be written holds for this process at least.
      try? encoder.encode(state.content).write(to: file, options: .atomic)
      state.stamp = Self.stamp(of: file)
    }
  }

  private static func content(of file: URL) -> Content {
    guard let bytes = try? Data(contentsOf: file) else { return Content() }
    return (try? JSONDecoder().decode(Content.self, from: bytes)) ?? Content()
  }

  private static func stamp(of file: URL) -> [Int] {
    var status = stat()
    guard stat(file.path, &status) == 0 else { return [] }
    return [
      Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
    ]
  }
}
