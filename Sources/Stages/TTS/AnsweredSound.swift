import Foundation
import Media
import Pipeline
import SpeechProviders
import Threads

/// What a provider says is speech. It is believed once it has been decoded.
struct AnsweredSound: Sendable {
  private let answer: SpokenAnswer
  private let utterance: Utterance
  private let provider: String

  static let sampleRate = 48_000
  /// Seconds per letter below which nobody speaks, at the usual speed.
  private static let shortestLetter = 0.012
  /// −60 dBFS.
  private static let silence: Float = 0.001

  init(_ answer: SpokenAnswer, _ utterance: Utterance, provider: String) {
    self.answer = answer
    self.utterance = utterance
    self.provider = provider
  }

  /// As WAV at 48 kHz. Throws `ProviderError` when it is no speech, or not all of it.
  func decoded(_ context: StageContext) async throws -> (file: URL, words: [TimedRange]?) {
    try checkHeader()
    let source = context.newFile("answer")
    let output = context.newFile("sentence.wav")
    let (count, peak) = try await withCancellationFlag { flag in
      try await BlockingThread.run("tts decode") {
        defer { try? FileManager.default.removeItem(at: source) }
        try Data(answer.audio).write(to: source)
        return try decode(source, to: output, flag)
      }
    }
    let seconds = Double(count) / Double(Self.sampleRate)
    try check(seconds: seconds, peak: peak)
    return (output, try words(within: seconds))
  }

  private func decode(
    _ source: URL, to output: URL, _ flag: CancellationFlag
  ) throws -> (count: Int, peak: Float) {
    do {
      let writer = try WAVWriter(output, sampleRate: Self.sampleRate, channels: 1)
      var peak: Float = 0
      try AudioDecoder.decode(
        source, as: "the answer", sampleRate: Self.sampleRate, channels: 1, cancellation: flag
      ) { samples in
        for sample in samples { peak = max(peak, abs(sample)) }
        try writer.append(samples)
      }
      return (try writer.close(), peak)
    } catch let error as MediaError {
      switch error.reason {
      case .cancelled: throw CancellationError()
      case .outOfSpace, .unwritable: throw error
      default: throw broken("its sound cannot be decoded: \(error)")
      }
    }
  }

  private func check(seconds: Double, peak: Float) throws(ProviderError) {
    let letters = utterance.text.count { $0.isLetter || $0.isNumber }
    guard seconds > 0 else { throw broken("there is no sound in its answer") }
    guard peak > Self.silence else { throw broken("the sound in its answer is silent") }
    guard letters < 12 || seconds > Double(letters) * Self.shortestLetter / utterance.speed else {
      throw broken(
        "its sound is cut off: \(Int(seconds * 1000)) ms for a text of \(letters) letters")
    }
  }

  /// A WAV file says how long it is; services that stream say the largest number or nothing.
  private func checkHeader() throws(ProviderError) {
    let bytes = answer.audio
    guard bytes.starts(with: Array("RIFF".utf8)), bytes.count >= 12 else { return }
    var offset = 12
    while offset + 8 <= bytes.count {
      let size = (0..<4).reduce(0) { $0 | Int(bytes[offset + 4 + $1]) << (8 * $1) }
      if bytes[offset..<offset + 4].elementsEqual(Array("data".utf8)) {
        let there = bytes.count - offset - 8
        let isUnknown = size == 0 || size >= 0x7FFF_FF00
        guard isUnknown || size - there <= size / 100 else {
          throw broken("its sound is cut off after \(there) of \(size) bytes")
        }
        return
      }
      offset += 8 + size + size % 2
    }
    throw broken("the WAV file in its answer has no samples")
  }

  private func words(within seconds: Double) throws(ProviderError) -> [TimedRange]? {
    guard var words = answer.words, let last = words.last else { return nil }
    guard last.start <= seconds + 0.25 else {
      throw broken("its sound ends before its last word begins")
    }
    for index in words.indices {
      words[index].start = min(max(words[index].start, 0), seconds)
      words[index].end = min(max(words[index].end, words[index].start), seconds)
    }
    return words
  }

  private func broken(_ message: String) -> ProviderError {
    ProviderError(.badAnswer, provider, message)
  }
}
