import Foundation
import Pipeline
import TestSupport
import Threads

/// Begins one of the parts only when it is told to go on.
final class PatientServices: StageServices {
  private let services: TestStageServices
  private let part: String
  private let mayGoOn = CancellationFlag()
  private let hasWaited = CancellationFlag()

  init(_ services: TestStageServices, holdingBack part: String) {
    self.services = services
    self.part = part
  }

  /// The part has been asked for.
  var heldBack: Bool { hasWaited.isRaised }

  func goOn() { mayGoOn.raise() }

  func context() throws -> StageContext {
    let context = try services.context()
    return StageContext(
      run: context.run, stage: context.stage, cores: context.cores, scratch: context.scratch,
      services: self)
  }

  func report(_ progress: StageProgress) { services.report(progress) }
  func log(_ message: String) { services.log(message) }
  func warn(_ message: String, field: String?) { services.warn(message, field: field) }
  func store(_ url: URL, as name: String) async throws -> FileReference {
    try await services.store(url, as: name)
  }
  func open(_ file: FileReference) async throws -> URL { try await services.open(file) }
  func render(_ timeline: Timeline) async throws -> FileReference {
    try await services.render(timeline)
  }

  func part(
    _ key: Digest, named name: String, _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    if name == part {
      hasWaited.raise()
      while !mayGoOn.isRaised {
        try Task.checkCancellation()
        await Task.yield()
      }
    }
    return try await services.part(key, named: name, make)
  }
}
