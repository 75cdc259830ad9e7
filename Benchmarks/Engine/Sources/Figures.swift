import Foundation

/// Many measured times, and what to say about them.
struct Figures {
  private var seconds: [Double] = []

  mutating func add(_ duration: Duration) { seconds.append(Self.milliseconds(duration) / 1000) }

  static func milliseconds(_ duration: Duration) -> Double {
    let (whole, rest) = duration.components
    return Double(whole) * 1000 + Double(rest) * 1e-15
  }

  mutating func merge(_ other: Figures) { seconds += other.seconds }

  var count: Int { seconds.count }

  /// - Parameter share: 0 to 1, such as 0.5 for the median.
  func milliseconds(at share: Double) -> Double {
    let sorted = seconds.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))] * 1000
  }

  var summary: String {
    "median \(Self.text(milliseconds(at: 0.5))), 99 of 100 below \(Self.text(milliseconds(at: 0.99))), "
      + "longest \(Self.text(milliseconds(at: 1)))"
  }

  static func text(_ milliseconds: Double) -> String { String(format: "%.2f ms", milliseconds) }
}

/// A folder that goes away with the value.
final class BenchmarkFolder: Sendable {
  let url: URL

  /// - Parameter parent: on the disk that is to be measured; `/tmp` is often memory.
  init(in parent: String) throws {
    url = URL(fileURLWithPath: parent).appendingPathComponent("bench-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
