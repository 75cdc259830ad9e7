import PocketSphinx
import Speech

/// Finds when each word of a known English script is said, by forced alignment.
///
/// A long sound is worked through in windows: each is matched with the next words of the script, of which as many are
/// used as fit, and cut at its last pause. So time and memory grow with the length, not with its square.
struct ScriptAligner {
  private let request: AlignmentRequest
  private let sound: PreparedSound
  private let writer: MessageWriter

  /// Milliseconds.
  private static let window = 40_000
  private static let longestLast = 60_000
  private static let shortestPause = 150
  /// More than anybody says in a second.
  private static let unitsPerSecond = 6

  init(_ request: AlignmentRequest, writer: MessageWriter) throws(SpeechFault) {
    self.request = request
    self.writer = writer
    sound = try PreparedSound(path: request.audio)
  }

  func perform() throws(SpeechFault) -> AlignedScript {
    let decoder = try ModelFolder.decoder(for: .grammar)
    let units = try Pronouncer().units(of: request.tokens, dictionary: decoder)
    guard !units.isEmpty else {
      throw SpeechFault(.nothingToSay, "nothing in the script can be spoken")
    }
    var found = AlignedUnits(units, activity: sound.activity)
    var time = 0
    var next = 0
    while next < units.count, time < sound.duration {
      let isLast = sound.duration - time <= Self.longestLast
      let end = isLast ? sound.duration : time + Self.window
      let room = (end - time) * Self.unitsPerSecond / 1000 + 5
      let part = units[next..<min(next + room, units.count)]
      let isOpen = !isLast || part.endIndex < units.count
      let window = try decode(decoder, time..<end, part, isOpen: isOpen)
      let taken = isLast ? window : window.cutAtPause(atLeast: Self.shortestPause)
      try found.append(taken, upTo: min(taken.end, end))
      next = taken.nextUnit ?? next
      time = isLast ? end : max(taken.end, time + 1000)
      writer.send(SpeechMessage(progress: SpeechProgress(done: time, total: sound.duration)))
    }
    return try found.script()
  }

  /// Strictly first; if that does not fit well, with room for errors.
  private func decode(
    _ decoder: borrowing SphinxDecoder, _ time: Range<Int>,
    _ units: ArraySlice<Pronouncer.Unit>, isOpen: Bool
  ) throws(SpeechFault) -> AlignedWindow {
    let strict = try decode(decoder, time, units, isOpen: isOpen, .none)
    if let strict, strict.fits(sound.activity) {
      return strict
    }
    let tolerant = try decode(decoder, time, units, isOpen: isOpen, .errors)
    return tolerant ?? strict ?? AlignedWindow(time: time, units: [])
  }

  private func decode(
    _ decoder: borrowing SphinxDecoder, _ time: Range<Int>,
    _ units: ArraySlice<Pronouncer.Unit>, isOpen: Bool, _ tolerance: ScriptGrammar.Tolerance
  ) throws(SpeechFault) -> AlignedWindow? {
    let script = ScriptGrammar(units, isOpen: isOpen, tolerance: tolerance)
    do throws(SphinxError) {
      for (word, phones) in script.vocabulary { try decoder.add(word, phones: phones) }
      try decoder.use(script.grammar, beam: tolerance == .none ? .wide : .narrow)
      return try decoder.decode(sound[time]).map {
        AlignedWindow(time: time, segments: $0, tolerance)
      }
    } catch {
      throw SpeechFault(.engineFailed, "PocketSphinx: \(error)")
    }
  }
}
