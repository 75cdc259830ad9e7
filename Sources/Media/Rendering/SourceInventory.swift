import FFmpeg
import Foundation
import Pipeline
import Threads

/// What must be known about the files of a film before it begins; each is looked at once.
final class SourceInventory: Sendable {
  struct Source: Sendable {
    let isStill: Bool
    /// Its pictures hide everything below them.
    let isOpaque: Bool
  }

  private let files: SourceFiles
  private let cancellation: CancellationFlag
  private let known = Locked<[Digest: Source]>([:])

  init(_ files: SourceFiles, cancellation: CancellationFlag) {
    self.files = files
    self.cancellation = cancellation
  }

  /// Throws when the file is no picture or video.
  func source(_ file: FileReference) throws(MediaError) -> Source {
    if let source = known.withLock({ $0[file.digest] }) { return source }
    let source = try look(at: file)
    known.withLock { $0[file.digest] = source }
    return source
  }

  private func look(at file: FileReference) throws(MediaError) -> Source {
    let url = try files.url(of: file)
    var demuxer = try reading(file.name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    guard let stream = demuxer.bestStream(.video) else {
      throw MediaError(.noPicture, "`\(file.name)` has no picture in it")
    }
    try reading(file.name) { () throws(FFmpegError) in
      try Decoder.checkSize(width: stream.width, height: stream.height)
    }
    return Source(
      isStill: try isStill(&demuxer, name: file.name), isOpaque: !stream.hasAlpha)
  }

  private func isStill(_ demuxer: inout Demuxer, name: String) throws(MediaError) -> Bool {
    if demuxer.formatName.hasSuffix("_pipe") { return true }
    guard demuxer.formatName == "gif" || demuxer.formatName == "apng" else { return false }
    return try reading(name) { () throws(FFmpegError) in
      let first = try demuxer.read()
      guard first != nil else { return true }
      return try demuxer.read() == nil
    }
  }
}
