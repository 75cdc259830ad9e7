import FFmpeg
import Foundation
import Pipeline
import Threads

/// Reads the sound of a clip from its start on, again and again where it loops. One thread at a time.
///
/// The sound of a video begins again when the picture does, however long it lasts itself: what is longer is cut, what is
/// shorter is followed by silence. Sound by itself begins again when it ends.
final class LoopedReader {
  private let clip: AudioClip
  private let url: URL
  private let sampleRate: Int
  private let channels: Int
  private let cancellation: CancellationFlag
  /// How long a round of the picture lasts; nil without a loop or a picture.
  private let round: MediaTime?
  private var reader: AudioReader?
  /// Rounds that are over.
  private var rounds: Int64 = 0
  /// Samples per channel that were given, in all rounds.
  private var given: Int64 = 0
  /// The current round has given sound.
  private var hasSounded = false

  private static let shortestRound = MediaTime(milliseconds: 1)

  /// - Parameter passedOver: samples per channel that are not heard, counted from the clip's start.
  init(
    _ clip: AudioClip, url: URL, sampleRate: Int, channels: Int, passingOver passedOver: Int64 = 0,
    cancellation: CancellationFlag
  ) throws(MediaError) {
    self.clip = clip
    self.url = url
    self.sampleRate = sampleRate
    self.channels = channels
    self.cancellation = cancellation
    round = clip.loops ? try Self.round(of: clip, url, cancellation) : nil
    try start(at: passedOver)
  }

  private func open(at offset: MediaTime = .zero) throws(MediaError) -> AudioReader {
    try AudioReader(
      url, as: clip.source.name, sampleRate: sampleRate, channels: channels,
      from: clip.sourceStart + offset, cancellation: cancellation)
  }

  private func start(at count: Int64) throws(MediaError) {
    var offset = MediaTime(count: count, per: Int64(sampleRate))
    if let round {
      rounds = offset.ticks / round.ticks
      offset = MediaTime(ticks: offset.ticks % round.ticks)
      given = count
    } else if clip.loops, count > 0 {
      offset = MediaTime(count: try placeInRound(count), per: Int64(sampleRate))
    }
    reader = try open(at: offset)
  }

  /// How many samples of its round have been heard when sound by itself has played `count` of them.
  private func placeInRound(_ count: Int64) throws(MediaError) -> Int64 {
    let reader = try open()
    var heard: Int64 = 0
    var block: [Float] = []
    while try reader.read(into: &block) {
      heard += Int64(block.count / channels)
      block.removeAll(keepingCapacity: true)
      if heard > count { return count }
    }
    return heard > 0 ? count % heard : 0
  }

  private static func round(
    of clip: AudioClip, _ url: URL, _ cancellation: CancellationFlag
  ) throws(MediaError) -> MediaTime? {
    let end = try reading(clip.source.name) { () throws(FFmpegError) -> MediaTime? in
      var demuxer = try Demuxer.open(url, cancellation: cancellation)
      return try FileClock.pictureEnd(of: &demuxer)
    }
    guard let end, end - clip.sourceStart >= shortestRound else { return nil }
    return end - clip.sourceStart
  }

  /// Appends what comes next. Returns false at the end, which a loop has not.
  func read(into samples: inout [Float]) throws(MediaError) -> Bool {
    guard let reader else { return false }
    let first = samples.count
    if try reader.read(into: &samples) {
      hasSounded = hasSounded || samples.count > first
      try closeRound(after: &samples, from: first)
      return true
    }
    if let roundEnd {
      samples.appendSilence(count: Int(roundEnd - given) * channels)
      try closeRound(after: &samples, from: first)
      return true
    }
    guard clip.loops, hasSounded else {
      self.reader = nil
      return false
    }
    try startAgain()
    return true
  }

  /// In samples of all rounds, so that what is rounded does not add up.
  private var roundEnd: Int64? {
    round.map { MediaTime(ticks: $0.ticks * (rounds + 1)).count(per: Int64(sampleRate)) }
  }

  private func closeRound(after samples: inout [Float], from first: Int) throws(MediaError) {
    given += Int64((samples.count - first) / channels)
    guard let roundEnd, given >= roundEnd else { return }
    samples.removeLast(Int(given - roundEnd) * channels)
    given = roundEnd
    rounds += 1
    try startAgain()
  }

  private func startAgain() throws(MediaError) {
    hasSounded = false
    reader = try open()
  }
}
