public import Foundation
public import Threads

/// Decodes the sound of a file of any kind, piece by piece.
public enum AudioDecoder {
  /// Calls `body` with interleaved samples, −1 to 1, until the file ends. Blocks; memory does not depend on length.
  ///
  /// - Parameter name: what people call the file; used in messages.
  public static func decode(
    _ url: URL, as name: String, sampleRate: Int, channels: Int,
    cancellation: CancellationFlag? = nil,
    body: (UnsafeBufferPointer<Float>) throws -> Void
  ) throws {
    let reader = try AudioReader(
      url, as: name, sampleRate: sampleRate, channels: channels, cancellation: cancellation)
    var samples: [Float] = []
    while try reader.read(into: &samples) {
      if cancellation?.isRaised == true { throw MediaError.cancelled }
      try samples.withUnsafeBufferPointer(body)
      samples.removeAll(keepingCapacity: true)
    }
  }
}
