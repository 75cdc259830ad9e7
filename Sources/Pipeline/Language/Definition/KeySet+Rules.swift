extension KeySet {
  /// Only other systems' words: the members themselves are described by `RetryPolicy.fields`.
  static let retry = KeySet(
    owner: "`retry`", names: RetryPolicy.fields.map(\.name),
    synonyms: [
      "type": "backoff", "strategy": "backoff", "behavior": "backoff", "maxAttempt": "max",
      "maxAttempts": "max", "max_attempts": "max", "max-attempts": "max", "attempts": "max",
      "count": "max", "limit": "max", "times": "max", "max_retries": "max", "interval": "initial",
      "delay": "initial", "wait": "initial", "period": "initial", "initialInterval": "initial",
      "initial_interval": "initial", "maxInterval": "cap", "max_interval": "cap",
      "max_delay": "cap",
      "maxDelay": "cap", "on": "only", "when": "only", "classes": "only",
    ],
    reshaped: [
      "maxAttempt", "maxAttempts", "max_attempts", "max-attempts", "attempts", "behavior",
    ],
    lessons: [
      "maxAttempt": maximum, "maxAttempts": maximum, "max_attempts": maximum,
      "max-attempts": maximum,
      "attempts": maximum,
      "type": "`constant` or `exponential`; how long to wait is drawn at random up to the bound",
    ],
    advice: [
      "maxDuration": duration, "max_elapsed_time": duration, "max-duration": duration,
      "multiplier": doubling, "delayFactor": doubling, "factor": doubling,
      "jitter": "how long to wait is always drawn at random up to the bound; the key can go",
      "warningOnRetry": "each repetition is an event of the run; the key can go",
    ],
    rewrites: [
      "maxAttempt": repetitions, "maxAttempts": repetitions, "max_attempts": repetitions,
      "max-attempts": repetitions, "attempts": repetitions,
    ])

  private static let maximum = "`max` counts the attempts after the first one"
  private static let duration =
    "how long all attempts may take together is `deadline` of the stage, beside `retry`"
  private static let doubling = "an exponential wait doubles each time, up to `cap`; the key can go"
  private static let repetitions: @Sendable (Node) -> String? = { node in
    node.wholeNumber.map { "max: \(max(0, $0 - 1))" }
  }

  static let concurrency = KeySet(
    owner: "`concurrency`", names: ["group", "max", "policy"],
    synonyms: [
      "key": "group", "name": "group", "id": "group", "limit": "max", "count": "max",
      "maximum": "max", "size": "max", "behavior": "policy", "behaviour": "policy",
      "strategy": "policy", "on-conflict": "policy", "mode": "policy",
    ],
    lessons: [
      "limit": "runs of one `group` exclude each other; `max` of them may run at once"
    ],
    advice: ["cancel-in-progress": "write `policy: cancel`, or `policy: queue` to wait"],
    rewrites: [
      "cancel-in-progress": { node in
        node.isTrue ? "policy: cancel" : node.scalar?.text == "false" ? "policy: queue" : nil
      }
    ])

  static let hooks = KeySet(
    owner: "`hooks`", names: HookDeclaration.Occasion.allCases.map(\.rawValue),
    synonyms: [
      "success": "completed", "succeeded": "completed", "on-success": "completed",
      "on_success": "completed", "onSuccess": "completed", "complete": "completed",
      "done": "finished", "end": "finished", "ended": "finished", "always": "finished",
      "finally": "finished", "finish": "finished", "start": "started", "begin": "started",
      "created": "started", "failure": "failed", "fail": "failed", "error": "failed",
      "errors": "failed", "on-failure": "failed", "on_failure": "failed", "onFailure": "failed",
      "cancel": "cancelled", "canceled": "cancelled", "aborted": "cancelled", "killed": "cancelled",
    ],
    advice: [
      "webhook": "first when, then whom: `hooks: { finished: { webhook: https://… } }`",
      "url": "first when, then whom: `hooks: { finished: { webhook: https://… } }`",
      "progress":
        "progress is followed on the run's event stream; hooks are told of its beginning and end",
    ])

  static let hook = KeySet(
    owner: "a hook", names: ["webhook", "secret"],
    synonyms: [
      "url": "webhook", "uri": "webhook", "address": "webhook", "href": "webhook", "to": "webhook",
      "endpoint": "webhook", "http": "webhook", "post": "webhook", "key": "secret",
      "token": "secret",
      "signature": "secret", "sign": "secret", "signing-secret": "secret",
    ],
    advice: [
      "method": message, "headers": message, "body": message, "payload": message,
      "template": message,
      "content-type": message, "auth": message, "authorization": message,
      "retry": "a message is sent again by itself until it is taken; the key can go",
      "timeout": "a message is sent again by itself until it is taken; the key can go",
      "email": "a hook tells a web address; write `webhook: https://…`",
      "slack": "a hook tells a web address; write `webhook: https://…`",
      "run": "a hook tells a web address; write `webhook: https://…`",
      "events": "first when, then whom: `hooks: { failed: { webhook: https://… } }`",
      "on": "first when, then whom: `hooks: { failed: { webhook: https://… } }`",
    ])

  private static let message =
    "a webhook is always a POST of the run's state as JSON, signed where there is a `secret`; the key can go"
}

extension Node {
  /// A scalar that is a number from 0.
  var wholeNumber: Int? {
    scalar.flatMap { Int($0.text) }.flatMap { $0 >= 0 ? $0 : nil }
  }

  var isTrue: Bool { scalar?.text == "true" }
}
