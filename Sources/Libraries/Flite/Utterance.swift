import CFlite

/// Reads tokens, words and sounds out of what flite made of a text.
enum Utterance {
  static func tokens(of utterance: UnsafeMutablePointer<cst_utterance>) -> [FliteVoice.Token] {
    guard utt_relation_present(utterance, "Token") != 0 else { return [] }
    return siblings(relation_head(utt_relation(utterance, "Token"))).map { token in
      FliteVoice.Token(
        end: Int(item_feat_int(token, "file_pos")),
        words: siblings(item_daughter(token)).compactMap { word($0) })
    }
  }

  private static func word(_ item: UnsafeMutablePointer<cst_item>) -> FliteVoice.Word? {
    guard let structure = item_as(item, "SylStructure") else { return nil }
    let segments = siblings(item_daughter(structure)).flatMap { siblings(item_daughter($0)) }
      .compactMap { item_as($0, "Segment") }
    guard let first = segments.first, let last = segments.last else { return nil }
    let start = item_prev(first).map { item_feat_float($0, "end") } ?? 0
    return FliteVoice.Word(
      text: name(item), phones: segments.map { name($0) }.filter { $0 != "pau" },
      start: Double(start), end: Double(item_feat_float(last, "end")))
  }

  private static func name(_ item: UnsafeMutablePointer<cst_item>) -> String {
    item_feat_string(item, "name").map { String(cString: $0) } ?? ""
  }

  private static func siblings(
    _ first: UnsafeMutablePointer<cst_item>?
  ) -> [UnsafeMutablePointer<cst_item>] {
    var items: [UnsafeMutablePointer<cst_item>] = []
    var next = first
    while let item = next {
      items.append(item)
      next = item_next(item)
    }
    return items
  }
}
