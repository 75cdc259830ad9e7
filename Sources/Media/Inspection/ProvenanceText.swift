public import Pipeline

/// What a file says about its making, as one line: the form in containers and playlists.
///
///     videocraft version=0.1.0 pipeline=narrated pipeline-digest=sha256:… film-digest=sha256:…
///
/// It goes into every container's `comment`, because that is the one place that all of them have, and all players keep.
public struct ProvenanceText: Sendable, Hashable, Codable {
  /// Of the comment in a file.
  public static let tag = "comment"
  /// The `DATA-ID` in a playlist.
  public static let sessionDataID = "com.videocraft.provenance"

  public var provenance: Provenance
  /// Of the timeline that was rendered (`Timeline.filmDigest`).
  public var filmDigest: Digest

  public init(_ provenance: Provenance, filmDigest: Digest) {
    self.provenance = provenance
    self.filmDigest = filmDigest
  }

  /// Nil for a text that is nothing of the kind. Words that are not known are passed over.
  public init?(parsing text: String) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.first == "videocraft" else { return nil }
    var values: [String: String] = [:]
    for word in words.dropFirst() {
      let pair = word.split(separator: "=", maxSplits: 1)
      if pair.count == 2 { values[String(pair[0])] = String(pair[1]) }
    }
    guard let version = values["version"], let pipeline = values["pipeline"],
      let digest = Self.digest(values["pipeline-digest"]),
      let film = Self.digest(values["film-digest"])
    else { return nil }
    self.init(
      Provenance(pipeline: pipeline, digest: digest, version: version), filmDigest: film)
  }

  public var text: String {
    "videocraft version=\(provenance.version) pipeline=\(provenance.pipeline) "
      + "pipeline-digest=sha256:\(provenance.digest) film-digest=sha256:\(filmDigest)"
  }

  private static func digest(_ text: String?) -> Digest? {
    guard let text, text.hasPrefix("sha256:") else { return nil }
    return Digest(hex: String(text.dropFirst("sha256:".count)))
  }
}
