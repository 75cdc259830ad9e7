/// When a message that did not arrive is sent again.
public struct HookSchedule: Sendable, Hashable {
  /// The longest wait after each try but the last; full jitter takes any part of it.
  public var waits: [Duration]
  /// The longest wait that a receiver may ask for.
  public var patience: Duration

  /// Eight tries over up to seven and a half hours.
  public static let usual = HookSchedule(
    waits: [
      .seconds(10), .seconds(60), .seconds(300), .seconds(900), .seconds(3600), .seconds(7200),
      .seconds(14_400),
    ], patience: .seconds(86_400))

  public init(waits: [Duration], patience: Duration) {
    self.waits = waits
    self.patience = patience
  }

  /// What became of a try.
  enum Outcome: Sendable {
    case answered(WebhookAnswer)
    case failed(StageError)
  }

  /// The delivery with the try recorded, and what follows from it.
  ///
  /// - Parameters:
  ///   - start: when the try began; milliseconds since 1970.
  ///   - now: when it ended.
  func delivery(
    _ delivery: HookDelivery, after outcome: Outcome, start: Int, now: Int,
    using numbers: inout some RandomNumberGenerator
  ) -> HookDelivery {
    var delivery = delivery
    switch outcome {
    case .answered(let answer) where (200..<300).contains(answer.status):
      delivery.attempts.append(.init(at: start, status: answer.status))
      delivery.state = .delivered
    case .answered(let answer):
      delivery.attempts.append(
        .init(at: start, status: answer.status, message: "the receiver answered \(answer.status)"))
      let isPassing = [408, 425, 429].contains(answer.status) || answer.status >= 500
      sendAgain(&delivery, isPassing, after: answer.retryAfter, now, using: &numbers)
    case .failed(let error):
      delivery.attempts.append(.init(at: start, message: error.message))
      sendAgain(&delivery, error.isPassing, after: error.retryAfter, now, using: &numbers)
    }
    return delivery
  }

  private func sendAgain(
    _ delivery: inout HookDelivery, _ isPassing: Bool, after asked: Duration?, _ now: Int,
    using numbers: inout some RandomNumberGenerator
  ) {
    guard isPassing, delivery.attempts.count <= waits.count else {
      delivery.state = .failed
      return
    }
    let bound = waits[delivery.attempts.count - 1]
    let jittered = bound * Double.random(in: 0...1, using: &numbers)
    delivery.dueAt = now + max(jittered, min(asked ?? .zero, patience)).milliseconds
  }
}

extension StageError {
  /// Whether the same message may arrive later. A secret that is missing may be given to the host.
  fileprivate var isPassing: Bool {
    switch errorClass {
    case .transient, .rateLimited, .timeout, .lost: true
    case .configuration: field == HookSender.secretField
    case .invalidInput, .cancelled, .internal: false
    }
  }
}
