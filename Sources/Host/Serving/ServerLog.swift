import Foundation
import Threads

/// What a host says while it serves: one line for each thing, written by a thread of its own, so that a reader that
/// is slow holds up nobody. What does not fit meanwhile is counted and said later.
final class ServerLog: Sendable {
  enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
    case debug, info, warn, error

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }
  }

  private struct Backlog: Sendable {
    var count = 0
    var dropped = 0
  }

  private static let capacity = 10_000

  private let level: Level
  private let isJSON: Bool
  private let sink: @Sendable (String) -> Void
  private let link: BoundedLink<String>
  private let backlog = Locked(Backlog())

  /// - Parameter sink: gets each line, with its end, on the log's own thread.
  init(level: Level, isJSON: Bool, sink: @escaping @Sendable (String) -> Void) {
    self.level = level
    self.isJSON = isJSON
    self.sink = sink
    let link = BoundedLink<String>(capacity: Self.capacity + 1)
    self.link = link
    let backlog = backlog
    Thread {
      while let line = link.receive() {
        sink(line)
        backlog.withLock { $0.count -= 1 }
      }
    }.start()
  }

  deinit { link.close() }

  /// Never waits.
  ///
  /// - Parameter members: must hold no secrets, bodies or query strings.
  func write(_ level: Level, _ message: String, _ members: [String: JSON] = [:]) {
    guard level >= self.level else { return }
    let dropped: Int? = backlog.withLock { backlog in
      guard backlog.count < Self.capacity else {
        backlog.dropped += 1
        return nil
      }
      backlog.count += 1
      defer { backlog.dropped = 0 }
      return backlog.dropped
    }
    guard let dropped else { return }
    var members = members
    if dropped > 0 { members["lines_dropped_before"] = .int(dropped) }
    link.send(line(level, message, members))
  }

  private func line(_ level: Level, _ message: String, _ members: [String: JSON]) -> String {
    let time = Timestamp.text(.now)
    guard isJSON else {
      let rest = members.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.plain($0.value))" }
      return "\(time) \(level.rawValue) \(message)\(rest.joined())\n"
    }
    let whole = JSON.object(
      members.merging([
        "time": .string(time), "level": .string(level.rawValue), "message": .string(message),
      ]) { $1 })
    return (try? JSONText.line(whole)) ?? ""
  }

  private static func plain(_ value: JSON) -> String {
    switch value {
    case .string(let text):
      text.contains { $0.isWhitespace || $0 == "\"" } ? "\(text.debugDescription)" : text
    case .int(let number): String(number)
    case .bool(let value): String(value)
    default: (try? JSONText.line(value).trimmingCharacters(in: .newlines)) ?? ""
    }
  }
}

/// Moments in words.
enum Timestamp {
  /// RFC 3339 in UTC, such as `2026-11-20T21:30:05.123Z`.
  ///
  /// - Parameter milliseconds: since 1970.
  static func text(_ milliseconds: Int) -> String {
    let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
    return date.formatted(
      Date.ISO8601FormatStyle(includingFractionalSeconds: true))
  }
}
