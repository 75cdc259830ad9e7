public import Foundation
public import Pipeline

extension StageContext {
  /// Keeps the segments of a stream as it is made: each goes to the store as soon as it can be played, and is told of.
  ///
  /// - Parameters:
  ///   - output: the stage's output that will hold the stream.
  ///   - folder: the package's. Segments are no longer in it afterwards.
  ///   - body: makes the stream, and hands on each segment that can be played.
  /// - Returns: the files that were kept, by their path within the package.
  public func keepingSegments<Result: Sendable>(
    of output: String, in folder: URL,
    _ body: (@escaping @Sendable (ReadySegment) -> Void) async throws -> Result
  ) async throws -> (result: Result, files: [String: FileReference]) {
    let (segments, feed) = AsyncStream.makeStream(of: ReadySegment.self)
    async let kept = keep(segments, of: output, in: folder)
    do {
      let result = try await body { feed.yield($0) }
      feed.finish()
      return (result, try await kept)
    } catch {
      feed.finish()
      _ = try? await kept
      throw error
    }
  }

  private func keep(
    _ segments: AsyncStream<ReadySegment>, of output: String, in folder: URL
  ) async throws -> [String: FileReference] {
    var files: [String: FileReference] = [:]
    for await segment in segments {
      if let header = segment.form.header {
        let path = Self.path(of: header, in: folder)
        if files[path] == nil {
          files[path] = try await store(header, as: header.lastPathComponent)
        }
      }
      let path = Self.path(of: segment.file, in: folder)
      let file = try await store(segment.file, as: segment.file.lastPathComponent)
      files[path] = file
      announce(
        PlayableSegment(
          output: output, rendition: rendition(of: segment, in: folder, files),
          index: segment.index, start: segment.start, duration: segment.duration, path: path,
          file: file))
    }
    return files
  }

  private func rendition(
    of segment: ReadySegment, in folder: URL, _ files: [String: FileReference]
  ) -> PlayableRendition {
    let form = segment.form
    var rendition = PlayableRendition(
      name: segment.rendition, kind: form.isSoundForAll ? .audio : .media,
      playlist: Self.path(of: segment.playlist, in: folder), targetDuration: form.targetDuration,
      codecs: form.codecs, size: form.size, frameRate: form.frameRate)
    if let header = form.header.map({ Self.path(of: $0, in: folder) }), let file = files[header] {
      rendition.header = .init(path: header, file: file)
    }
    return rendition
  }

  /// Keeps the subtitles of a stream, and tells of them, so that they can be had from its first segment on.
  ///
  /// - Returns: all of their files, by their path within the package.
  public func keep(
    _ subtitles: SubtitlePackage, of output: String
  ) async throws -> [String: FileReference] {
    var files: [String: FileReference] = [:]
    for track in subtitles.tracks {
      let playlist = track.rendition.playlist
      files[playlist] = try await store(track.playlist, at: playlist)
      for (index, segment) in track.segments.enumerated() {
        let file = try await store(segment.text, at: segment.path)
        files[segment.path] = file
        announce(
          PlayableSegment(
            output: output, rendition: track.rendition, index: index, start: segment.start,
            duration: segment.duration, path: segment.path, file: file))
      }
    }
    return files
  }

  private func store(_ text: String, at path: String) async throws -> FileReference {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    let file = newFile(name)
    do { try Data(text.utf8).write(to: file) } catch {
      throw MediaError(storing: "`\(name)`", error)
    }
    return try await store(file, as: name)
  }

  private static func path(of file: URL, in folder: URL) -> String {
    file.pathComponents.dropFirst(folder.pathComponents.count).joined(separator: "/")
  }
}
