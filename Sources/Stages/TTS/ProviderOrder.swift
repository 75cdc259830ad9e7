import Foundation
import Pipeline
import Speech
import SpeechProviders

/// Providers one after another, until one of them has spoken the whole text: a narration keeps its voice.
struct ProviderOrder: Narrator {
  private let options: TTS.Options
  private let context: StageContext
  private let lines: [(name: String, line: ProviderLine?)]

  init(options: TTS.Options, context: StageContext) throws(StageError) {
    self.options = options
    self.context = context
    let desk = context.facility(ProviderDesk.self)
    var lines: [(String, ProviderLine?)] = []
    for name in options.order {
      guard name != TTS.Options.embeddedName else {
        lines.append((name, nil))
        continue
      }
      lines.append((name, try Self.line(named: name, of: desk)))
    }
    self.lines = lines
  }

  private static func line(
    named name: String, of desk: ProviderDesk?
  ) throws(StageError) -> ProviderLine {
    let known = (desk?.names(for: .speaking) ?? []) + [TTS.Options.embeddedName]
    guard let line = desk?.line(named: name), line.settings.synthesiser != nil else {
      let near = Spelling.nearest(to: name, among: known)
      throw StageError(
        .configuration,
        "this host has no provider `\(name)` that speaks"
          + (near.map { "; did you mean `\($0)`?" } ?? "")
          + "; there are \(known.map { "`\($0)`" }.joined(separator: ", "))", field: "providers")
    }
    return line
  }

  func speak() async throws -> SpokenText {
    var failures: [StageError] = []
    for (name, line) in lines {
      do {
        let spoken = try await narrator(line).speak()
        if !failures.isEmpty {
          let reasons = failures.map(\.message).joined(separator: "; ")
          context.warn("`\(name)` spoke because others could not: \(reasons)", field: "providers")
        }
        context.log("spoken by \(spoken.provider)")
        return spoken
      } catch {
        if error is CancellationError || Task.isCancelled { throw CancellationError() }
        var failure = (error as? ProviderError).map(StageError.init) ?? StageError(wrapping: error)
        if failure.errorClass == .cancelled { throw CancellationError() }
        if line == nil { failure.message = "`\(name)`: \(failure.message)" }
        failures.append(failure)
      }
    }
    throw Self.together(failures)
  }

  private func narrator(_ line: ProviderLine?) throws(StageError) -> any Narrator {
    guard let line else { return try EmbeddedNarrator(options: options, context: context) }
    return try ProviderNarrator(line, options: options, context: context)
  }

  /// Of several failures the one that may go away decides whether it is worth trying again.
  private static func together(_ failures: [StageError]) -> StageError {
    guard failures.count > 1 else {
      return failures.first ?? StageError(.configuration, "no provider is named")
    }
    let passing: Set<StageError.Class> = [.transient, .rateLimited, .timeout, .lost]
    let leading = failures.first { passing.contains($0.errorClass) } ?? failures[failures.count - 1]
    var error = leading
    error.message = "nobody could speak: " + failures.map(\.message).joined(separator: "; ")
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
