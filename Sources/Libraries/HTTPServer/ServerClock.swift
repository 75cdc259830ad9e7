#if canImport(Glibc)
  import Glibc
#endif

/// The time that a server's limits are measured in: nanoseconds that only grow.
package struct ServerClock: Sendable {
  package let now: @Sendable () -> Int64

  package init(now: @escaping @Sendable () -> Int64) { self.now = now }

  package static let monotonic = ServerClock {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}

extension Duration {
  /// At most 292 years.
  var nanoseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, overflowed) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflowed ? Int64.max / 4 : min(whole, Int64.max / 4) + attoseconds / 1_000_000_000
  }
}
