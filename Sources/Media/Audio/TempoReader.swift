import FFmpeg
import Pipeline

/// Changes the speed of a clip's sound. One thread at a time.
struct TempoReader: ~Copyable {
  private var filter: TempoFilter
  private var raw: [Float] = []

  init(sampleRate: Int, speed: Double) throws(FFmpegError) {
    filter = try TempoFilter.open(
      sampleRate: sampleRate, channels: AudioMixer.channels, tempo: speed)
  }

  /// Reads until something comes out. Returns false when `reader` has no more; what is inside stays there.
  mutating func read(
    _ reader: LoopedReader, as name: String, into samples: inout [Float]
  ) throws(MediaError) -> Bool {
    raw.removeAll(keepingCapacity: true)
    guard try reader.read(into: &raw) else { return false }
    do throws(FFmpegError) {
      let sound = raw
      try sound.withUnsafeBufferPointer { (buffer) throws(FFmpegError) in try filter.send(buffer) }
      try filter.receive(into: &samples)
    } catch { throw MediaError(reading: name, error) }
    return true
  }

  /// Appends what is left inside; the last call.
  mutating func finish(as name: String, into samples: inout [Float]) throws(MediaError) {
    do throws(FFmpegError) {
      try filter.finish()
      try filter.receive(into: &samples)
    } catch { throw MediaError(reading: name, error) }
  }
}
