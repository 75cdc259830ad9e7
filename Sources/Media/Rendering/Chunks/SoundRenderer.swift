import FFmpeg
import Foundation
import Pipeline
import Threads

/// Mixes and encodes the sound of a whole film into a packet file: encoders of sound look back and ahead, so that
/// pieces of it would not join without a gap.
struct SoundRenderer: Sendable {
  let timeline: Timeline
  let encoding: Encoding
  let resources: RenderResources
  /// Called with how much was listened to, over and over, before the encoding begins.
  let measured: @Sendable (MediaTime) -> Void
  /// Called with how much is encoded.
  let encoded: @Sendable (MediaTime) -> Void

  /// Blocks until the file at `url` is complete. Throws when cancelled.
  ///
  /// - Parameter began: called when the file is there and grows.
  func render(
    to url: URL, growth: ByteGrowth, _ cancellation: CancellationFlag, began: () -> Void
  ) throws {
    let sampleRate = timeline.canvas.sampleRate
    var encoder = try Encoder.aac(encoding.soundSettings(timeline.canvas))
    let file = try PacketFileWriter(
      url, extraData: encoder.parameters.extraData, growth: growth)
    began()
    let mixer = AudioMixer(
      timeline, sources: resources.sources, cancellation: cancellation, measured: measured)
    let total = AudioMixer.sampleCount(of: timeline.duration, at: sampleRate)
    var position = 0
    var block: [Float] = []
    while position < total {
      if cancellation.isRaised { throw MediaError.cancelled }
      let count = min(encoder.frameSize, total - position)
      if block.count != count * AudioMixer.channels {
        block = [Float](repeating: 0, count: count * AudioMixer.channels)
      }
      try mixer.mix(into: &block, at: Int64(position))
      try block.withUnsafeBufferPointer { try encoder.send($0, at: Int64(position)) }
      position += count
      try drain(&encoder, into: file)
      encoded(MediaTime(count: Int64(position), per: Int64(sampleRate)))
    }
    try encoder.finish()
    try drain(&encoder, into: file)
    try file.finish()
    resources.counters.update { $0.samples = total }
  }

  private func drain(_ encoder: inout Encoder, into file: PacketFileWriter) throws {
    while case .packet(let packet) = try encoder.receive() { try file.write(packet) }
  }
}
