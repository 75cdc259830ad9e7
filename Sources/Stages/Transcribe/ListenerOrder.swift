import Pipeline
import Speech
import SpeechClient
import SpeechProviders

/// Providers that listen, one after another, until one has done it.
struct ListenerOrder: Sendable {
  let options: Transcribe.Options
  let language: String
  let context: StageContext

  /// - Parameter work: is given nil for the recogniser of this machine.
  func first<Result: Sendable>(
    _ work: (ProviderLine?) async throws -> Result
  ) async throws -> Result {
    let lines = try options.order.map { ($0, try line(named: $0)) }
    var failures: [StageError] = []
    for (name, line) in lines {
      do {
        let result = try await work(line)
        if !failures.isEmpty {
          let reasons = failures.map(\.message).joined(separator: "; ")
          context.warn(
            "`\(name)` listened because others could not: \(reasons)", field: "providers")
        }
        return result
      } catch {
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
        var failure: StageError
        switch error {
        case let error as ProviderError: failure = StageError(error)
        case let error as SpeechError: failure = StageError(error)
        default: failure = StageError(wrapping: error)
        }
        if failure.errorClass == .cancelled { throw CancellationError() }
        if line == nil { failure.message = "`\(name)`: \(failure.message)" }
        failures.append(failure)
      }
    }
    throw Self.together(failures)
  }

  /// Nil for the recogniser of this machine.
  private func line(named name: String) throws(StageError) -> ProviderLine? {
    guard name != Transcribe.Options.embeddedName else { return nil }
    let desk = context.facility(ProviderDesk.self)
    let known = (desk?.names(for: .listening) ?? []) + [Transcribe.Options.embeddedName]
    guard let line = desk?.line(named: name), let listener = line.settings.recogniser else {
      let near = Spelling.nearest(to: name, among: known)
      throw StageError(
        .configuration,
        "this host has no provider `\(name)` that listens"
          + (near.map { "; did you mean `\($0)`?" } ?? "")
          + "; there are \(known.map { "`\($0)`" }.joined(separator: ", "))", field: "providers")
    }
    guard options.speakers != true || listener.canTellSpeakers else {
      throw StageError(
        .configuration, "`\(name)` cannot tell who speaks; leave out `speakers`", field: "speakers")
    }
    return line
  }

  private static func together(_ failures: [StageError]) -> StageError {
    guard failures.count > 1 else {
      return failures.first ?? StageError(.configuration, "no provider is named")
    }
    let passing: Set<StageError.Class> = [.transient, .rateLimited, .timeout, .lost]
    var error =
      failures.first { passing.contains($0.errorClass) } ?? failures[failures.count - 1]
    error.message = "nobody could listen: " + failures.map(\.message).joined(separator: "; ")
    error.retryAfter = failures.compactMap(\.retryAfter).min()
    error.field = "providers"
    return error
  }
}

extension StageError {
  init(_ error: ProviderError) {
    let errorClass: Class =
      switch error.kind {
      case .authentication, .quota, .configuration: .configuration
      case .rateLimited, .resting: .rateLimited
      case .transient, .badAnswer: .transient
      case .timeout: .timeout
      case .invalidInput: .invalidInput
      case .cancelled: .cancelled
      }
    self.init(
      errorClass, error.description, cause: "provider \(error.provider): \(error.kind.rawValue)",
      field: "providers", retryAfter: error.retryAfter)
  }
}
