public import Foundation

/// How a provider has been since the host began.
public struct ProviderReport: Sendable, Hashable, Codable {
  public struct Failure: Sendable, Hashable, Codable {
    public var kind: ProviderError.Kind
    public var message: String
    public var at: Date
  }

  public var name: String
  public var kind: ProviderKind
  public var task: SpeechTask
  public var state: CircuitBreaker.State
  /// Milliseconds until it is tried again; nil unless it is open.
  public var opensAgainIn: Int?
  public var successes: Int
  /// Failures by their kind; kinds without any are absent.
  public var failures: [String: Int]
  /// Answers that were found in the store instead of being bought again.
  public var reused: Int
  /// Of the last 100 calls; nil when there were none.
  public var successRate: Double?
  /// Milliseconds, of the last 100 calls that succeeded; nil when there were none.
  public var medianLatency: Int?
  public var highLatency: Int?
  /// Seconds of all calls that succeeded together.
  public var secondsSpent: Double
  public var inFlight: Int
  public var lastFailure: Failure?
  public var lastSuccess: Date?

  public var failureCount: Int { failures.values.reduce(0, +) }
}

/// What is counted for a report.
struct ProviderStatistics: Sendable {
  static let remembered = 100

  var successes = 0
  var failures: [ProviderError.Kind: Int] = [:]
  var reused = 0
  var inFlight = 0
  var secondsSpent = 0.0
  private(set) var lastFailure: ProviderReport.Failure?
  private(set) var lastSuccess: Date?
  private var recent: [Bool] = []
  private var latencies: [Duration] = []

  mutating func succeeded(in time: Duration, at date: Date) {
    successes += 1
    secondsSpent += time / .seconds(1)
    lastSuccess = date
    note(true)
    latencies = latencies.suffix(Self.remembered - 1) + [time]
  }

  mutating func failed(_ error: ProviderError, at date: Date) {
    failures[error.kind, default: 0] += 1
    lastFailure = ProviderReport.Failure(kind: error.kind, message: error.message, at: date)
    note(false)
  }

  private mutating func note(_ success: Bool) {
    recent = recent.suffix(Self.remembered - 1) + [success]
  }

  var successRate: Double? {
    recent.isEmpty ? nil : Double(recent.count { $0 }) / Double(recent.count)
  }

  /// - Parameter share: 0.5 for the median.
  func latency(_ share: Double) -> Int? {
    let sorted = latencies.sorted()
    guard !sorted.isEmpty else { return nil }
    let index = min(sorted.count - 1, Int(Double(sorted.count) * share))
    return Int((sorted[index] / .milliseconds(1)).rounded())
  }
}
