public import Foundation

/// Writes a WAV file of 16-bit samples (RIFF WAVE, format 1). Blocks; one thread at a time.
///
/// Until `close` the header says that there is no sound; without it the file is left like that.
public final class WAVWriter {
  private let file: FileHandle
  private let name: String
  private let channels: Int
  private var pending = Data()
  private var byteCount = 0
  private var isClosed = false

  private static let headerSize = 44
  private static let flushSize = 256 << 10
  /// RIFF counts bytes in 32 bits.
  private static let maximum = Int(UInt32.max) - headerSize

  /// Creates or replaces the file.
  public init(_ url: URL, sampleRate: Int, channels: Int) throws(MediaError) {
    precondition((1...384_000).contains(sampleRate) && (1...8).contains(channels))
    guard FileManager.default.createFile(atPath: url.path, contents: nil),
      let file = FileHandle(forWritingAtPath: url.path)
    else { throw MediaError(.unwritable, "`\(url.lastPathComponent)` could not be created") }
    self.file = file
    self.channels = channels
    name = url.lastPathComponent
    pending = Self.header(sampleRate: sampleRate, channels: channels)
  }

  deinit { try? file.close() }

  /// - Parameter samples: interleaved; beyond −1 to 1 they are clipped.
  public func append(_ samples: UnsafeBufferPointer<Float>) throws(MediaError) {
    precondition(!isClosed, "samples after the file was closed")
    guard byteCount + samples.count * 2 <= Self.maximum else {
      throw MediaError(.tooLarge, "`\(name)` would be longer than a WAV file can be (4 GiB)")
    }
    pending.reserveCapacity(pending.count + samples.count * 2)
    for sample in samples {
      let level = sample.isNaN ? 0 : Int16((min(max(sample, -1), 1) * 32_767).rounded())
      Self.append(UInt16(bitPattern: level), to: &pending)
    }
    byteCount += samples.count * 2
    if pending.count >= Self.flushSize { try flush() }
  }

  /// Completes the header. Returns how many samples there are per channel.
  @discardableResult
  public func close() throws(MediaError) -> Int {
    precondition(!isClosed, "closed twice")
    isClosed = true
    try flush()
    try patch(UInt32(byteCount + Self.headerSize - 8), at: 4)
    try patch(UInt32(byteCount), at: 40)
    try wrote { try file.close() }
    return byteCount / 2 / channels
  }

  private func flush() throws(MediaError) {
    try wrote { try file.write(contentsOf: pending) }
    pending.removeAll(keepingCapacity: true)
  }

  private func patch(_ number: UInt32, at offset: UInt64) throws(MediaError) {
    try wrote {
      try file.seek(toOffset: offset)
      var bytes = Data()
      Self.append(number, to: &bytes)
      try file.write(contentsOf: bytes)
    }
  }

  private func wrote(_ body: () throws -> Void) throws(MediaError) {
    do {
      try body()
    } catch {
      throw MediaError(storing: "`\(name)`", error)
    }
  }

  private static func header(sampleRate: Int, channels: Int) -> Data {
    var header = Data("RIFF".utf8)
    append(UInt32(headerSize - 8), to: &header)
    header.append(Data("WAVEfmt ".utf8))
    append(UInt32(16), to: &header)
    append(UInt16(1), to: &header)
    append(UInt16(channels), to: &header)
    append(UInt32(sampleRate), to: &header)
    append(UInt32(sampleRate * channels * 2), to: &header)
    append(UInt16(channels * 2), to: &header)
    append(UInt16(16), to: &header)
    header.append(Data("data".utf8))
    append(UInt32(0), to: &header)
    return header
  }

  private static func append(_ number: some FixedWidthInteger, to data: inout Data) {
    withUnsafeBytes(of: number.littleEndian) { data.append(contentsOf: $0) }
  }
}
