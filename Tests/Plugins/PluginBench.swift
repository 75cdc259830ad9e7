import Foundation
import Pipeline
import PluginHost
import TestSupport
import Testing

/// A catalogue over a folder with the odd plugin, and a store for its stage.
struct PluginBench {
  let folder: TestFolder
  let services: TestStageServices
  let catalogue: PluginCatalogue

  /// - Parameters:
  ///   - more: members added to the plugin's manifest, in JSON, such as `"limits": {…}`.
  ///   - handshake: what the plugin does wrong when it is greeted.
  init(
    more: String = "", handshake: String? = nil, environment: [String: String] = [:],
    secrets: [String: String] = [:]
  ) throws {
    folder = try TestFolder()
    services = try TestStageServices(secrets: secrets)
    var variables = environment
    variables["ODD_HANDSHAKE"] = handshake
    let members = variables.map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
    let manifest = """
      {
        "id": "odd", "version": "1.2.0", "command": ["python3", "plugin.py"],
        "environment": {\(members)}\(more.isEmpty ? "" : ", ")\(more)
      }
      """
    let plugins = try OddPlugin.install(in: folder, manifest: manifest)
    catalogue = Self.catalogue([plugins], in: folder)
    catalogue.places.use(scratch: folder.url, readable: [URL(fileURLWithPath: "/tmp")])
    catalogue.refresh()
  }

  static func catalogue(
    _ folders: [URL], in folder: TestFolder, builtIn: [StageSpec] = [], program: String? = nil
  ) -> PluginCatalogue {
    PluginCatalogue(
      folders: folders, builtIn: builtIn, ownProgram: program, cache: folder.file("cache"),
      breakers: BreakerBook(file: folder.file("plugins.json")))
  }

  func spec() throws -> StageSpec {
    try #require(
      catalogue.registry["odd"], "\(catalogue.listings.compactMap(\.problem))")
  }

  /// Runs the stage in a mode.
  @discardableResult
  func run(
    _ mode: String, options: [String: Value] = [:], in inputs: [String: Value] = [:]
  ) async throws -> [String: Value] {
    var settings = options
    settings["mode"] = .text(mode)
    return try await spec().run(with: settings, in: inputs, services: services)
  }

  /// Waits until a call says that it is under way.
  func begun() async throws {
    try await eventually("the call has begun") { services.logs.contains("begun") }
  }

  /// How the stage fails in a mode.
  func failure(
    _ mode: String, options: [String: Value] = [:], in inputs: [String: Value] = [:]
  ) async throws -> StageError {
    do {
      let outputs = try await run(mode, options: options, in: inputs)
      throw TestProgram.Failure(description: "it gave \(outputs)")
    } catch let error as StageError {
      return error
    }
  }
}
