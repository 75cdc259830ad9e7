import Foundation

/// The name of a video: a UUID, which is the id of the run that makes it.
///
/// It is all that has to be remembered of a video, and the journal does: no other run has a name of this form.
struct VideoID: Sendable, Hashable, CustomStringConvertible {
  /// In lower case.
  let description: String

  /// One that nobody has.
  init() { description = UUID().uuidString.lowercased() }

  /// Nil for a text that is no UUID. Case does not matter (RFC 9562, 4).
  init?(_ text: String) {
    guard text.utf8.count == 36, let id = UUID(uuidString: text) else { return nil }
    description = id.uuidString.lowercased()
  }
}
