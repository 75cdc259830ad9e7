import Foundation
import Pipeline
import PluginHost

/// `videocraft stages`: what `uses` can name, and the plugins that some of it comes from.
struct StagesCommand: Command {
  static let name = "stages"
  static let summary =
    "Lists the stages that pipelines can use, and plugins; `trust` lets a plugin try again."
  static let operands = "[trust PLUGIN]"
  static let operandCount = 0...2
  static let options = [
    OptionSpec(
      name: "grant", summary: "with trust: also lets it have what its plugin.json asks for"),
    OptionSpec(
      name: "revoke", summary: "with trust: takes away what it was granted"),
    DataOptions.dataFolder,
  ]

  private let arguments: Arguments

  init(_ arguments: Arguments) throws {
    self.arguments = arguments
    let words = arguments.operands
    if let first = words.first, first != "trust" || words.count != 2 {
      throw UsageError("`stages` takes nothing, or `trust` and the id of a plugin")
    }
    if words.isEmpty, arguments.has("grant") || arguments.has("revoke") {
      throw UsageError("`--grant` and `--revoke` belong to `stages trust PLUGIN`")
    }
  }

  func run(_ console: Console) async throws -> ExitCode {
    let plugins = Wiring.plugins(arguments)
    if arguments.operands.count == 2 { return try trust(arguments.operands[1], plugins, console) }
    let stages = plugins.registry.all
    let width = stages.map(\.info.name.count).max() ?? 0
    for stage in stages {
      let flow = "\(ports(stage.inputs)) → \(ports(stage.outputs))"
      let origin = stage.isForeign ? "  [plugin]" : ""
      console.out(
        "\(stage.info.name.padded(to: width))  \(stage.info.version)  \(stage.info.summary)\(origin)\n"
      )
      console.out("\(String(repeating: " ", count: width + 2))\(flow)\n")
    }
    let listings = plugins.listings
    if !listings.isEmpty { console.out("\nPlugins\n") }
    for listing in listings { console.out(Self.text(of: listing)) }
    return .done
  }

  private func ports(_ ports: [FieldDescription]) -> String {
    if ports.isEmpty { return "nothing" }
    return ports.map { "\($0.name): \($0.type)\($0.isRequired ? "" : "?")" }.joined(separator: ", ")
  }

  /// A plugin with what an operator wants to know of it.
  static func text(of listing: PluginCatalogue.Listing) -> String {
    var lines = ["\(listing.id)  \(listing.version)  \(listing.folder.path)"]
    if !listing.stages.isEmpty { lines.append("stages: \(listing.stages.joined(separator: ", "))") }
    if !listing.protection.isEmpty { lines.append("held by: \(listing.protection)") }
    if !listing.missing.isEmpty {
      lines.append(
        "asks for and has not: \(listing.missing.joined(separator: ", ")); "
          + "`videocraft stages trust \(listing.id) --grant` grants it")
    }
    if let problem = listing.problem { lines.append("refused: \(problem)") }
    if let reason = listing.breaker {
      lines.append(
        "not started any more: \(reason); `videocraft stages trust \(listing.id)` lets it try again"
      )
    } else if listing.problem == nil {
      lines.append("breaker: closed")
    }
    return lines.enumerated().map { "\($0.offset == 0 ? "" : "  ")\($0.element)\n" }.joined()
  }

  private func trust(
    _ name: String, _ plugins: PluginCatalogue, _ console: Console
  ) throws -> ExitCode {
    guard let listing = plugins.listing(named: name), let program = listing.program else {
      let near = Spelling.nearest(to: name, among: plugins.listings.map(\.id))
      console.err(
        "videocraft stages: there is no plugin `\(name)` that can be read"
          + (near.map { "; did you mean `\($0)`?" } ?? "") + "\n")
      return .wrong
    }
    if arguments.has("grant") { plugins.breakers.grant(program.permissions, to: program) }
    if arguments.has("revoke") { plugins.breakers.grant(PluginPermissions(), to: program) }
    let wasOpen = plugins.breakers.close(program)
    console.out(
      wasOpen
        ? "`\(listing.id)` \(listing.version) is started again when it is needed\n"
        : "`\(listing.id)` \(listing.version) may be started\n")
    if arguments.has("grant") {
      let asked = (program.permissions.network ? ["network"] : []) + program.permissions.read
      console.out(
        asked.isEmpty
          ? "it asks for nothing\n"
          : "it may use: \(asked.joined(separator: ", ")); its next process has it\n")
    }
    return .done
  }
}
