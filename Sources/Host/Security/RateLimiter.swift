import Threads

/// Lets so many requests through per minute and caller, a few of them at once: a token bucket for each.
///
/// Knows a bounded number of callers: of more, those who asked longest ago begin anew, which never lets anybody
/// through who keeps asking.
final class RateLimiter: Sendable {
  struct Verdict: Sendable, Hashable {
    var isAllowed: Bool
    /// Requests that may still come at once.
    var remaining: Int
    /// Until the bucket is full again.
    var untilFull: Duration
    /// Until the next request is let through; zero for one that was.
    var wait: Duration
  }

  private struct Bucket: Sendable {
    var tokens: Double
    var at: Duration
  }

  let requestsPerMinute: Int
  private let burst: Int
  private let capacity: Int
  private let now: @Sendable () -> Duration
  private let buckets = Locked<[String: Bucket]>([:])

  /// - Parameters:
  ///   - capacity: how many callers are known at once.
  ///   - now: the time since any moment; never falls.
  init(
    requestsPerMinute: Int, burst: Int, capacity: Int = 20_000,
    now: (@Sendable () -> Duration)? = nil
  ) {
    self.requestsPerMinute = requestsPerMinute
    self.burst = max(1, burst)
    self.capacity = max(2, capacity)
    let start = ContinuousClock.now
    self.now = now ?? { ContinuousClock.now - start }
  }

  var knownCount: Int { buckets.withLock { $0.count } }

  func ask(_ caller: String) -> Verdict {
    let now = now()
    return buckets.withLock { buckets in
      if buckets[caller] == nil, buckets.count >= capacity { makeRoom(&buckets, at: now) }
      var bucket = buckets[caller] ?? Bucket(tokens: Double(burst), at: now)
      bucket.tokens = tokens(in: bucket, at: now)
      bucket.at = now
      let isAllowed = bucket.tokens >= 1
      if isAllowed { bucket.tokens -= 1 }
      buckets[caller] = bucket
      return verdict(bucket.tokens, isAllowed)
    }
  }

  /// What `ask` would find, without asking.
  func look(_ caller: String) -> Verdict {
    let now = now()
    let left = buckets.withLock { buckets in
      buckets[caller].map { tokens(in: $0, at: now) } ?? Double(burst)
    }
    return verdict(left, left >= 1)
  }

  private var perSecond: Double { Double(max(1, requestsPerMinute)) / 60 }

  private func tokens(in bucket: Bucket, at now: Duration) -> Double {
    min(Double(burst), bucket.tokens + (now - bucket.at) / .seconds(1) * perSecond)
  }

  private func verdict(_ tokens: Double, _ isAllowed: Bool) -> Verdict {
    Verdict(
      isAllowed: isAllowed, remaining: Int(tokens),
      untilFull: .seconds((Double(burst) - tokens) / perSecond),
      wait: isAllowed ? .zero : .seconds((1 - tokens) / perSecond))
  }

  /// Forgets those whose bucket is full, else the half that asked longest ago.
  private func makeRoom(_ buckets: inout [String: Bucket], at now: Duration) {
    buckets = buckets.filter { tokens(in: $0.value, at: now) < Double(burst) }
    guard buckets.count >= capacity else { return }
    let newest = buckets.sorted { $0.value.at > $1.value.at }.prefix(capacity / 2)
    buckets = Dictionary(uniqueKeysWithValues: newest.map { ($0.key, $0.value) })
  }
}
