import Foundation
public import Pipeline
import StageProtocol

/// Serves stages as a plugin: a process that speaks stage protocol 1 on its standard input and output.
///
///     @main
///     struct Program {
///       static func main() async { await StagePlugin.serve(Watermark.self) }
///     }
///
/// Whatever is printed goes to standard error, which is the log. The process leaves when its input ends.
public enum StagePlugin {
  /// Serves until the host lets go, then ends the process.
  ///
  /// - Parameters:
  ///   - id: of the plugin, as in its `plugin.json`; nil for the first stage's name.
  ///   - concurrency: how many calls are taken at once, 1 to 64.
  public static func serve(
    _ stages: any Stage.Type..., id: String? = nil, version: String? = nil, concurrency: Int = 64
  ) async -> Never {
    await serve(
      stages.map { $0.spec }, id: id, version: version, concurrency: concurrency)
  }

  /// The same for stages that were made otherwise.
  public static func serve(
    _ stages: [StageSpec], id: String? = nil, version: String? = nil, concurrency: Int = 64
  ) async -> Never {
    let first = stages.first?.info
    let introduction = Introduction(
      plugin: .init(
        id: id ?? first?.name ?? "plugin", version: version ?? first?.version ?? "0.0.0"),
      stages: stages.map(StageDescription.init), features: [.validate, .open],
      concurrency: min(max(concurrency, 1), Wire.concurrencyLimit))
    let pipes = HostPipes.take()
    let server = StageServer(stages: stages, introduction: introduction, pipes: pipes)
    await server.serve()
    fflush(nil)
    exit(0)
  }
}

extension Stage {
  static var spec: StageSpec { StageSpec(Self.self) }
}
