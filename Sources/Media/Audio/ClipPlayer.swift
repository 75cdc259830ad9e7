import FFmpeg
import Foundation
import Pipeline
import Threads

/// Plays one clip of a mix: its stretch of the file, loop, level and fades. One thread.
///
/// Of a clip that began before the film, what comes before it is passed over.
final class ClipPlayer {
  /// In samples on the film's clock.
  let start: Int64
  let end: Int64

  private let name: String
  private let level: ClipLevel
  private var reader: LoopedReader?
  private var tempo: TempoReader?
  /// Decoded and not yet played, interleaved, from `head` on.
  private var samples: [Float] = []
  private var head = 0

  init(
    _ clip: AudioClip, url: URL, sampleRate: Int, cancellation: CancellationFlag
  ) throws(MediaError) {
    let rate = Int64(sampleRate)
    name = clip.source.name
    start = clip.at.count(per: rate)
    end = clip.end.count(per: rate)
    level = ClipLevel(clip, sampleRate: sampleRate)
    let passed = end > 0 ? Double(max(0, -start)) * (clip.speed ?? 1) : 0
    reader = try LoopedReader(
      clip, url: url, sampleRate: sampleRate, channels: AudioMixer.channels,
      passingOver: Int64(passed.rounded(.toNearestOrEven)), cancellation: cancellation)
    if let speed = clip.speed {
      tempo = try reading(clip.source.name) { () throws(FFmpegError) in
        try TempoReader(sampleRate: sampleRate, speed: speed)
      }
    }
  }

  /// Adds what is heard of it in the samples from `position` on. Positions must follow each other.
  func add(to block: inout [Float], at position: Int64) throws(MediaError) {
    let count = Int64(block.count / AudioMixer.channels)
    let first = max(start, position)
    let last = min(end, position + count)
    guard last > first else { return }
    let wanted = Int(last - first) * AudioMixer.channels
    try fill(wanted)
    let available = min(wanted, samples.count - head)
    let offset = Int(first - position) * AudioMixer.channels
    let factors = level.factors(from: first - start, count: available / AudioMixer.channels)
    for index in factors.indices {
      let factor = factors[index]
      let left = index * AudioMixer.channels
      block[offset + left] += samples[head + left] * factor
      block[offset + left + 1] += samples[head + left + 1] * factor
    }
    drop(available)
  }

  /// Decodes until `count` floats are there or nothing more comes.
  private func fill(_ count: Int) throws(MediaError) {
    while samples.count - head < count, let reader {
      guard try !read(reader) else { continue }
      self.reader = nil
      try tempo?.finish(as: name, into: &samples)
    }
  }

  private func read(_ reader: LoopedReader) throws(MediaError) -> Bool {
    if tempo == nil { return try reader.read(into: &samples) }
    return try tempo?.read(reader, as: name, into: &samples) ?? false
  }

  private func drop(_ count: Int) {
    head += count
    guard head > 1 << 16 || head == samples.count else { return }
    samples.removeSubrange(0..<head)
    head = 0
  }
}
