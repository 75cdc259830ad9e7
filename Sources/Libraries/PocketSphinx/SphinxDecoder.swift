import CPocketSphinx
import Glibc

/// A PocketSphinx decoder: turns 16 kHz mono sound into words with times. One thread at a time.
public struct SphinxDecoder: ~Copyable {
  public enum Task: Sendable, Hashable {
    /// Finds the words of a `Grammar`.
    case grammar
    /// Writes down free speech.
    case dictation
  }

  /// A word, a pause or a noise that was found.
  public struct Segment: Sendable, Hashable {
    /// As in the dictionary or grammar, without the number of its pronunciation; `<sil>` for a pause.
    public let word: String
    /// Frames of 10 ms; `end` is the first one that no longer belongs to it.
    public let start: Int
    public let end: Int
    /// Acoustic score of the whole segment: negative, nearer to zero is better.
    public let score: Double
    /// 0 to 1; always 1 for a grammar.
    public let probability: Double

    public var frameCount: Int { end - start }
    public var isFiller: Bool { word.hasPrefix("<") || word.hasPrefix("[") || word.hasPrefix("++") }
  }

  /// How much worse than the best a path may be and still be followed.
  public struct Beam: Sendable, Hashable {
    let state: Double
    let word: Double
    /// Per frame; beyond it the beam gets narrower.
    let mostStates: Int

    /// For a grammar that allows for little: the only path may look bad for a while.
    public static let wide = Beam(state: 1e-100, word: 1e-80, mostStates: 30_000)
    /// For a grammar in which there is always another path.
    public static let narrow = Beam(state: 1e-60, word: 1e-45, mostStates: 3000)
  }

  public static let sampleRate = 16_000
  public static let framesPerSecond = 100

  private let decoder: OpaquePointer
  private let mathematics: OpaquePointer

  public init(_ model: SpeechModel, for task: Task) throws(SphinxError) {
    guard let settings = cmd_ln_parse_r(nil, ps_args(), 0, nil, 0) else {
      throw SphinxError(function: "cmd_ln_parse_r", message: "no settings")
    }
    defer { cmd_ln_free_r(settings) }
    cmd_ln_set_str_r(settings, "-hmm", model.acousticModel)
    cmd_ln_set_str_r(settings, "-dict", model.dictionary)
    // The default deletes quiet frames, so that everything after a pause is reported too early.
    cmd_ln_set_int_r(settings, "-remove_silence", 0)
    switch task {
    case .grammar: Self.prepareForGrammar(settings)
    case .dictation: cmd_ln_set_str_r(settings, "-lm", model.languageModel)
    }
    guard let decoder = ps_init(settings) else {
      throw SphinxError(function: "ps_init", message: "the model cannot be loaded")
    }
    guard let mathematics = ps_get_logmath(decoder) else {
      ps_free(decoder)
      throw SphinxError(function: "ps_get_logmath", message: "no logarithms")
    }
    self.decoder = decoder
    self.mathematics = mathematics
  }

  deinit { ps_free(decoder) }

  private static func prepareForGrammar(_ settings: OpaquePointer) {
    // The second pass over the lattice drops words that the grammar demands.
    cmd_ln_set_int_r(settings, "-bestpath", 0)
    cmd_ln_set_int_r(settings, "-fsgusealtpron", 0)
  }

  /// The pronunciations that the dictionary has for a word in lower case, best first.
  public func pronunciations(of word: String) -> [[String]] {
    var found: [[String]] = []
    var name = word
    while let phones = ps_lookup_word(decoder, name) {
      defer { free(phones) }
      found.append(String(cString: phones).split(separator: " ").map(String.init))
      name = "\(word)(\(found.count + 1))"
    }
    return found
  }

