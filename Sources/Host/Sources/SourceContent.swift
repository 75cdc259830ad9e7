import Foundation
import Media
import Pipeline

/// Looks into what was fetched: what a server or a name says about it does not count.
enum SourceContent {
  /// Throws `StageError` (invalid-input) when a file is not of the type that is wanted.
  static func check(_ url: URL, of address: SourceAddress, as type: ValueType) async throws {
    let wanted = type.unwrapped
    guard wanted != .file else { return }
    if let kind = kind(ofTextIn: url) {
      throw problem(address, wanted, "it is \(kind)", advice(for: kind))
    }
    let info: MediaInfo
    do throws(MediaError) {
      info = try await MediaProbe.probe(url, as: "\(address)")
    } catch {
      if error.reason == .cancelled { throw CancellationError() }
      var failure = problem(
        address, wanted, "it cannot be read as media: it is damaged, cut short or of another kind",
        "look at what the address gives in a browser")
      failure.cause = error.cause ?? error.message
      throw failure
    }
    switch wanted {
    case .audio where info.audio == nil:
      throw problem(address, wanted, "there is no sound in it", "give a file with sound")
    case .image where info.video == nil, .video where info.video == nil:
      throw problem(address, wanted, "there is no picture in it", "give a file with one")
    default: return
    }
  }

  private static func problem(
    _ address: SourceAddress, _ type: ValueType, _ what: String, _ advice: String
  ) -> StageError {
    let name =
      switch type {
      case .audio: "sound"
      case .image: "a picture"
      case .video: "a video"
      default: "a picture, sound or video"
      }
    return StageError(
      .invalidInput, "`\(address)` was fetched but is not \(name): \(what); \(advice)")
  }

  private static func advice(for kind: String) -> String {
    kind.contains("page")
      ? "give the address of the file itself, not of a page about it"
      : "give the address of a media file"
  }

  // MARK: Text

  /// What a file of text is; nil for what may be media.
  private static func kind(ofTextIn url: URL) -> String? {
    guard let file = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? file.close() }
    guard let bytes = try? file.read(upToCount: 1024) else { return nil }
    return kind(ofText: bytes)
  }

  static func kind(ofText beginning: Data) -> String? {
    var bytes = beginning[...]
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
    let text = String(decoding: bytes.drop { $0 <= 0x20 }.prefix(200), as: UTF8.self).lowercased()
    if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") || text.hasPrefix("<head")
      || text.hasPrefix("<body") || text.contains("<html")
    {
      return "a web page (HTML)"
    }
    if text.hasPrefix("#extm3u") { return "a playlist, whose parts are not fetched" }
    if text.hasPrefix("<?xml") || text.hasPrefix("<svg") || text.hasPrefix("<error") {
      return "an XML text"
    }
    // No media file that we read begins like that.
    if text.hasPrefix("{\"") || text.hasPrefix("{\n") || text.hasPrefix("[{") {
      return "a JSON text"
    }
    if bytes.starts(with: [0x1F, 0x8B]) { return "packed with gzip, and is not unpacked here" }
    return nil
  }
}
