import Foundation

/// Why a WAV file could not be read or written.
public struct WaveError: Error, Sendable, Hashable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}

/// Mono 16-bit PCM in a WAV file, the form in which the host and the helper hand each other sound.
public struct WaveFile: Sendable, Hashable {
  /// Samples per second.
  public let sampleRate: Int
  public let samples: [Int16]

  public init(sampleRate: Int, samples: [Int16]) {
    self.sampleRate = sampleRate
    self.samples = samples
  }

  /// Milliseconds, rounded down.
  public var duration: Int { samples.count * 1000 / max(sampleRate, 1) }

  public init(contentsOf path: String) throws(WaveError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw WaveError("the sound file cannot be read")
    }
    try self.init(data: data)
  }

  init(data: Data) throws(WaveError) {
    let bytes = [UInt8](data)
    guard bytes.count >= 12, bytes.starts(with: Array("RIFF".utf8)),
      bytes[8..<12].elementsEqual(Array("WAVE".utf8))
    else { throw WaveError("the sound is not a WAV file") }
    var rate: Int?
    var offset = 12
    while offset + 8 <= bytes.count {
      let name = String(decoding: bytes[offset..<offset + 4], as: UTF8.self)
      let declared = Int(Self.integer32(bytes, offset + 4))
      let start = offset + 8
      let end = min(start + declared, bytes.count)
      if name == "fmt " { rate = try Self.sampleRate(bytes[start..<end]) }
      if name == "data" {
        guard let rate else { throw WaveError("the WAV file has no format before its samples") }
        self.init(sampleRate: rate, samples: Self.samples(bytes[start..<end]))
        return
      }
      offset = start + declared + declared % 2
    }
    throw WaveError("the WAV file has no samples")
  }

  private static func sampleRate(_ format: ArraySlice<UInt8>) throws(WaveError) -> Int {
    let bytes = Array(format)
    guard bytes.count >= 16 else { throw WaveError("the format of the WAV file is cut off") }
    let channels = Int(integer16(bytes, 2))
    let bits = Int(integer16(bytes, 14))
    let rate = Int(integer32(bytes, 4))
    guard integer16(bytes, 0) == 1, channels == 1, bits == 16, (8000...192_000).contains(rate) else {
      throw WaveError("the WAV file is not mono 16-bit PCM")
    }
    return rate
  }

  private static func samples(_ bytes: ArraySlice<UInt8>) -> [Int16] {
    let start = bytes.startIndex
    return (0..<bytes.count / 2).map {
      Int16(bitPattern: UInt16(bytes[start + 2 * $0]) | UInt16(bytes[start + 2 * $0 + 1]) << 8)
    }
  }

  private static func integer16(_ bytes: [UInt8], _ offset: Int) -> UInt16 {
    UInt16(bytes[offset]) | UInt16(bytes[offset + 1]) << 8
  }

  private static func integer32(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
    UInt32(integer16(bytes, offset)) | UInt32(integer16(bytes, offset + 2)) << 16
  }
}

/// Writes a mono 16-bit WAV file piece by piece. Blocking.
public final class WaveFileWriter {
  public let sampleRate: Int
  public private(set) var sampleCount = 0
  private let file: FileHandle

  /// An existing file is replaced.
  public init(_ path: String, sampleRate: Int) throws(WaveError) {
    self.sampleRate = sampleRate
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw WaveError("the sound file cannot be created") }
    self.file = file
    try write(Self.header(sampleRate: sampleRate, sampleCount: 0))
  }

  public func append(_ samples: some Collection<Int16>) throws(WaveError) {
    // Sizes in a WAV header have 32 bits.
    guard sampleCount + samples.count < 1 << 30 else { throw WaveError("the sound is too long") }
    var data = Data(capacity: samples.count * 2)
    for sample in samples {
      let bits = UInt16(bitPattern: sample)
      data.append(UInt8(truncatingIfNeeded: bits))
      data.append(UInt8(truncatingIfNeeded: bits >> 8))
    }
    try write(data)
    sampleCount += samples.count
  }

  public func appendSilence(sampleCount: Int) throws(WaveError) {
    try append(repeatElement(0, count: max(0, sampleCount)))
  }

  /// Completes the header. A file that was not closed is not usable.
  public func close() throws(WaveError) {
    do { try file.seek(toOffset: 0) } catch { throw WaveError("the sound file cannot be finished") }
    try write(Self.header(sampleRate: sampleRate, sampleCount: sampleCount))
    do { try file.close() } catch { throw WaveError("the sound file cannot be closed: \(error)") }
  }

  private func write(_ data: Data) throws(WaveError) {
    do { try file.write(contentsOf: data) } catch {
      throw WaveError("the sound file cannot be written: \(error.localizedDescription)")
    }
  }

  private static func header(sampleRate: Int, sampleCount: Int) -> Data {
    var bytes = Data("RIFF".utf8)
    func append32(_ value: Int) {
      for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }
    append32(36 + sampleCount * 2)
    bytes += Data("WAVEfmt ".utf8)
    append32(16)
    append32(1 | 1 << 16)  // PCM, one channel
    append32(sampleRate)
    append32(sampleRate * 2)
    append32(2 | 16 << 16)  // bytes per frame, bits per sample
    bytes += Data("data".utf8)
    append32(sampleCount * 2)
    return bytes
  }
}
