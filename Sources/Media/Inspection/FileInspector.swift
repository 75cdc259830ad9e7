import FFmpeg
public import Foundation
import Pipeline
import Threads

/// Finds out everything about one media file.
public enum FileInspector {
  /// - Parameters:
  ///   - name: what people call the file.
  ///   - measuresLoudness: decodes all of its sound.
  public static func inspect(
    _ url: URL, as name: String, measuresLoudness: Bool = false
  ) async throws -> FileFacts {
    let info = try await MediaProbe.probe(url, as: name)
    var facts = try await withCancellationFlag { cancellation in
      try await BlockingThread.run("inspect") { () throws(MediaError) in
        try look(at: url, name, info, cancellation)
      }
    }
    if !info.isStillImage {
      facts.problems = try await MediaCheck.damage(in: url, as: name).map(\.message)
    }
    if measuresLoudness, info.audio != nil { facts.loudness = try await loudness(url, name) }
    return facts
  }

  private static func look(
    at url: URL, _ name: String, _ info: MediaInfo, _ cancellation: CancellationFlag
  ) throws(MediaError) -> FileFacts {
    let demuxer = try reading(name) { () throws(FFmpegError) in
      try Demuxer.open(url, cancellation: cancellation)
    }
    let tags = demuxer.tags
    let seconds = info.duration.map { ($0.seconds * 1e6).rounded() / 1e6 }
    return FileFacts(
      file: name, container: info.formatName, byteCount: info.byteCount, duration: seconds,
      bitsPerSecond: seconds.map { Int((Double(info.byteCount) * 8 / max(1e-6, $0)).rounded()) },
      isStillImage: info.isStillImage,
      picture: info.video.map { picture($0, demuxer.bestStream(.video)) },
      sound: info.audio.map { sound($0, demuxer.bestStream(.audio)) },
      streamCount: info.streamCount, tags: tags,
      provenance: tags[ProvenanceText.tag].flatMap(ProvenanceText.init(parsing:)), loudness: nil,
      problems: [])
  }

  private static func picture(
    _ video: VideoStreamInfo, _ stream: StreamInfo?
  ) -> FileFacts.Picture {
    FileFacts.Picture(
      codec: video.codec, profile: stream?.profile, size: "\(video.size)",
      codedSize: video.codedSize == video.size ? nil : "\(video.codedSize)",
      frameRate: video.frameRate.map { "\($0.numerator)/\($0.denominator)" },
      isVariable: video.isVariable, frameCount: video.frameCount, rotation: video.rotation,
      pixelFormat: video.pixelFormat, hasAlpha: video.hasAlpha,
      colourPrimaries: stream?.colourPrimaries, colourTransfer: video.colourTransfer,
      colourMatrix: stream?.colourMatrix,
      colourRange: stream?.isFullRange.map { $0 ? "full" : "limited" },
      bitsPerSecond: stream?.bitsPerSecond)
  }

  private static func sound(_ audio: AudioStreamInfo, _ stream: StreamInfo?) -> FileFacts.Sound {
    FileFacts.Sound(
      codec: audio.codec, profile: stream?.profile, sampleRate: audio.sampleRate,
      channels: audio.channels,
      duration: audio.duration.map { ($0.seconds * 1e6).rounded() / 1e6 },
      language: stream?.language, bitsPerSecond: stream?.bitsPerSecond)
  }

  /// Of a mix to two channels.
  private static func loudness(_ url: URL, _ name: String) async throws -> Double? {
    try await withCancellationFlag { cancellation in
      try await BlockingThread.run("loudness") { () throws(any Error) in
        let rate = 48_000
        var meter = LoudnessMeter(sampleRate: rate)
        try AudioDecoder.decode(
          url, as: name, sampleRate: rate, channels: 2, cancellation: cancellation
        ) { meter.add(Array($0)) }
        return meter.integrated.map { ($0 * 10).rounded() / 10 }
      }
    }
  }

  /// Whether the first picture of a file can be decoded without any before it; nil for a file without pictures.
  static func beginsWithKeyframe(_ url: URL, as name: String) throws(MediaError) -> Bool? {
    try reading(name) { () throws(FFmpegError) in
      var demuxer = try Demuxer.open(url)
      guard let picture = demuxer.bestStream(.video) else { return nil }
      while let packet = try demuxer.read() {
        if packet.streamIndex == picture.index { return packet.isKeyframe }
      }
      return nil
    }
  }
}
