import FFmpeg
import Foundation
import Pipeline
import Threads

/// Mixes the sound of a film, block by block. One thread.
///
/// A film that is to have some loudness is mixed once before to measure it: with the first block.
final class AudioMixer {
  static let channels = 2

  private let timeline: Timeline
  private let sources: SourceFiles
  private let cancellation: CancellationFlag
  private let measured: (MediaTime) -> Void
  private let sum: TrackSum
  private var mastering: Mastering?

  /// - Parameter measured: called with how much was listened to, while the loudness is measured. That may come to several
  ///   times the film's length.
  init(
    _ timeline: Timeline, sources: SourceFiles, cancellation: CancellationFlag,
    measured: @escaping (MediaTime) -> Void = { _ in }
  ) {
    self.timeline = timeline
    self.sources = sources
    self.cancellation = cancellation
    self.measured = measured
    sum = TrackSum(timeline, sources: sources, cancellation: cancellation)
  }

  /// How many samples per channel a film lasting `duration` has: rounded to nearest.
  static func sampleCount(of duration: MediaTime, at sampleRate: Int) -> Int {
    Int((duration + MediaTime(count: 1, per: Int64(2 * sampleRate))).count(per: Int64(sampleRate)))
  }

  /// Replaces `block` (interleaved) by the mix from sample `position` on. Positions must follow each other.
  func mix(into block: inout [Float], at position: Int64) throws(MediaError) {
    guard let loudness = timeline.loudness else {
      try sum.mix(into: &block, at: position)
      SoftLimiter.apply(to: &block)
      return
    }
    if mastering == nil {
      let plan = try MasteringPlan(
        timeline, loudness, sources: sources, cancellation: cancellation, measured: measured)
      mastering = Mastering(plan, sampleRate: timeline.canvas.sampleRate, from: position)
    }
    try mastering?.fill(&block, from: sum)
  }
}

/// Adds up the tracks of a film. One thread.
///
/// Files are open only while they are heard; memory does not depend on the film's length.
final class TrackSum {
  private let sampleRate: Int
  private let sources: SourceFiles
  private let cancellation: CancellationFlag
  private var tracks: [Track]
  private var scratch: [Float] = []

  private struct Track {
    /// In order of their beginning.
    var waiting: ArraySlice<AudioClip>
    var playing: [ClipPlayer]
    var duck: DuckEnvelope?
  }

  init(_ timeline: Timeline, sources: SourceFiles, cancellation: CancellationFlag) {
    sampleRate = timeline.canvas.sampleRate
    self.sources = sources
    self.cancellation = cancellation
    let rate = sampleRate
    tracks = timeline.tracks.map { track in
      let duck = track.duck.map { duck in
        let heard = timeline.tracks.filter { $0.name == duck.under }.flatMap(\.clips)
        return DuckEnvelope(duck, under: heard, sampleRate: rate)
      }
      let clips = track.clips.filter { $0.duration > .zero && $0.end > .zero }
        .sorted { $0.at < $1.at }
      return Track(waiting: clips[...], playing: [], duck: duck)
    }
  }

  /// Replaces `block` (interleaved) by the sum from sample `position` on. Positions must follow each other.
  func mix(into block: inout [Float], at position: Int64) throws(MediaError) {
    for index in block.indices { block[index] = 0 }
    let end = position + Int64(block.count / AudioMixer.channels)
    for index in tracks.indices {
      try open(&tracks[index], before: end)
      guard !tracks[index].playing.isEmpty else { continue }
      try add(&tracks[index], to: &block, at: position)
      tracks[index].playing.removeAll { $0.end <= end }
    }
  }

  private func open(_ track: inout Track, before end: Int64) throws(MediaError) {
    while let clip = track.waiting.first, clip.at.count(per: Int64(sampleRate)) < end {
      track.waiting = track.waiting.dropFirst()
      track.playing.append(
        try ClipPlayer(
          clip, url: try sources.url(of: clip.source), sampleRate: sampleRate,
          cancellation: cancellation))
    }
  }

  private func add(_ track: inout Track, to block: inout [Float], at position: Int64)
    throws(MediaError)
  {
    guard track.duck != nil else {
      for player in track.playing { try player.add(to: &block, at: position) }
      return
    }
    scratch.removeAll(keepingCapacity: true)
    scratch.appendSilence(count: block.count)
    for player in track.playing { try player.add(to: &scratch, at: position) }
    Self.duck(&track, scratch, into: &block, at: position)
  }

  /// The level is computed every few samples and goes straight in between.
  private static func duck(
    _ track: inout Track, _ sound: [Float], into block: inout [Float], at position: Int64
  ) {
    let step = 32
    let count = block.count / AudioMixer.channels
    var gain = track.duck?.gain(at: position) ?? 1
    var index = 0
    while index < count {
      let length = min(step, count - index)
      let target = track.duck?.gain(at: position + Int64(index + length)) ?? 1
      let slope = (target - gain) / Float(length)
      for offset in 0..<length {
        let level = gain + slope * Float(offset)
        let sample = (index + offset) * AudioMixer.channels
        block[sample] += sound[sample] * level
        block[sample + 1] += sound[sample + 1] * level
      }
      gain = target
      index += length
    }
  }
}

/// Keeps a mix within full scale without the harshness of clipping: what is below −1 dBFS passes unchanged.
enum SoftLimiter {
  static let threshold: Float = 0.891

  static func apply(to samples: inout [Float]) {
    for index in samples.indices {
      let level = abs(samples[index])
      guard level > threshold else { continue }
      let room = 1 - threshold
      let held = threshold + room * tanh((level - threshold) / room)
      samples[index] = samples[index] < 0 ? -held : held
    }
  }
}
