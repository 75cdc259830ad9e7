/// Fetches files that are named by their addresses, into the artifact store.
///
/// # What it promises
/// Only `http` and `https` are fetched, and only from hosts that the operator lets runs reach, wherever a name or a redirect leads.
/// What comes is bounded in size and time and kept by its content. A fetch that was cut short goes on where it
/// was when the server allows that, also in another process. What is fetched already is used again as
/// long as the server says that it is still the same.
///
/// # Cancellation
/// A cancelled fetch ends within a second, with `CancellationError` or a `StageError` of that class.
///
/// # Errors
/// `StageError` with the address as it may be shown. Errors that may go away by themselves have been tried again before.
public protocol SourceFetching: Sendable {
  /// How many sources one run fetches at once.
  var parallel: Int { get }
  /// Why an address will never be fetched, in a sentence; nil when it may be tried. Does not use the network, so a
  /// name that leads to a forbidden address passes here and is refused when it is connected to.
  func refusal(of address: SourceAddress) -> String?
  /// What came from there last, if it is still stored. Does not use the network.
  func known(_ address: SourceAddress) async -> FileReference?
  /// Fetches, or makes sure that what is stored is still the same.
  func fetch(_ order: SourceOrder) async throws -> FetchedSource
}

/// What is to be fetched.
public struct SourceOrder: Sendable {
  public var address: SourceAddress
  /// A type of file; what comes is looked into and must be that.
  public var type: ValueType
  /// Is told what happens; must not wait.
  public var report: @Sendable (SourceReport) -> Void

  public init(
    _ address: SourceAddress, as type: ValueType,
    report: @escaping @Sendable (SourceReport) -> Void = { _ in }
  ) {
    self.address = address
    self.type = type
    self.report = report
  }
}

/// What happens to one source.
public enum SourceReport: Sendable {
  /// Bytes; `total` is nil until the server has said it, or when it does not.
  case progress(done: Int, total: Int?)
  case log(String)
  /// An attempt, from 1, failed; the next one begins after `delay`.
  case retrying(StageError, attempt: Int, delay: Duration)
}

/// A source that is in the store.
public struct FetchedSource: Sendable {
  public var file: FileReference
  /// Why it was fetched, or was not: `cached` where what was stored is used.
  public var decision: TaskDecision

  /// What stands in the decision for the bytes themselves.
  public static let bytesPart = "bytes"

  public init(_ file: FileReference, _ decision: TaskDecision) {
    self.file = file
    self.decision = decision
  }
}

/// For hosts that fetch nothing.
public struct NoSources: SourceFetching {
  public init() {}

  public var parallel: Int { 1 }

  public func refusal(of address: SourceAddress) -> String? {
    "`\(address)` is not fetched by this host; give a file, or upload it and name the upload"
  }

  public func known(_ address: SourceAddress) async -> FileReference? { nil }

  public func fetch(_ order: SourceOrder) async throws -> FetchedSource {
    throw StageError(.invalidInput, refusal(of: order.address) ?? "")
  }
}
