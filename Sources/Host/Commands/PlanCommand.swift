import Foundation
import Pipeline

/// `videocraft plan`: what `run` would do, and because of what. Changes nothing, and needs no folder of its own.
struct PlanCommand: Command {
  static let name = "plan"
  static let summary = "Says what would run, what is known already, and why; changes nothing."
  static let operands = "FILE"
  static let operandCount = 1...1
  static let options =
    RequestOptions.all + [ReportOptions.all, ReportOptions.format, DataOptions.dataFolder]

  private let arguments: Arguments

  init(_ arguments: Arguments) { self.arguments = arguments }

  func run(_ console: Console) async throws -> ExitCode {
    let reader = RequestReader(arguments: arguments, registry: Wiring.registry(arguments))
    guard let request = try reader.read(console) else { return .wrong }
    let archive = try await Wiring.archive(
      dataFolder: arguments.value(DataOptions.dataFolder.name))
    let plan: RunPlan
    do {
      plan = try await Wiring.planner(over: archive).plan(request)
    } catch let error as StageError {
      throw LookupError(error.field.map { "\(error.message)\n  at: \($0)" } ?? error.message)
    }
    if arguments.wantsJSON {
      console.out(try JSONText.pretty(PlanReport(plan)))
    } else {
      console.out(PlanText(plan: plan, showsAll: arguments.has(ReportOptions.all.name)).text)
    }
    let fails = plan.stages.contains { $0.error != nil } || plan.outputs?.error != nil
    return fails ? .failed : .done
  }
}
