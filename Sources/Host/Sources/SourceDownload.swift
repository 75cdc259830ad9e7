import Foundation
import HTTPClient
import Pipeline

/// Gets one file from its address, as often as it takes, and goes on where the connection broke.
struct SourceDownload: Sendable {
  enum Outcome: Sendable {
    /// It is still the version that is stored; the version as the server now calls it.
    case unchanged(SourceVersion)
    /// It is complete, in the partial file.
    case received(SourceVersion)
  }

  /// An attempt that brought so many bytes does not count: the connection is bad, but it works.
  private static let worthwhile = 1 << 20

  let client: HTTPClient
  let shelf: SourceShelf
  let address: SourceAddress
  let key: Digest
  let settings: SourceSettings
  let retry: HTTPRetry
  let clock: any Clock<Duration>
  let report: @Sendable (SourceReport) -> Void

  /// - Parameter stored: the version that is stored; nil when none is.
  func perform(stored: SourceVersion?) async throws -> Outcome {
    let deadline = ContinuousClock.now + settings.timeLimit
    var attempt = 1
    var numbers = SystemRandomNumberGenerator()
    while true {
      let before = shelf.byteCount(key)
      do {
        return try await attempted(stored: stored, until: deadline)
      } catch {
        if error.reason == .cancelled { throw CancellationError() }
        if ContinuousClock.now >= deadline { throw SourceProblem.outOfTime(address, settings) }
        if shelf.byteCount(key) - before >= Self.worthwhile { attempt = 1 }
        let failure = SourceProblem.error(error, address, settings)
        guard error.isTransient || error.reason == .badResponse,
          let delay = retry.delay(
            afterAttempt: attempt, retryAfter: error.retryAfter, using: &numbers)
        else {
          if error.reason == .file || error.reason == .tooLarge { shelf.dropPartial(key) }
          throw failure
        }
        report(.retrying(failure, attempt: attempt, delay: delay))
        try await clock.sleep(for: delay)
        attempt += 1
      }
    }
  }

  /// A beginning that the server does not go on with is dropped, and the file asked for from its first byte on, once.
  private func attempted(
    stored: SourceVersion?, until deadline: ContinuousClock.Instant
  ) async throws(HTTPError) -> Outcome {
    guard let (version, count) = shelf.beginning(key), let validator = version.rangeValidator
    else { return try await once(stored: stored, goingOn: nil, until: deadline) }
    do {
      return try await once(
        stored: stored, goingOn: (version, .init(byteCount: count, validator: validator)),
        until: deadline)
    } catch  where error.reason == .badResponse || error.reason == .status(416) {
      shelf.dropPartial(key)
      report(.log("\(address) is fetched from its beginning again: \(error.message)"))
      return try await once(stored: stored, goingOn: nil, until: deadline)
    }
  }

  private func once(
    stored: SourceVersion?,
    goingOn: (version: SourceVersion, beginning: PartialDownload.Beginning)?,
    until deadline: ContinuousClock.Instant
  ) async throws(HTTPError) -> Outcome {
    var request = HTTPRequest("GET", address.text, limits: settings.limits)
    request.limits.total = max(deadline - ContinuousClock.now, .milliseconds(1))
    // Nothing is unpacked here, so that what is counted is what is kept.
    request.headers = [HTTPHeader("Accept-Encoding", "identity")] + (stored?.conditions ?? [])
    let download = PartialDownload(
      to: shelf.partialFile(key), goingOnFrom: goingOn?.beginning
    ) { [shelf, key] head in
      if head.status != 206 { shelf.begin(key, SourceVersion(head, now: .now)) }
    } progress: { [report] in
      report(.progress(done: $0.received, total: $0.total))
    }
    let response = try await client.fetch(request, into: download)
    switch response.status {
    case 200: return .received(SourceVersion(response, now: .now))
    case 206:
      try checkWhole(response)
      return .received(goingOn?.version ?? SourceVersion(response, now: .now))
    case 304 where stored != nil:
      shelf.dropPartial(key)
      return .unchanged(SourceVersion(response, now: .now))
    default:
      if response.isSuccess { shelf.dropPartial(key) }
      throw SourceProblem.refused(response)
    }
  }

  /// The rest of a file must make it as long as the server says that it is.
  private func checkWhole(_ response: HTTPResponse) throws(HTTPError) {
    let total = response.headers["Content-Range"].flatMap(ContentRange.init)?.total
    guard let total, shelf.byteCount(key) != total else { return }
    throw SourceProblem.badResponse(
      "it says that the file has \(total) bytes, and \(shelf.byteCount(key)) came")
  }
}
