public import Foundation
public import Pipeline
import Threads

/// Stands behind a stage in tests: keeps artifacts in a folder of its own and remembers all that was said.
///
/// Like the real store it keeps files under their digest, without a name or an extension.
public final class TestStageServices: StageServices {
  private struct State {
    var progress: [StageProgress] = []
    var logs: [String] = []
    var warnings: [(message: String, field: String?)] = []
    var stored: [FileReference] = []
    var announced: [PlayableSegment] = []
    var rendered: [Timeline] = []
    var parts: [Digest: [FileReference]] = [:]
    var madeParts: [String] = []
  }

  private let state = Locked(State())
  private let folder: TestFolder
  private let artifacts: URL
  private let renderer: (@Sendable (Timeline) async throws -> FileReference)?
  private let secrets: [String: String]
  public let facilities: HostFacilities

  /// - Parameters:
  ///   - renderer: makes bytes of timelines; without one, a stage that asks for bytes fails.
  ///   - secrets: texts by name.
  ///   - facilities: what the host offers.
  public init(
    renderer: (@Sendable (Timeline) async throws -> FileReference)? = nil,
    secrets: [String: String] = [:], facilities: HostFacilities = HostFacilities()
  ) throws {
    folder = try TestFolder()
    artifacts = try folder.folder("artifacts")
    self.renderer = renderer
    self.secrets = secrets
    self.facilities = facilities
  }

  public var progress: [StageProgress] { state.withLock { $0.progress } }
  public var logs: [String] { state.withLock { $0.logs } }
  public var warnings: [String] { state.withLock { $0.warnings.map(\.message) } }
  public var warnedFields: [String?] { state.withLock { $0.warnings.map(\.field) } }
  /// What stages gave to the store, in order.
  public var stored: [FileReference] { state.withLock { $0.stored } }
  /// In the order in which stages told of them.
  public var announced: [PlayableSegment] { state.withLock { $0.announced } }
  public var rendered: [Timeline] { state.withLock { $0.rendered } }
  /// The names of the parts that were made, in order; those that were known already are not among them.
  public var madeParts: [String] { state.withLock { $0.madeParts } }

  /// Whether a part was made under this key.
  public func knows(_ key: Digest) -> Bool { state.withLock { $0.parts[key] != nil } }

  /// A context whose scratch folder is new and empty.
  public func context(
    stage: String = "test", item: Int? = nil, attempt: Int = 1, cores: Int = 2
  ) throws -> StageContext {
    StageContext(
      run: "test-run", stage: stage, item: item, attempt: attempt, cores: cores,
      scratch: try folder.folder("scratch \(UUID().uuidString.prefix(8))"), services: self)
  }

  /// Takes a copy of the file at `url`; the file stays.
  public func add(_ url: URL, named name: String? = nil) throws -> FileReference {
    let reference = try FileReference(hashing: url, named: name)
    let place = path(of: reference)
    if !FileManager.default.fileExists(atPath: place.path) {
      try FileManager.default.copyItem(at: url, to: place)
    }
    return reference
  }

  public func add(_ bytes: Data, named name: String) throws -> FileReference {
    let url = folder.file("incoming \(UUID().uuidString)")
    try bytes.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    var reference = try add(url, named: name)
    reference.mediaType = FileReference.named(name).mediaType
    return reference
  }

  /// The bytes of an artifact.
  public func contents(of file: FileReference) throws -> Data {
    try Data(contentsOf: path(of: file))
  }

  public func text(of file: FileReference) throws -> String {
    String(decoding: try contents(of: file), as: UTF8.self)
  }

  private func path(of file: FileReference) -> URL {
    artifacts.appendingPathComponent(file.digest.hex)
  }

  // MARK: StageServices

  public func report(_ progress: StageProgress) { state.withLock { $0.progress.append(progress) } }
  public func log(_ message: String) { state.withLock { $0.logs.append(message) } }
  public func warn(_ message: String, field: String?) {
    state.withLock { $0.warnings.append((message, field)) }
  }

  public func announce(_ segment: PlayableSegment) {
    state.withLock { $0.announced.append(segment) }
  }

  public func store(_ url: URL, as name: String) async throws -> FileReference {
    var reference = try add(url, named: name)
    reference.mediaType = FileReference.named(name).mediaType
    try FileManager.default.removeItem(at: url)
    state.withLock { $0.stored.append(reference) }
    return reference
  }

  public func open(_ file: FileReference) async throws -> URL {
    let url = path(of: file)
    guard FileManager.default.fileExists(atPath: url.path) else {
      throw StageError(.internal, "`\(file.name)` is not in the test's store")
    }
    return url
  }

  public func render(_ timeline: Timeline) async throws -> FileReference {
    state.withLock { $0.rendered.append(timeline) }
    guard let renderer else {
      throw StageError(.internal, "this test has no renderer, and a stage asked for bytes")
    }
    return try await renderer(timeline)
  }

  public func secret(named name: String) async throws -> String {
    guard let text = secrets[name] else {
      throw StageError(.configuration, "this test has no secret `\(name)`")
    }
    return text
  }

  public func part(
    _ key: Digest, named name: String,
    _ make: @Sendable () async throws -> [FileReference]
  ) async throws -> [FileReference] {
    if let known = state.withLock({ $0.parts[key] }) { return known }
    let files = try await make()
    state.withLock { state in
      state.parts[key] = files
      state.madeParts.append(name)
    }
    return files
  }
}

extension StageSpec {
  /// Runs the stage as the engine does: settings and inputs are converted and checked first.
  public func run(
    with options: [String: Value] = [:], in inputs: [String: Value] = [:],
    services: TestStageServices
  ) async throws -> [String: Value] {
    let settings = try Self.convert(options, by: self.options)
    let problems = validate(settings)
    guard problems.isEmpty else {
      throw StageError(
        .configuration, problems.map { "\($0.field): \($0.message)" }.joined(separator: "\n"))
    }
    let given = try Self.convert(inputs, by: self.inputs)
    return try await run(settings, given, services.context(stage: info.name))
  }

  private static func convert(
    _ values: [String: Value], by fields: [FieldDescription]
  ) throws -> [String: Value] {
    if let unknown = values.keys.first(where: { name in !fields.contains { $0.name == name } }) {
      throw StageError(.configuration, "`\(unknown)` is not known here")
    }
    var converted: [String: Value] = [:]
    for field in fields {
      let value = try field.convert(values[field.name])
      if value != .null { converted[field.name] = value }
    }
    return converted
  }
}