  /// Makes a word known; one that is known already stays as it is.
  public func add(_ word: String, phones: [String]) throws(SphinxError) {
    // A word without sounds would crash the decoder.
    guard !phones.isEmpty, phones.allSatisfy(SpeechModel.phones.contains) else {
      throw SphinxError(function: "ps_add_word", message: "`\(word)` has no usable pronunciation")
    }
    if let known = ps_lookup_word(decoder, word) {
      free(known)
      return
    }
    guard ps_add_word(decoder, word, phones.joined(separator: " "), 0) >= 0 else {
      throw SphinxError(function: "ps_add_word", message: "`\(word)` was refused")
    }
  }

  /// Makes `grammar` what the next sounds are matched with. Every word in it must be known.
  public func use(_ grammar: Grammar, beam: Beam) throws(SphinxError) {
    // The settings are read again for every grammar.
    let settings = ps_get_config(decoder)
    cmd_ln_set_float_r(settings, "-beam", beam.state)
    cmd_ln_set_float_r(settings, "-wbeam", beam.word)
    cmd_ln_set_float_r(settings, "-pbeam", beam.state)
    cmd_ln_set_int_r(settings, "-maxhmmpf", Int(beam.mostStates))
    // Weight 1: with that of a language model a few skips would cost more than the beam is wide.
    guard let graph = fsg_model_init("script", mathematics, 1, Int32(grammar.stateCount)) else {
      throw SphinxError(function: "fsg_model_init", message: "no grammar")
    }
    // The decoder keeps a reference of its own.
    defer { fsg_model_free(graph) }
    graph.pointee.start_state = Int32(grammar.first)
    graph.pointee.final_state = Int32(grammar.final)
    for arc in grammar.arcs {
      let cost = logmath_log(mathematics, arc.probability)
      if let word = arc.word {
        let id = fsg_model_word_add(graph, word)
        fsg_model_trans_add(graph, Int32(arc.from), Int32(arc.to), cost, id)
      } else {
        fsg_model_null_trans_add(graph, Int32(arc.from), Int32(arc.to), cost)
      }
    }
    guard ps_set_fsg(decoder, "script", graph) == 0, ps_set_search(decoder, "script") == 0 else {
      throw SphinxError(function: "ps_set_fsg", message: "the grammar was refused")
    }
  }

  /// Matches one sound as a whole. Nil when nothing fits.
  public func decode(_ samples: [Int16]) throws(SphinxError) -> [Segment]? {
    try check(ps_start_stream(decoder), "ps_start_stream")
    try check(ps_start_utt(decoder), "ps_start_utt")
    let count = samples.withUnsafeBufferPointer {
      ps_process_raw(decoder, $0.baseAddress, $0.count, 0, 1)
    }
    let ended = ps_end_utt(decoder)
    try check(count, "ps_process_raw")
    try check(ended, "ps_end_utt")
    guard let first = ps_seg_iter(decoder) else { return nil }
    return segments(first)
  }

  /// The iterator frees itself at its end.
  private func segments(_ first: OpaquePointer) -> [Segment] {
    var segments: [Segment] = []
    var next: OpaquePointer? = first
    while let segment = next {
      var start: Int32 = 0
      var end: Int32 = 0
      var score: Int32 = 0
      ps_seg_frames(segment, &start, &end)
      let posterior = ps_seg_prob(segment, &score, nil, nil)
      // Arcs without a word appear as `(NULL)`.
      if let text = ps_seg_word(segment), end >= start {
        let word = Self.base(String(cString: text))
        if word != "(NULL)" {
          segments.append(
            Segment(
              word: word, start: Int(start), end: Int(end) + 1, score: Double(score),
              probability: min(1, logmath_exp(mathematics, posterior))))
        }
      }
      next = ps_seg_next(segment)
    }
    return segments
  }

  /// `word(2)` as `word`.
  private static func base(_ word: String) -> String {
    guard word.hasSuffix(")"), let open = word.lastIndex(of: "("), open != word.startIndex,
      word[word.index(after: open)...].dropLast().allSatisfy(\.isNumber)
    else { return word }
    return String(word[..<open])
  }

  private func check(_ code: Int32, _ function: String) throws(SphinxError) {
    guard code >= 0 else { throw SphinxError(function: function, message: "failed") }
  }
}
