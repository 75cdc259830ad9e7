import BuiltInStages
import Pipeline
import StageServing

/// `videocraft stage-serve`: a stage of this host in a process of its own, for `isolation: process`. The host starts it;
/// it is no command for people.
enum StageServeCommand {
  static let name = "stage-serve"

  /// Returns only when there is no such stage.
  static func run(_ words: [String], console: Console) async -> ExitCode {
    guard words.count == 1, let spec = BuiltInStages.all.first(where: { $0.info.name == words[0] })
    else {
      console.err("videocraft \(name): name one stage of this host\n")
      return .usage
    }
    await StagePlugin.serve([spec])
  }
}
