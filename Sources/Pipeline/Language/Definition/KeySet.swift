/// The keys of one kind of map in a pipeline file, and what to say about others.
struct KeySet: Sendable {
  /// For messages: `a stage`.
  var owner: String
  var names: [String]
  /// Other systems' words, and the key that is meant.
  var synonyms: [String: String] = [:]
  /// Of those, the ones whose value has another form: no edit of the key alone mends them.
  var reshaped: Set<String> = []
  /// More about a synonym: what is different here.
  var lessons: [String: String] = [:]
  /// Other systems' words that have no key here, and what to do instead.
  var advice: [String: String] = [:]
  /// What an entry is called here, key and value together; nil where the value does not say.
  var rewrites: [String: @Sendable (Node) -> String?] = [:]
  /// A key that must be there, and words whose authors meant it although they are told otherwise.
  var standIns: [String: Set<String>] = [:]
  /// About a key that is like none, whose value is a map; nil for nothing special.
  var strangerNote: String?
  /// Whether `x-…` is ignored.
  var allowsExtensions = false

  /// Nil for a key that is known or ignored.
  func diagnostic(for entry: Node.Entry) -> Diagnostic? {
    let name = entry.name
    if names.contains(name) || allowsExtensions && name.hasPrefix("x-") { return nil }
    if let foreign = foreign(entry) { return foreign }
    let diagnostic = unknown(entry)
    if let near = Suggestion.nearest(to: name, among: names) { return diagnostic.suggesting(near) }
    if let near = Suggestion.nearest(to: name, among: advice.keys.sorted()),
      let advice = advice[near]
    {
      return diagnostic.noting(advice)
    }
    if let strangerNote, entry.value.entries != nil { return diagnostic.noting(strangerNote) }
    return diagnostic.noting("known are \(Suggestion.list(names))")
  }

  /// Whether a key is like none of these, nor of another system, and has a map.
  func isStranger(_ entry: Node.Entry) -> Bool {
    entry.value.entries != nil && !names.contains(entry.name) && foreign(entry) == nil
      && Suggestion.nearest(to: entry.name, among: names) == nil
  }

  /// About a word of another system; nil for any other key.
  func foreign(_ entry: Node.Entry) -> Diagnostic? {
    let name = entry.name
    guard !names.contains(name) else { return nil }
    if name == "<<" {
      return unknown(entry).noting(
        "merge keys are not used here; give the whole value by alias: `key: *anchor`")
    }
    if let text = rewrites[name]?(entry.value) {
      var diagnostic = unknown(entry)
      diagnostic.hint = "did you mean `\(text)`?"
      if let range = entry.range { diagnostic.fix = .init(range: range, replacement: text) }
      return lessons[name].map { diagnostic.noting($0) } ?? diagnostic
    }
    if let meant = synonyms[name] {
      let diagnostic = unknown(entry).suggesting(meant, isExact: !reshaped.contains(name))
      return lessons[name].map { diagnostic.noting($0) } ?? diagnostic
    }
    return advice[name].map { unknown(entry).noting($0) }
  }

  private func unknown(_ entry: Node.Entry) -> Diagnostic {
    Diagnostic(
      "unknown-key", "`\(entry.name.shortened)` is not a key of \(owner)", at: entry.key.range)
  }
}

extension KeySet {
  /// Whether a key that is missing was written in another way, which is reported with that.
  func isMeant(_ missing: String, by written: some Sequence<String>) -> Bool {
    written.contains { name in
      guard !names.contains(name) else { return false }
      return synonyms[name] == missing || standIns[missing]?.contains(name) == true
        || synonyms[name] == nil && advice[name] == nil
          && Suggestion.nearest(to: name, among: names) == missing
    }
  }
}

extension Node.Entry {
  /// From the key to the end of the value; nil when an alias or an overlay took them apart.
  fileprivate var range: SourceRange? {
    guard key.range.file == value.range.file, value.range.start.offset >= key.range.end.offset
    else { return nil }
    return key.range.joined(with: value.range)
  }
}
