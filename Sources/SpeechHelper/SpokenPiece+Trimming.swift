extension SpokenPiece {
  /// About −50 dB: quieter than any speech, louder than an engine's silence.
  private static let threshold: Int16 = 100

  /// Without the silence that engines put around a sentence, which differs from engine to engine, and with edges so
  /// soft that joining makes no click.
  func trimmed(sampleRate: Int) -> SpokenPiece {
    let isLoud: (Int16) -> Bool = { $0 > Self.threshold || $0 < -Self.threshold }
    guard let firstLoud = samples.firstIndex(where: isLoud),
      let lastLoud = samples.lastIndex(where: isLoud), let first = words.first
    else { return self }
    let margin = sampleRate / 50
    let start = max(0, min(firstLoud, first.start) - margin)
    let end = min(samples.count, lastLoud + 1 + margin)
    guard start < end else { return self }
    var piece = self
    piece.samples = Array(samples[start..<end])
    piece.soften(sampleRate / 200)
    for index in piece.words.indices {
      piece.words[index].start = min(max(words[index].start - start, 0), end - start)
      piece.words[index].end = min(max(words[index].end - start, 0), end - start)
    }
    return piece
  }

  private mutating func soften(_ length: Int) {
    let length = min(length, samples.count / 2)
    for index in 0..<length {
      let last = samples.count - 1 - index
      samples[index] = Int16(Int(samples[index]) * index / length)
      samples[last] = Int16(Int(samples[last]) * index / length)
    }
  }
}
