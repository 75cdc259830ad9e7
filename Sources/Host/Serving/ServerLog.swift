import Foundation
import Threads

/// What a host says while it serves: one line for each thing, written by a thread of its own, so that a reader that
/// is slow holds up nobody. What does not fit meanwhile is counted and said later.
final class ServerLog: Sendable {
  enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
    case debug, info, warn, error

    private var rank: Int {
      switch self {
      case .debug: 0
      case .info: 1
      case .warn: 2
      case .error: 3
      }
    }
    static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }
  }

  private let level: Level
  private let isJSON: Bool
  private let backlog = LineBacklog(capacity: 10_000)

  /// - Parameter sink: gets one or more whole lines at a time, on the log's own thread.
  init(level: Level, isJSON: Bool, sink: @escaping @Sendable (String) -> Void) {
    self.level = level
    self.isJSON = isJSON
    Thread { [backlog] in
      while let lines = backlog.take() { sink(String(decoding: lines, as: UTF8.self)) }
    }.start()
  }

  deinit { backlog.close() }

  /// Whether anything of this level is written.
  func says(_ level: Level) -> Bool { level >= self.level }

  /// Never waits.
  ///
  /// - Parameter members: must hold no secrets, bodies or query strings.
  func write(_ level: Level, _ message: String, _ members: [String: JSON] = [:]) {
    guard says(level), let dropped = backlog.reserve() else { return }
    var members = members
    if dropped > 0 { members["lines_dropped_before"] = .int(dropped) }
    backlog.append(line(level, message, members))
  }

  private func line(_ level: Level, _ message: String, _ members: [String: JSON]) -> [UInt8] {
    let time = Timestamp.text(.now)
    guard isJSON else {
      let rest = members.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.plain($0.value))" }
      return Array("\(time) \(level.rawValue) \(message)\(rest.joined())\n".utf8)
    }
    var members = members
    members["time"] = .string(time)
    members["level"] = .string(level.rawValue)
    members["message"] = .string(message)
    var line: [UInt8] = []
    line.reserveCapacity(256)
    JSON.object(members).write(to: &line)
    line.append(0x0A)
    return line
  }

  private static func plain(_ value: JSON) -> String {
    switch value {
    case .string(let text):
      return text.contains { $0.isWhitespace || $0 == "\"" } ? "\(text.debugDescription)" : text
    default:
      var text: [UInt8] = []
      value.write(to: &text)
      return String(decoding: text, as: UTF8.self)
    }
  }
}

/// Lines that wait for the thread that writes them.
private final class LineBacklog: @unchecked Sendable {
  // Every field below is read and written with `condition` locked.
  private let condition = NSCondition()
  private let capacity: Int
  private var lines: [UInt8] = []
  private var count = 0
  private var dropped = 0
  private var isClosed = false

  init(capacity: Int) { self.capacity = capacity }

  /// How many lines were dropped before this one; nil when it is dropped itself.
  func reserve() -> Int? {
    condition.lock()
    defer { condition.unlock() }
    guard count < capacity else {
      dropped += 1
      return nil
    }
    count += 1
    defer { dropped = 0 }
    return dropped
  }

  func append(_ line: [UInt8]) {
    condition.lock()
    defer { condition.unlock() }
    if lines.isEmpty { condition.signal() }
    lines += line
  }

  /// Waits for lines. Nil when there will be none.
  func take() -> [UInt8]? {
    condition.lock()
    defer { condition.unlock() }
    while lines.isEmpty, !isClosed { condition.wait() }
    defer {
      lines = []
      count = 0
    }
    return lines.isEmpty ? nil : lines
  }

  func close() {
    condition.lock()
    defer { condition.unlock() }
    isClosed = true
    condition.signal()
  }
}

/// Moments in words.
enum Timestamp {
  /// RFC 3339 in UTC, such as `2026-11-20T21:30:05.123Z`.
  ///
  /// - Parameter milliseconds: since 1970.
  static func text(_ milliseconds: Int) -> String {
    let fraction = ((milliseconds % 1000) + 1000) % 1000
    var seconds = time_t((milliseconds - fraction) / 1000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text: [UInt8] = []
    text.reserveCapacity(24)
    func append(_ number: Int, _ width: Int, _ end: Character) {
      let digits = Array(String(number).utf8)
      for _ in digits.count..<max(width, digits.count) { text.append(0x30) }
      text += digits
      text += end.utf8
    }
    append(Int(parts.tm_year) + 1900, 4, "-")
    append(Int(parts.tm_mon) + 1, 2, "-")
    append(Int(parts.tm_mday), 2, "T")
    append(Int(parts.tm_hour), 2, ":")
    append(Int(parts.tm_min), 2, ":")
    append(Int(parts.tm_sec), 2, ".")
    append(fraction, 3, "Z")
    return String(decoding: text, as: UTF8.self)
  }
}
