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

  private let clip: AudioClip
  private let url: URL
  private let sampleRate: Int
  private let cancellation: CancellationFlag
  private let level: ClipLevel
  private var reader: AudioReader?
  private var tempo: TempoReader?
  /// Decoded and not yet played, interleaved, from `head` on.
  private var samples: [Float] = []
  private var head = 0
  /// The current round of the loop has given sound.
  private var hasSounded = false

  init(
    _ clip: AudioClip, url: URL, sampleRate: Int, cancellation: CancellationFlag
  ) throws(MediaError) {
    let rate = Int64(sampleRate)
    self.clip = clip
    self.url = url
    self.sampleRate = sampleRate
    self.cancellation = cancellation
    start = clip.at.count(per: rate)
    end = clip.end.count(per: rate)
    level = ClipLevel(clip, sampleRate: sampleRate)
    reader = try open(passingOver: max(0, -start))
    if let speed = clip.speed {
      tempo = try reading(clip.source.name) { () throws(FFmpegError) in
        try TempoReader(sampleRate: sampleRate, speed: speed)
      }
    }
  }

  private func open(at offset: MediaTime = .zero) throws(MediaError) -> AudioReader {
    try AudioReader(
      url, as: clip.source.name, sampleRate: sampleRate, channels: AudioMixer.channels,
      from: clip.sourceStart + offset, cancellation: cancellation)
  }

  /// - Parameter count: samples of the film.
  private func open(passingOver count: Int64) throws(MediaError) -> AudioReader {
    guard count > 0, end > 0 else { return try open() }
    let sounding =
      clip.speed.map { Int64((Double(count) * $0).rounded(.toNearestOrEven)) } ?? count
    let offset = clip.loops ? try placeInRound(sounding) : sounding
    return try open(at: MediaTime(count: offset, per: Int64(sampleRate)))
  }

  /// How many samples of its round have been heard when a clip that loops has played `count` of them.
  private func placeInRound(_ count: Int64) throws(MediaError) -> Int64 {
    let reader = try open()
    var heard: Int64 = 0
    var block: [Float] = []
    while try reader.read(into: &block) {
      heard += Int64(block.count / AudioMixer.channels)
      block.removeAll(keepingCapacity: true)
      if heard > count { return count }
    }
    return heard > 0 ? count % heard : 0
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
    for (index, factor) in factors.enumerated() {
      let left = index * AudioMixer.channels
      block[offset + left] += samples[head + left] * factor
      block[offset + left + 1] += samples[head + left + 1] * factor
    }
    drop(available)
  }

  /// Decodes until `count` floats are there or nothing more comes.
  private func fill(_ count: Int) throws(MediaError) {
    while samples.count - head < count, let reader {
      let before = samples.count
      if try read(reader) {
        hasSounded = hasSounded || samples.count > before
      } else if clip.loops, hasSounded {
        hasSounded = false
        self.reader = try open()
      } else {
        self.reader = nil
        try tempo?.finish(as: clip.source.name, into: &samples)
      }
    }
  }

  private func read(_ reader: AudioReader) throws(MediaError) -> Bool {
    if tempo == nil { return try reader.read(into: &samples) }
    return try tempo?.read(reader, as: clip.source.name, into: &samples) ?? false
  }

  private func drop(_ count: Int) {
    head += count
    guard head > 1 << 16 || head == samples.count else { return }
    samples.removeSubrange(0..<head)
    head = 0
  }
}
