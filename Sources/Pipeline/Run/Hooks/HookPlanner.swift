/// What is to be sent because of an event.
public struct HookPlan: Sendable, Hashable {
  /// To be written in the same batch as the event (`JournalBatch.Change.delivery`).
  public var deliveries: [HookDelivery] = []
  /// Hooks that cannot be told, and why: for warnings, since no run fails because of its hooks.
  public var problems: [StageError] = []
}

/// Decides who is to be told of what happens to a run.
public enum HookPlanner {
  /// - Parameters:
  ///   - event: of any kind; most are told to nobody.
  ///   - scope: with the run's inputs, vars, id and name.
  ///   - now: when it happens; milliseconds since 1970.
  ///   - secrets: those of the pipeline are kept out of the messages, wherever they have got into.
  public static func plan(
    for event: RunEvent, graph: PipelineGraph, scope: Scope, at now: Int,
    secrets: any SecretSource = NoSecrets()
  ) -> HookPlan {
    let occasions = occasions(of: event.type)
    guard graph.hooks.contains(where: { occasions.contains($0.occasion) }) else {
      return HookPlan()
    }
    let redactor = Redactor(hiding: graph.secrets, of: secrets)
    var plan = HookPlan()
    for (index, hook) in graph.hooks.enumerated() where occasions.contains(hook.occasion) {
      do {
        let url = try address(of: hook, in: scope)
        let message = message(event, graph, occasion: hook.occasion, at: now, hiding: redactor)
        plan.deliveries.append(
          HookDelivery(
            id: id(event.run, hook.occasion, index), run: event.run, occasion: hook.occasion,
            url: url, secret: hook.secret, body: try message.text(), createdAt: now))
      } catch {
        plan.problems.append(StageError(wrapping: error))
      }
    }
    return plan
  }

  private static func occasions(of event: RunEvent.Kind) -> Set<HookDeclaration.Occasion> {
    switch event {
    case .runStarted: [.started]
    case .runCompleted: [.completed, .finished]
    case .runFailed: [.failed, .finished]
    case .runCancelled: [.cancelled, .finished]
    default: []
    }
  }

  private static func address(of hook: HookDeclaration, in scope: Scope) throws -> String {
    let url = try hook.webhook(in: scope)
    let scheme = url.prefix { $0 != ":" }.lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw StageError(
        .configuration,
        "the webhook for `\(hook.occasion.rawValue)` is not told: its address begins with neither "
          + "`https://` nor `http://` (\(hook.location))", field: "webhook")
    }
    return url
  }

  /// The same whenever the same is planned, so that nobody is told twice under two names.
  private static func id(
    _ run: String, _ occasion: HookDeclaration.Occasion, _ index: Int
  ) -> String {
    let digest = Digest(of: Array("\(run)\n\(occasion.rawValue)\n\(index)".utf8))
    return "msg_\(digest.hex.prefix(32))"
  }

  private static func message(
    _ event: RunEvent, _ graph: PipelineGraph, occasion: HookDeclaration.Occasion, at now: Int,
    hiding redactor: Redactor
  ) -> HookMessage {
    HookMessage(
      type: "run.\(occasion.rawValue)", timestamp: HookMessage.timestamp(now),
      data: HookMessage.Contents(
        run: event.run, pipeline: graph.name, state: state(after: event.type).rawValue,
        elapsed: event.elapsed,
        outputs: (event.outputs ?? [:]).compactMapValues {
          HookMessage.Output($0, hiding: redactor)
        },
        error: failure(of: event, hiding: redactor),
        labels: graph.labels.mapValues(redactor.redact)))
  }

  private static func state(after event: RunEvent.Kind) -> RunState {
    switch event {
    case .runCompleted: .completed
    case .runFailed: .failed
    case .runCancelled: .cancelled
    default: .running
    }
  }

  private static func failure(
    of event: RunEvent, hiding redactor: Redactor
  ) -> HookMessage.Failure? {
    guard let errorClass = event.errorClass else { return nil }
    return HookMessage.Failure(
      class: errorClass.rawValue, message: redactor.redact(event.message ?? ""),
      stage: event.stage, field: event.field)
  }
}

extension Redactor {
  /// Those that can be read and are long enough to be told from other text.
  fileprivate init(hiding names: [String], of source: any SecretSource) {
    self.init()
    for name in names {
      guard let text = try? source.secret(named: name), text.count >= Self.minimumLength else {
        continue
      }
      add(text)
    }
  }
}
