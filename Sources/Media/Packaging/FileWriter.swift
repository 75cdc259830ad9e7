import FFmpeg
import Foundation

/// Writes a film into one file. It grows under another name beside its place and is moved there when complete.
///
/// One thread.
final class FileWriter {
  private let target: URL
  private let partial: URL
  private let streams: FilmStreams
  private var muxer: Muxer?
  private let what: String
  private var isInPlace = false

  /// - Parameter contents: no more will be written.
  init(
    _ target: URL, container: Container, streams: FilmStreams, contents: FilmContents,
    metadata: FilmMetadata
  ) throws(MediaError) {
    self.target = target
    self.streams = streams
    what = "`\(target.lastPathComponent)`"
    let partial = target.deletingLastPathComponent().appendingPathComponent(
      ".\(UUID().uuidString).\(container.fileExtension)")
    self.partial = partial
    do throws(FFmpegError) {
      muxer = try Muxer.open(
        container.format, file: partial, streams: streams.parameters,
        options: container.muxerOptions(for: contents, metadata), tags: metadata.tags)
    } catch {
      try? FileManager.default.removeItem(at: partial)
      throw MediaError(writing: "`\(target.lastPathComponent)`", error)
    }
  }

  /// Packets come in order of decoding, streams interleaved.
  func write(_ packet: FilmPacket) throws(MediaError) {
    let index = streams.index(of: packet.stream)
    try writing(what) { () throws(FFmpegError) in
      try muxer?.write(packet.packet, stream: index)
    }
  }

  /// Makes the file appear.
  func finish() throws(MediaError) -> RenderedPackage {
    try writing(what) { () throws(FFmpegError) in try muxer?.finish() }
    muxer = nil
    guard rename(partial.path, target.path) == 0 else {
      throw MediaError(
        .unwritable, "\(what) could not be put in its place",
        cause: String(cString: strerror(errno)))
    }
    isInPlace = true
    return RenderedPackage(
      entry: target, files: [target.lastPathComponent], segmentCount: 0, master: nil)
  }

  /// Removes what was written. Called instead of `finish`, or after it threw.
  func abandon() {
    muxer = nil
    try? FileManager.default.removeItem(at: isInPlace ? target : partial)
  }
}
