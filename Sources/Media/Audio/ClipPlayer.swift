import Foundation
import Pipeline
import Threads

/// Plays one clip of a mix: its stretch of the file, loop, level and fades. One thread.
final class ClipPlayer {
  /// In samples on the film's clock.
  let start: Int64
  let end: Int64

  private let clip: AudioClip
  private let url: URL
  private let sampleRate: Int
  private let cancellation: CancellationFlag
  private let level: Float
  private let fadeIn: Int64
  private let fadeOut: Int64
  private var reader: AudioReader?
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
    level = Float(pow(10, min(max(clip.gain, -200), 60) / 20))
    fadeIn = max(0, clip.fadeIn.count(per: rate))
    fadeOut = max(0, clip.fadeOut.count(per: rate))
    reader = try open()
  }

  private func open() throws(MediaError) -> AudioReader {
    try AudioReader(
      url, as: clip.source.name, sampleRate: sampleRate, channels: AudioMixer.channels,
      from: clip.sourceStart, cancellation: cancellation)
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
    for index in stride(from: 0, to: available, by: AudioMixer.channels) {
      let factor = level * fade(at: first + Int64(index / AudioMixer.channels))
      block[offset + index] += samples[head + index] * factor
      block[offset + index + 1] += samples[head + index + 1] * factor
    }
    drop(available)
  }

  private func fade(at position: Int64) -> Float {
    var factor: Float = 1
    if fadeIn > 0, position - start < fadeIn { factor = Float(position - start) / Float(fadeIn) }
    if fadeOut > 0, end - position < fadeOut { factor *= Float(end - position) / Float(fadeOut) }
    return factor
  }

  /// Decodes until `count` floats are there or nothing more comes.
  private func fill(_ count: Int) throws(MediaError) {
    while samples.count - head < count, let reader {
      let before = samples.count
      if try reader.read(into: &samples) {
        hasSounded = hasSounded || samples.count > before
      } else if clip.loops, hasSounded {
        hasSounded = false
        self.reader = try open()
      } else {
        self.reader = nil
      }
    }
  }

  private func drop(_ count: Int) {
    head += count
    guard head > 1 << 16 || head == samples.count else { return }
    samples.removeSubrange(0..<head)
    head = 0
  }
}
