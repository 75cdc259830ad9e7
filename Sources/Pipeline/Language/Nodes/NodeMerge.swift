/// Lays one tree over another: maps are merged key by key, everything else is replaced, `~` removes a key.
///
/// Nodes keep their places, so that whatever is wrong later is told where it was written.
struct NodeMerge {
  private(set) var diagnostics: [Diagnostic] = []

  mutating func apply(_ overlay: Node, to base: Node) -> Node {
    guard base.entries != nil else { return base }
    guard overlay.entries != nil else {
      guard !overlay.isBroken else { return base }
      diagnostics.append(
        Diagnostic(
          "type-mismatch", "an overlay is a map like a pipeline file, found \(overlay.kind)",
          at: overlay.range))
      return base
    }
    return merge(overlay, over: base, path: [])
  }

  private mutating func merge(_ overlay: Node, over base: Node, path: [String]) -> Node {
    guard let changes = overlay.entries else { return overlay }
    let below = base.full(at: path)
    guard var entries = below.entries else { return stripped(overlay) }
    var places: [String: Int] = [:]
    for (index, entry) in entries.enumerated() where places[entry.name] == nil {
      places[entry.name] = index
    }
    var removed: Set<Int> = []
    for change in changes {
      let place = places[change.name]
      if change.value.isRemoval {
        if let place { removed.insert(place) } else { warnOfNothing(change) }
      } else if let place {
        let inner = path + [change.name]
        let value = merge(change.value, over: entries[place].value, path: inner)
        // The key says where the value was written; of a map with members from both, where it begins.
        let isJoined = change.value.entries != nil && entries[place].value.entries != nil
        entries[place] = Node.Entry(
          key: isJoined ? entries[place].key : change.key, value: value)
      } else if mayAdd(change, to: entries, at: path) {
        entries.append(Node.Entry(key: change.key, value: stripped(change.value)))
      }
    }
    let kept = entries.enumerated().filter { !removed.contains($0.offset) }.map(\.element)
    var merged = Node(.mapping(kept), range: below.range)
    merged.isBroken = below.isBroken || overlay.isBroken
    return merged
  }

  /// A map that lies over nothing: there is nothing that it could remove.
  private mutating func stripped(_ node: Node) -> Node {
    guard let entries = node.entries else { return node }
    var kept: [Node.Entry] = []
    for entry in entries {
      if entry.value.isRemoval {
        warnOfNothing(entry)
      } else {
        kept.append(Node.Entry(key: entry.key, value: stripped(entry.value)))
      }
    }
    var copy = Node(.mapping(kept), range: node.range)
    copy.isBroken = node.isBroken
    return copy
  }

  private mutating func warnOfNothing(_ entry: Node.Entry) {
    diagnostics.append(
      Diagnostic(
        "unused-key", "there is no `\(entry.name.shortened)` here to remove", at: entry.key.range,
        severity: .warning, hint: "in an overlay `~` removes what the files before it have"))
  }

  /// What looks like a change of a stage or an input that is not there is a misspelt one.
  private mutating func mayAdd(
    _ change: Node.Entry, to entries: [Node.Entry], at path: [String]
  ) -> Bool {
    guard let list = path.first, path.count == 1, let members = change.value.entries else {
      return true
    }
    let needed = ["stages": "uses", "inputs": "type"]
    guard let key = needed[list], change.value[key] == nil else { return true }
    let set: KeySet = list == "stages" ? .stage : .input
    if set.isMeant(key, by: members.map(\.name)) { return true }
    let names = entries.map(\.name)
    let diagnostic = Diagnostic(
      "unknown-path", "there is no `\(change.name.shortened)` in `\(list)` to change",
      at: change.key.range)
    if let near = Suggestion.nearest(to: change.name, among: names) {
      diagnostics.append(diagnostic.suggesting(near))
    } else {
      diagnostics.append(
        diagnostic.noting(
          "there are \(Suggestion.list(names)); a new one of an overlay has `\(key)`"))
    }
    return false
  }
}

extension Node {
  /// A written `~` or `null`; a value that was left empty removes nothing.
  fileprivate var isRemoval: Bool { isNull && scalar?.text.isEmpty == false }

  /// The short forms `video: video` and `concurrency: group` as the maps that they stand for.
  fileprivate func full(at path: [String]) -> Node {
    guard scalar != nil, !isNull else { return self }
    let key: String
    switch (path.first, path.count) {
    case ("inputs", 2): key = "type"
    case ("concurrency", 1): key = "group"
    default: return self
    }
    guard var written = scalar else { return self }
    written.text = key
    let name = Node(.scalar(written), range: range)
    return Node(.mapping([Entry(key: name, value: self)]), range: range)
  }
}
