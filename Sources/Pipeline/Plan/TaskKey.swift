/// The name of a task's result, and what it is made from.
///
/// The stage's declared cache version stands for its code; its id in the pipeline file does not count, so that moving
/// or renaming a stage keeps its results.
struct TaskKey: Sendable {
  var digest: Digest
  /// By name, such as `with.text`, `in.audio` and `stage version`.
  var parts: [String: TaskDecision.Part]
}

/// Makes the keys of one stage's tasks. What is the same for many items is digested once.
struct TaskKeyMaker {
  private let spec: StageSpec
  private let rendererVersion: Int
  private var known: [String: (value: Value, part: TaskDecision.Part)] = [:]
  private let fixedParts: [String: TaskDecision.Part]

  static let stagePart = "stage"
  static let versionPart = "stage version"
  static let previewPart = "preview"

  /// - Parameters:
  ///   - rendererVersion: of what makes files of films that flow into ports for files.
  ///   - preview: what of its films the stage makes; nil for all.
  init(_ spec: StageSpec, rendererVersion: Int, preview: FilmPreview?) {
    self.spec = spec
    self.rendererVersion = rendererVersion
    let version = "\(spec.info.cacheVersion)"
    var fixedParts: [String: TaskDecision.Part] = [
      Self.stagePart: .init(digest: Digest(of: Array(spec.info.name.utf8)), text: spec.info.name),
      Self.versionPart: .init(
        digest: Digest(of: Array(version.utf8)),
        text: "\(spec.info.version) (results \(version))"),
    ]
    if let preview {
      let digest =
        (try? Digest(canonical: preview)) ?? Digest(of: Array(preview.description.utf8))
      fixedParts[Self.previewPart] = .init(digest: digest, text: preview.description)
    }
    self.fixedParts = fixedParts
  }

  /// - Parameter inputs: films that flow into ports for files may still be timelines: rendering is a function of them.
  mutating func key(options: [String: Value], inputs: [String: Value]) throws -> TaskKey {
    var parts = fixedParts
    for (name, value) in options { parts["with.\(name)"] = try part("with.\(name)", value) }
    for port in spec.inputs {
      guard let value = inputs[port.name] else { continue }
      let name = "in.\(port.name)"
      parts[name] = try part(name, value, isRendered: value.needsRendering(for: port.type))
    }
    var text = "task 2\n"
    for name in parts.keys.sorted() {
      guard let part = parts[name] else { continue }
      text += "\(name.utf8.count):\(name)=\(part.digest)\n"
    }
    return TaskKey(digest: Digest(of: Array(text.utf8)), parts: parts)
  }

  private mutating func part(
    _ name: String, _ value: Value, isRendered: Bool = false
  ) throws -> TaskDecision.Part {
    if let known = known[name], known.value == value { return known.part }
    var digest = try (isRendered ? value.withoutMarks : value).contentDigest
    if isRendered { digest = Digest(of: Array("rendered \(rendererVersion):\(digest)".utf8)) }
    let part = TaskDecision.Part(digest: digest, text: value.briefText)
    known[name] = (value, part)
    return part
  }
}

extension Value {
  /// Whether it holds a film that must become a file before it can flow into a port of this type.
  func needsRendering(for type: ValueType) -> Bool {
    switch (type.unwrapped, self) {
    case (.video, _): false
    case (.list(let element), .list(let values)):
      values.contains { $0.needsRendering(for: element) }
    case (let type, .video(.timeline)): type.isFile
    default: false
    }
  }
}
