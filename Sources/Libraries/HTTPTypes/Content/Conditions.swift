/// What a request's conditions come to (RFC 9110 section 13.2.2).
public enum ConditionOutcome: Sendable, Hashable {
  case proceed
  /// The client has this version: 304.
  case notModified
  /// 412.
  case failed
}

extension Validators {
  /// Evaluates `If-Match`, `If-Unmodified-Since`, `If-None-Match` and `If-Modified-Since` in the order of the
  /// standard.
  ///
  /// - Parameter exists: whether there is a current version at all, for `*`.
  public func evaluate(
    _ method: Method, _ headers: Headers, exists: Bool = true
  ) -> ConditionOutcome {
    let isRead = method == .get || method == .head
    if headers.contains(.ifMatch) {
      if !matches(headers, .ifMatch, exists, { $0.matchesStrongly($1) }) { return .failed }
    } else if let since = headers[.ifUnmodifiedSince].flatMap(HTTPDate.init) {
      if let lastModified, lastModified > since { return .failed }
    }
    if headers.contains(.ifNoneMatch) {
      if matches(headers, .ifNoneMatch, exists, { $0.matchesWeakly($1) }) {
        return isRead ? .notModified : .failed
      }
    } else if isRead, let since = headers[.ifModifiedSince].flatMap(HTTPDate.init) {
      if let lastModified, lastModified <= since { return .notModified }
    }
    return .proceed
  }

  /// Whether `If-Range` lets a range through; true without one.
  func allowsRange(_ headers: Headers) -> Bool {
    guard let text = headers[.ifRange] else { return true }
    if let wanted = ETag(field: text) { return eTag?.matchesStrongly(wanted) == true }
    guard let date = HTTPDate(text), let lastModified else { return false }
    return date == lastModified
  }

  private func matches(
    _ headers: Headers, _ name: FieldName, _ exists: Bool, _ compare: (ETag, ETag) -> Bool
  ) -> Bool {
    let members = headers.list(of: name)
    if members == ["*"] { return exists }
    guard exists, let eTag else { return false }
    return members.compactMap { ETag(field: $0) }.contains { compare($0, eTag) }
  }
}
