/// All providers of a host, by name.
public final class ProviderDesk: Sendable {
  public let lines: [ProviderLine]

  /// - Parameter key: gives the texts of keys by the names of their secrets.
  public init(
    _ providers: [ProviderSettings], breaker: BreakerSettings = BreakerSettings(),
    key: @escaping KeySource, time: ProviderTime = .real
  ) {
    lines = providers.map { ProviderLine($0, breaker: breaker, key: key, time: time) }
  }

  public func line(named name: String) -> ProviderLine? { lines.first { $0.name == name } }

  public func names(for task: SpeechTask) -> [String] {
    lines.filter { $0.settings.kind.task == task }.map(\.name)
  }

  /// In the order of the configuration.
  public var reports: [ProviderReport] { lines.map(\.report) }
}
