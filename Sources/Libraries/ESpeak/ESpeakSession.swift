import CESpeak

/// espeak-ng, started. There can be one per process, on one thread.
///
/// The library keeps hidden state from one text to the next, which starting it again does not clear: where the same
/// text must give the same sound, use a session for one request and leave the process.
public struct ESpeakSession: ~Copyable {
  /// Samples per second.
  public let sampleRate: Int

  public init() throws(ESpeakError) {
    let options = espeakINITIALIZE_PHONEME_EVENTS | espeakINITIALIZE_DONT_EXIT
    let rate = espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 200, nil, Int32(options))
    guard rate > 0 else {
      throw ESpeakError(
        code: Int(rate), function: "espeak_Initialize", message: "the voice data is missing")
    }
    sampleRate = Int(rate)
    espeak_SetSynthCallback(collect)
  }

  deinit { _ = espeak_Terminate() }

  /// Without the MBROLA voices, which need a program of their own.
  public func voices() -> [ESpeakVoice] {
    Self.list(nil).filter { !$0.identifier.hasPrefix("mb/") }
  }

  /// Such as `f3` and `croak`: colours that any voice can take.
  public func variants() -> [String] {
    "variant".withCString { language in
      var wanted = espeak_VOICE()
      wanted.languages = language
      return Self.list(&wanted).map { $0.identifier.split(separator: "/").last.map(String.init) ?? "" }
    }
  }

  private static func list(_ wanted: UnsafeMutablePointer<espeak_VOICE>?) -> [ESpeakVoice] {
    guard var next = espeak_ListVoices(wanted) else { return [] }
    var voices: [ESpeakVoice] = []
    while let voice = next.pointee?.pointee {
      voices.append(
        ESpeakVoice(
          identifier: voice.identifier.map { String(cString: $0) } ?? "",
          name: voice.name.map { String(cString: $0) } ?? "",
          languages: languages(voice.languages)))
      next = next.advanced(by: 1)
    }
    return voices
  }

  /// The list is a priority byte and a text for each language, then a zero byte; low numbers are better.
  private static func languages(_ list: UnsafePointer<CChar>?) -> [String] {
    guard var next = list else { return [] }
    var found: [(priority: Int, language: String)] = []
    while next.pointee != 0 {
      let language = String(cString: next.advanced(by: 1))
      found.append((Int(next.pointee), language))
      next = next.advanced(by: 2 + language.utf8.count)
    }
    // Stable, so that equals stay in the file's order.
    return found.enumerated()
      .sorted { ($0.element.priority, $0.offset) < ($1.element.priority, $1.offset) }
      .map(\.element.language)
  }

  /// - Parameters:
  ///   - variant: nil for the voice's own colour.
  ///   - speed: 0.5 to 2; 1 is 160 words per minute.
  ///   - semitones: −8 to 8.
  public func use(
    _ voice: ESpeakVoice, variant: String?, speed: Double, semitones: Double
  ) throws(ESpeakError) {
    let name = variant.map { "\(voice.identifier)+\($0)" } ?? voice.identifier
    try check(espeak_SetVoiceByName(name), "espeak_SetVoiceByName")
    // From 450 words per minute on the reported times drift.
    let rate = Int32(min(max(160 * speed, 80), 449))
    try check(espeak_SetParameter(espeakRATE, rate, 0), "espeak_SetParameter")
    // 20, 50 and 80 were measured as 80, 104 and 140 Hz: 72 units are about an octave.
    let pitch = Int32(min(max(50 + 6 * semitones, 0), 100))
    try check(espeak_SetParameter(espeakPITCH, pitch, 0), "espeak_SetParameter")
  }

  /// Speaks one sentence with the voice in use.
  public func speak(_ text: String) throws(ESpeakError) -> Speech {
    let collector = Collector()
    let code = withExtendedLifetime(collector) {
      text.withCString { bytes in
        espeak_Synth(
          bytes, text.utf8.count + 1, 0, POS_CHARACTER, 0, UInt32(espeakCHARS_UTF8), nil,
          Unmanaged.passUnretained(collector).toOpaque())
      }
    }
    try check(code, "espeak_Synth")
    return collector.speech(sampleRate: sampleRate)
  }

  private func check(_ code: espeak_ERROR, _ function: String) throws(ESpeakError) {
    guard code == EE_OK else {
      let message =
        switch code {
        case EE_NOT_FOUND: "not found"
        case EE_BUFFER_FULL: "the buffer is full"
        default: "internal error"
        }
      throw ESpeakError(code: Int(code.rawValue), function: function, message: message)
    }
  }
}

extension ESpeakSession {
  public struct Speech: Sendable, Hashable {
    public let sampleRate: Int
    public let samples: [Int16]
    /// In the order in which they were reported, which is not always that of the text.
    public let words: [Word]
  }

  public struct Word: Sendable, Hashable {
    /// Where in the text, in Unicode scalars from 0.
    public let position: Int
    /// In Unicode scalars; 0 for events that stand for no word.
    public let length: Int
    /// Sample at which it begins.
    public let start: Int
    /// Sample at which the next word or a pause begins.
    public var end: Int
  }
}

/// What the engine reports during one call, which happens on the calling thread.
private final class Collector {
  private var samples: [Int16] = []
  private var words: [ESpeakSession.Word] = []
  private var isOpen = false

  func append(_ wave: UnsafeBufferPointer<Int16>) { samples += wave }

  func report(_ event: espeak_EVENT) {
    switch event.type {
    case espeakEVENT_WORD:
      endWord(at: Int(event.sample))
      words.append(
        ESpeakSession.Word(
          position: Int(event.text_position) - 1, length: Int(event.length),
          start: Int(event.sample), end: Int(event.sample)))
      isOpen = true
    // A phoneme without a name is a pause.
    case espeakEVENT_PHONEME where event.id.string.0 == 0: endWord(at: Int(event.sample))
    case espeakEVENT_END, espeakEVENT_MSG_TERMINATED: endWord(at: Int(event.sample))
    default: break
    }
  }

  private func endWord(at sample: Int) {
    guard isOpen, let last = words.indices.last else { return }
    // A pause is also reported where a word begins.
    guard sample > words[last].start else { return }
    words[last].end = sample
    isOpen = false
  }

  func speech(sampleRate: Int) -> ESpeakSession.Speech {
    endWord(at: samples.count)
    return ESpeakSession.Speech(sampleRate: sampleRate, samples: samples, words: words)
  }
}

/// The engine hands out blocks of sound, each with the events that lie in it. 0: go on.
private func collect(
  _ wave: UnsafeMutablePointer<Int16>?, _ count: Int32, _ events: UnsafeMutablePointer<espeak_EVENT>?
) -> Int32 {
  guard var event = events, let user = event.pointee.user_data else { return 0 }
  let collector = Unmanaged<Collector>.fromOpaque(user).takeUnretainedValue()
  if let wave, count > 0 { collector.append(UnsafeBufferPointer(start: wave, count: Int(count))) }
  while event.pointee.type != espeakEVENT_LIST_TERMINATED {
    collector.report(event.pointee)
    event = event.advanced(by: 1)
  }
  return 0
}
