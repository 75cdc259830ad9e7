public import Foundation

/// Speaks in tones: each word a tone as long as its letters ask for, with a pause after it. When every word sounds is
/// known to the sample.
public struct ToneVoice: Sendable {
  public struct Word: Sendable, Hashable {
    public var text: String
    /// Seconds.
    public var start: Double
    public var end: Double
  }

  public static let sampleRate = 24_000
  private static let lead = sampleRate / 20
  private static let gap = sampleRate * 3 / 50

  public let words: [Word]
  public let samples: [Int16]

  public init(_ text: String, speed: Double = 1) {
    var words: [Word] = []
    var samples = [Int16](repeating: 0, count: Self.lead)
    for word in text.split(separator: " ") {
      let letters = max(2, word.count { $0.isLetter || $0.isNumber })
      let length = Int(Double(letters * Self.sampleRate * 7 / 100) / speed)
      let start = samples.count
      for index in 0..<length {
        let rise = min(1, Double(min(index, length - index)) / 200)
        let wave = sin(2 * Double.pi * 220 * Double(index) / Double(Self.sampleRate))
        samples.append(Int16(9000 * rise * wave))
      }
      words.append(
        Word(
          text: String(word), start: Double(start) / Double(Self.sampleRate),
          end: Double(samples.count) / Double(Self.sampleRate)))
      samples += [Int16](repeating: 0, count: Self.gap)
    }
    self.words = words
    self.samples = samples
  }

  /// - Parameter hasSize: services that stream do not know how long it will be.
  public func wav(hasSize: Bool = true) -> Data { Self.wav(samples, hasSize: hasSize) }

  public static func wav(_ samples: [Int16], hasSize: Bool = true) -> Data {
    var data = Data()
    func add(_ value: some FixedWidthInteger) {
      withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) }
    }
    let size = UInt32(samples.count * 2)
    data += Data("RIFF".utf8)
    add(hasSize ? size + 36 : UInt32.max)
    data += Data("WAVEfmt ".utf8)
    add(UInt32(16))
    add(UInt16(1))
    add(UInt16(1))
    add(UInt32(sampleRate))
    add(UInt32(sampleRate * 2))
    add(UInt16(2))
    add(UInt16(16))
    data += Data("data".utf8)
    add(hasSize ? size : UInt32.max)
    for sample in samples { add(sample) }
    return data
  }
}
