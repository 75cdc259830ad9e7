/// What a film says about itself beside its pictures and sound. It is written into every file that can hold it.
///
/// Equal films with equal metadata have equal bytes: nothing in it may differ from run to run.
public struct FilmMetadata: Sendable, Hashable {
  /// By FFmpeg's names, such as `title`, `comment` and `description`: in the `udta` box of an MP4, as tags of a
  /// Matroska file.
  public var tags: [String: String]
  /// Lines of an HLS package's master playlist.
  public var sessionData: [MasterPlaylist.SessionData]

  public static let none = FilmMetadata()

  public init(tags: [String: String] = [:], sessionData: [MasterPlaylist.SessionData] = []) {
    self.tags = tags
    self.sessionData = sessionData
  }
}
